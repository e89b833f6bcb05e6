"""Whether a report keeps the rules of its profile, and whether what it says of itself agrees.

Findings are WARNING at most. A number that contradicts the report is a reason to ask, not a proof of forgery: schools
merge, are renamed, and issue again. Messages name places, never what stands there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.chsi.addresses import HOST, fault_of
from adapters.chsi.comparing import meaning
from adapters.chsi.dates import parse_date
from adapters.chsi.fields import Fields
from adapters.chsi.labelled import Labelled, unreadable_dates
from adapters.chsi.lists import degree, word
from adapters.chsi.numbers import (
    CertificateNumber,
    DegreeNumber,
    certificate_number,
    degree_number,
    school_code,
    verification_code,
)
from adapters.chsi.page import Page
from adapters.chsi.sheet import Sheet
from gateway.kit import Finding
from gateway.kit.findings import conformity, deviation, schema_deviations

NESTED_SCHEMA, FLAT_SCHEMA = "chsi-report.schema.json", "chsi-flat-report.schema.json"
_DATES = (
    "birthDate", "enrollDate", "expectedGraduationDate", "leaveDate", "graduationDate", "degreeDate",
    "updateDate", "issueDate", "validUntil",
)  # fmt: skip
_COMPARABLE = (*_DATES, "level", "studyForm", "conclusion", "gender", "certificateNo", "degreeCertificateNo", "vcode")
_FOREVER = 9999
_LISTED = {
    "level": "level",
    "educationType": "education_type",
    "studyForm": "study_form",
    "studentStatus": "student_status",
    "gender": "gender",
}


def conform_json(value: Mapping[str, Any], fields: Fields, schema: str) -> tuple[Finding, ...]:
    """The findings about a report in the partner profile."""
    own = (*_source(value), *_consistent(fields, fields.get("reportType")))
    return conformity((*schema_deviations(value, schema), *own), schema)


def conform_page(page: Page, fields: Fields) -> tuple[Finding, ...]:
    """The findings about a saved page."""
    return conformity((*_printed(page), *_links(page), *_consistent(fields, page.type)), "labels")


def conform_sheet(sheet: Sheet, fields: Fields) -> tuple[Finding, ...]:
    """The findings about a report as PDF."""
    return conformity((*_printed(sheet), *_wordings(sheet), *_consistent(fields, sheet.type)), "labels")


def _printed(labelled: Labelled) -> Iterator[Finding]:
    for label in unreadable_dates(labelled):
        yield deviation("date", label, "is no date")


def _wordings(sheet: Sheet) -> Iterator[Finding]:
    """The English wording of what has one meaning in either language: a word of a list, a date, a number."""
    for key, said in sheet.wordings.items():
        own, english = (one.text if one is not None else None for one in (sheet.shown.get(key), said))
        if own and english and key in _COMPARABLE and meaning(key, own) != meaning(key, english):
            yield deviation("wording", said.label, "the English wording says otherwise than the Chinese")


def _source(value: Mapping[str, Any]) -> Iterator[Finding]:
    """Where the sender says that the report is from."""
    provenance = value.get("provenance")
    url = provenance.get("sourceUrl") if isinstance(provenance, dict) else None
    if isinstance(url, str) and (fault := fault_of(url)):
        yield deviation("address", "/provenance/sourceUrl", f"{fault}: it is never followed")


def _links(page: Page) -> Iterator[Finding]:
    for host in sorted(page.other_hosts):
        yield deviation("address", host, f"the page points at another host than {HOST}: it is never followed")


# --- what the report says of itself -----------------------------------------------------------------------------------


def _consistent(fields: Fields, kind: str | None) -> Iterator[Finding]:
    latest = _latest_year(fields)
    yield from _dates(fields)
    yield from _lists(fields, kind)
    yield from _numbers(fields, latest)
    yield from _codes(fields)


def _latest_year(fields: Fields) -> int:
    """The year in which the report was made, which nothing in it can be later than."""
    years = [_year(fields, key) for key in ("updateDate", "issueDate")]
    return max((year for year in years if year is not None), default=_FOREVER)


def _dates(fields: Fields) -> Iterator[Finding]:
    for key in _DATES:
        if (found := fields.get(key)) is not None and parse_date(found) is None:
            yield deviation("date", fields.place(key), "is no date")
    for start, end in (("birthDate", "enrollDate"), ("enrollDate", "graduationDate")):
        first, last = _when(fields, start), _when(fields, end)
        if first is not None and last is not None and last < first[: len(last)]:
            yield deviation("order", fields.place(end), f"is before {start}")


def _lists(fields: Fields, kind: str | None) -> Iterator[Finding]:
    for key, of in _LISTED.items():
        if (found := fields.get(key)) is not None and word(of, found) is None:
            yield deviation("word", fields.place(key), "isn't a word of its list: it is kept as printed")
    title = fields.get("title")
    known = None if title is None else word("report", title)
    if known is not None and kind is not None and known.code != kind:
        yield deviation("title", fields.place("title"), "is the title of another type of report")


def _numbers(fields: Fields, latest: int) -> Iterator[Finding]:
    if (found := fields.get("certificateNo")) is not None:
        yield from _certificate(fields, certificate_number(found, latest=latest), fields.place("certificateNo"))
    if (found := fields.get("degreeCertificateNo")) is not None:
        yield from _degree(fields, degree_number(found, latest=latest), fields.place("degreeCertificateNo"))


def _certificate(fields: Fields, number: CertificateNumber, place: str) -> Iterator[Finding]:
    if number.fault:
        yield deviation("certificate", place, number.fault)
    if number.fault or number.self_study:
        return
    yield from _says_year(fields, "graduationDate", number.year, place, "graduation")
    yield from _says(fields, "level", "level", number.level, place)
    yield from _says(fields, "educationType", "education_type", number.kind, place)
    if (school := _school(fields)) is not None and school != number.school:
        yield deviation("school", place, "the number is of another school than the report's (or of one since merged)")


def _says_year(fields: Fields, key: str, year: int, place: str, of: str) -> Iterator[Finding]:
    if (said := _year(fields, key)) is not None and said != year:
        yield deviation("year", place, f"the year in the number isn't that of the {of}")


def _says(fields: Fields, key: str, of: str, code: str, place: str) -> Iterator[Finding]:
    found = fields.get(key)
    known = None if found is None else word(of, found)
    if known is not None and known.code and known.code != code:
        check = {"level": "level", "education_type": "type"}[of]
        yield deviation(check, place, f"the number says another {key} than the report")


def _degree(fields: Fields, number: DegreeNumber, place: str) -> Iterator[Finding]:
    if number.fault:
        yield deviation("degree_certificate", place, number.fault)
        return
    yield from _says_year(fields, "degreeDate", number.year, place, "degree")
    name = fields.get("degreeName")
    known = None if name is None else degree(name)
    if known is not None and known.code != number.level:
        yield deviation("level", place, "the number says another degree than the report")
    if (school := _school(fields)) is not None and fields.get("degreeUnit") is None and school != number.unit:
        yield deviation("school", place, "the number is of another unit than the report's school")


def _codes(fields: Fields) -> Iterator[Finding]:
    code = fields.get("vcode")
    if code is not None and verification_code(code) is None:
        yield deviation(
            "code", fields.place("vcode"), "can't be a verification code: 12 digits, or 16 letters and digits"
        )
    ministry, old = fields.get("moeCode"), fields.get("schoolCode")
    if ministry is None:
        return
    known = school_code(ministry)
    if known.fault:
        yield deviation("school", fields.place("moeCode"), known.fault)
    elif old is not None and known.school and known.school != old.strip():
        yield deviation("school", fields.place("schoolCode"), "isn't the code that the ten digits hold")


def _school(fields: Fields) -> str | None:
    """The school's code of five digits, as the report says it."""
    old, ministry = fields.get("schoolCode"), fields.get("moeCode")
    if old is not None:
        return old
    return None if ministry is None else school_code(ministry).school or None


def _when(fields: Fields, key: str) -> str | None:
    found = fields.get(key)
    return None if found is None else parse_date(found)


def _year(fields: Fields, key: str) -> int | None:
    when = _when(fields, key)
    return None if when is None else int(when[:4])
