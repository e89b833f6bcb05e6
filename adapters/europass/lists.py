"""The controlled lists that only Europass needs, and the addresses of all of them.

Source: EU Vocabularies (English labels, CC BY 4.0). A concept of a Europass list is `BASE/<list>/<code>` in the scheme
`BASE/<list>/25831c2`; one of an authority table is `AUTHORITY/<table>/<CODE>` in the scheme `AUTHORITY/<table>`.
ESCO, NUTS, administrative units and currencies are not held: their codes are "unknown" (None), never wrong.
"""

from __future__ import annotations

from functools import cache

from gateway.vocabulary import countries, credit_schemes, fields, languages, levels
from gateway.vocabulary.tables import read_rows

BASE = "http://data.europa.eu/snb/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
ESCO = "http://data.europa.eu/esco/concept-scheme/"

AUTHORITY_TABLES = frozenset({"country", "language", "file-type", "human-sex", "atu", "currency"})
ESCO_SCHEMES = frozenset({"skills", "occupations"})
UNHELD = frozenset({"atu", "currency", "skills", "occupations", "claim-type"})

CREDIT_CODES = {credit_schemes.ECTS: "6fcec5c5af", credit_schemes.ECVET: "60b314e826"}
CONVERSION = "c_c4f849d7"
MANDATE = "c_18016257"
CONVERTED_PROFILE = "c_7e400154"
BASE64 = "6146cde7dd"


def scheme_address(name: str) -> str:
    """The address of a list's concept scheme."""
    if name in AUTHORITY_TABLES:
        return AUTHORITY + name
    if name in ESCO_SCHEMES:
        return ESCO + name
    return f"{BASE}{name}/25831c2"


def concept_address(name: str, code: str) -> str:
    """The address of a concept in a list."""
    return f"{AUTHORITY if name in AUTHORITY_TABLES else BASE}{name}/{code}"


def parse_address(address: str) -> tuple[str, str] | None:
    """The list and code that a concept's address names, None when it is of no list known here."""
    for base in (BASE, AUTHORITY):
        if address.startswith(base):
            name, slash, code = address.removeprefix(base).rpartition("/")
            if slash and code and "/" not in name:
                return name, code
    return None


@cache
def _lists() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, code, label in read_rows("lists.csv", package="adapters.europass"):
        found.setdefault(name, {})[code] = label
    return found


def is_held(name: str) -> bool:
    """Whether membership of a list can be checked here."""
    return name in _lists() or name in {"country", "language", "isced-f", "eqf"}


def label_of(name: str, code: str) -> str | None:
    """The English label of a code ("" where its list gives none), None when the code isn't in the list."""
    match name:
        case "country":
            country = countries.by_authority(code)
            return None if country is None else country.name
        case "language":
            language = languages.by_authority(code)
            return None if language is None else language.name
        case "isced-f":
            return fields.label_of(code)
        case "eqf":
            return levels.eqf_label(code)
        case _:
            return _lists().get(name, {}).get(code)


def codes_of(name: str) -> frozenset[str]:
    """The codes of a list of this package."""
    return frozenset(_lists().get(name, {}))
