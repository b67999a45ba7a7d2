"""What another text of a prompt asks of a model that no case shows the effect of.

Instructions are statements to the model. One that vanished, one that asserts something else, one
that opens what the text before forbade: a model may or may not act on it when the cases are asked,
and customers find out. What is merely said otherwise, in another order or tone, is the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from kefu.answering import Lost, Passage, Statement, contradicts, find_lost, read_statements
from kefu.evaluation.prompt_examples import find_turned_examples
from kefu.evaluation.stances import WORDING, Stances, read_stances
from kefu.prompts import SectionName, Severity, Specification, lint_specification
from kefu.text import detect_language

_VARIABLE = re.compile(r"\$\{?(\w+)")
_PLACES = re.compile(r"^[\s$\w{}<>/:：-]*$")
_SIDE = re.compile(r"\d+[ab]")
_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”|「[^」]*」")

LAYOUT = frozenset({"section-missing", "section-repeated"})
"""Errors of lint that are no loss where every instruction is still there."""


class InstructionDoubt(StrEnum):
    """Why a change of a prompt is unproven."""

    GONE = "gone"
    CHANGED = "changed"
    OPENED = "opened"
    EXAMPLE = "example"
    BROKEN = "broken"


SHOWN = frozenset({InstructionDoubt.GONE, InstructionDoubt.CHANGED})
"""What cases may show to be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnprovenInstruction:
    """An instruction that no case shows the effect of.

    Attributes:
        prompt: its key, as answer.en.
        section: heading.
        before: what it said; empty where it was added.
        after: what it would say, empty where it says nothing.
        about: what it bears on, as words/instructions.toml calls it, or the check of lint.
    """

    prompt: str
    section: str
    doubt: InstructionDoubt
    before: str
    after: str
    about: str = ""

    @property
    def reason(self) -> str:
        """Why it is unproven, and what it bears on."""
        return f"{self.doubt}: {self.about.replace('_', ' ')}" if self.about else self.doubt

    def __str__(self) -> str:
        place = f", {self.section}" if self.section else ""
        return f"{self.prompt}{place}: {self.reason}: {self.before or '–'} -> {self.after or '–'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A prompt as it is compared."""

    specification: Specification
    statements: Sequence[Statement]

    @property
    def refusal(self) -> str:
        output = self.specification.output
        return (output.refusal if output else "") or ""

    def stances(self, statement: Statement) -> Stances:
        return read_stances(statement.text, self.refusal)

    def find_section(self, text: str) -> str:
        """The heading above a sentence."""
        return next((s.place[0] for s in self.statements if _flat(s.text) == _flat(text)), "")

    def is_role(self, statement: Statement) -> bool:
        """Whether it says who the model is, and thus asks nothing by itself."""
        heading = self.find_section(statement.text)
        names = {each.heading: each.name for each in self.specification.sections}
        return names.get(heading) is SectionName.ROLE

    @property
    def upheld(self) -> frozenset[str]:
        return frozenset(chain.from_iterable(self.stances(each).upheld for each in self.statements))

    @property
    def opened(self) -> frozenset[str]:
        return frozenset(chain.from_iterable(self.stances(each).opened for each in self.statements))


def find_unproven_instructions(
    before: Specification, after: Specification
) -> list[UnprovenInstruction]:
    """What of a prompt vanished, turned, was opened or broken, each once."""
    if before.text == after.text:
        return []
    old, new = _read(before), _read(after)
    found = [*_find_broken(before, after), *_find_opened(old, new)]
    if _is_one_language(old, new):
        told = {each.after for each in found}
        found += [each for each in _find_lost(old, new) if not each.after or each.after not in told]
    found += _find_stances_lost(old, new, found)
    found += [
        UnprovenInstruction(
            prompt=str(after.key),
            section=SectionName.EXAMPLES,
            doubt=InstructionDoubt.EXAMPLE,
            before=f"{each.asked} {each.before}",
            after=each.after,
        )
        for each in find_turned_examples(before, after)
    ]
    return list(dict.fromkeys(found))


def list_unshown(
    unproven: Sequence[UnprovenInstruction], *, win_count: int, loss_count: int
) -> list[UnprovenInstruction]:
    """Those of which no case shows what comes of them.

    An instruction that changed shows in cases that are right now and were not, one for each, as
    long as none is lost. What opens or breaks something is right in no case.
    """
    reworded = [each for each in unproven if each.doubt in SHOWN]
    is_shown = not loss_count and win_count >= len(reworded)
    return [each for each in unproven if each.doubt not in SHOWN or not is_shown]


def _read(specification: Specification) -> _Read:
    passages = [
        Passage((section.heading,), section.body)
        for section in specification.sections
        if section.name is not SectionName.EXAMPLES
    ]
    told = [each for each in read_statements(passages) if not _PLACES.fullmatch(each.text)]
    return _Read(specification=specification, statements=told)


def _is_one_language(old: _Read, new: _Read) -> bool:
    return _language(old) == _language(new)


def _language(prompt: _Read) -> str:
    return detect_language("\n".join(each.text for each in prompt.statements))


def _find_broken(before: Specification, after: Specification) -> Iterator[UnprovenInstruction]:
    """Errors of lint that were not there: what is not given, fenced or stated any more."""
    known = {(each.check, each.where) for each in lint_specification(before)}
    for each in lint_specification(after):
        is_error = each.severity is Severity.ERROR and each.check not in LAYOUT
        if is_error and (each.check, each.where) not in known:
            yield UnprovenInstruction(
                prompt=str(after.key),
                section="",
                doubt=InstructionDoubt.BROKEN,
                before="",
                after=each.where,
                about=each.check,
            )
    given = [
        set(_VARIABLE.findall("\n".join(s.body for s in each.sections))) for each in (before, after)
    ]
    for name in sorted(given[0] - given[1]):
        yield UnprovenInstruction(
            prompt=str(after.key),
            section="",
            doubt=InstructionDoubt.GONE,
            before=f"${name}",
            after="",
            about="variable",
        )


