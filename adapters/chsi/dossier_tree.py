"""A noun of the record as a JSON object of the dossier, and back: each field under its own name, each value as it is.

Nothing is renamed, rounded or put in another order, so all that the record holds is read back. A field that says what
it says anyway is left out, except a word of a closed list ("passed"): no default says whether somebody passed.
The reader looks at each member of the document; one that it doesn't know, or can't take, is a `dropped` loss.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from gateway.errors import Refused
from gateway.kit.json_cursor import lexical
from gateway.kit.ledger import Ledger
from gateway.model.leaves import fields, is_empty, pointer
from gateway.model.noun import Noun
from gateway.model.record import Content
from gateway.model.texts import Text, When, is_when

N = TypeVar("N", bound=Noun)
_NOTHING: Any = object()
_UNKNOWN = ("nothing known", None)


def written(noun: Noun) -> dict[str, Any]:
    """A noun as a JSON object."""
    kind = type(noun)
    held = ((name, getattr(noun, name)) for name, _ in fields(kind))
    return {name: _value(value) for name, value in held if _is_said(kind, name, value)}


def _is_said(kind: type[Noun], name: str, value: Any) -> bool:
    if name in always(kind):
        return True
    return not is_empty(value) and value != kind.model_fields[name].default


def _value(value: Any) -> Any:
    if isinstance(value, Noun):
        return written(value)
    if isinstance(value, tuple):
        return [_value(member) for member in value]
    return dict(value) if isinstance(value, Mapping) else value


@cache
def always(kind: type[Noun]) -> frozenset[str]:
    """The fields of a noun that its object always has: what it can't be without, and words of closed lists."""
    known = {name: kind.model_fields[name] for name, _ in fields(kind)}
    closed = (name for name, field in known.items() if get_origin(field.annotation) is Literal)
    return frozenset((*closed, *(name for name, field in known.items() if field.is_required())))


@cache
def shapes(kind: type[Noun]) -> Mapping[str, tuple[str, Any]]:
    """What stands in each field of a noun: how it is read, and the class, words or shape that this needs."""
    return {name: _shape(kind.model_fields[name].annotation) for name, _ in fields(kind)}


def _shape(annotation: Any) -> tuple[str, Any]:
    """How a value is read where it is there: without the None of an optional field."""
    if get_origin(annotation) in (Union, types.UnionType):
        arguments = get_args(annotation)
        return _shape(When if When in arguments else next(one for one in arguments if one is not type(None)))
    if annotation == Text:
        return "text", None
    if get_origin(annotation) is tuple:
        return "list", _shape(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return "word", get_args(annotation)
    if annotation == When:
        return "date", None
    return ("noun" if issubclass(annotation, Noun) else "scalar"), annotation


class TreeReading:
    """One reading of objects of a dossier.

    names  the members, and the words of closed lists, that were met
    files  the digests of the files that were named
    """

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.names: set[str] = set()
        self.files: set[str] = set()

    def noun(self, kind: type[N], value: Mapping[str, Any], place: str) -> N:
        """The noun that an object holds.

        Raises:
            Refused: `dossier.missing`, `dossier.word`.
        """
        known, found = shapes(kind), {}
        for name, member in value.items():
            taken = self._value(known.get(name, _UNKNOWN), member, pointer(place, name), name)
            if taken is not _NOTHING:
                self.names.add(name)
                found[name] = taken
        for name in sorted(always(kind) - found.keys()):
            raise Refused(
                "dossier.missing",
                f"got nothing that can be read, expected one at {pointer(place, name)}",
                advice="Ask the issuer of the dossier for the whole one.",
            )
        if kind is Content:
            self.files.add(found.get("sha256", ""))
        return kind.made(**found)

    def repeated(self, value: Any, expected: Any, place: str) -> None:
        """Take what a dossier only repeats, words of its own profile: whatever says something else is a loss."""
        if value == expected:
            return
        if isinstance(value, dict) and isinstance(expected, dict) and value:
            for name, member in value.items():
                self.repeated(member, expected.get(name, _NOTHING), pointer(place, name))
        else:
            self.lose(value, place)

    def lose(self, value: Any, place: str) -> None:
        """Note that what stands at a place isn't carried."""
        scalar = None if isinstance(value, dict | list) else lexical(value)
        self.ledger.lose("dropped", place, **{"from": scalar}, detail="no place in the record")

    def _value(self, shape: tuple[str, Any], member: Any, place: str, name: str) -> Any:
        """A value of that shape; where it isn't one, a loss."""
        how, of = shape
        if how == "text" and isinstance(member, dict):
            return self._text(member, place)
        if how == "list" and isinstance(member, list):
            taken = (self._value(of, one, pointer(place, str(n)), name) for n, one in enumerate(member))
            return tuple(one for one in taken if one is not _NOTHING)
        if how == "noun" and isinstance(member, dict):
            return self.noun(of, member, place)
        if how == "word":
            return self._word(of, member, place, name)
        if how == "date" and isinstance(member, str) and is_when(member):
            return member
        if how == "scalar" and type(member) is of:  # an int is no bool here
            return member
        self.lose(member, place)
        return _NOTHING

    def _text(self, member: Mapping[str, Any], place: str) -> Text:
        found: dict[str, str] = {}
        for language, words in member.items():
            if isinstance(words, str) and language.lower() not in found:
                found[language.lower()] = words
            else:
                self.lose(words, pointer(place, language))
        return found

    def _word(self, words: tuple[Any, ...], member: Any, place: str, name: str) -> Any:
        if member not in words or isinstance(member, bool) != isinstance(words[0], bool):
            told = ", ".join(lexical(word) for word in words)
            raise Refused(
                "dossier.word",
                f"got another word, expected one of {told} at {place}",
                advice="What a word of a closed list means is never guessed: ask the issuer of the dossier.",
            )
        self.names.add(f"{name}={lexical(member)}")
        return member
