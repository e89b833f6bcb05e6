"""The message: one envelope, a line feed, the octets of its parts. Read as it streams in, in constant memory.

    <envelope, compact JWS> LF <octets of part 1> <octets of part 2> …

The envelope says each part's size, so there are no boundaries to search for, and none to forge. A node keeps the
message as one file at both ends; its parts are slices of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from gateway.delivery.envelope import Part
from gateway.delivery.problem import Stopped
from gateway.delivery.signing import STATEMENT_BYTES, SignedEnvelope

MEDIA_TYPE = "application/vnd.testamur.message"

_LF = b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Where a part stands in the message, in octets."""

    part: Part
    offset: int


def slices(signed: SignedEnvelope) -> tuple[Slice, ...]:
    """Where each part stands in the message."""
    found, offset = [], len(signed.jws) + len(_LF)
    for part in signed.envelope.parts:
        found.append(Slice(part=part, offset=offset))
        offset += part.size
    return tuple(found)


def message_size(signed: SignedEnvelope) -> int:
    """Octets of the whole message: its Content-Length."""
    return len(signed.jws) + len(_LF) + sum(part.size for part in signed.envelope.parts)


def message_head(signed: SignedEnvelope) -> bytes:
    """What stands before the first part."""
    return signed.jws + _LF


class MessageReader:
    """Reads one message from chunks of any size.

    First the envelope: `feed` until it isn't None. It is then checked by whoever knows the peer, and given back by
    `expect`. Then `feed` the rest, and `finish`. Chunks given meanwhile may hold octets of both; none is lost. Nothing
    is kept but the envelope and one digest.
    """

    def __init__(self, *, length: int) -> None:
        """`length` is the Content-Length."""
        self._length = length
        self._whole = hashlib.sha256()
        self._seen = 0
        self._line = bytearray()
        self._pending: memoryview | None = None
        self._parts: _Parts | None = None

    @property
    def sha256(self) -> str:
        """Of all octets read so far; after `finish`, of the message."""
        return self._whole.hexdigest()

    def feed(self, chunk: bytes) -> bytes | None:
        """Read on; the envelope's octets with the chunk that completes them, else None.

        Raises:
            Stopped: `message.length`, `message.envelope`, `message.part` (400).
        """
        self._seen += len(chunk)
        if self._seen > self._length:
            raise _stopped("message.length", f"got more than the {self._length} octets that Content-Length says")
        self._whole.update(chunk)
        if self._parts is not None:
            self._parts.feed(memoryview(chunk))
            return None
        if self._pending is not None:
            raise AssertionError("`expect` is called with the envelope before more is fed")
        return self._feed_line(chunk)

    def _feed_line(self, chunk: bytes) -> bytes | None:
        end = chunk.find(_LF)
        self._line += chunk if end < 0 else chunk[:end]
        if len(self._line) > STATEMENT_BYTES:
            message = f"got no line feed within {STATEMENT_BYTES} octets, expected it after the envelope"
            raise _stopped("message.envelope", message)
        if end < 0:
            return None
        self._pending = memoryview(chunk)[end + 1 :]
        return bytes(self._line)

    def expect(self, signed: SignedEnvelope) -> None:
        """Read on as this envelope says.

        Raises:
            Stopped: `message.length` where the parts don't fill the message; else as `feed`.
        """
        if message_size(signed) != self._length:
            message = f"the envelope says {message_size(signed)} octets, Content-Length says {self._length}"
            raise _stopped("message.length", message)
        rest, self._pending, self._line = self._pending, None, bytearray()
        self._parts = _Parts(signed.envelope.parts)
        if rest is not None:
            self._parts.feed(rest)

    def finish(self) -> str:
        """Whether it was all there: the message's SHA-256, which is its file's name.

        Raises:
            Stopped: `message.length` where octets are missing.
        """
        if self._parts is None or self._seen != self._length:
            raise _stopped("message.length", f"got {self._seen} octets, expected {self._length}")
        self._parts.finish()
        return self.sha256


class _Parts:
    """The parts one after the other, each against its digest."""

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self._parts = parts
        self._at = 0
        self._left = parts[0].size
        self._digest = hashlib.sha256()

    def feed(self, octets: memoryview) -> None:
        while len(octets):
            if not self._left:
                self._next()
                continue
            mine = octets[: self._left]
            self._digest.update(mine)
            self._left -= len(mine)
            octets = octets[len(mine) :]

    def _next(self) -> None:
        self._check()
        self._at += 1
        self._left = self._parts[self._at].size
        self._digest = hashlib.sha256()

    def _check(self) -> None:
        if self._digest.hexdigest() != self._parts[self._at].sha256:
            message = f"part {self._at + 1} ({self._parts[self._at].role}) isn't what the envelope says: other digest"
            raise _stopped("message.part", message)

    def finish(self) -> None:
        while self._at < len(self._parts) - 1:
            self._next()
        self._check()


def _stopped(code: str, message: str) -> Stopped:
    advice = "send what the envelope names: its octets, a line feed, then each part's octets in order"
    return Stopped(code, message, status=400, stage="message", advice=advice)
