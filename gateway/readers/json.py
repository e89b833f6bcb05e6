"""The only JSON reader: strict, with limits, and with numbers as they are printed.

Stricter than `json` of the standard library in everything where two readers could see two documents (RFC 8259,
sections 4, 6, 8; I-JSON, RFC 7493): UTF-8 alone, no duplicate members, no NaN or Infinity, no lone
surrogates, no endless numbers. Depth and size are checked before the recursive parser starts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Self

from gateway.errors import Refused
from gateway.readers.limits import DEFAULT_LIMITS, Limits

JsonValue = Any
"""None, bool, int, `Number`, str, list of these, or dict from str to these."""

LONGEST_NUMBER = 100
"""Characters of one number; no credit, grade or date comes near it."""

_BOM = b"\xef\xbb\xbf"
_BRACES = bytes.maketrans(b"[]", b"{}")
_NO_MARKS = bytes(set(range(256)) - set(b'"[]{},'))
_COMMON_DEPTH = 64  # few credentials nest deeper
_AT_A_GLANCE = 1024 * 1024  # octets: the passes make copies, which a large text is better spared
_TO_NEXT_MARK = re.compile(r'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{},])', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_DEEP = "No credential nests so deep: the file is broken or hostile. Don't use it."
_MEND = "Ask the issuer for the file again."


class Number(float):
    """A JSON number that isn't a plain integer; `str` gives it as printed ("6.0", "1e2"), `float` gives its value.

    Numbers that are plain integers are `int`, whose `str` is their printed form too. Leaves are compared by that form:
    "6.0" is not "6". Write with `dump_json`, which keeps the form; `json.dumps` would write "6.00" as "6.0".
    """

    __slots__ = ("literal",)
    literal: str

    def __new__(cls, literal: str) -> Self:
        """The number with this printed form, which must be a JSON number."""
        number = super().__new__(cls, literal)
        number.literal = literal
        return number

    def __str__(self) -> str:
        return self.literal

    def __repr__(self) -> str:
        return self.literal

    def __reduce__(self) -> tuple[type[Number], tuple[str]]:
        return Number, (self.literal,)


def parse_json(data: bytes, limits: Limits = DEFAULT_LIMITS) -> JsonValue:
    """The value of a JSON text.

    Args:
        data: the text in UTF-8. One byte order mark in front is dropped, as RFC 8259 section 8.1 lets a reader do: it
            occurs in genuine sealed files, and hides nothing.
        limits: `document_bytes`, `depth` and `nodes` count here; an empty array or object counts as two nodes.

    Raises:
        Refused: `json.*` or `limit.*`.
    """
    if len(data) > limits.document_bytes:
        raise Refused("limit.bytes", f"got {len(data)} octets of JSON, expected at most {limits.document_bytes}")
    text = _decode(data)
    if not _keeps_shape(data, limits):
        _check_shape(text, limits)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        message = f"got no JSON ({error.msg}) at line {error.lineno}, column {error.colno}"
        raise Refused("json.syntax", message, advice=_MEND) from None
    except RecursionError:
        raise Refused("limit.depth", "got JSON nested deeper than this process can follow", advice=_DEEP) from None
    if _SURROGATE_ESCAPE.search(text):
        _check_surrogates(value)
    return value


def dump_json(value: JsonValue) -> bytes:
    """The compact UTF-8 form of a value, members in the order given, each `Number` as it was printed.

    Raises:
        ValueError: for NaN, Infinity or a lone surrogate; TypeError for what isn't JSON: both are bugs of the caller.
    """
    return "".join(_write(value)).encode()


def _decode(data: bytes) -> str:
    try:
        return data.removeprefix(_BOM).decode()
    except UnicodeDecodeError as error:
        message = f"got octets that are not UTF-8 at octet {error.start}, expected UTF-8"
        raise Refused("json.encoding", message, advice="Ask the issuer for the file in UTF-8.") from None


def _keeps_shape(data: bytes, limits: Limits) -> bool:
    """Whether a text is surely within the limits, told by a few passes over its octets; False: look closer.

    Quotes and backslashes that are escaped are blanked, then all but the marks goes. Two quotes with no mark between
    them change nothing; of what is left, every other piece between quotes is a string. Backslashes outside strings
    could mislead this, but the parser stops at the first of them.
    """
    if len(data) > _AT_A_GLANCE:
        return False
    if b"\\" in data:
        data = data.replace(b"\\\\", b"  ").replace(b'\\"', b"  ")
    pieces = data.translate(_BRACES, _NO_MARKS).replace(b'""', b"").split(b'"')
    marks = b"".join(pieces[::2])
    nests = marks.replace(b",", b"")
    opened = nests.count(b"{")
    if len(pieces) % 2 == 0 or len(nests) != 2 * opened or len(marks) - opened >= limits.nodes:
        return False
    for _ in range(min(limits.depth, _COMMON_DEPTH)):  # each pass takes the innermost away
        if not nests:
            break
        nests = nests.replace(b"{}", b"")
    return not nests


def _check_shape(text: str, limits: Limits) -> None:
    """Count nesting and values by the marks outside strings, one step for each mark, and stop at the limit."""
    depth = marks = position = 0
    while found := _TO_NEXT_MARK.match(text, position):
        mark, position = found[1], found.end()
        marks += mark in "[{,"
        depth += (mark in "[{") - (mark in "]}")
        if depth > limits.depth:
            message = f"got JSON nested deeper than {limits.depth} at character {position}"
            raise Refused("limit.depth", message, advice=_DEEP)
        if marks >= limits.nodes:
            raise Refused("limit.nodes", f"got more than {limits.nodes} JSON values")


def _members(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        message = f"got one name twice in an object of {len(pairs)} members, expected each name once"
        raise Refused("json.duplicate_key", message, advice="Two readers would see two documents: ask the issuer.")
    return members


def _integer(literal: str) -> int | Number:
    _check_length(literal)
    return Number(literal) if literal == "-0" else int(literal)


def _real(literal: str) -> Number:
    _check_length(literal)
    number = Number(literal)
    if number in (float("inf"), float("-inf")):
        raise Refused("json.number", "got a number beyond binary64 (about 1.8e308), expected a smaller one")
    return number


def _check_length(literal: str) -> None:
    if len(literal) > LONGEST_NUMBER:
        raise Refused("limit.number", f"got a number of {len(literal)} characters, expected at most {LONGEST_NUMBER}")


def _constant(name: str) -> None:
    raise Refused("json.number", f"got {name}, which is not JSON, expected a number", advice=_MEND)


def _check_surrogates(value: JsonValue) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()  # in C; the form of numbers doesn't matter here
    except UnicodeEncodeError:
        message = "got half a surrogate pair in a \\u escape, expected a Unicode character"
        raise Refused("json.surrogate", message, advice=_MEND) from None


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_int=_integer, parse_float=_real, parse_constant=_constant)
_PLAIN = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def _write(value: JsonValue) -> Iterator[str]:
    if isinstance(value, Number):
        yield value.literal
    elif isinstance(value, dict):
        lead = "{"
        for name, member in value.items():
            yield f"{lead}{_PLAIN.encode(_name(name))}:"
            yield from _write(member)
            lead = ","
        yield "}" if value else "{}"
    elif isinstance(value, list | tuple):
        lead = "["
        for member in value:
            yield lead
            yield from _write(member)
            lead = ","
        yield "]" if value else "[]"
    else:
        yield _PLAIN.encode(value)


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"got {type(name).__name__} as a member's name, expected str")
    return name
