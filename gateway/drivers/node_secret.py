"""The node's secret: by its HMAC what may not be kept plain is named, as the code that an official check is asked by.

A plain digest of twelve digits falls to whoever tries them all. The file is of the form of a token, and made when it is
needed for the first time; without it the names that were made by it mean nothing, and nothing else is lost.
"""

from __future__ import annotations

from pathlib import Path

from gateway.drivers.token import load_token, make_token
from gateway.errors import ConfigError


def load_node_secret(file: Path) -> bytes | None:
    """The secret in a file; None where it wasn't needed yet.

    Raises:
        ConfigError: `node.secret`.
    """
    if not file.exists():
        return None
    try:
        return load_token(file).secret.encode()
    except ConfigError as error:
        raise _unusable(file, error) from None


def make_node_secret(file: Path) -> bytes:
    """The secret in a file; where there is none yet, a new one is put there, whole, for its owner alone.

    Raises:
        ConfigError: `node.secret`.
    """
    try:
        return make_token(file).secret.encode()
    except ConfigError as error:
        raise _unusable(file, error) from None


def _unusable(file: Path, error: ConfigError) -> ConfigError:
    return ConfigError(
        "node.secret",
        f"the secret of this node, {file}, can't be used ({error.code})",
        advice="[node] secret is a file of mode 0600 with one line; delete it, and attest what was kept by it again",
    )
