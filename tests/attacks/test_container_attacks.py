"""Attacks on containers: bombs, trailing members, ambiguous pictures (A15 is the gzip and base64 family)."""

from __future__ import annotations

import base64
import gzip
import random
import tracemalloc
import zlib

import pytest

from gateway.errors import Refused
from gateway.readers.containers import unpack
from gateway.readers.limits import DEFAULT_LIMITS, MIB, Limits
from tests.jose_makers import png
from tests.work import verdicts_in

XML = b"<elmo/>"


def refused_cheaply(code: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> None:
    """Refused with that code for no more than 3,000 honest documents cost, and 100 MiB (design, section 7)."""

    def refused() -> str:
        with pytest.raises(Refused) as caught:
            unpack(data, limits)
        return caught.value.code

    cost, said = verdicts_in(refused)
    assert said == code
    assert cost < 3_000
    tracemalloc.start()
    try:
        with pytest.raises(Refused):
            unpack(data, limits)
        assert tracemalloc.get_traced_memory()[1] < 100 * MIB
    finally:
        tracemalloc.stop()


BOMB = gzip.compress(bytes(200 * MIB), compresslevel=9, mtime=0)


def test_a15_gzip_bomb() -> None:
    refused_cheaply("limit.inflate", BOMB)


def test_a15_gzip_bomb_under_the_ratio_but_over_the_absolute_cap() -> None:
    refused_cheaply("limit.inflate", BOMB, Limits(inflate_ratio=100_000))


def test_a15_base64_of_a_gzip_bomb() -> None:
    refused_cheaply("limit.inflate", base64.b64encode(BOMB))


def test_a15_nested_gzip() -> None:
    data = XML
    for _ in range(5):
        data = gzip.compress(data, mtime=0)
    refused_cheaply("limit.containers", data)


def test_a15_a_bomb_of_bombs_stops_at_the_first() -> None:
    refused_cheaply("limit.inflate", gzip.compress(gzip.compress(BOMB, mtime=0), mtime=0), Limits(inflate_ratio=50))


@pytest.mark.parametrize(
    "behind", [gzip.compress(b"<evil/>", mtime=0), b"\0", b"<evil/>"], ids=["member", "nul", "markup"]
)
def test_a15_trailing_members_and_octets(behind: bytes) -> None:
    refused_cheaply("gzip.trailing", gzip.compress(XML) + behind)


def test_a15_base64_junk() -> None:
    good = base64.b64encode(gzip.compress(XML, mtime=0)).decode()
    for junk in (good[:8] + "!" + good[8:], good + "%", good.replace("H4", "H4-_", 1)):
        assert unpack(junk.encode()).kind == "other"
    unpadded = base64.b64encode(b"<elmo><report/></elmo>\n").decode().rstrip("=")
    spare = unpadded[:-1] + chr(ord(unpadded[-1]) + 1) + "="
    for broken in (unpadded, unpadded + "==", spare):
        refused_cheaply("base64.invalid", broken.encode())


def test_a_document_of_many_portions_is_inflated_whole() -> None:
    for size in (0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 5):
        text = b"<a>" + random.Random(size).randbytes(size).hex().encode() + b"</a>"
        assert unpack(gzip.compress(text, 1)).octets == text
        refused_cheaply("gzip.trailing", gzip.compress(text, 1) + b"x")


def test_a_bomb_in_the_text_of_a_picture() -> None:
    packed = zlib.compress(bytes(100 * MIB), 9)
    refused_cheaply("limit.inflate", png((b"iTXt", b"openbadges\0\1\0\0\0" + packed)))


def test_a_picture_of_endless_chunks() -> None:
    refused_cheaply(
        "limit.chunks", b"\x89PNG\r\n\x1a\n" + bytes(4) + b"IDAT" + bytes(4) + (bytes(4) + b"IDAT" + bytes(4)) * 100_000
    )


def test_a_picture_with_two_credentials_is_not_guessed_about() -> None:
    refused_cheaply("png.ambiguous", png((b"tEXt", b"openbadges\0{}"), (b"iTXt", b"openbadges\0\0\0\0\0{}")))


def test_a_document_over_the_limit() -> None:
    refused_cheaply("limit.bytes", b" " * (MIB + 1), Limits(document_bytes=MIB))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[" * MIB, "limit.depth"),
        (b'{"a":' * MIB, "limit.depth"),
        (b"[" + b"0," * MIB + b"0]", "limit.nodes"),
        (b"[" + b"[]," * MIB + b"0]", "limit.nodes"),
        (b'["' + b"\\u0041" * MIB, "json.syntax"),
        (b"[" + b'"' * (8 * MIB + 1), "json.syntax"),
        (b"[" + b"9" * (8 * MIB) + b"]", "limit.number"),
    ],
    ids=["arrays", "objects", "numbers", "empties", "unterminated", "quotes", "digits"],
)
def test_json_bombs(data: bytes, code: str) -> None:
    refused_cheaply(code, data)
