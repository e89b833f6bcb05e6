"""Records to try adapters with, made from the model itself: a field added to a noun is filled the same day.

`generate(random)` makes a record in which every field is sometimes filled and sometimes not: duplicates, empty texts,
nested parts, failed results, enrolments with passed parts, several reports, several names, partial dates, texts of no
stated language, all scripts. `everything()` makes one record in which every field of every noun is filled somewhere.
Values are valid for what a field means (a country is a country): a target that refuses them is to blame, not they.
"""

from __future__ import annotations

import hashlib
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st

from gateway.model import record as r
from gateway.model.leaves import is_empty, keys
from gateway.model.noun import Noun
from gateway.model.texts import Text, When

_FILES = (b"%PDF-1.7 transcript", b"\x89PNG\r\n\x1a\n photo", b"<p>diploma</p>")
BLOBS: Mapping[str, bytes] = {hashlib.sha256(octets).hexdigest(): octets for octets in _FILES}
"""The bytes behind every `Content` of a generated record, by digest."""

_MEDIA = ("application/pdf", "image/png", "text/html")
_WORDS = (
    "Algebra", "Données & méthodes", "Œconomie <politique>", "Ανάλυση", "Химия", "数学", "الجبر", 'ligningar "og" mål',
    "Übung/Seminar", "a~b", "naïve ]]> end", "MAT#2", "it's", "🎓 honours", "line\nbreak",
)  # fmt: skip
_LANGUAGES = ("en", "nb", "el", "zh", "ar", "und")
_SPOKEN = ("en", "nb", "el", "de", "zh")
_COUNTRIES = ("NO", "GR", "IS", "CN", "GB")
_WHENS = ("2014", "2014-11", "2014-11-28", "2014-11-28+02:00", "2016-01-08T09:58:18Z", "2016-01-08T00:00:00+01:00")
_DECIMALS = ("6", "6.0", "7.5", "30", "0")
_CODES = (("eqf", "6"), ("isced-f", "0541"), ("iscedf", "054"), ("https://list.example/terms", "42"), ("", "own word"))
_DEPTH = 9  # nouns below the record: deeper lists are left empty

_BY_NAME: dict[str, tuple[str, ...]] = {
    "country": _COUNTRIES,
    "birth_country": _COUNTRIES,
    "citizenships": _COUNTRIES,
    "language": _SPOKEN,
    "languages": _SPOKEN,
    "volume": ("P6M", "P1Y", "PT80H"),
    "maximum_duration": ("P5Y", "P24M"),
    "workload": ("PT120H", "PT40H"),
    "contact_hours": ("60", "12"),
    "completion": ("100", "50"),
    "lower": ("30", "10"),
    "equal": ("20", "40"),
    "higher": ("50",),
    "minimum": ("1", "2.5"),
    "maximum": ("5", "10"),
    "count": ("3", "12"),
    "score": ("4", "7"),
    "number": ("1", "2.3", "4.1.2"),
    "content_type": ("text/plain", "text/html"),
    "media_type": _MEDIA,
    "scheme_address": ("https://ids.example/scheme",),
    "namespace": ("https://foreign.example/ns", ""),
    "emails": ("office@school.example", "registry@school.example"),
}
_DECIMAL_FIELDS = {(r.Credit, "value")}


class _Full:
    """Fills everything, until a noun was filled often enough; then only what it can't be without."""

    def __init__(self) -> None:
        self.random = Random(0)  # noqa: S311 - no secret
        self._seen: dict[type[Noun], int] = {}

    def fills(self, kind: type[Noun], depth: int) -> Callable[[], bool]:
        self._seen[kind] = self._seen.get(kind, 0) + 1
        fill = self._seen[kind] <= 3 and depth < _DEPTH  # noqa: PLR2004 - the third shows what the second hides
        return lambda: fill

    def length(self) -> int:
        return 2 if sum(self._seen.values()) < 60 else 1  # noqa: PLR2004


