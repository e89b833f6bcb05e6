"""A small part of CBOR (RFC 8949): what the proofs of Blockcerts are written in, and nothing else.

Whole numbers, octets, texts and arrays, each in its one shortest form, of a stated length. What else CBOR has (tags,
maps, floats, lengths that aren't stated) is refused: two readers might see two values. An own reader, because a library
for all of CBOR makes dates, patterns and shared values of a stranger's octets, and this is thirty lines.
"""

from __future__ import annotations

from gateway.errors import Refused

CborValue = int | str | bytes | list["CborValue"]

_DEEPEST = 8
_LENGTHS = {24: 1, 25: 2, 26: 4, 27: 8}
_UNSIGNED, _NEGATIVE, _OCTETS, _TEXT, _ARRAY = range(5)


def decode_cbor(data: bytes) -> CborValue:
    """The one value that `data` is.

    Raises:
        Refused: `cbor.invalid`.
    """
    reader = _Reader(data)
    value = reader.value(0)
    if reader.at != len(data):
        raise _invalid("octets behind the value")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def value(self, depth: int) -> CborValue:
        if depth > _DEEPEST:
            raise _invalid(f"arrays nested deeper than {_DEEPEST}")
        kind, number = self._head()
        if kind == _UNSIGNED:
            return number
        if kind == _NEGATIVE:
            return -1 - number
        if kind == _OCTETS:
            return self._take(number)
        if kind == _TEXT:
            return self._text(number)
        if kind == _ARRAY and number <= len(self.data):
            return [self.value(depth + 1) for _ in range(number)]
        raise _invalid("a kind of value that isn't read here, or an array longer than all there is")

    def _head(self) -> tuple[int, int]:
        first = self._take(1)[0]
        kind, short = first >> 5, first & 31
        if short < min(_LENGTHS):
            return kind, short
        if short not in _LENGTHS:
            raise _invalid("a length that isn't stated")
        number = int.from_bytes(self._take(_LENGTHS[short]))
        if number < min(_LENGTHS) or (short > min(_LENGTHS) and number < 1 << (8 * _LENGTHS[short - 1])):
            raise _invalid("a number that isn't written as short as it could be")
        return kind, number

    def _take(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        if len(taken) != count:
            raise _invalid("a value that ends too early")
        self.at += count
        return taken

    def _text(self, count: int) -> str:
        try:
            return self._take(count).decode()
        except UnicodeDecodeError:
            raise _invalid("a text that isn't UTF-8") from None


def _invalid(what: str) -> Refused:
    return Refused("cbor.invalid", f"got CBOR with {what}", advice="Ask the issuer for the file again.")
