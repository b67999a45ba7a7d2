"""Doubts about what was only written anew are cleared by a model that has shown it can tell.

It never raises a doubt and lets nothing pass by itself: where it fails, may not see the text or
does not find the same in both texts, the doubt stays. Nor is it asked where figures, names or
denials differ, or where a text gives orders, so what it is talked into says nothing about these.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from kefu.answering import Rewriting, keeps_facts
from kefu.errors import ModelUnavailable, ModelUnreadable
from kefu.evaluation.reading import WORDS, Reader, find_readers, weigh_sameness
from kefu.evaluation.unproven import Doubtful, Unproven
from kefu.evaluation.working import work_through
from kefu.resources import Resources
from kefu.text import Language
from kefu.viewer import DataClass

_ANSWER = re.compile(rf"\b{WORDS[0]}\b", re.IGNORECASE | re.ASCII)
"""What would clear a doubt; a text that holds it is not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """A doubt that a model cleared, for people to look at.

    Attributes:
        texts: what it read, before and after.
        reader: endpoint and model.
        trial_id: by which it was believed.
    """

    unproven: Unproven
    texts: Rewriting
    reader: str
    trial_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What came of reading.

    Attributes:
        unproven: what stays.
        notes: why nobody read something.
    """

    unproven: Sequence[Unproven]
    cleared: Sequence[Cleared] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """Two texts of a document; several doubts may be about them."""

    texts: Rewriting
    language: Language
    data_class: DataClass


@dataclass(slots=True)
class _Desk:
    """Who reads, and who is asked no more because it failed."""

    resources: Resources
    readers: Sequence[Reader]
    failed: dict[str, str] = field(default_factory=dict)
    barred_count: int = 0

    async def read(self, asked: _Asked) -> Reader | None:
        """Who is sure that both say the same; the first decides who may see them and answers."""
        fit = [
            each
            for each in self.readers
            if each.endpoint.data_class.rank >= asked.data_class.rank
            and asked.language in each.thresholds
        ]
        self.barred_count += not fit
        for reader in fit:
            name = reader.endpoint.name
            if name in self.failed:
                continue
            try:
                least = reader.thresholds[asked.language]
                sure = await weigh_sameness(
                    self.resources,
                    name,
                    asked.texts,
                    language=asked.language,
                    data_class=asked.data_class,
                    least=least,
                )
            except ModelUnreadable:
                return None
            except ModelUnavailable as problem:
                self.failed[name] = str(problem)
            else:
                return reader if sure > least else None
        return None


async def read_doubts(
    resources: Resources, doubtful: Sequence[Doubtful], *, most_read: int
) -> Readings:
    """Have what was written anew read, as far as it may be; the rest stays as it is."""
    asked = {number: each for number, one in enumerate(doubtful) if (each := _find_asked(one))}
    if not asked or not most_read:
        return await read_nothing(doubtful)
    readers, notes = await find_readers(resources)
    waiting = list(dict.fromkeys(asked.values()))
    said: Mapping[_Asked, Reader | None] = {}
    if readers:
        said, notes = await _read_all(resources, readers, waiting, most_read=most_read)
    cleared = {number: reader for number, each in asked.items() if (reader := said.get(each))}
    return Readings(
        unproven=[each.unproven for at, each in enumerate(doubtful) if at not in cleared],
        cleared=[
            Cleared(
                unproven=doubtful[at].unproven,
                texts=asked[at].texts,
                reader=str(reader),
                trial_id=reader.trial.id,
            )
            for at, reader in cleared.items()
        ],
        notes=notes,
    )


async def read_nothing(doubtful: Sequence[Doubtful]) -> Readings:
    """All of it stays."""
    return Readings(unproven=[each.unproven for each in doubtful])


async def _read_all(
    resources: Resources, readers: Sequence[Reader], waiting: Sequence[_Asked], *, most_read: int
) -> tuple[Mapping[_Asked, Reader | None], list[str]]:
    """What was said of each, and why some were not read."""
    chosen = waiting[:most_read]
    desk = _Desk(resources, readers)
    at_once = min(each.at_once for each in readers)
    said = await work_through(chosen, partial(_Desk.read, desk), at_once=at_once)
    notes = [f"{name} is asked no more: {problem}" for name, problem in desk.failed.items()]
    if desk.barred_count:
        notes.append(
            f"of the models that passed a trial none may see {desk.barred_count} of the texts,"
            " or none knows their language"
        )
    if len(waiting) > most_read:
        rest = len(waiting) - most_read
        notes.append(f"at most {most_read} texts are read (most_read), {rest} were left")
    return dict(zip(chosen, said, strict=True)), notes


def _find_asked(doubtful: Doubtful) -> _Asked | None:
    texts, language = doubtful.rewriting, doubtful.unproven.language
    if texts is None or language not in {"zh", "en"} or not keeps_facts(*texts):
        return None
    if any(_ANSWER.search(each) for each in texts):
        return None
    return _Asked(
        texts=texts,
        language="zh" if language == "zh" else "en",
        data_class=doubtful.data_class,
    )
