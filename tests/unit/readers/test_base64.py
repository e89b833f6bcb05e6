"""Base64 in its one spelling: whatever is accepted would be written again as the same text."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refused
from gateway.readers.base64 import decode_base64, strict_base64


@given(st.binary(max_size=40))
def test_octets_written_as_base64_are_read_back_from_text_and_from_bytes(octets):
    text = base64.b64encode(octets)
    assert strict_base64(text) == strict_base64(text.decode()) == strict_base64(memoryview(text)) == octets


@given(st.text(alphabet="ABab01+/= \n-_é", max_size=12))
def test_what_is_read_would_be_written_as_the_same_text(text):
    octets = strict_base64(text)
    assert octets is None or base64.b64encode(octets).decode() == text


@pytest.mark.parametrize(
    "text", ["QQ", "QR==", "QQ=", "Q Q==", "QQ= =", "QQ==\n", "QQ==QQ==", "=QQ=", "_-==", "é===", "A==="]
)
def test_every_other_spelling_is_refused(text):
    assert strict_base64(text) is None
    with pytest.raises(Refused, match="a token that is not strict base64") as refused:
        decode_base64(text, "a token")
    assert refused.value.code == "base64.invalid"
