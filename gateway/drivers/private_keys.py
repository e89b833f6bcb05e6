"""Private keys from PEM files that nobody else on the machine may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gateway.errors import ConfigError

PASSPHRASE_VARIABLE = "TESTAMUR_KEY_PASSPHRASE"  # noqa: S105 - the variable's name, not a secret
"""The environment variable that holds the passphrase of an encrypted key, unless the caller names another."""


def load_private_key(file: Path, role: str, *, passphrase_variable: str = PASSPHRASE_VARIABLE) -> PrivateKeyTypes:
    """The private key of a PEM file. `role` (seal, node) is what it is for: the first half of the errors' codes.

    Raises:
        ConfigError: `ROLE.key_unreadable`, `ROLE.key_permissions`, `ROLE.key_passphrase`.
    """
    data = _read(file, role)
    passphrase = os.environ.get(passphrase_variable, "").encode() if b"ENCRYPTED" in data else b""
    advice = f"set the environment variable {passphrase_variable}"
    try:
        return load_pem_private_key(data, passphrase or None)
    except TypeError:
        message = f"the key {file} is encrypted, and {passphrase_variable} isn't set"
        raise ConfigError(f"{role}.key_passphrase", message, advice=advice) from None
    except (ValueError, UnsupportedAlgorithm):
        if passphrase:
            message = f"the key {file} doesn't open with the passphrase in {passphrase_variable}"
            raise ConfigError(f"{role}.key_passphrase", message, advice=advice) from None
        raise ConfigError(
            f"{role}.key_unreadable", f"the file {file} holds no private key in PEM", advice="export it as PKCS#8 PEM"
        ) from None


def _read(file: Path, role: str) -> bytes:
    """The file's octets, if nobody but its owner may touch it; the mode is that of the very file that is read."""
    try:
        with file.open("rb") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            if os.name == "posix" and mode & 0o077:
                raise ConfigError(
                    f"{role}.key_permissions",
                    f"the key {file} has mode {mode:04o}, expected 0600: others on this machine may use it",
                    advice=f"chmod 600 {file}",
                )
            return stream.read()
    except OSError as error:
        raise ConfigError(
            f"{role}.key_unreadable",
            f"the key {file} can't be read: {error.strerror}",
            advice="check the path and its owner",
        ) from None
