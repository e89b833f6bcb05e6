"""Reading the fields of a report into a record.

Graduation (学历) and degree (学位) are two achievements. 结业 and 肄业 are no graduation: studies without an award, or
left. A student record is an enrolment, whatever its status. Report types stay exact: their key stands in
`Report.kinds`, their words in the title.
"""

from __future__ import annotations

from adapters.chsi.bilingual import TABLES_WORDS, claimed, described, levels, listed, modes, notes, text
from adapters.chsi.courses import credit, read_courses
from adapters.chsi.fields import SECRET, Fields, take, take_when
from adapters.chsi.lists import Word, degree, fold, of_code, squeezed, word
from adapters.chsi.withheld import withhold, without_code
from gateway.errors import Refused
from gateway.kit import Reading
from gateway.model.document import DocumentFacts
from gateway.model.record import (
    Achievement,
    Code,
    Enrolment,
    Identifier,
    Learner,
    Name,
    Organisation,
    Period,
    Place,
    Record,
    Report,
    Specification,
)
from gateway.model.texts import Text
from gateway.vocabulary.kinds import OPPORTUNITY

CENTRE = Organisation(
    legal_name={
        "zh": "教育部学生服务与素质发展中心",
        "en": "Center for Student Services and Development, Ministry of Education",
    },
    country="CN",
)
"""Who runs the register, and issues the reports, since August 2022; before it was CHESICC."""

REPORT_TYPE = "chsi-report-type"
CERTIFICATE, DEGREE_CERTIFICATE, REPORT_NUMBER = "chsi-certificate", "chsi-degree-certificate", "chsi-report"
STUDENT_NUMBER, SCHOOL, OLD_SCHOOL = "chsi-student-number", "moe-school", "moe-school-5"

_GRADUATIONS, _DEGREES = ("heqc", "heqc_authentication"), ("degree", "degree_authentication")
_OF_THE_CENTRE = ("gaokao", "upper_secondary")


def read_report(fields: Fields, kind: str | None) -> Reading:
    """Read a report; `kind` is its type, None where a page doesn't show it.

    Raises:
        Refused: `chsi.institution`, `chsi.conclusion`.
    """
    code = fields.get(*SECRET)
    withhold(fields)
    facts = _facts(fields)
    report = _Report(fields, kind).read()
    record = Record(learner=_learner(fields), reports=(report,))
    facts = facts.model_copy(update={"issued": report.issued})
    return Reading(record=record, document=facts, losses=without_code(fields.finish(), code))


def _facts(fields: Fields) -> DocumentFacts:
    """What the report says of itself: until when it can be checked is no end of what it certifies."""
    kept = [key for key in ("validUntil", "language") if fields.get(key) is not None]
    if fields.get("issueDate") is not None and fields.get("updateDate") is not None:
        kept.append("updateDate")
    other = {fields.place(key): take(fields, key) or "" for key in kept}
    return DocumentFacts(issuer=CENTRE, other=other)


def _learner(fields: Fields) -> Learner:
    names = []
    if (name := take(fields, "name")) is not None:
        names.append(Name(language="zh", full=name))
    if (romanised := take(fields, "nameEn")) is not None:
        names.append(Name(use="romanised", language="zh-latn", full=romanised))
    number = take(fields, "studentNo")
    gender, known = fields.get("gender"), word("gender", fields.get("gender") or "")
    if known is not None or gender is None:
        fields.skip("gender")
    return Learner(
        names=tuple(names),
        born=take_when(fields, "birthDate"),
        gender=None if known is None else known.code,  # the table holds ISO/IEC 5218
        identifiers=(Identifier(scheme=STUDENT_NUMBER, value=number),) if number is not None else (),
    )


