"""Prove that the audit log is whole: every entry, their order, its beginning and its end."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kefu.audit.records import Anchor, AuditEntry, AuditHead
from kefu.db import SealingKey

SHOWN_PROBLEMS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVerdict:
    """What the proof has shown.

    Attributes:
        anchor: of the last entry; note it down elsewhere and give it to a later proof.
        problems: sentences, at most 50.
        problem_count: of all.
    """

    entry_count: int
    first_at: datetime | None
    last_at: datetime | None
    anchor: Anchor | None
    problems: Sequence[str]
    problem_count: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing was edited, removed, moved or added."""
        return self.problem_count == 0


class ChainCheck:
    """Takes the entries in the order in which they stand, then the head, and judges."""

    def __init__(self, keys: Sequence[SealingKey], *, anchors: Sequence[Anchor]) -> None:
        self._keys = {key.id: key for key in keys}
        self._awaited: dict[int, set[Anchor]] = defaultdict(set)
        for anchor in anchors:
            self._awaited[anchor.number].add(anchor)
        self._first: AuditEntry | None = None
        self._last: AuditEntry | None = None
        self._count = 0
        self._problems: list[str] = []
        self._problem_count = 0
        self._foreign: list[AuditEntry] = []

    def add(self, entry: AuditEntry) -> None:
        """Check the next entry against its seal and the one before."""
        self._check_place(entry)
        self._check_seal(entry)
        for anchor in self._awaited.pop(entry.number, ()):
            if anchor.seal != entry.seal:
                self._note(f"Entry {entry.number} is not the one that was noted down as {anchor}.")
        self._first = self._first or entry
        self._last = entry
        self._count += 1

    def judge(self, head: AuditHead | None) -> AuditVerdict:
        """Check the end, and say what was found."""
        self._note_foreign()
        self._check_head(head)
        for anchor in set().union(*self._awaited.values()):
            self._note(f"Entry {anchor.number}, which was noted down as {anchor}, is missing.")
        return AuditVerdict(
            entry_count=self._count,
            first_at=self._first.recorded_at if self._first else None,
            last_at=self._last.recorded_at if self._last else None,
            anchor=self._last.anchor if self._last else None,
            problems=self._problems,
            problem_count=self._problem_count,
        )

    def _check_place(self, entry: AuditEntry) -> None:
        number, seal = (self._last.number, self._last.seal) if self._last else (0, "")
        if entry.number <= number:
            self._note(f"Entry {entry.number} stands behind entry {number}.")
        elif entry.number > number + 1:
            missing = entry.number - number - 1
            which = f"{number + 1}" if missing == 1 else f"{number + 1} to {entry.number - 1}"
            verb = "Entry {} is" if missing == 1 else "Entries {} are"
            self._note(f"{verb.format(which)} missing.")
        elif entry.previous_seal != seal:
            self._note(f"Entry {entry.number} does not follow on entry {number} as it stands.")

    def _check_seal(self, entry: AuditEntry) -> None:
        key = self._keys.get(entry.key_id)
        if key is None:
            self._foreign.append(entry)
            return
        self._note_foreign()
        if not entry.is_sealed_by(key):
            self._note(
                f"Entry {entry.number} ({entry.recorded_at:%Y-%m-%d %H:%M:%S} UTC, "
                f"{entry.action!r:.80}) was edited, moved or forged: its seal does not fit."
            )

    def _check_head(self, head: AuditHead | None) -> None:
        last = (self._last.number, self._last.seal) if self._last else (0, "")
        if head is None:
            self._note("The head of the log is gone.")
        elif (head.number, head.entry_seal) != last:
            self._note(
                f"The log ends with entry {last[0]}, but its head stands at {head.number}: "
                "entries were removed from the end, added, or changed."
            )
        elif head.number and head.key_id not in self._keys:
            self._note(f"The head was sealed with the key {head.key_id!r:.40}, which is not here.")
        elif head.number and not head.is_sealed_by(self._keys[head.key_id]):
            self._note(
                "The head's seal does not fit: the log was cut or continued without the key."
            )

    def _note_foreign(self) -> None:
        if self._foreign:
            first, last = self._foreign[0], self._foreign[-1]
            self._note(
                f"Entries {first.number} to {last.number} were sealed with the key "
                f"{first.key_id!r:.40}, which is not here: add it to audit.key, or they are forged."
            )
            self._foreign = []

    def _note(self, problem: str) -> None:
        self._problem_count += 1
        if len(self._problems) < SHOWN_PROBLEMS:
            self._problems.append(problem)
