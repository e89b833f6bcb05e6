"""Just enough DER (X.690) to find a few values: definite lengths, tags below 31, every octet accounted for."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.errors import Refused

INTEGER, OCTET_STRING, OID, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x30, 0x31
_LONG_FORM = 0x80
_LENGTH_OCTETS = 4


def context(number: int) -> int:
    """The tag octet of a constructed context-specific element, written `[number]` in ASN.1."""
    return 0xA0 | number


@dataclass(frozen=True, slots=True)
class Element:
    """One DER element: its tag octet and its content."""

    tag: int
    content: bytes

    def members(self) -> list[Element]:
        """The elements inside a constructed one."""
        found, position = [], 0
        while position < len(self.content):
            element, position = _element(self.content, position)
            found.append(element)
        return found

    def member(self, index: int, tag: int) -> Element:
        """The element inside at an index, which must have that tag."""
        members = self.members()
        if index >= len(members) or members[index].tag != tag:
            raise _broken(f"no element with tag {tag:#04x} at place {index}")
        return members[index]


def read_der(data: bytes, tag: int) -> Element:
    """The one element that `data` is.

    Raises:
        Refused: `der.broken`.
    """
    element, end = _element(data, 0)
    if end != len(data) or element.tag != tag:
        raise _broken("another tag, or octets behind it")
    return element


def write_der(tag: int, *content: bytes) -> bytes:
    """One element with this tag and content."""
    octets = b"".join(content)
    length = len(octets)
    if length < _LONG_FORM:
        return bytes([tag, length]) + octets
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, _LONG_FORM | len(size)]) + size + octets


def _element(data: bytes, start: int) -> tuple[Element, int]:
    if len(data) < start + 2:
        raise _broken("an end within an element's head")
    tag, length, position = data[start], data[start + 1], start + 2
    if length >= _LONG_FORM:
        octets = length - _LONG_FORM
        if not 0 < octets <= _LENGTH_OCTETS:
            raise _broken("an indefinite or overlong length")
        length, position = int.from_bytes(data[position : position + octets]), position + octets
    if position + length > len(data):
        raise _broken("an end within an element")
    return Element(tag, data[position : position + length]), position + length


def _broken(what: str) -> Refused:
    return Refused("der.broken", f"got {what}, expected DER")
