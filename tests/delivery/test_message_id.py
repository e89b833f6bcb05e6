"""Ids of messages: UUIDs of version 7."""

from __future__ import annotations

import datetime as dt
import re
import uuid

from hypothesis import given
from hypothesis import strategies as st

from gateway.delivery.envelope import message_id

TIMES = st.datetimes(
    min_value=dt.datetime(1970, 1, 1), max_value=dt.datetime(9999, 1, 1), timezones=st.just(dt.UTC)
).map(lambda time: time.replace(microsecond=0))
RANDOM = st.binary(min_size=10, max_size=10)


@given(TIMES, RANDOM)
def test_an_id_is_a_uuid_of_version_7_that_tells_its_time(now, random):
    made = message_id(now, random)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made)
    told = uuid.UUID(made)
    assert (told.version, told.variant) == (7, uuid.RFC_4122)
    assert told.int >> 80 == int(now.timestamp()) * 1000


@given(TIMES, TIMES, RANDOM, RANDOM)
def test_ids_sort_as_their_times_do(one, other, first, second):
    if one < other:
        assert message_id(one, first) < message_id(other, second)


@given(TIMES, RANDOM, RANDOM)
def test_other_random_octets_make_another_id(now, one, other):
    """Of the 80 random bits six are taken by version and variant."""
    keep = int.from_bytes(b"\x0f\xff\x3f" + b"\xff" * 7, "big")
    differ = (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")) & keep
    assert (message_id(now, one) != message_id(now, other)) == bool(differ)
