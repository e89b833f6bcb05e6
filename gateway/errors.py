"""The one exception tree: each error has a stable code, a sentence, and advice.

Whose fault is it?

- TestamurError
  - Refused       the document's: it can't be read here (bytes, limits, an unknown form): for `verify` a finding.
  - RequestError  the caller's: an option, a path, a value that can't be used.
  - ConfigError   the operator's: settings, keys, trust files.
  - AdapterError  the adapter author's: an adapter broke its contract.

A message says "got X, expected Y, at Z" and never holds a person's data; `advice` says what to do. The codes are
listed in docs/reference/errors.md, and a test holds that list against the code.
"""

from __future__ import annotations


class TestamurError(Exception):
    """Base of every error that Testamur raises on purpose."""

    __test__ = False  # the name begins with "Test": pytest must not collect it

    def __init__(self, code: str, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error cross a process border (isolated adapters)."""
        return (_rebuild, (type(self), self.code, self.message, self.advice))


def _rebuild(kind: type[TestamurError], code: str, message: str, advice: str) -> TestamurError:
    return kind(code, message, advice=advice)


class Refused(TestamurError):  # noqa: N818 - a word of the design, read as "was refused"
    """The document can't be read: hostile, broken, over a limit, or of no known form."""


class RequestError(TestamurError):
    """The caller asked for something that can't be done as asked."""


class ConfigError(TestamurError):
    """The operator's settings, keys or trust files can't be used."""


class AdapterError(TestamurError):
    """An adapter broke its contract: its author has to mend it."""