class _Some:
    """Fills a field with a chance that differs from record to record, within a budget of nouns."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._chance = random.choice((0.08, 0.2, 0.4, 0.7))
        self._left = random.choice((40, 150, 400))

    def fills(self, kind: type[Noun], depth: int) -> Callable[[], bool]:
        self._left -= 1
        if self._left < 0 or depth > _DEPTH:
            return lambda: False
        chance = max(self._chance, 0.8) if kind in (r.Record, r.Report) else self._chance
        return lambda: self.random.random() < chance

    def length(self) -> int:
        return self.random.choice((1, 1, 2, 3)) if self._left > 0 else 1


_Choices = _Full | _Some


def generate(random: Random) -> r.Record:
    """A record by chance: the same for the same state of `random`, on every machine."""
    return _consistent(_Maker(_Some(random)).noun(r.Record, 0))


def everything() -> r.Record:
    """The one record in which every field of every noun is filled somewhere."""
    return _consistent(_Maker(_Full()).noun(r.Record, 0))


def records() -> st.SearchStrategy[r.Record]:
    """The hypothesis strategy: records by chance."""
    return st.integers(0, 2**32 - 1).map(lambda seed: generate(Random(seed)))  # noqa: S311 - no secret


def filled(record: Noun) -> set[tuple[str, str]]:
    """Which fields of which nouns are filled in a record: (noun, field)."""
    found: set[tuple[str, str]] = set()

    def look(value: Any) -> None:
        if isinstance(value, Noun):
            for name in type(value).model_fields:
                member = getattr(value, name)
                if not is_empty(member):
                    found.add((type(value).__name__, name))
                    look(member)
        elif isinstance(value, tuple):
            for member in value:
                look(member)

    look(record)
    return found


def nouns(start: type[Noun] = r.Record) -> set[type[Noun]]:
    """Every noun that a record can hold."""
    found: set[type[Noun]] = set()
    waiting = [start]
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found.add(kind)
            waiting += [n for field in kind.model_fields.values() for n in _nouns_in(field.annotation)]
    return found


def _nouns_in(annotation: Any) -> Iterator[type[Noun]]:
    if isinstance(annotation, type) and issubclass(annotation, Noun):
        yield annotation
    for argument in get_args(annotation):
        yield from _nouns_in(argument)


class _Maker:
    """Makes values for the fields of nouns, from their types and, where the type is a mere string, their names."""

    def __init__(self, choices: _Choices) -> None:
        self._choices = choices
        self._random = choices.random
        self._count = 0

    def noun(self, kind: type[Noun], depth: int) -> Any:
        fills = self._choices.fills(kind, depth)
        values = {}
        for name, field in kind.model_fields.items():
            if r.NO_LEAF in field.metadata:
                continue
            if field.is_required() or name in _ALWAYS.get(kind, ()) or fills():
                values[name] = self.value(field.annotation, kind, name, depth + 1)
        return kind(**(values | self._together(kind, values)))

    def value(self, annotation: Any, kind: type[Noun], name: str, depth: int) -> Any:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self.value(arguments[0], kind, name, depth) if annotation != When else self.pick(_WHENS)
        if origin in (Union, types.UnionType):
            chosen = When if When in arguments else next(a for a in arguments if a is not type(None))
            return self.value(chosen, kind, name, depth)
        if origin is Literal:
            return self.pick(arguments)
        if origin is tuple:
            return self.several(arguments[0], kind, name, depth)
        if annotation == Text:
            return self.text()
        if isinstance(annotation, type) and issubclass(annotation, Noun):
            return self.noun(annotation, depth)
        if annotation is bool:
            return self._random.random() < 0.5  # noqa: PLR2004
        if annotation is int:
            return 0
        return self.string(kind, name)

    def several(self, annotation: Any, kind: type[Noun], name: str, depth: int) -> tuple[Any, ...]:
        length = self._choices.length() if depth <= _DEPTH else 0
        members = [self.value(annotation, kind, name, depth) for _ in range(length)]
        if kind is r.Record and name == "reports" and not members:
            members = [self.noun(r.Report, depth)]
        if members and self._random.random() < 0.08:  # noqa: PLR2004 - now and then two of a kind
            members.append(members[0])
        return tuple(dict.fromkeys(members)) if isinstance(next(iter(members), None), str) else tuple(members)

    def text(self) -> dict[str, str]:
        languages = self._random.sample(_LANGUAGES, self._random.choice((1, 1, 2)))
        return {language: "" if self._random.random() < 0.02 else self.words() for language in languages}  # noqa: PLR2004

    def string(self, kind: type[Noun], name: str) -> str:
        if (kind, name) in _DECIMAL_FIELDS:
            return str(self.pick(_DECIMALS))
        if kind is r.Name and name == "language":
            return str(self.pick(_LANGUAGES))
        if name in _BY_NAME:
            return str(self.pick(_BY_NAME[name]))
        if name in ("url", "homepage"):
            self._count += 1
            return f"https://school.example/{self._count}?a=1&b=2"
        return self.words()

    def words(self) -> str:
        """A few words that occur nowhere else in the record, so that two swapped fields are seen."""
        self._count += 1
        return f"{self.pick(_WORDS)} {self._count}"

    def pick(self, values: typing.Sequence[Any]) -> Any:
        return self._random.choice(values)

    def _together(self, kind: type[Noun], values: dict[str, Any]) -> dict[str, Any]:
        """Fields whose values only make sense together."""
        if kind is r.Code:
            scheme, value = self.pick(_CODES)
            return {"scheme": scheme, "value": value} if self._random.random() < 0.7 else {}  # noqa: PLR2004
        if kind is r.Period and {"start", "end"} <= values.keys():
            return {"start": "2014-08-18", "end": "2014-12-19"}
        if kind is r.Content:
            return self._content()
        return {}

    def _content(self) -> dict[str, Any]:
        if self._random.random() < 0.15:  # noqa: PLR2004 - text that isn't base64 (rulings, 4.6)
            return {"sha256": "", "size": 0, "text": self.words()}
        n = self._random.randrange(len(_FILES))
        digest = hashlib.sha256(_FILES[n]).hexdigest()
        return {"sha256": digest, "size": len(_FILES[n]), "media_type": _MEDIA[n], "text": None}


_ALWAYS: dict[type[Noun], tuple[str, ...]] = {
    r.Organisation: ("legal_name",),
    r.Achievement: ("specification",),
    r.Specification: ("title",),
    r.Content: ("sha256", "size", "media_type"),
}
"""What is filled even where chance says no: without it there is hardly a noun."""


def _consistent(record: r.Record) -> r.Record:
    """The record with its inner references pointing at what is there: scales, attachments, groups."""
    groups = [(kind.id, group.id) for kind in record.groups for group in kind.groups]
    shared = keys(record.attachments)
    reports = []
    for report in record.reports:
        scales = {
            key: keys(scale.levels)
            for key, scale in zip(keys(report.grading_schemes), report.grading_schemes, strict=True)
        }
        files = shared + keys(report.attachments)
        reports.append(_Referring(scales, files, groups).mended(report))
    return record.model_copy(update={"reports": tuple(reports)})


class _Referring:
    """Puts references right, in turn, all over a report; a reference to nothing is left out."""

    def __init__(self, scales: Mapping[str, list[str]], files: list[str], groups: list[tuple[str, str]]) -> None:
        self._scales, self._files, self._groups = scales, files, groups
        self._turn = 0

    def mended(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(self.mended(member) for member in value)
        if not isinstance(value, Noun):
            return value
        update = {name: self.mended(getattr(value, name)) for name in type(value).model_fields}
        if isinstance(value, r.Assessment):
            update["scheme"] = scale = self._next(list(self._scales)) if value.scheme else None
            update["level"] = self._next(self._scales[scale]) if scale and value.level else None
        if isinstance(value, r.Study):
            update["attachments"] = (self._next(self._files),) if value.attachments and self._files else ()
            update["groups"] = self._memberships(len(value.groups))
        return value.model_copy(update=update)

    def _memberships(self, wanted: int) -> tuple[r.GroupMembership, ...]:
        chosen = dict.fromkeys(self._next(self._groups) for _ in range(wanted)) if self._groups else {}
        return tuple(r.GroupMembership(group_type=kind, group=group) for kind, group in chosen)

    def _next(self, values: list[Any]) -> Any:
        self._turn += 1
        return values[self._turn % len(values)] if values else None
