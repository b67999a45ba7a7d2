"""The keys that seal records, kept where whoever can write to the database cannot read them."""

import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from kefu.errors import BadSettings, Unavailable
from kefu.settings import Settings

KEY_FILE = "audit.key"
KEY_BYTES = 32
LEAST_CHARACTERS = 32
NEW_FILE = (
    "# Seals the audit log. Keep it secret, and keep a copy: without it nothing can be proved.\n"
    "# The last line seals; lines above it are earlier keys, which still verify.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKey:
    """A secret and the short name by which records refer to it."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Tells keys apart and tells nothing about the secret."""
        return hmac.digest(self.secret, b"kefu-key-id", hashlib.sha256).hex()[:12]

    def seal(self, content: bytes) -> str:
        """HMAC-SHA256 in hex."""
        return hmac.digest(self.secret, content, hashlib.sha256).hex()


class _Source:
    """Where this process finds its keys; the file is read, or made, when they are first needed."""

    def __init__(self) -> None:
        self.settings: Settings | None = None
        self.keys: Sequence[SealingKey] = ()


_source = _Source()


def use_keys_of(settings: Settings) -> None:
    """From here on seal with the key of these settings, else with that of their data folder."""
    _source.settings = settings
    _source.keys = ()


def sealing_keys() -> Sequence[SealingKey]:
    """The keys of this process: the last one seals, all of them verify.

    Raises:
        Unavailable: the file of keys cannot be read or made.
        BadSettings: it holds none, or one that is too short.
    """
    assert _source.settings is not None, "open_database says where the keys are"
    if not _source.keys:
        _source.keys = _load(_source.settings)
    return _source.keys


def _load(settings: Settings) -> Sequence[SealingKey]:
    given = settings.audit.key
    file = settings.data_dir.expanduser() / KEY_FILE
    try:
        if given is None:
            _ensure_file(file)
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(
            f"The key of the audit log in {file} cannot be read or made: {error}. "
            "Set KEFU_AUDIT__KEY or KEFU_DATA_DIR."
        ) from error
    texts = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if given is not None:
        texts.append(given.get_secret_value())
    if not texts or min(map(len, texts)) < LEAST_CHARACTERS:
        raise BadSettings(f"{file} needs a key of {LEAST_CHARACTERS} characters or more a line.")
    return [SealingKey(secret=text.encode()) for text in texts]


def _ensure_file(file: Path) -> None:
    """Made beside its place and linked there, so that of two processes one wins and both agree."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, encoding="utf-8") as staging:
        staging.write(NEW_FILE + secrets.token_hex(KEY_BYTES) + "\n")
        staging.flush()
        os.fsync(staging.fileno())
        with suppress(FileExistsError):
            os.link(staging.name, file)
