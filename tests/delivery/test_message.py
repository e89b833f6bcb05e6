"""The message: the same whatever chunks it comes in, refused whatever is changed in it."""

from __future__ import annotations

import hashlib
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.delivery.message import MessageReader, message_head, message_size, slices
from gateway.delivery.problem import Stopped
from gateway.delivery.signing import STATEMENT_BYTES, SignedEnvelope, read_envelope
from tests.delivery.makers import envelope, message, part, peer, signed
from tests.delivery.strategies import bodies, chunked, cuts


def read(chunks: list[bytes], length: int) -> tuple[SignedEnvelope, str]:
    """What a receiver does."""
    reader = MessageReader(length=length)
    sent = None
    for chunk in chunks:
        line = reader.feed(chunk)
        if line is not None:
            sent = read_envelope(line, peer())
            reader.expect(sent)
    digest = reader.finish()
    assert sent is not None
    return sent, digest


@given(parts=bodies, places=cuts)
def test_any_chunking_gives_the_same_message(parts, places) -> None:
    sent = signed(parts)
    octets = message(sent, parts)
    assert read(chunked(octets, places), len(octets)) == (sent, hashlib.sha256(octets).hexdigest())
    assert message_size(sent) == len(octets)


@given(parts=bodies)
def test_a_part_is_a_slice_of_the_message(parts) -> None:
    sent = signed(parts)
    octets = message(sent, parts)
    found = slices(sent)
    assert [octets[one.offset : one.offset + one.part.size] for one in found] == parts
    assert octets.startswith(message_head(sent))


@given(parts=bodies, places=cuts, data=st.data())
def test_any_flipped_bit_is_refused(parts, places, data) -> None:
    octets = bytearray(message(signed(parts), parts))
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Stopped):
        read(chunked(bytes(octets), places), len(octets))


@given(parts=bodies, places=cuts, cut=st.integers(1, 10_000))
def test_a_message_cut_short_is_refused(parts, places, cut) -> None:
    whole = message(signed(parts), parts)
    short = whole[: -(cut % (len(whole) - 1)) or -1]
    for length in (len(whole), len(short)):
        with pytest.raises(Stopped) as caught:
            read(chunked(short, places), length)
        assert caught.value.code in {"message.length", "envelope.form", "envelope.signature"}


@given(parts=bodies, more=st.binary(min_size=1, max_size=50))
def test_octets_after_the_last_part_are_refused(parts, more) -> None:
    whole = message(signed(parts), parts)
    for length in (len(whole), len(whole) + len(more)):
        with pytest.raises(Stopped) as caught:
            read([whole, more], length)
        assert caught.value.code == "message.length"


def test_parts_in_another_order_are_refused() -> None:
    sent = signed((b"original", b"translat"))
    octets = message(sent, (b"translat", b"original"))
    with pytest.raises(Stopped) as caught:
        read([octets], len(octets))
    assert caught.value.code == "message.part"


def test_g6_a_first_line_that_never_ends_is_stopped_at_64_kib() -> None:
    reader = MessageReader(length=10**9)
    for _ in range(STATEMENT_BYTES):
        reader.feed(b"a")
    with pytest.raises(Stopped) as caught:
        reader.feed(b"a")
    assert caught.value.code == "message.envelope"


def test_g6_sizes_that_dont_fit_the_length_are_refused_before_a_part_is_read() -> None:
    sent = signed((b"x" * 100,))
    reader = MessageReader(length=message_size(sent) + 1)
    reader.feed(message_head(sent))
    with pytest.raises(Stopped) as caught:
        reader.expect(sent)
    assert caught.value.code == "message.length"


def test_a_message_of_64_mib_is_read_in_less_than_1_mib() -> None:
    chunk = bytes(256 * 1024)
    whole = hashlib.sha256()
    for _ in range(256):
        whole.update(chunk)
    big = part(b"").model_copy(update={"size": 256 * len(chunk), "sha256": whole.hexdigest()})
    sent = signed(parts=(big,))
    tracemalloc.start()
    reader = MessageReader(length=message_size(sent))
    reader.feed(message_head(sent))
    reader.expect(sent)
    for _ in range(256):
        reader.feed(chunk)
    reader.finish()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1024 * 1024


def test_parts_of_no_octets_are_parts() -> None:
    empty = (b"", b"", b"")
    sent = signed(empty)
    octets = message(sent, empty)
    assert read([octets], len(octets))[0] == sent
    assert len(envelope(empty).parts) == 3
