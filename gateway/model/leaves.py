"""The leaves of a record, and the one function that names them.

A leaf is a value at a path. Paths are JSON Pointers (RFC 6901) in which the members of a list stand under their key,
so that a path still names the same thing when its neighbours come and go:

    /reports/schac=example.edu/achievements/local=MAT1/specification/title/en

Keys come from content alone, never from the node ids of a format (rulings, 2.2): the first identifier (`scheme=value`),
else the title in its first language, else what tells a member of that class apart; equal keys get `#2`, `#3` in order.
Adapters, losses and the laws all use the functions here.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from gateway.model import record as r
from gateway.model.noun import Noun

Leaves = dict[str, tuple[str, str]]
"""Path to (type, lexical form)."""

_LONGEST_KEY = 80


def pointer(base: str, *segments: str) -> str:
    """`base` with more segments, escaped by RFC 6901."""
    for segment in segments:
        if "~" in segment or "/" in segment:
            segment = segment.replace("~", "~0").replace("/", "~1")  # noqa: PLW2901 - few segments need it
        base = f"{base}/{segment}"
    return base


def keys(members: Sequence[Any]) -> list[str]:
    """The keys of a list's members, in order; equal ones are told apart by `#2`, `#3` …"""
    return numbered([key_of(member) for member in members])


def numbered(names: Sequence[str]) -> list[str]:
    """Names made different by `#2`, `#3` …; a name that itself ends so is never taken for a second one."""
    seen: Counter[str] = Counter()
    used: set[str] = set()
    result = []
    for name in names:
        seen[name] += 1
        unique = name if seen[name] == 1 else f"{name}#{seen[name]}"
        while unique in used:
            seen[name] += 1
            unique = f"{name}#{seen[name]}"
        used.add(unique)
        result.append(unique)
    return result


def members_in_order(leaf: tuple[str, str]) -> list[str]:
    """The segments of paths that an order leaf holds, first to last."""
    return leaf[1].split("/")[1:]


def key_of(member: Any) -> str:
    """The name of one member of a list, from its content alone."""
    if isinstance(member, str):
        return _short(member)
    if isinstance(member, Mapping):
        return _short(next(iter(member.values()), "text"))
    named = _BY_CLASS.get(type(member))
    if named is not None:
        return _short(named(member)) or "-"
    return _short(_known_as(member)) or "-"


def leaves(noun: Noun, base: str = "") -> Leaves:
    """Every leaf of a noun: scalars, each language of a text, presence of each object, order where it is a fact."""
    return dict(_walk(noun, base))


def fields(kind: type[Noun]) -> tuple[tuple[str, bool], ...]:
    """The compared fields of a noun: (name, whether the order of its list is a fact)."""
    return _fields(kind)


def is_empty(value: Any) -> bool:
    """Whether a field has no leaf at all: absent, or an empty list or text."""
    return value is None or (isinstance(value, tuple | Mapping) and not value)


def filled(noun: Noun) -> list[tuple[str, Any]]:
    """The fields of a noun that aren't empty, with their values, in the order of the model: most of them are."""
    held = noun.__dict__.items()
    return [(n, v) for n, v in held if v or (v is not None and v not in ((), {}) and not is_empty(v))]


@cache
def said_by_default(kind: type[Noun]) -> frozenset[str]:
    """The compared fields of a noun that say something even when nobody set them ("passed")."""
    optional = [
        (name, kind.model_fields[name]) for name, _ in _fields(kind) if not kind.model_fields[name].is_required()
    ]
    return frozenset(name for name, field in optional if not is_empty(field.default))


@cache
def _fields(kind: type[Noun]) -> tuple[tuple[str, bool], ...]:
    return tuple(
        (name, r.ORDERED in field.metadata)
        for name, field in kind.model_fields.items()
        if r.NO_LEAF not in field.metadata
    )


def _walk(value: Any, path: str, *, ordered: bool = False) -> Iterator[tuple[str, tuple[str, str]]]:
    if isinstance(value, Noun):
        yield path, ("noun", type(value).__name__)
        for name, is_ordered in _fields(type(value)):
            yield from _walk(getattr(value, name), pointer(path, name), ordered=is_ordered)
    elif isinstance(value, tuple):
        names = keys(value)
        if ordered and len(value) > 1:
            yield path, ("order", pointer("", *names))
        for name, member in zip(names, value, strict=True):
            at = pointer(path, name)
            if isinstance(member, Mapping):  # a text of a list is there even without a language
                yield at, ("noun", "Text")
            yield from _walk(member, at)
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield pointer(path, name), ("text", member)
    elif value is not None:
        yield path, (type(value).__name__, str(value).lower() if isinstance(value, bool) else str(value))


def _short(text: str) -> str:
    """A key of bearable length; a long one is cut and told apart by a digest."""
    if len(text) <= _LONGEST_KEY:
        return text
    return f"{text[: _LONGEST_KEY // 2]}…{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _first(text: Mapping[str, str]) -> str:
    return next(iter(text.values()), "")


def _identifier(identifier: r.Identifier) -> str:
    return f"{identifier.scheme}={identifier.value}" if identifier.scheme else identifier.value


def _code(code: r.Code) -> str:
    return f"{code.scheme}={code.value}" if code.scheme else code.value


def _known_as(member: Any) -> str:
    identifiers: tuple[r.Identifier, ...] = getattr(member, "identifiers", ())
    if identifiers:
        return _identifier(identifiers[0])
    return _first(getattr(member, "title", {}))


def _study(study: r.Study) -> str:
    return _known_as(study) or _known_as(study.specification)


def _organisation(organisation: r.Organisation) -> str:
    return _known_as(organisation) or _first(organisation.legal_name)


def _report(report: r.Report) -> str:
    return _known_as(report) if report.identifiers else _organisation(report.issuer)


def _address(address: r.Address) -> str:
    return _first(address.full) or " ".join(address.lines) or address.postal_code or address.country or ""


def _place(place: r.Place) -> str:
    return _first(place.name) or (_address(place.addresses[0]) if place.addresses else "")


def _contact(contact: r.ContactPoint) -> str:
    return next(iter(contact.emails), "") or _first(contact.description)


_BY_CLASS: dict[type, Any] = {
    r.Code: _code,
    r.Identifier: _identifier,
    r.Link: lambda n: n.url,
    r.Content: lambda n: n.language or n.sha256,
    r.Address: _address,
    r.Place: _place,
    r.Phone: lambda n: n.number or n.dial or "",
    r.ContactPoint: _contact,
    r.Period: lambda n: _first(n.title) or n.start or n.end or "",
    r.Foreign: lambda n: f"{n.place} {n.namespace}".strip(),
    r.Organisation: _organisation,
    r.Name: lambda n: f"{n.use}.{n.language}",
    r.Credit: lambda n: _code(n.scheme),
    r.Level: lambda n: f"{n.scheme}={n.value or _first(n.label)}",
    r.Alignment: lambda n: n.target,
    r.ResultCategory: lambda n: n.label,
    r.SupplementSection: lambda n: n.number,
    r.GroupMembership: lambda n: f"{n.group_type}.{n.group}",
    r.Achievement: _study,
    r.Enrolment: _study,
    r.Report: _report,
    r.Group: lambda n: n.id,
    r.GroupType: lambda n: n.id,
    r.Relation: lambda n: f"{n.kind} {n.source} {n.target}",
}
