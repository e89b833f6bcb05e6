"""The token of the local API: a file that its owner alone can read, made when a node starts for the first time."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from gateway.errors import ConfigError

_OCTETS = 32
_LARGEST = 4096
_FORM = re.compile(r"[A-Za-z0-9_~.+/=-]{32,512}")


@dataclass(frozen=True, slots=True)
class Token:
    """A secret word: whoever knows it may use the local API."""

    secret: str = field(repr=False)

    def matches(self, given: str) -> bool:
        """Whether somebody knows it; takes the same time wherever the two differ."""
        return hmac.compare_digest(_digest(given), _digest(self.secret))


def load_token(file: Path) -> Token:
    """The token in a file.

    Raises:
        ConfigError: `token.unreadable`, `token.permissions` where others on the machine can read it, `token.invalid`.
    """
    try:
        with file.open("rb") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            data = stream.read(_LARGEST)
    except OSError as error:
        raise ConfigError(
            "token.unreadable",
            f"the token {file} can't be read: {error.strerror}",
            advice="`testamur serve` makes it at its first start; run the command as the user who owns it",
        ) from None
    if os.name == "posix" and mode & 0o077:
        raise ConfigError(
            "token.permissions",
            f"the token {file} has mode {mode:04o}, expected 0600: others on this machine may use the local API",
            advice=f"delete {file} and start the node again: it makes a new one",
        )
    secret = data.decode("ascii", "replace").strip()
    if not _FORM.fullmatch(secret):
        raise ConfigError(
            "token.invalid",
            f"the token {file} isn't one line of 32 to 512 letters, digits and -._~+/=",
            advice=f"delete {file} and start the node again: it makes a new one",
        )
    return Token(secret)


def make_token(file: Path) -> Token:
    """The token in a file; where there is none yet, a new one is put there, whole.

    Raises:
        ConfigError: as `load_token`, and `token.not_writable`.
    """
    if not file.exists():
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _put(file, secrets.token_urlsafe(_OCTETS) + "\n")
        except OSError as error:
            raise ConfigError(
                "token.not_writable",
                f"the token {file} can't be written: {error.strerror}",
                advice="let the user who runs the node write into that folder, or name another file: [node] token",
            ) from None
    return load_token(file)


def _put(file: Path, text: str) -> None:
    """A link to the finished file appears at once or not at all, and never replaces what another process put there."""
    handle, name = tempfile.mkstemp(prefix=".testamur-", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(name, file)
    except FileExistsError:
        return
    finally:
        Path(name).unlink()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