def _find_opened(old: _Read, new: _Read) -> Iterator[UnprovenInstruction]:
    """Instructions that are new and open what a service keeps to, or state what documents do."""
    known = {each.key for each in old.statements}
    for each in new.statements:
        if each.key in known:
            continue
        stances = new.stances(each)
        like = [other for other in old.statements if each.share(other) >= 0.5]
        was_open = frozenset(chain.from_iterable(old.stances(other).opened for other in like))
        about = sorted(stances.opened - was_open)
        if not about and _refuses_otherwise(new, each) and not _refuses_so(old, each):
            about = ["refusal"]
        if not about and _fills_a_gap(new, each):
            about = ["gap"]
        if not about and _states_a_fact(each) and not any(_states_a_fact(other) for other in like):
            about = ["fact"]
        if not about and any(
            contradicts(each, other) for other in new.statements if other.key in known
        ):
            about = ["contradiction"]
        if about:
            yield _tell(new, InstructionDoubt.OPENED, None, each, about[0])


def _refuses_otherwise(prompt: _Read, statement: Statement) -> bool:
    """Whether it has the model refuse for another reason than that nothing is known."""
    word = prompt.refusal
    if not word or word not in statement.text:
        return False
    is_about_it = statement.text.lstrip('`"“').startswith(word)
    return not is_about_it and not WORDING["reason"].search(statement.text)


def _fills_a_gap(prompt: _Read, statement: Statement) -> bool:
    """Whether it has something done where the excerpts say nothing, other than to say so."""
    if not WORDING["lacking"].search(statement.text) or (
        prompt.refusal and prompt.refusal in statement.text
    ):
        return False
    return not prompt.stances(statement).upheld and not WORDING["denied"].search(statement.text)


def _refuses_so(old: _Read, statement: Statement) -> bool:
    return any(old.refusal in each.text and each.restates(statement) for each in old.statements)


def _states_a_fact(statement: Statement) -> bool:
    """Whether it holds a date, a period or an amount, which belong into documents."""
    return bool(WORDING["fact"].search(_QUOTED.sub(" ", statement.text)))


def _find_lost(old: _Read, new: _Read) -> Iterator[UnprovenInstruction]:
    upheld = new.upheld
    flat = [
        [Statement(text=_flat(s.text), place=("",), kind=s.kind) for s in each.statements]
        for each in (old, new)
    ]
    for lost in find_lost(*flat):
        if not _is_kept(old, new, lost, upheld):
            doubt = InstructionDoubt.CHANGED if lost.successor else InstructionDoubt.GONE
            yield _tell(old, doubt, lost.statement, lost.successor, "")


def _is_kept(old: _Read, new: _Read, lost: Lost, upheld: frozenset[str]) -> bool:
    """Whether another sentence upholds what it upheld, or only its tone and words are others."""
    statement, successor = lost.statement, lost.successor
    if successor is not None and _quotes(statement) != _quotes(successor):
        return False
    own = old.stances(statement).upheld
    if own:
        keeping = [each for each in new.statements if new.stances(each).upheld & own]
        gained = any(
            WORDING["except"].search(each.text)
            for each in keeping
            if each.key not in {s.key for s in old.statements}
        )
        return own <= upheld and not (gained and not WORDING["except"].search(statement.text))
    if WORDING["tone"].search(statement.text) and (
        successor is None
        or WORDING["counted"].search(statement.text)
        or WORDING["tone"].search(successor.text)
    ):
        return True
    if old.is_role(statement) or successor is None:
        return old.is_role(statement)
    mine, theirs = statement.asserted, successor.asserted
    is_turned = _turns_otherwise(mine.turns, theirs.turns)
    return not (is_turned or lost.lost_facts or lost.gained_facts)


def _quotes(statement: Statement) -> list[str]:
    return sorted(_QUOTED.findall(statement.text))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _turns_otherwise(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether they differ in more than one side of a pair that comes or goes alone."""
    changed = mine ^ theirs
    sides = {each for each in changed if _SIDE.fullmatch(each)}
    numbers = [each[:-1] for each in sides]
    return bool(changed - sides) or len(set(numbers)) < len(numbers)


def _find_stances_lost(
    old: _Read, new: _Read, found: Sequence[UnprovenInstruction]
) -> Iterator[UnprovenInstruction]:
    """What was upheld and is not any more, where no sentence told so yet."""
    told = {each.before for each in found}
    opened = {each.about for each in found}
    for name in sorted(old.upheld - new.upheld - opened):
        holding = [each for each in old.statements if name in old.stances(each).upheld]
        if not any(_flat(each.text) in told for each in holding):
            yield _tell(old, InstructionDoubt.GONE, holding[0], None, name)


def _tell(
    prompt: _Read,
    doubt: InstructionDoubt,
    before: Statement | None,
    after: Statement | None,
    about: str,
) -> UnprovenInstruction:
    shown = before or after
    assert shown is not None
    return UnprovenInstruction(
        prompt=str(prompt.specification.key),
        section=prompt.find_section(shown.text),
        doubt=doubt,
        before=_flat(before.text) if before else "",
        after=_flat(after.text) if after else "",
        about=about,
    )
