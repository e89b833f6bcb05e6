"""Reading the fields of a report into a record.

Graduation (学历) and degree (学位) are two achievements. 结业 and 肄业 are no graduation: studies without an award, or
left. A student record is an enrolment, whatever its status. Report types stay exact: their key stands in
`Report.kinds`, their words in the title.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.chsi.dates import parse_date
from adapters.chsi.fields import SECRET, SENSITIVE, Fields, JsonFields, leave_out, take, take_when, take_word
from adapters.chsi.lists import Word, degree, fold, labelled, of_code, squeezed, word
from adapters.chsi.scales import GRADE_SCALE, SCALES
from gateway.errors import Refused
from gateway.kit import Loss, Reading
from gateway.model.document import DocumentFacts
from gateway.model.record import (
    Achievement,
    Assessment,
    Code,
    Credit,
    Enrolment,
    GradingScheme,
    Identifier,
    Learner,
    Level,
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

REPORT_TYPE, LEVEL, STUDY_FORM = "chsi-report-type", "chsi-level", "chsi-study-form"
CERTIFICATE, DEGREE_CERTIFICATE, REPORT_NUMBER = "chsi-certificate", "chsi-degree-certificate", "chsi-report"
STUDENT_NUMBER, SCHOOL, OLD_SCHOOL = "chsi-student-number", "moe-school", "moe-school-5"
CREDITS = Code(value="学分", label={"zh": "学分", "en": "credits of the school"})
"""There is no national unit of credits, and they are no ECTS."""

_GRADUATIONS, _DEGREES = ("heqc", "heqc_authentication"), ("degree", "degree_authentication")
_WITH_CODE = "a text that holds the verification code"
_OF_THE_CENTRE = ("gaokao", "upper_secondary")
_TABLES_WORDS = "the English words are those of this gateway's table"
_INDICATIVE = "usual practice, claimed by this gateway alone: China has no framework that refers to it"


def read_report(fields: Fields, kind: str | None) -> Reading:
    """Read a report; `kind` is its type, None where a page doesn't show it.

    Raises:
        Refused: `chsi.institution`, `chsi.conclusion`.
    """
    code = fields.get(*SECRET)
    _leave_out_secrets(fields)
    facts = _facts(fields)
    report = _Report(fields, kind).read()
    record = Record(learner=_learner(fields), reports=(report,))
    facts = facts.model_copy(update={"issued": report.issued})
    return Reading(record=record, document=facts, losses=_without_code(fields.finish(), code))


def _without_code(losses: Iterable[Loss], code: str | None) -> tuple[Loss, ...]:
    """The losses without what repeats the verification code: a link, or a text that no label names, may hold it too."""
    value = () if code is None else (squeezed(code),)
    marks = (*map(squeezed, SECRET), *value)
    return tuple(_without(loss, value) if _holds((loss.source, loss.from_), marks) else loss for loss in losses)


def _without(loss: Loss, code: Iterable[str]) -> Loss:
    is_place = loss.source.startswith("/") and not _holds((loss.source,), code)
    return loss.model_copy(update={"source": loss.source if is_place else _WITH_CODE, "from_": None})


def _holds(texts: Iterable[str | None], marks: Iterable[str]) -> bool:
    """Whether a text holds one of the marks, however it is spaced."""
    whole = [squeezed(text) for text in texts if text]
    return any(mark in text for text in whole for mark in marks)


def _leave_out_secrets(fields: Fields) -> None:
    for key in SECRET:
        leave_out(fields, key, "a bearer secret that opens the report: it isn't handed on")
    for key in SENSITIVE:
        leave_out(fields, key, "sensitive personal information (PIPL, article 28): left out")
    if isinstance(fields, JsonFields):
        fields.drop("provenance", "how the report got here is no statement of its issuer")


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
        schemes, passed, assessed = self._courses()
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
            legal_name=_text(name, english),
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
            return _text(title, english)
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
        title = _text(name, None if known is None else known.en)
        if known is not None:
            fields.note("assumed", "degreeName", to=known.en, detail=_TABLES_WORDS)
        specification = Specification(
            title=title,
            description=self._described() if self._kind in _DEGREES else {},
            kinds=(Code(scheme=OPPORTUNITY, value="Degree Programme"),),
            levels=self._claims("degreeName", known),
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
            notes=self._notes("conclusion", "presidentName"),
        )

    def _enrolment(self, status: str, programme: Text) -> Enrolment:
        """A study under way, interrupted, left, or ended without an award."""
        end = "graduationDate" if self._fields.get("graduationDate") is not None else "leaveDate"
        return Enrolment(
            specification=self._programme(programme, graduated=False),
            identifiers=self._identifiers("certificateNo", CERTIFICATE),
            status=status,  # the tables hold the words of the noun
            period=self._period(end),
            notes=self._notes(
                "conclusion", "studentStatus", "expectedGraduationDate", "branch", "department", "classNo",
                "presidentName",
            ),
        )  # fmt: skip

    def _programme(self, programme: Text, *, graduated: bool) -> Specification:
        described = self._described()
        return Specification(
            title=programme,
            description=described,
            kinds=(Code(scheme=OPPORTUNITY, value="Degree Programme"),),
            levels=self._levels(graduated=graduated),
            categories=self._words("educationType", "education_type"),
            modes=self._modes(),
            credits_offered=self._credits("totalCredits"),
        )

    def _described(self) -> Text:
        """The report's name, level, type, form and length in words: few systems have a place for each of them."""
        told = self._notes("level", "educationType", "studyForm", "duration")
        known = None if self._kind is None else of_code("report", self._kind)
        names = [{"zh": known.zh, "en": known.en}] if known is not None else []
        return {
            language: mark.join(text[language] for text in (*names, *told))
            for language, mark in (("zh", "；"), ("en", "; "))
            if names or told
        }

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

    # --- words ----------------------------------------------------------------------------------------------------

    def _levels(self, *, graduated: bool) -> tuple[Level, ...]:
        printed, known = take_word(self._fields, "level", "level")
        if printed is None:
            return ()
        own = Level(scheme=LEVEL, label=self._both("level", printed, known))
        return (own, *(self._claims("level", known) if graduated else ()))

    def _claims(self, key: str, known: Word | None) -> tuple[Level, ...]:
        """The levels of other frameworks that are usually put to it, as this gateway's own claim."""
        told = () if known is None else (("eqf", known.eqf), ("isced", known.isced))
        claims = tuple(Level(scheme=scheme, value=value, claimed_by="gateway") for scheme, value in told if value)
        for claim in claims:
            self._fields.note("assumed", key, to=f"{claim.scheme} {claim.value}", detail=_INDICATIVE)
        return claims

    def _words(self, key: str, of: str) -> Text:
        printed, known = take_word(self._fields, key, of)
        return {} if printed is None else self._both(key, printed, known)

    def _both(self, key: str, printed: str, known: Word | None) -> Text:
        """A value as printed, and in the other language by the list that knows it."""
        if printed.isascii():
            return {"en": printed} if known is None else {"en": printed, "zh": known.zh}
        if known is None:
            return {"zh": printed}
        self._fields.note("assumed", key, to=known.en, detail=_TABLES_WORDS)
        return {"zh": printed, "en": known.en}

    def _modes(self) -> tuple[Code, ...]:
        label = self._words("studyForm", "study_form")
        return (Code(scheme=STUDY_FORM, value=next(iter(label.values())), label=label),) if label else ()

    def _credits(self, key: str) -> tuple[Credit, ...]:
        value = take(self._fields, key)
        return () if value is None else (Credit(scheme=CREDITS, value=value),)

    def _notes(self, *keys: str) -> tuple[Text, ...]:
        """Fields for which the record has no noun, with their labels."""
        found = []
        for key in keys:
            value = take(self._fields, key)
            if value is not None:
                zh, en = labelled()[key]
                found.append({"zh": f"{zh}：{value}", "en": f"{en}: {_english(key, value)}"})
        return tuple(found)

    # --- courses --------------------------------------------------------------------------------------------------

    def _courses(self) -> tuple[tuple[GradingScheme, ...], tuple[Achievement, ...], tuple[Assessment, ...]]:
        """The scales, the courses that are stated as passed or failed, and the results of all others."""
        scales: dict[str, GradingScheme] = {}
        achievements, assessments = [], []
        for course in self._fields.courses():
            name = course.get("gradeScale") or ""
            scheme = f"{GRADE_SCALE}={name}" if name in SCALES else None
            if name in SCALES:
                course.skip("gradeScale")
                scales[name] = SCALES[name]
            passed = _passed(course)
            grade = take(course, "grade")
            specification, credits_ = _course_specification(course)
            assessment = Assessment(grade={} if grade is None else _grade(grade), scheme=scheme)
            if not passed:  # credits that weren't earned are those of the course
                specification = specification.model_copy(update={"credits_offered": credits_})
            if passed is None:
                assessments.append(assessment.model_copy(update={"specification": specification}))
                continue
            term = take(course, "term")
            achievements.append(
                Achievement(
                    specification=specification,
                    status="passed" if passed else "failed",
                    assessments=(assessment,) if grade is not None else (),
                    credits_earned=credits_ if passed else (),
                    term=Period(title={"und": term}) if term is not None else None,
                )
            )
        return tuple(scales.values()), tuple(achievements), tuple(assessments)


