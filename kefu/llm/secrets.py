"""Keys of endpoints that were entered on the page, encrypted at rest.

Fernet (AES-128-CBC with HMAC-SHA256); the key lies in the data folder, readable by its owner alone,
so a copy of the database gives no access to any model.
"""

import contextlib
import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from pydantic import SecretStr

from kefu.errors import BadSettings

KEY_FILE = "secrets.key"


class Vault:
    """Encrypts and decrypts with the key of a data folder."""

    def __init__(self, data_dir: Path) -> None:
        """Nothing is read or written before it is needed."""
        self._path = data_dir / KEY_FILE

    def close(self, secret: str) -> bytes:
        """Encrypt; makes the key when there is none."""
        return Fernet(self._read() or self._make()).encrypt(secret.encode())

    def open(self, encrypted: bytes | None) -> SecretStr | None:
        """Decrypt; None stays None.

        Raises:
            BadSettings: the key is gone or another one.
        """
        if encrypted is None:
            return None
        try:
            return SecretStr(Fernet(self._read() or b"").decrypt(bytes(encrypted)).decode())
        except (InvalidToken, ValueError):
            raise BadSettings(
                "A stored key cannot be read with %(path)s. Enter it again on the page.",
                path=self._path,
            ) from None

    def _read(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def _make(self) -> bytes:
        """Whoever comes second takes the key of the first."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=KEY_FILE)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
        with contextlib.suppress(FileExistsError):
            os.link(name, self._path)
        Path(name).unlink()
        return self._path.read_bytes()
