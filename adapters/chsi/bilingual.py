"""What a report says in Chinese, in both languages: as printed, and in English by our tables, which losses tell.

Levels of other frameworks stand beside 层次 as this gateway's own claim, and never as the issuer's word.
"""

from __future__ import annotations

from adapters.chsi.dates import parse_date
from adapters.chsi.fields import Fields, take, take_word
from adapters.chsi.lists import Word, fold, labelled, of_code, word
from gateway.model.record import Code, Level
from gateway.model.texts import Text

LEVEL, STUDY_FORM = "chsi-level", "chsi-study-form"
TABLES_WORDS = "the English words are those of this gateway's table"
_INDICATIVE = "usual practice, claimed by this gateway alone: China has no framework that refers to it"
_LISTED = {
    "conclusion": "conclusion",
    "studentStatus": "student_status",
    "level": "level",
    "educationType": "education_type",
    "studyForm": "study_form",
}


def text(zh: str | None, en: str | None) -> Text:
    """What is printed in either language."""
    return {language: words for language, words in (("zh", zh), ("en", en)) if words is not None}


def listed(fields: Fields, key: str, of: str) -> Text:
    """A word of a list in both languages; one that no list knows as it is printed."""
    printed, known = take_word(fields, key, of)
    return {} if printed is None else _both(fields, key, printed, known)


def levels(fields: Fields, *, graduated: bool) -> tuple[Level, ...]:
    """层次 in the issuer's words; of who graduated also what other frameworks usually call it."""
    printed, known = take_word(fields, "level", "level")
    if printed is None:
        return ()
    own = Level(scheme=LEVEL, label=_both(fields, "level", printed, known))
    return (own, *(claimed(fields, "level", known) if graduated else ()))


def claimed(fields: Fields, key: str, known: Word | None) -> tuple[Level, ...]:
    """The levels of other frameworks that are usually put to a word, as this gateway's own claim."""
    told = () if known is None else (("eqf", known.eqf), ("isced", known.isced))
    claims = tuple(Level(scheme=scheme, value=value, claimed_by="gateway") for scheme, value in told if value)
    for claim in claims:
        fields.note("assumed", key, to=f"{claim.scheme} {claim.value}", detail=_INDICATIVE)
    return claims


def modes(fields: Fields) -> tuple[Code, ...]:
    """学习形式: how somebody studies."""
    label = listed(fields, "studyForm", "study_form")
    return (Code(scheme=STUDY_FORM, value=next(iter(label.values())), label=label),) if label else ()


def notes(fields: Fields, *keys: str) -> tuple[Text, ...]:
    """Fields for which the record has no noun, with their labels."""
    found = []
    for key in keys:
        value = take(fields, key)
        if value is not None:
            zh, en = labelled()[key]
            found.append({"zh": f"{zh}：{value}", "en": f"{en}: {_english(key, value)}"})
    return tuple(found)


def described(fields: Fields, kind: str | None) -> Text:
    """The report's name, level, type, form and length in words: few systems have a place for each of them."""
    told = notes(fields, "level", "educationType", "studyForm", "duration")
    known = None if kind is None else of_code("report", kind)
    names = [{"zh": known.zh, "en": known.en}] if known is not None else []
    return {
        language: mark.join(one[language] for one in (*names, *told))
        for language, mark in (("zh", "；"), ("en", "; "))
        if names or told
    }


def _both(fields: Fields, key: str, printed: str, known: Word | None) -> Text:
    """A value as printed, and in the other language by the list that knows it."""
    if printed.isascii():
        return {"en": printed} if known is None else {"en": printed, "zh": known.zh}
    if known is None:
        return {"zh": printed}
    fields.note("assumed", key, to=known.en, detail=TABLES_WORDS)
    return {"zh": printed, "en": known.en}


def _english(key: str, value: str) -> str:
    """A value for the English half of a note: that of its list, a date in ISO 8601, years; else as printed."""
    known = word(_LISTED[key], value) if key in _LISTED else None
    if known is not None:
        return known.en
    if key == "duration":
        return f"{fold(value).removesuffix('年')} years"
    return (parse_date(value) if key == "expectedGraduationDate" else None) or value
