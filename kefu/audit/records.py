"""The vocabulary of the audit log, and the very bytes that are sealed."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kefu.db import SealingKey
from kefu.errors import BadInput

ANCHOR = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what to what, and the seal that ties it to everything before.

    Attributes:
        number: from 1, without gaps.
        action: area and deed, as in "api_key.revoked".
        details: a JSON object, to the letter as it was sealed.
        key_id: which key has sealed it.
        previous_seal: of the entry before; empty at the first.
    """

    number: int
    recorded_at: datetime
    actor: str
    action: str
    subject: str
    details: str
    key_id: str
    previous_seal: str
    seal: str

    @property
    def anchor(self) -> "Anchor":
        """What to note down to prove later that the log went this far."""
        return Anchor(number=self.number, seal=self.seal)

    @property
    def facts(self) -> dict[str, Any]:
        """The details, for those who show them; a forger may have written something else there."""
        facts = json.loads(self.details)
        return facts if isinstance(facts, dict) else {"details": facts}

    def is_sealed_by(self, key: SealingKey) -> bool:
        """Whether every column is as it was when this key sealed it."""
        return key.seal(self.content()) == self.seal

    def content(self) -> bytes:
        """Everything but the seal; two entries that differ anywhere differ here."""
        recorded_at = self.recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
        return _canonical(
            "kefu-audit-entry-1",
            self.number,
            recorded_at,
            self.actor,
            self.action,
            self.subject,
            self.details,
            self.key_id,
            self.previous_seal,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """How far the log goes; sealed, so that a shorter log needs a head that somebody has kept."""

    number: int
    entry_seal: str
    key_id: str
    seal: str

    def is_sealed_by(self, key: SealingKey) -> bool:
        """Whether it is as it was when this key sealed it."""
        return seal_head(self.number, self.entry_seal, key) == self.seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """An entry that the log must hold for ever, noted down outside of the database."""

    number: int
    seal: str

    def __str__(self) -> str:
        return f"{self.number}:{self.seal}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries to list; what is None does not matter.

    Attributes:
        actor: a part of it, whatever the case of its letters.
        action: all of it, or its area.
        subject: a part of it.
        until: entries before this moment.
        before: entries with a lower number.
    """

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


def parse_anchor(text: str) -> Anchor:
    """Read what `kefu audit verify` has printed.

    Raises:
        BadInput: it is no anchor.
    """
    match = ANCHOR.fullmatch(text.strip())
    if match is None:
        raise BadInput(
            f"{text.strip()[:80]!r} is no anchor: it is a number, a colon and 64 digits."
        )
    return Anchor(number=int(match[1]), seal=match[2])


def seal_head(number: int, entry_seal: str, key: SealingKey) -> str:
    """The seal of a head with these values."""
    return key.seal(_canonical("kefu-audit-head-1", number, entry_seal, key.id))


def _canonical(*values: str | int) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode()
