"""The fields of a report by name, whatever form it has: what every reader, comparer and check here looks through.

Three forms have the same fields: the partner profile, nested or flat, and the verification page (adapters.chsi.page).
What a reader never takes becomes a loss by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from adapters.chsi.dates import parse_date
from adapters.chsi.lists import NOT_KNOWN, Word, word
from gateway.kit import JsonCursor, JsonReading, Loss, dump_json
from gateway.model.leaves import pointer
from gateway.model.losses import Kind
from gateway.model.texts import When

SECRET = ("vcode",)
"""A bearer secret: whoever has it can open the report. It is never handed on, and no message holds it."""

SENSITIVE = ("ethnicity", "idNumber", "photo")
"""Sensitive personal information under China's law (PIPL, article 28): left out."""

COURSE = ("term", "name", "nameEn", "category", "credits", "hours", "grade", "gradeScale")
"""The fields of a course; whether it was passed is none of them: true and false are no text."""

NESTED: Mapping[str, tuple[str, ...]] = {
    **{key: ("holder", key) for key in ("name", "nameEn", "gender", "birthDate", "ethnicity", "idNumber", "photo")},
    "institution": ("institution", "name"),
    "institutionEn": ("institution", "nameEn"),
    **{key: ("institution", key) for key in ("moeCode", "schoolCode", "location")},
}
"""Where the nested profile has a field that doesn't stand at the top under its own name."""

FLAT: Mapping[str, tuple[str, ...]] = {
    "birthDate": ("birthday",),
    "institution": ("school",),
    "level": ("edu_level",),
    "educationType": ("edu_category",),
    "studyForm": ("training_mode",),
    "duration": ("study_duration",),
    "enrollDate": ("enroll_date",),
    "graduationDate": ("graduate_date",),
    "conclusion": ("graduate_conclusion",),
    "certificateNo": ("cert_no",),
}
"""The names of the flat profile, where they aren't those of the fields."""

FLAT_MEMBERS = frozenset({"name", "gender", "major", *(path[0] for path in FLAT.values())})
FLAT_ALWAYS = frozenset({"name", "school", "cert_no"})


class Fields(Protocol):
    """The fields of one report, or of one course in it."""

    def get(self, key: str) -> str | None:
        """What a field says, without taking it; None where it isn't there, or stands for not known."""

    def ways(self, key: str) -> list[str]:
        """The ways in which what a field says can be read, the usual first; several where only its layout tells."""

    def skip(self, key: str) -> None:
        """Take a field."""

    def place(self, key: str) -> str:
        """Where a field stands: a JSON Pointer, on a page its label."""

    def note(self, kind: Kind, key: str, **facts: str | None) -> None:
        """Note a loss at a field, and take nothing by it."""

    def courses(self) -> list[Fields]:
        """The courses of a transcript."""

    def filled(self) -> list[str]:
        """The fields that are there and say something."""

    def others(self) -> dict[str, str]:
        """What is there and is no field, by its place: as JSON. A page's texts without a label aren't told."""

    def finish(self) -> tuple[Loss, ...]:
        """The losses: those noted, and what was never taken."""


def take(fields: Fields, key: str) -> str | None:
    """Take what a field says."""
    found = fields.get(key)
    fields.skip(key)
    return found


def take_when(fields: Fields, key: str) -> When | None:
    """Take a date; one that can't be stays untaken, and is a loss."""
    found = fields.get(key)
    when = None if found is None else parse_date(found)
    if found is None or when is not None:
        fields.skip(key)
    return when


def take_word(fields: Fields, key: str, of: str) -> tuple[str | None, Word | None]:
    """Take a value of a list: as printed, and what the list knows of it."""
    found = take(fields, key)
    return found, None if found is None else word(of, found)


def leave_out(fields: Fields, key: str, why: str) -> None:
    """Take a field without keeping it, and say why."""
    if fields.get(key) is not None:
        fields.skip(key)
        fields.note("dropped", key, detail=why)


