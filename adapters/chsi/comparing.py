"""Comparing a report with the answer of the online check: the answer is the content, the report a claim.

Every field that both have must be equal, by what it means: 2025年06月30日 is 2025-06-30. When the register's entry was
changed, the answer is what counts; so dates of the report itself may differ, and are told. Findings name places alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from adapters.chsi.dates import parse_date
from adapters.chsi.fields import COURSE, SECRET, SENSITIVE, Fields
from adapters.chsi.labelled import Shown
from adapters.chsi.lists import degree, fold, squeezed, word
from gateway.kit import Finding, Status
from gateway.model.verdict import Caveat, SubIndication

_OF_THE_PAPER = ("title", "titleEn", "language", "updateDate", "issueDate", "validUntil", "reportType")
_TOLD = ("updateDate", "issueDate", "validUntil")
_LISTS = {
    "level": "level",
    "educationType": "education_type",
    "studyForm": "study_form",
    "studentStatus": "student_status",
    "conclusion": "conclusion",
    "gender": "gender",
}
_DATES = ("birthDate", "enrollDate", "graduationDate", "expectedGraduationDate", "leaveDate", "degreeDate", *_TOLD)
_NUMBERS = ("certificateNo", "degreeCertificateNo", "vcode", "reportNo", "moeCode", "schoolCode", "studentNo")
_OF_THE_SAME = (
    ("vcode",),
    ("certificateNo",),
    ("degreeCertificateNo",),
    ("name", "reportNo"),
    ("name", "studentNo"),
    ("name", "birthDate"),
)
"""Fields that, being equal, show that both are of the same report or person; a name alone is that of many."""
_ADVICE = {
    "expired": "the report can no longer be checked; ask its holder to extend it: this says nothing of the certificate",
    "closed": "the holder closed the report; ask for it to be opened: this says nothing of the certificate",
    "not_found": "the register knows no report under the code; ask the holder for a new one",
    "malformed": "the register refused the code as malformed; ask the holder for the right one",
    "challenge": "the register asks for a person, and nothing here solves that: have a clerk fetch the page",
    "unavailable": "the answer is no page of the online check; try again later",
}
_SUBS = {
    "not_found": SubIndication.NO_PROOF_FOUND,
    "malformed": SubIndication.FORMAT_FAILURE,
}


def state_finding(state: str) -> Finding:
    """What the register answered; an answer that isn't the report leaves the question open, and never fails it."""
    if state == "verified":
        return Finding(check="online.answer", status=Status.PASSED, about=state, explanation="it shows a report")
    return Finding(
        check="online.answer",
        status=Status.INDETERMINATE,
        about=state,
        explanation=_ADVICE[state],
        sub_indication=_SUBS.get(state, SubIndication.TRY_LATER),
    )


SIMULATED = Finding(
    check="online.source",
    status=Status.WARNING,
    explanation="the answer calls itself a sample: it is a simulator's, and the register never said this",
    caveat=Caveat.SIMULATED,
)
SAMPLE = Finding(
    check="online.source",
    status=Status.WARNING,
    explanation="the report calls itself a sample: the register never made it",
    caveat=Caveat.SIMULATED,
)


def compared(claim: Fields, claimed: str | None, answer: Fields, answered: str | None) -> Iterator[Finding]:
    """A finding for each field that differs, and for each that the answer doesn't show; one for those that are equal.

    `claimed` and `answered` are the types of the reports.
    """
    equal = 0
    if claimed is not None and answered is not None and claimed != answered:
        yield _differs(claim.place("reportType"), "the answer is a report of another type")
    for key in claim.filled():
        if key in _OF_THE_PAPER:
            yield from _told(claim, answer, key)
            continue
        theirs = answer.get(key)
        if theirs is None and key not in SECRET:
            yield _uncovered(claim.place(key))
        elif theirs is not None and meaning(key, theirs) not in [meaning(key, mine) for mine in claim.ways(key)]:
            secret = key in SECRET
            yield _differs(claim.place(key), "the answer is of another code" if secret else "the answer says otherwise")
        else:
            equal += theirs is not None
    yield from _beside(claim, answer)
    yield from _courses(claim, answer)
    if not any(all(_equal(claim, answer, key) for key in keys) for keys in _OF_THE_SAME):
        yield _OF_NOBODY
    told = f"{equal} fields of the report and of the answer are equal"
    yield Finding(check="online.fields", status=Status.PASSED if equal else Status.NOT_CHECKED, explanation=told)


