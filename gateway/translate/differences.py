"""Where two documents differ: places only, never what stands there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from lxml import etree

from gateway.errors import Refused
from gateway.model.leaves import pointer
from gateway.readers.json import parse_json
from gateway.readers.limits import DEFAULT_LIMITS, Limits
from gateway.readers.xml import parse_xml

MOST = 10
_ABSENT = object()


def differing_places(one: bytes, other: bytes, *, limits: Limits = DEFAULT_LIMITS) -> tuple[str, ...]:
    """The first places (at most ten) at which two documents differ: RFC 6901 pointers, or XML names with positions.

    Documents of different or unreadable forms differ at their root, "/".
    """
    try:
        first, second = _parsed(one, limits), _parsed(other, limits)
    except Refused:
        return ("/",)
    if isinstance(first, etree._Element) and isinstance(second, etree._Element):  # noqa: SLF001 - its only name
        places = _xml(first, second, f"/{etree.QName(first).localname}")
    else:
        places = _json(first, second, "")
    return tuple(place or "/" for place, _ in zip(places, range(MOST), strict=False)) or ("/",)


def _parsed(octets: bytes, limits: Limits) -> Any:
    if octets.lstrip()[:1] == b"<":
        return parse_xml(octets, limits).getroot()
    return parse_json(octets, limits)


def _json(one: Any, other: Any, at: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys((*one, *other)):
            yield from _json(one.get(name, _ABSENT), other.get(name, _ABSENT), pointer(at, name))
    elif isinstance(one, list) and isinstance(other, list):
        for number, (a, b) in enumerate(zip_longest(one, other, fillvalue=_ABSENT)):
            yield from _json(a, b, pointer(at, str(number)))
    elif type(one) is not type(other) or str(one) != str(other):
        yield at


def _xml(one: etree._Element, other: etree._Element, at: str) -> Iterator[str]:
    if one.tag != other.tag or (one.text or "") != (other.text or ""):
        yield at
    for name in dict.fromkeys((*one.attrib, *other.attrib)):
        if one.get(name) != other.get(name):
            yield f"{at}/@{etree.QName(name).localname}"
    for number, (a, b) in enumerate(zip_longest(one, other), 1):
        if a is None or b is None:
            yield f"{at}/*[{number}]"
        elif isinstance(a.tag, str) and isinstance(b.tag, str):
            yield from _xml(a, b, f"{at}/{etree.QName(a).localname}[{_position(a)}]")
        elif (a.tag, a.text) != (b.tag, b.text):
            yield f"{at}/*[{number}]"


def _position(element: etree._Element) -> int:
    """The position among siblings of the same name, from 1."""
    return 1 + sum(1 for _ in element.itersiblings(element.tag, preceding=True))