class JsonFields:
    """The fields of a JSON report. `names` is where those stand that aren't at the top under their own name."""

    def __init__(self, value: Mapping[str, Any], names: Mapping[str, tuple[str, ...]]) -> None:
        self._reading = JsonReading(value)
        self._root = self._reading.root
        self._names = names

    def get(self, key: str) -> str | None:
        """See `Fields.get`."""
        holder, name = self._at(key)
        found = None if holder is None else holder.value.get(name)
        return None if found is None or isinstance(found, dict | list | bool) else _known(str(found))

    def ways(self, key: str) -> list[str]:
        """See `Fields.ways`."""
        found = self.get(key)
        return [] if found is None else [found]

    def skip(self, key: str) -> None:
        """See `Fields.skip`."""
        holder, name = self._at(key)
        if holder is not None and not isinstance(holder.value.get(name), dict | list | None):
            holder.skip(name)

    def place(self, key: str) -> str:
        """See `Fields.place`."""
        return pointer("", *self._names.get(key, (key,)))

    def note(self, kind: Kind, key: str, **facts: str | None) -> None:
        """See `Fields.note`."""
        self._reading.ledger.lose(kind, self.place(key), **facts)

    def courses(self) -> list[Fields]:
        """See `Fields.courses`."""
        return [_Course(cursor, self._reading) for cursor in self._root.each("courses")]

    def filled(self) -> list[str]:
        """See `Fields.filled`."""
        known = {path: key for key, path in self._names.items()}
        paths = [(name,) for name in self._root.value] + [
            (name, inner) for name, member in self._root.value.items() if isinstance(member, dict) for inner in member
        ]
        found = dict.fromkeys(known.get(path, "/".join(path)) for path in paths)
        return [key for key in found if self.get(key) is not None]

    def others(self) -> dict[str, str]:
        """See `Fields.others`."""
        known = set(self._names.values())
        return {
            pointer("", *path): _as_json(value)
            for path, value in self._members()
            if not _is_scalar(value) or (len(path) > 1 and path not in known)
        }

    def _members(self) -> Iterator[tuple[tuple[str, ...], Any]]:
        """The members at the top, and those of what holds fields; a course is told by itself."""
        holders = {path[0] for path in self._names.values() if len(path) > 1}
        for name, value in self._root.value.items():
            if name in holders and isinstance(value, dict) and value:
                yield from (((name, inner), member) for inner, member in value.items())
            elif name == "courses" and isinstance(value, dict | list) and value:
                members = enumerate(value) if isinstance(value, list) else ()
                yield from (((name, str(number)), one) for number, one in members if not isinstance(one, dict))
            else:
                yield (name,), value

    def finish(self) -> tuple[Loss, ...]:
        """See `Fields.finish`."""
        return self._reading.finish().losses

    def drop(self, key: str, why: str) -> None:
        """Take a whole member at the top without keeping it, and say why."""
        if key in self._root.value:
            self._root.lose(key, "dropped", detail=why)

    def boolean(self, key: str) -> bool | None:
        """Take a member that is true or false."""
        found = self._root.value.get(key)
        if not isinstance(found, bool):
            return None
        self._root.skip(key)
        return found

    def _at(self, key: str) -> tuple[JsonCursor | None, str]:
        *over, name = self._names.get(key, (key,))
        holder: JsonCursor | None = self._root
        for step in over:
            holder = None if holder is None else holder.one(step)
        return holder, name


class _Course(JsonFields):
    """The fields of one course; what is taken of it is taken of the report around it."""

    def __init__(self, cursor: JsonCursor, reading: JsonReading) -> None:
        self._reading = reading
        self._root = cursor
        self._names: Mapping[str, tuple[str, ...]] = {}

    def place(self, key: str) -> str:
        """Where a field of the course stands."""
        return pointer(self._root.place, key)

    def others(self) -> dict[str, str]:
        """See `Fields.others`."""
        return {
            self.place(name): _as_json(value)
            for name, value in self._root.value.items()
            if name not in COURSE or not _is_scalar(value)
        }


def _is_scalar(value: Any) -> bool:
    """Whether a value can be a field's: text, or a number."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _as_json(value: Any) -> str:
    return dump_json(value).decode()


def _known(text: str) -> str | None:
    """What a field says, without the blanks around it; None for the mark of what isn't known."""
    bare = text.strip()
    return None if not bare or bare in NOT_KNOWN else bare


def fields_of_json(value: Mapping[str, Any]) -> JsonFields:
    """The fields of a report in the partner profile, nested or flat."""
    return JsonFields(value, FLAT if is_flat(value) else NESTED)


def is_flat(members: Mapping[str, Any]) -> bool:
    """Whether it is a report in the flat profile: its names, and no others."""
    return members.keys() >= FLAT_ALWAYS and members.keys() <= FLAT_MEMBERS
