"""Questions in two steps: "the plan that includes X: what does its backup cost?", by rules.

What is described is looked for first; the name that its text gives it is what the rest is asked of.
Names are all that the first text gives to the second search, and no more than a few words of it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kefu.answering.evidence import Unit
from kefu.answering.facts import find_facts
from kefu.answering.grounds import chinese_names
from kefu.safety import find_signs
from kefu.text import SpanKind, index_terms, query_terms

LONGEST_NAME = 60  # characters; more is no name
LONGEST_ASKED = 300
MOST_NAMES = 3  # tried one after another
HALF_COVERED, MOSTLY_COVERED = 0.5, 0.75  # of a description by one document, by several
NEARLY = 0.95  # of the best coverage: what describes as well

_THAT = r"(?:that|which|where|whose|with|called|named)"
_DESCRIBED_EN = rf"(?:the|that|this) [\w -]{{2,40}}?\s{_THAT}\s[^?]{{3,120}}?"
_PLAIN_NOUN = r"[^，,：:？?的]{1,12}"
_BEGINS_ZH = r"(?:有|没有|不|支持|包含|包括|带|需要|要求|最|能|可以|可|默认|属于|叫|名为|\d)"
_QUESTIONS = (
    rf"^(?:(?:and|for|in|on|with|of|about)\s+)?(?P<what>{_DESCRIBED_EN})\s*[,:]\s*(?P<rest>[^?]{{5,}}\?)$",
    rf"^(?P<rest>[^?]{{8,}})\s+(?:in|for|of|on|with|at|to|by)\s+(?P<what>{_DESCRIBED_EN})\?$",
    rf"^(?:对于|关于|在)?(?P<what>[^，,：:？?]{{3,60}}的(?:那个|那种|那款|那类|那一?个)\s*{_PLAIN_NOUN})"
    r"(?:[，,：:]|的)\s*(?P<rest>[^？?]{3,}[？?])$",
    rf"^(?:对于|关于|在)?(?P<what>{_BEGINS_ZH}[^，,：:？?]{{2,60}}的{_PLAIN_NOUN})[，,：:]\s*"
    r"(?P<rest>[^？?]{3,}[？?])$",
)
_PATTERNS = [re.compile(each, re.IGNORECASE) for each in _QUESTIONS]
_ASKS_EN = re.compile(r"\b(?:how|what|when|where|which|who|why|can|could|do|does|is|are)\b", re.I)
_POINTS_AT_IT = re.compile(
    r"^(?:它的?|其|那里的?|那边的?|那儿的?)\s*|\s*\b(?:there|for it|of it|its)\b"
)
_QUOTED = re.compile(r"《([^》\n]{2,60})》|“([^”\n]{2,60})”|「([^」\n]{2,60})」|`([^`\n]{2,60})`")
_CODE = re.compile(r"(?=[\w.-]*[A-Za-z])(?=[\w.-]*\d)[\w.]+(?:[-_.][\w.]+)+|[A-Z]+[a-z]+[A-Z]\w*")
_YES = re.compile(
    r"\W*(?:yes|included|supported|是|有|支持|包含|包括|可以|✓|✔|√)\W*", re.IGNORECASE
)
_NAME_CELL = re.compile(r"[^\W\d_][^\d|:：;；]{1,30}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A question in two steps.

    Attributes:
        what: the description that is looked for first.
        rest: what is asked of the thing described.
    """

    what: str
    rest: str

    def ask(self, name: str) -> str:
        """What is asked, of the thing by its name."""
        return f"{name}: {self.rest}"


def split_hop(question: str) -> Hop | None:
    """The two steps of a question, None where it has one."""
    asked = question.strip()
    if len(asked) > LONGEST_ASKED:
        return None
    for pattern in _PATTERNS:
        found = pattern.search(asked)
        if found is None:
            continue
        rest = _POINTS_AT_IT.sub("", found["rest"]).strip()
        if not asked.isascii() or _ASKS_EN.search(rest):
            return Hop(what=found["what"].strip(), rest=rest)
    return None


def name_described(what: str, ranked: Sequence[Unit], question: str) -> list[tuple[str, Unit]]:
    """Names of what is described, by the texts that describe it best, each with that text.

    Where several documents half describe it, nobody knows which of them is meant. What the question
    names already, and what addresses a model, is no name.
    """
    best = max((unit.coverage for unit in ranked), default=0.0)
    nearest = [unit for unit in ranked if unit.coverage >= NEARLY * best]
    is_one = len({unit.hit.document_id for unit in nearest}) == 1
    if best < (HALF_COVERED if is_one else MOSTLY_COVERED):
        return []
    named: dict[str, Unit] = {}
    for unit in nearest:
        for name in _names_of(what, unit):
            if is_name_for(question, name):
                named.setdefault(name, unit)
    return list(named.items())


def find_naming(name: str, ranked: Sequence[Unit]) -> Unit:
    """The best text that holds a name, or else stands where it does, or else is the best."""
    folded = name.casefold()
    holds = (unit for unit in ranked if folded in unit.span.text.casefold())
    below = (unit for unit in ranked if is_about(name, unit))
    return next(holds, None) or next(below, ranked[0])


def is_name_for(question: str, name: str) -> bool:
    """Whether it may be a name that the question leaves out, and addresses no model."""
    is_short = 1 < len(name) <= LONGEST_NAME and "\n" not in name
    says_more = set(query_terms(name)) - set(query_terms(question))
    return is_short and bool(says_more) and not find_signs(name)


def is_about(name: str, unit: Unit) -> bool:
    """Whether a text, or what stands above it, names a thing."""
    text = " ".join((unit.hit.title, *unit.hit.heading_path, unit.hit.text))
    return set(index_terms(name)) <= set(index_terms(text))


def _names_of(what: str, unit: Unit) -> Iterator[str]:
    if unit.span.kind is SpanKind.TABLE_ROW:
        yield from _names_in_row(what, unit.span.text)
    else:
        yield from (match[0].strip(".") for match in _CODE.finditer(unit.span.text))
        yield from (next(filter(None, match.groups())) for match in _QUOTED.finditer(unit.quote))
        yield from chinese_names(unit.span.text)
    yield unit.hit.title


def _names_in_row(what: str, row: str) -> Iterator[str]:
    """The head of the column that fits what is described, or what the row begins with."""
    first, *others = [cell.strip() for cell in re.split(r"[;；]", row)]
    heads = [re.split(r"[:：]", cell, maxsplit=1) for cell in others]
    pairs = [(pair[0].strip(), pair[1].strip()) for pair in heads if len(pair) > 1]
    begins = re.split(r"[:：]", first, maxsplit=1)[-1].strip()
    wanted = set(query_terms(what))
    in_heads = wanted & {term for head, _ in pairs for term in index_terms(head)}
    if len(wanted & set(index_terms(begins))) > len(in_heads):
        facts = _facts_of(what)
        fit = [head for head, value in pairs if facts & _facts_of(value)]
        fit = fit or [head for head, value in pairs if _YES.fullmatch(value)]
        yield from fit if len(fit) == 1 else ()
        return
    yield begins
    yield from (value for _, value in pairs[:1] if _NAME_CELL.fullmatch(value))


def _facts_of(text: str) -> set[tuple[str, str | None]]:
    return {(fact.value, fact.unit) for fact in find_facts(text)}
