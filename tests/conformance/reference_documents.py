"""The credentials among the reference documents, told by looks of our own: never by the adapters' eyes, never by name.

A file is an ELMO when it is XML whose first element is `elmo`, bare or in base64 (and gzip); it is a credential of ELM 3
when it is JSON of the type EuropeanDigitalCredential with the context of ELM's application profile, bare, in the upload
wrapper, or the payload of a JWS; it is a badge or a learner record of 1EdTech when it is JSON of one of their types,
bare, in a text of a PNG, or the payload of a compact JWS. Files that their manifest calls not well-formed, or that the manifest refuses, are
neither.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from tests.reference import REFERENCE

_FIRST_ELEMENT = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<(?:[\w.-]+:)?elmo[\s/>]", re.DOTALL
)
_PROFILE = "data.europa.eu/snb/model/context/edc-ap"
_BEFORE_EMREX = b"http://purl.org/net/elmo"
_TYPES = {
    "clr": {"ClrCredential"},
    "ler": {"LER-RS VC"},
    "openbadges": {"AchievementCredential", "OpenBadgeCredential", "EndorsementCredential"},
}
_UNREADABLE = ("not well-formed", "REJECT")


def name_of(file: Path) -> str:
    """A file's name in messages: its path in the reference folder."""
    return file.relative_to(REFERENCE).as_posix()


@cache
def files() -> tuple[Path, ...]:
    """Every file of the reference."""
    return tuple(sorted(file for file in REFERENCE.rglob("*") if file.is_file()))


@cache
def manifest_words() -> dict[str, str]:
    """What the manifests say of each file that has a row of its own, by its path in the reference folder."""
    words = {}
    for manifest in sorted(REFERENCE.glob("*/MANIFEST.md")):
        rows = [line.strip("| ").split(" | ") for line in manifest.read_text("utf-8").splitlines() if line[:1] == "|"]
        words.update({f"{manifest.parent.name}/{row[0].strip()}": row[-1] for row in rows})
    return words


@cache
def elmos() -> tuple[Path, ...]:
    """Every ELMO that is acceptable XML, of any age."""
    return tuple(file for file in files() if _FIRST_ELEMENT.match(bare(file)) and not _is_refused(file))


@cache
def before_emrex() -> tuple[Path, ...]:
    """The ELMO files of the time before EMREX: verified, and refused for reading."""
    return tuple(file for file in elmos() if _BEFORE_EMREX in bare(file)[:2000])


@cache
def credentials() -> tuple[Path, ...]:
    """Every credential of ELM 3."""
    return tuple(file for file in files() if file.suffix in (".json", ".jsonld") and _is_credential(payload(file)))


@cache
def of_1edtech() -> dict[Path, str]:
    """Every badge, endorsement and learner record, with the adapter that has to know it."""
    found = {}
    for file in files():
        for value in _values(file):
            known = _known(value) if isinstance(value, dict) else []
            if known:
                found[file] = known[0]
    return found


def _known(value: dict[str, Any]) -> list[str]:
    contexts = value.get("@context")
    contexts = [one for one in (contexts if isinstance(contexts, list) else [contexts]) if isinstance(one, str)]
    kinds = value.get("type")
    kinds = {str(one) for one in (kinds if isinstance(kinds, list) else [kinds])}
    if kinds == {"Assertion"}:
        is_badge = "https://w3id.org/openbadges/v2" in contexts and not any("blockcerts" in one for one in contexts)
        return ["openbadges"] if is_badge else []
    if "BlockcertsCredential" in kinds:
        return ["blockcerts"] if any(one.startswith("https://w3id.org/blockcerts/v3") for one in contexts) else []
    return [family for family, names in _TYPES.items() if contexts and names & kinds]


def _values(file: Path) -> list[Any]:
    """What a file may hold: its JSON, the JSON in a PNG's text, the payload of a compact JWS in either, and its `vc`."""
    octets = file.read_bytes()
    if octets[:8] == b"\x89PNG\r\n\x1a\n":
        start = octets.find(b"openbadgecredential\0")
        end = start - 8 + 4 + int.from_bytes(octets[start - 8 : start - 4]) + 4
        octets = octets[start:end].rpartition(b"\0")[2] if start > 0 else b""
    if re.fullmatch(rb"[\w-]+\.[\w-]+\.[\w-]+\s*", octets[:1_000_000]):
        octets = base64.urlsafe_b64decode(octets.split(b".")[1] + b"==")
    try:
        value = json.loads(octets) if octets[:1] in b"{[ \t\r\n" else None
    except (ValueError, RecursionError):
        return []
    return [value, value["vc"]] if isinstance(value, dict) and "vc" in value else [value]


@cache
def readable() -> tuple[Path, ...]:
    """Every document that becomes a record; one of several that hold the same bytes inside their containers."""
    found: dict[bytes, Path] = {}
    for file in (*elmos(), *credentials()):
        if file not in before_emrex():
            found.setdefault(bare(file), file)
    return tuple(found.values())


def bare(file: Path) -> bytes:
    """The bytes inside base64 and gzip, by the standard library alone."""
    octets = file.read_bytes()
    if octets[:1] != b"<" and len(octets) < 1_000_000:
        try:
            octets = base64.b64decode(b"".join(octets.split()), validate=True)
        except binascii.Error:
            return octets
    return gzip.decompress(octets) if octets[:2] == b"\x1f\x8b" else octets


def payload(file: Path) -> Any:
    """The JSON value of a file, out of a JWS and out of the upload wrapper; None where it is no JSON."""
    try:
        value = json.loads(file.read_bytes())
        if (
            isinstance(value, dict)
            and isinstance(value.get("payload"), str)
            and {"signature", "signatures"} & set(value)
        ):
            text = value["payload"]  # RFC 7797: b64 false leaves it as it is
            value = json.loads(text if text[:1] == "{" else base64.urlsafe_b64decode(text + "=="))
    except (ValueError, RecursionError):
        return None
    return value["credential"] if isinstance(value, dict) and set(value) == {"credential"} else value


def _is_credential(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    contexts, kinds = value.get("@context"), value.get("type")
    return (
        isinstance(contexts, list)
        and any(isinstance(c, str) and c.endswith(_PROFILE) for c in contexts)
        and isinstance(kinds, list)
        and "EuropeanDigitalCredential" in kinds
    )


def _is_refused(file: Path) -> bool:
    words = manifest_words().get(name_of(file), "")
    return any(word in words for word in _UNREADABLE)
