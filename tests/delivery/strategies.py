"""Envelopes, bodies and times for the laws of delivery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from tests.delivery.makers import NOW

moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
bodies = st.lists(st.binary(max_size=300), min_size=1, max_size=5)
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}", fullmatch=True)
purposes = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=200)
fractions = st.floats(0, 1, exclude_max=True)
lives = st.timedeltas(timedelta(seconds=1), timedelta(days=30)).map(
    lambda life: NOW + timedelta(seconds=life.total_seconds() // 1 + 1)
)


def chunked(octets: bytes, cuts: list[int]) -> list[bytes]:
    """The octets in chunks, cut at these places (taken modulo their number)."""
    places = sorted({0, len(octets), *(cut % (len(octets) + 1) for cut in cuts)})
    return [octets[start:end] for start, end in pairwise(places)]


cuts = st.lists(st.integers(0, 10_000), max_size=20)