class _Report:
    """One reading of the report itself."""

    def __init__(self, fields: Fields, kind: str | None) -> None:
        self._fields = fields
        self._kind = kind

    def read(self) -> Report:
        """The report with all that is in it."""
        achievements: list[Achievement] = []
        enrolments: list[Enrolment] = []
        issuer = self._issuer()
        graduation = self._degree_first(achievements)
        if self._kind == "student_record" or self._fields.get("studentStatus") is not None:
            enrolments.append(self._enrolment(self._student_status(), graduation))
        elif (conclusion := self._conclusion()) is not None:
            if conclusion.code == "graduated":
                achievements.insert(0, self._graduation(graduation))
            else:
                enrolments.append(self._enrolment(conclusion.code, graduation))
        elif self._kind not in _DEGREES and (says := self._says_programme()) is not None:
            status = "left" if self._has_ended() else "in-progress"
            self._fields.note("assumed", says, to=status, detail="the report doesn't say how the studies stand")
            enrolments.append(self._enrolment(status, graduation))
        schemes, passed, assessed = read_courses(self._fields)
        return Report(
            issuer=issuer,
            issued=take_when(self._fields, "issueDate") or take_when(self._fields, "updateDate"),
            identifiers=self._identifiers("reportNo", REPORT_NUMBER),
            kinds=self._kinds(),
            title=self._title(),
            achievements=(*achievements, *passed),
            enrolments=tuple(enrolments),
            assessments=assessed,
            grading_schemes=schemes,
        )

    # --- who, and what it is called -------------------------------------------------------------------------------

    def _issuer(self) -> Organisation:
        """Who awarded: the school, or the unit that grants degrees; the register where no school is named."""
        fields = self._fields
        key = "institution" if fields.get("institution") is not None else "degreeUnit"
        name = take(fields, key)
        if name is None:
            if self._kind in _OF_THE_CENTRE:
                return CENTRE
            raise Refused(
                "chsi.institution",
                f"got no school, expected one at {fields.place('institution')}",
                advice="Ask for the whole report.",
            )
        if fields.get("degreeUnit") == name:
            fields.skip("degreeUnit")
        fields.note("assumed", key, to="CN", detail="the register is China's")
        english = take(fields, "institutionEn")
        location = take(fields, "location")
        return Organisation(
            legal_name=text(name, english),
            identifiers=(*self._identifiers("moeCode", SCHOOL), *self._identifiers("schoolCode", OLD_SCHOOL)),
            country="CN",
            places=(Place(name={"zh": location}),) if location is not None else (),
        )

    def _kinds(self) -> tuple[Code, ...]:
        self._fields.skip("reportType")
        known = None if self._kind is None else of_code("report", self._kind)
        if known is None:
            return ()
        return (Code(scheme=REPORT_TYPE, value=known.code, label={"zh": known.zh, "en": known.en}),)

    def _title(self) -> Text:
        """As printed; what isn't printed is the name that the type has."""
        known = None if self._kind is None else of_code("report", self._kind)
        title, english = take(self._fields, "title"), take(self._fields, "titleEn")
        if known is None:
            return text(title, english)
        for key, printed, name in (("title", title, known.zh), ("titleEn", english, known.en)):
            if printed is None:
                self._fields.note("assumed", key, to=name, detail="the name of the report's type")
        return {"zh": title or known.zh, "en": english or known.en}

    def _identifiers(self, key: str, scheme: str) -> tuple[Identifier, ...]:
        value = take(self._fields, key)
        return () if value is None else (Identifier(scheme=scheme, value=squeezed(value)),)

    # --- programmes -----------------------------------------------------------------------------------------------

    def _degree_first(self, achievements: list[Achievement]) -> Text:
        """Read a degree, where there is one; gives the words of the programme, for both."""
        major = take(self._fields, "major")
        programme: Text = {} if major is None else {"zh": major}
        if self._fields.get("degreeName") is not None or self._fields.get("degreeCertificateNo") is not None:
            achievements.append(self._degree(programme))
        return programme

    def _degree(self, programme: Text) -> Achievement:
        fields = self._fields
        name = take(fields, "degreeName")
        known = None if name is None else degree(name)
        title = text(name, None if known is None else known.en)
        if known is not None:
            fields.note("assumed", "degreeName", to=known.en, detail=TABLES_WORDS)
        specification = Specification(
            title=title,
            description=described(self._fields, self._kind) if self._kind in _DEGREES else {},
            kinds=(Code(scheme=OPPORTUNITY, value="Degree Programme"),),
            levels=claimed(fields, "degreeName", known),
            subjects=tuple(Code(value=words, label=programme) for words in programme.values()),
        )
        return Achievement(
            specification=specification,
            identifiers=self._identifiers("degreeCertificateNo", DEGREE_CERTIFICATE),
            awarded_by=self._granted_by(),
            awarded_on=take_when(fields, "degreeDate"),
        )

    def _granted_by(self) -> tuple[Organisation, ...]:
        """The unit that granted a degree, where it is another than the school that is named."""
        fields = self._fields
        unit = fields.get("degreeUnit")
        if unit is None or fields.get("institution") in (None, unit):
            fields.skip("degreeUnit")
            return ()
        fields.skip("degreeUnit")
        fields.note("assumed", "degreeUnit", to="CN", detail="the register is China's")
        return (Organisation(legal_name={"zh": unit}, country="CN"),)

    def _graduation(self, programme: Text) -> Achievement:
        return Achievement(
            specification=self._programme(programme, graduated=True),
            identifiers=self._identifiers("certificateNo", CERTIFICATE),
            awarded_on=take_when(self._fields, "graduationDate"),
            period=self._period(None),
            notes=notes(self._fields, "conclusion", "presidentName"),
        )

    def _enrolment(self, status: str, programme: Text) -> Enrolment:
        """A study under way, interrupted, left, or ended without an award."""
        end = "graduationDate" if self._fields.get("graduationDate") is not None else "leaveDate"
        return Enrolment(
            specification=self._programme(programme, graduated=False),
            identifiers=self._identifiers("certificateNo", CERTIFICATE),
            status=status,  # the tables hold the words of the noun
            period=self._period(end),
            notes=notes(
                self._fields, "conclusion", "studentStatus", "expectedGraduationDate", "branch", "department",
                "classNo", "presidentName",
            ),
        )  # fmt: skip

    def _programme(self, programme: Text, *, graduated: bool) -> Specification:
        return Specification(
            title=programme,
            description=described(self._fields, self._kind),
            kinds=(Code(scheme=OPPORTUNITY, value="Degree Programme"),),
            levels=levels(self._fields, graduated=graduated),
            categories=listed(self._fields, "educationType", "education_type"),
            modes=modes(self._fields),
            credits_offered=credit(self._fields, "totalCredits"),
        )

    def _period(self, end: str | None) -> Period | None:
        start = take_when(self._fields, "enrollDate")
        stop = None if end is None else take_when(self._fields, end)
        return None if start is None and stop is None else Period(start=start, end=stop)

    def _says_programme(self) -> str | None:
        """The field that says that there were studies of a programme."""
        return next(
            (key for key in ("level", "enrollDate", "certificateNo") if self._fields.get(key) is not None), None
        )

    def _has_ended(self) -> bool:
        return any(self._fields.get(key) is not None for key in ("graduationDate", "leaveDate"))

    def _conclusion(self) -> Word | None:
        """What the report says of the end of the studies: a word of the list, or none."""
        found = self._fields.get("conclusion")
        if found is None and self._kind not in _GRADUATIONS:
            return None
        known = None if found is None else word("conclusion", found)
        if known is None:
            place = self._fields.place("conclusion")
            raise Refused(
                "chsi.conclusion",
                f"got {'none' if found is None else 'another word'}, expected 毕业, 结业 or 肄业 at {place}",
                advice="Ask the register: whether somebody graduated is never guessed.",
            )
        return known

    def _student_status(self) -> str:
        found = self._fields.get("studentStatus") or ""
        known = word("student_status", found)
        if known is not None:
            if known.zh == "保留入学资格":
                self._fields.note("approximated", "studentStatus", detail="admitted, and not yet enrolled")
            return known.code
        if not fold(found).startswith(("在籍", "不在籍")):
            place = self._fields.place("studentStatus")
            raise Refused(
                "chsi.status",
                f"got another word, expected one that begins with 在籍 or 不在籍 at {place}",
                advice="Ask the register: whether somebody is enrolled is never guessed.",
            )
        status = "in-progress" if fold(found).startswith("在籍") else "left"
        self._fields.note("assumed", "studentStatus", to=status, detail="no list has the status in its brackets")
        return status
