"""The TLS of a listener: its certificate and key from files. A key with a passphrase never asks a terminal for it."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from gateway.drivers.private_keys import PASSPHRASE_VARIABLE
from gateway.errors import ConfigError


def listener_context(certificate: Path, key: Path, *, passphrase_variable: str = PASSPHRASE_VARIABLE) -> ssl.SSLContext:
    """TLS 1.2 or later, with a certificate (its chain may follow) and its key, both PEM.

    Raises:
        ConfigError: `config.tls`.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    passphrase = _Passphrase(passphrase_variable)
    try:
        context.load_cert_chain(certificate, key, password=passphrase)
    except (OSError, ValueError) as error:
        raise _unusable(certificate, key, error, passphrase) from None
    return context


class _Passphrase:
    """What OpenSSL asks for where the key is encrypted; without an answer it would ask whoever sits at the terminal."""

    def __init__(self, variable: str) -> None:
        self.variable = variable
        self.wanted = False

    def __call__(self) -> bytes:
        self.wanted = True
        return os.environ.get(self.variable, "").encode()


def _unusable(certificate: Path, key: Path, error: Exception, passphrase: _Passphrase) -> ConfigError:
    if passphrase.wanted:
        held = "doesn't open it" if os.environ.get(passphrase.variable) else "isn't set"
        return ConfigError(
            "config.tls",
            f"the key {key} is encrypted, and {passphrase.variable} {held}",
            advice=f"set the environment variable {passphrase.variable}",
        )
    reason = getattr(error, "strerror", None) or type(error).__name__
    return ConfigError(
        "config.tls",
        f"the certificate {certificate} and the key {key} can't be used together: {reason}",
        advice="name a certificate (with its chain) and its key, both PEM, readable by the node's user",
    )
