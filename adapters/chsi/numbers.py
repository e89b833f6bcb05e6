"""Numbers of Chinese reports: certificates, degrees, verification codes, schools; what each says, or why it can't be.

A number proves nothing: what it says is held against what the report says (adapters.chsi.conformity).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapters.chsi.lists import codes, squeezed

FIRST_YEAR = 2001
"""The year in which certificates began to be registered, and numbered, nationally."""

_LAST_SHORT_YEAR = 2002  # serials of five digits
_SHORT = 17
_CERTIFICATE = re.compile(r"(\d{5})([1567])((?:19|20)\d{2})(01|02|04|05|06)(\d{5,6})", re.ASCII)
_SELF_STUDY = re.compile(r"6[56]\d{15,16}", re.ASCII)
_DEGREE = re.compile(r"([CZT]?)(\d{5})([234])((?:19|20)\d{2})(\d{6}|[SE]\d{5})", re.ASCII)
_CODE = re.compile(r"\d{12}|[A-Z0-9]{16}", re.ASCII)
_SCHOOL = re.compile(r"(\d{2})(\d{2})(0?)(\d+)", re.ASCII)
_SCHOOL_DIGITS = 10
_HIGHER = ("41", "42")


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateNumber:
    """What the number of a graduation certificate says; of a self-study examination's nothing but its form.

    `kind` is the digit of the type of education, `level` the two digits of the level. `fault` says what can't be.
    """

    value: str
    school: str = ""
    kind: str = ""
    year: int = 0
    level: str = ""
    serial: str = ""
    self_study: bool = False
    fault: str = ""


def certificate_number(text: str, *, latest: int) -> CertificateNumber:
    """Take a graduation certificate's number apart; `latest` is the last year that it may be of."""
    value = squeezed(text)
    found = _CERTIFICATE.fullmatch(value)
    if found is None:
        if _SELF_STUDY.fullmatch(value):
            return CertificateNumber(value=value, self_study=True)
        return CertificateNumber(value=value, fault=_wrong_shape(value))
    school, kind, year, level, serial = found.groups()
    return CertificateNumber(
        value=value,
        school=school,
        kind=kind,
        year=int(year),
        level=level,
        serial=serial,
        fault=_wrong_year(int(year), latest, short=len(value) == _SHORT),
    )


def _wrong_shape(value: str) -> str:
    if not (value.isascii() and value.isdigit()):
        return "holds something else than digits"
    if len(value) not in (_SHORT, _SHORT + 1):
        return f"has {len(value)} digits, expected 18 (17 in 2001 and 2002)"
    return "has no type of education (1, 5, 6, 7), year or level (01, 02, 04, 05, 06) where these stand"


def _wrong_year(year: int, latest: int, *, short: bool) -> str:
    if year > latest:
        return "is of a year that the report can't know yet"
    if year < FIRST_YEAR:
        return f"is of a year before {FIRST_YEAR}, when numbers of this form began"
    return f"has 17 digits, which ended in {_LAST_SHORT_YEAR}" if short and year > _LAST_SHORT_YEAR else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DegreeNumber:
    """What the number of a degree certificate says: `level` 2 doctor, 3 master, 4 bachelor.

    `prefix` C: adult bachelor, Z: professional degree, T: equivalent academic ability.
    """

    value: str
    prefix: str = ""
    unit: str = ""
    level: str = ""
    year: int = 0
    serial: str = ""
    fault: str = ""


def degree_number(text: str, *, latest: int) -> DegreeNumber:
    """Take a degree certificate's number apart."""
    value = squeezed(text)
    found = _DEGREE.fullmatch(value)
    if found is None:
        return DegreeNumber(value=value, fault="isn't of the form unit, level (2, 3, 4), year, serial of six places")
    prefix, unit, level, year, serial = found.groups()
    late = "is of a year that the report can't know yet" if int(year) > latest else ""
    return DegreeNumber(value=value, prefix=prefix, unit=unit, level=level, year=int(year), serial=serial, fault=late)


def verification_code(text: str) -> str | None:
    """A code of the online check as it is asked by; None where it can't be one."""
    value = squeezed(text)
    return value if _CODE.fullmatch(value) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolCode:
    """What the Ministry's code of a school says; `school` the old code of five digits, "" where none follows."""

    value: str
    category: str = ""
    province: str = ""
    school: str = ""
    fault: str = ""


def school_code(text: str) -> SchoolCode:
    """Take the Ministry's code of a school apart."""
    value = squeezed(text)
    found = _SCHOOL.fullmatch(value)
    if found is None or len(value) != _SCHOOL_DIGITS:
        return SchoolCode(value=value, fault="hasn't ten digits")
    category, province, zero, last = found.groups()
    if province not in codes("province"):
        return SchoolCode(value=value, fault="names no province")
    if category not in codes("school"):
        return SchoolCode(value=value, fault="is of no kind of school that this gateway knows")
    school = last if category in _HIGHER and zero else ""
    return SchoolCode(value=value, category=category, province=province, school=school)