def beside_fields(
    wordings: Mapping[str, Shown], loose: Iterable[str], answer: Fields, answered: Iterable[str]
) -> Iterator[Finding]:
    """What a report shows beside its fields: its English wordings, and its texts without a label.

    A wording whose meaning is known must be the answer's too. What the answer doesn't show of the rest, it doesn't
    vouch for: a text without a label isn't repeated, for it may hold anything.
    """
    for key, shown in wordings.items():
        theirs = answer.get(key)
        said = meaning(key, shown.text or "")
        if theirs is not None and said == meaning(key, theirs):
            continue
        if theirs is not None and key not in _OF_THE_PAPER and _is_known(key, shown.text or ""):
            yield _differs(shown.label, "the answer says otherwise")
        elif key not in SECRET:
            yield _uncovered(shown.label)
    told = {fold(text) for text in answered}
    if any(fold(text) not in told for text in loose):
        yield _uncovered("texts without a label")


def _is_known(key: str, text: str) -> bool:
    """Whether what a wording means is told by a list, or by itself."""
    if key in _DATES:
        return parse_date(text) is not None
    return key in _NUMBERS or (key in _LISTS and word(_LISTS[key], text) is not None)


def _equal(claim: Fields, answer: Fields, key: str) -> bool:
    mine, theirs = claim.get(key), answer.get(key)
    return mine is not None and theirs is not None and meaning(key, mine) == meaning(key, theirs)


def _told(claim: Fields, answer: Fields, key: str) -> Iterator[Finding]:
    """Dates of the report itself: the register's may be newer."""
    mine, theirs = claim.get(key), answer.get(key)
    if key in _TOLD and mine is not None and theirs is not None and parse_date(mine) != parse_date(theirs):
        why = "the answer has another date: the register's entry or the report's term was changed since"
        yield Finding(check="online.date", status=Status.WARNING, about=claim.place(key), explanation=why)


def _courses(claim: Fields, answer: Fields) -> Iterator[Finding]:
    mine, theirs = claim.courses(), answer.courses()
    if mine and not theirs:
        yield _uncovered(claim.place("courses"))
    elif theirs and [_course(one) for one in mine] != [_course(one) for one in theirs]:
        yield _differs(claim.place("courses"), "the answer has other courses or results")
    elif theirs:
        for one, other in zip(mine, theirs, strict=True):
            yield from _beside(one, other)


def _beside(claim: Fields, answer: Fields) -> Iterator[Finding]:
    """What is no field of a report is compared as it is written: nothing says what it means."""
    theirs = answer.others()
    for place, said in claim.others().items():
        if place not in theirs:
            yield _uncovered(place)
        elif theirs[place] != said:
            yield _differs(place, "the answer says otherwise")


def _course(course: Fields) -> list[str]:
    return [fold(course.get(key) or "") for key in COURSE]


def meaning(key: str, text: str) -> str:
    """What a value means, whatever its spelling."""
    if key in _DATES:
        return parse_date(text) or fold(text)
    if key in _NUMBERS:
        return squeezed(text)
    if key in SENSITIVE:
        return fold(text)
    if key == "duration":
        return re.sub(r"(\.\d*?)0+$", r"\1", fold(text).removesuffix("年").removesuffix("years")).removesuffix(".")
    if key == "degreeName":
        known_degree = degree(text)
        return fold(text) if known_degree is None else known_degree.zh
    known = word(_LISTS[key], text) if key in _LISTS else None
    return fold(text) if known is None else known.zh


def _differs(place: str, why: str) -> Finding:
    return Finding(
        check="online.field",
        status=Status.FAILED,
        about=place,
        explanation=f"{why}: the report was altered, or isn't that of the code; ask its holder",
        sub_indication=SubIndication.ANSWER_DIFFERS,
    )


def _uncovered(place: str) -> Finding:
    why = "the answer doesn't show it, so nothing vouches for it: it isn't handed on"
    return Finding(check="online.field", status=Status.NOT_CHECKED, about=place, explanation=why)


_OF_NOBODY = Finding(
    check="online.field",
    status=Status.INDETERMINATE,
    explanation="the answer hasn't the report's code, number, or name and date of birth: whose it is can't be told",
    sub_indication=SubIndication.NO_PROOF_FOUND,
)