def _passed(course: Fields) -> bool | None:
    """Whether a course was passed, where it is stated: a result alone never says it, whatever its scale."""
    return course.boolean("passed") if isinstance(course, JsonFields) else None


def _course_specification(course: Fields) -> tuple[Specification, tuple[Credit, ...]]:
    name, english, category = take(course, "name"), take(course, "nameEn"), take(course, "category")
    hours, credits_ = take(course, "hours"), take(course, "credits")
    specification = Specification(
        title=_text(name, english),
        kinds=(Code(scheme=OPPORTUNITY, value="Course"),),
        categories={} if category is None else {"zh": category},
        contact_hours=(hours,) if hours is not None else (),
    )
    return specification, () if credits_ is None else (Credit(scheme=CREDITS, value=credits_),)


def _grade(printed: str) -> Text:
    """A number is of no language."""
    return {"und" if printed.isascii() else "zh": printed}


_LISTED = {
    "conclusion": "conclusion",
    "studentStatus": "student_status",
    "level": "level",
    "educationType": "education_type",
    "studyForm": "study_form",
}


def _english(key: str, value: str) -> str:
    """A value for the English half of a note: that of its list, a date in ISO 8601, years; else as printed."""
    known = word(_LISTED[key], value) if key in _LISTED else None
    if known is not None:
        return known.en
    if key == "duration":
        return f"{fold(value).removesuffix('年')} years"
    return (parse_date(value) if key == "expectedGraduationDate" else None) or value


def _text(zh: str | None, en: str | None) -> Text:
    return {language: words for language, words in (("zh", zh), ("en", en)) if words is not None}
