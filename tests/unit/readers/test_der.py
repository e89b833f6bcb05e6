"""The little DER reader: what is written is read, and what is damaged is refused."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import Refused
from gateway.readers.der import INTEGER, OCTET_STRING, SEQUENCE, Element, read_der, write_der


@given(st.lists(st.binary(max_size=400), max_size=4))
@example([bytes(127), bytes(128), bytes(70_000)])
def test_what_is_written_is_read_again(values: list[bytes]) -> None:
    data = write_der(SEQUENCE, *(write_der(OCTET_STRING, value) for value in values))
    assert read_der(data, SEQUENCE).members() == [Element(OCTET_STRING, value) for value in values]


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"\x30\x80\0\0", b"\x30\x01", b"\x30\0\0", b"\x02\0", b"\x30\x85\0\0\0\0\0", b"\x30\x82\0"],
    ids=bytes.hex,
)
def test_open_long_short_or_other_elements_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read_der(data, SEQUENCE)


def test_a_member_of_another_kind_or_place_is_refused() -> None:
    element = read_der(write_der(SEQUENCE, write_der(INTEGER, b"\1")), SEQUENCE)
    assert element.member(0, INTEGER).content == b"\1"
    for index, tag in ((0, SEQUENCE), (1, INTEGER)):
        with pytest.raises(Refused):
            element.member(index, tag)


@given(st.binary(max_size=60))
def test_any_octets_are_elements_or_refused(data: bytes) -> None:
    try:
        read_der(b"\x30" + data, SEQUENCE).members()
    except Refused:
        return
