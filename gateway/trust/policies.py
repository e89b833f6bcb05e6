"""Policies as data: which algorithms and keys may pass, until when, and with which caveat.

A policy is a TOML file (`config/policies/*.toml`, or one given by the user). What it doesn't list isn't allowed.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from gateway.errors import ConfigError
from gateway.model.noun import Noun
from gateway.model.verdict import Caveat
from gateway.packaged import data_folder
from gateway.trust.algorithms import KeyFacts


class _Row(Noun):
    """A row holds through its day `until` (UTC); `caveat` is what a use of it leaves in the verdict."""

    model_config = ConfigDict(strict=True, validate_default=True)

    until: date | None = None
    caveat: Caveat | None = Field(default=None, strict=False)

    def holds(self, now: datetime) -> bool:
        return self.until is None or now.astimezone(UTC).date() <= self.until


class SchemeRule(_Row):
    """A signature scheme that may be used."""

    name: Literal["rsa-pkcs1", "rsa-pss", "ecdsa", "eddsa"]


class DigestRule(_Row):
    """A digest that may be used, in the proof or in the certificates of the path."""

    name: Literal["sha1", "sha224", "sha256", "sha384", "sha512"]


class KeyRule(_Row):
    """A kind of key with its least size in bits; for `ec` the curves by their SEC 2 or RFC 5639 names."""

    kind: Literal["rsa", "ec", "ed25519"]
    minimum_bits: int = Field(default=0, ge=0)
    curves: tuple[str, ...] = Field(default=(), strict=False)

    def fits(self, key: KeyFacts) -> bool:
        """Whether the row speaks of this key."""
        return self.kind == key.kind and key.bits >= self.minimum_bits and key.curve in (self.curves or ("",))


class Policy(Noun):
    """What may pass. Rows are tried in order; no row means INDETERMINATE, CRYPTO_CONSTRAINTS_FAILURE."""

    model_config = ConfigDict(strict=True)

    name: str = Field(min_length=1)
    expiry_without_proof_of_time: Literal["indeterminate", "caveat"]
    signature: tuple[SchemeRule, ...] = Field(strict=False)
    digest: tuple[DigestRule, ...] = Field(strict=False)
    key: tuple[KeyRule, ...] = Field(strict=False)

    def rule_for_scheme(self, name: str, now: datetime) -> SchemeRule | None:
        """The row for a signature scheme at this time, if any."""
        return next((row for row in self.signature if row.name == name and row.holds(now)), None)

    def rule_for_digest(self, name: str, now: datetime) -> DigestRule | None:
        """The row for a digest at this time, if any."""
        return next((row for row in self.digest if row.name == name and row.holds(now)), None)

    def rule_for_key(self, key: KeyFacts, now: datetime) -> KeyRule | None:
        """The row for a key at this time, if any; never one for an unsound key."""
        return next((row for row in self.key if key.sound and row.fits(key) and row.holds(now)), None)

    def unchanged_through(self, now: datetime) -> date:
        """The last day through which the rows that hold now, and no others, hold."""
        today = now.astimezone(UTC).date()
        return next((end for end in self.ends if today <= end), date.max)

    @cached_property
    def ends(self) -> tuple[date, ...]:
        """The last days of rows, in order."""
        rows: tuple[_Row, ...] = (*self.signature, *self.digest, *self.key)
        return tuple(sorted({row.until for row in rows if row.until is not None}))

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.signature, self.digest, self.key))

    def __hash__(self) -> int:
        """Of the content, reckoned once: findings are kept by policy."""
        return self._hash


def load_policy(name_or_file: str) -> Policy:
    """A packaged policy by its name ("strict", "legacy"), or the user's own from a `.toml` file.

    Raises:
        ConfigError: `policy.unknown`, `policy.unreadable`, `policy.invalid` (with all that is wrong in it at once).
    """
    packaged = data_folder("config") / "policies"
    known = sorted(file.stem for file in packaged.glob("*.toml"))
    if name_or_file in known:
        return parse_policy((packaged / f"{name_or_file}.toml").read_bytes(), place=f"{name_or_file}.toml")
    if not name_or_file.endswith(".toml"):
        close = difflib.get_close_matches(name_or_file, known, n=1)
        raise ConfigError(
            "policy.unknown",
            f"got policy {name_or_file!r}, expected one of {', '.join(known)}, or a .toml file",
            advice=f"did you mean {close[0]!r}?" if close else "give a packaged name or the path of a policy file",
        )
    try:
        data = Path(name_or_file).read_bytes()
    except OSError as error:
        raise ConfigError(
            "policy.unreadable",
            f"the policy file {name_or_file} can't be read: {error.strerror}",
            advice="check the path",
        ) from None
    return parse_policy(data, place=name_or_file)


def parse_policy(data: bytes, *, place: str) -> Policy:
    """A policy from the bytes of its TOML file; `place` is named in errors.

    Raises:
        ConfigError: `policy.unreadable` (not TOML), `policy.invalid`.
    """
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            "policy.unreadable", f"{place} isn't TOML in UTF-8: {error}", advice="mend the syntax; see config/policies/"
        ) from None
    try:
        return Policy.model_validate(table)
    except ValidationError as error:
        faults = [_fault(item["loc"], item["type"], item["msg"]) for item in error.errors()]
        raise ConfigError(
            "policy.invalid",
            f"{place} has {len(faults)} fault(s):\n" + "\n".join(f"  - {fault}" for fault in faults),
            advice="compare it with config/policies/strict.toml",
        ) from None


_TABLES: Mapping[str, type[Noun]] = {"signature": SchemeRule, "digest": DigestRule, "key": KeyRule}


def _fault(location: Iterable[int | str], kind: str, message: str) -> str:
    parts = [str(part) for part in location]
    place = ".".join(parts)
    if kind != "extra_forbidden":
        return f"{place}: {message}"
    table = _TABLES.get(parts[0], Policy) if len(parts) > 1 else Policy
    close = difflib.get_close_matches(parts[-1], table.model_fields, n=1)
    return f"{place}: unknown key" + (f"; did you mean {close[0]!r}?" if close else "")
