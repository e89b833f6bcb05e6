"""JSONTestSuite (reference/security/json-testsuite): nothing invalid is read, and what is refused is refused for a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import Refused
from gateway.readers.json import dump_json, parse_json
from tests.reference import needs_reference, reference

pytestmark = needs_reference

REFUSED_ON_PURPOSE = {
    "y_object_duplicated_key.json": "json.duplicate_key",
    "y_object_duplicated_key_and_value.json": "json.duplicate_key",
}


def answer(path: Path) -> str:
    """The code of the refusal, or what was read, written again."""
    try:
        return dump_json(parse_json(path.read_bytes())).decode()
    except Refused as refused:
        return refused.code


def files(pattern: str) -> list[Path]:
    return sorted(reference("security/json-testsuite").glob(pattern))


def test_no_invalid_text_is_read() -> None:
    found = {path.name: answer(path) for path in files("n_*.json")}
    assert len(found) >= 130
    assert {name: code for name, code in found.items() if not code.startswith(("json.", "limit."))} == {}


def test_every_valid_text_is_read_but_those_with_duplicate_members() -> None:
    found = {path.name: answer(path) for path in files("y_*.json")}
    assert found
    refused = {name: code for name, code in found.items() if code.startswith(("json.", "limit."))}
    assert refused == {name: code for name, code in REFUSED_ON_PURPOSE.items() if name in found}


@pytest.mark.parametrize("pattern", ["i_*.json", "transform/*.json"])
def test_what_the_standard_leaves_open_is_answered_the_same_way_twice(pattern: str) -> None:
    paths = files(pattern)
    assert paths
    for path in paths:
        assert answer(path) == answer(path)


def test_what_is_read_of_the_transform_files_is_written_again_as_it_was_printed() -> None:
    for path in files("transform/number*.json"):
        code = answer(path)
        assert code.startswith(("json.", "limit.")) or code.encode() == path.read_bytes().replace(b" ", b"").strip()
