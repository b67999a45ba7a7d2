"""Whether a reply speaks as customer service speaks, by rules for each language."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from kefu.evaluation.evaluators.evaluator import Evaluator
from kefu.evaluation.records import Case, Grade, Reply
from kefu.text import detect_language
from kefu.text import translatable as _

_QUOTED = re.compile(r"```.*?```|`[^`\n]*`|“[^”]*”|\"[^\"\n]*\"|「[^」]*」", re.DOTALL)


def grade(_case: Case, reply: Reply) -> Grade | None:
    """One less 1/3 for every rule that is broken, at least 0."""
    if reply.error is not None or not reply.answer:
        return None
    text = _QUOTED.sub(" ", reply.answer)
    rules = _load_rules()[detect_language(reply.answer)]
    broken = [
        f"{name} ({found})" for name, patterns in rules.items() if (found := _find(patterns, text))
    ]
    if not broken:
        return Grade(value=1.0, reason=_("It breaks no rule of tone."))
    reason = _("It breaks rules of tone: %(rules)s.")
    value = max(0.0, 1 - len(broken) / 3)
    return Grade(value=value, reason=reason, values={"rules": "; ".join(broken)})


def _find(patterns: Sequence[re.Pattern[str]], text: str) -> str:
    hits = (pattern.search(text) for pattern in patterns)
    return next((hit[0].strip()[:40] for hit in hits if hit), "")


@cache
def _load_rules() -> Mapping[str, Mapping[str, Sequence[re.Pattern[str]]]]:
    """Language -> rule -> what breaks it."""
    text = (files("kefu.evaluation") / "words" / "tone.toml").read_text(encoding="utf-8")
    return {
        language: {name: [re.compile(each) for each in found] for name, found in rules.items()}
        for language, rules in tomllib.loads(text).items()
    }


TONE = Evaluator(name="tone", grade=grade)
