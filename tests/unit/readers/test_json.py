"""The strict JSON reader, and the writer that keeps numbers as they were printed."""

from __future__ import annotations

import json
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refused
from gateway.readers import json as reader
from gateway.readers.json import Number, dump_json, parse_json
from gateway.readers.limits import Limits


def code_of(data: bytes, **limits: int) -> str:
    with pytest.raises(Refused) as caught:
        parse_json(data, Limits(**limits))
    return caught.value.code


@pytest.mark.parametrize("printed", ["6.0", "6.00", "1e2", "1E+2", "-0", "-0.0", "0.1", "1.10", "9007199254740993"])
def test_a_number_is_written_as_it_was_printed(printed: str) -> None:
    value = parse_json(f"[{printed}]".encode())
    assert dump_json(value) == f"[{printed}]".encode()
    assert str(value[0]) == printed


def test_a_number_counts_as_its_value_too() -> None:
    six = parse_json(b"6.0")
    assert six == 6
    assert math.sqrt(parse_json(b"1e2")) == 10


def test_a_number_survives_pickling_across_processes() -> None:
    assert str(pickle.loads(pickle.dumps(Number("6.00")))) == "6.00"


def test_plain_integers_are_int_and_of_any_bearable_length() -> None:
    value = parse_json(b"123456789012345678901234567890")
    assert type(value) is int
    assert value == 123456789012345678901234567890


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a":1,"a":1}', "json.duplicate_key"),
        (b'{"a":{"b":1,"\\u0062":2}}', "json.duplicate_key"),
        (b"[NaN]", "json.number"),
        (b"[Infinity]", "json.number"),
        (b"[-Infinity]", "json.number"),
        (b"[1e999]", "json.number"),
        (b'["\\ud800"]', "json.surrogate"),
        (b'{"\\udc00":1}', "json.surrogate"),
        (b'["\xed\xa0\x80"]', "json.encoding"),
        (b"\xff\xfe{\x00}\x00", "json.encoding"),
        (b"{\x00}\x00", "json.syntax"),
        (b"\xef\xbb\xbf\xef\xbb\xbf{}", "json.syntax"),
        (b"", "json.syntax"),
        (b'["a\nb"]', "json.syntax"),
        (b"[1" + b"0" * 100 + b"]", "limit.number"),
        (b"[0." + b"0" * 100 + b"]", "limit.number"),
    ],
)
def test_what_two_readers_could_read_in_two_ways_is_refused(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_one_byte_order_mark_in_front_is_dropped() -> None:
    assert parse_json(b"\xef\xbb\xbf{}") == {}


def test_a_whole_surrogate_pair_is_one_character() -> None:
    assert parse_json(b'"\\ud83d\\ude00 \\\\ud800"') == "😀 \\ud800"


def test_depth_is_counted_exactly_and_not_inside_strings() -> None:
    assert parse_json(b"[" * 5 + b"]" * 5, Limits(depth=5)) == [[[[[]]]]]
    assert code_of(b"[" * 6 + b"]" * 6, depth=5) == "limit.depth"
    assert parse_json(b'["[[[[[[[[", "\\"[[[[[["]', Limits(depth=1)) == ["[[[[[[[[", '"[[[[[[']


def test_nodes_and_octets_are_counted() -> None:
    assert parse_json(b"[1,2,3]", Limits(nodes=4)) == [1, 2, 3]
    assert code_of(b"[1,2,3,4]", nodes=4) == "limit.nodes"
    assert code_of(b'"abc"', document_bytes=4) == "limit.bytes"


def test_limits_above_what_the_process_can_follow_are_refused_too() -> None:
    assert code_of(b"[" * 100_000, depth=1_000_000, nodes=1_000_000) in {"limit.depth", "json.syntax"}


def test_errors_show_nothing_of_the_document() -> None:
    with pytest.raises(Refused) as caught:
        parse_json(b'{"Ada Lovelace":1,"Ada Lovelace":2}')
    assert "Ada" not in caught.value.message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", {1: 2}, object()])
def test_what_is_not_json_cannot_be_written(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        dump_json([value])


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_reading_agrees_with_the_standard_library_and_writing_gives_the_same_octets(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    data = text.encode()
    read = parse_json(data)
    assert read == json.loads(text)
    assert dump_json(read) == data


MARKS = st.text(alphabet='{}[]",:\\ux1 ', max_size=60)


def told(data: bytes, limits: Limits) -> str:
    try:
        return f"a value: {parse_json(data, limits)!r}"
    except Refused:
        return "refused"


@given(
    MARKS | st.lists(MARKS, max_size=5).map(json.dumps) | JSON_VALUES.map(json.dumps),
    st.integers(1, 6),
    st.integers(1, 12),
)
def test_a_glance_and_the_walk_let_the_same_texts_in(text: str, depth: int, nodes: int) -> None:
    limits = Limits(depth=depth, nodes=nodes)
    glanced = told(text.encode(), limits)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_AT_A_GLANCE", -1)
        assert told(text.encode(), limits) == glanced


def test_what_is_common_is_told_at_a_glance() -> None:
    common = json.dumps({"a": ["[[[", "\\", '"}'], 'b"': {"c": [1, {}, [[]]]}}).encode()
    assert reader._keeps_shape(common, Limits(depth=5, nodes=13))
    assert not reader._keeps_shape(common, Limits(depth=4))
    assert not reader._keeps_shape(common, Limits(nodes=12))


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:\\u019eE+-.tfn \t', max_size=200).map(str.encode))
def test_any_octets_are_a_value_or_refused(data: bytes) -> None:
    try:
        value = parse_json(data)
    except Refused:
        return
    assert parse_json(dump_json(value)) == value
