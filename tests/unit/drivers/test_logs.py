"""Structured logs: fixed words, closed fields, nothing that a terminal or a reader of lines obeys."""

from __future__ import annotations

import ast
import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.drivers.logs import log_to, say, tracing
from tests.reference import ROOT

TRACE = "0123456789abcdef0123456789abcdef"
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(False)


def fail() -> None:
    raise ValueError("Astrid Lindqvist")


def said(stream: io.StringIO, **fields) -> str:
    log_to(stream)
    say("peer.unreachable", **fields)
    return stream.getvalue()


def test_a_line_is_one_json_object_with_the_time_the_event_and_its_fields():
    entry = json.loads(said(io.StringIO(), peer="b.example.org", attempt=3, seconds=0.123456))
    assert entry.pop("at").endswith("+00:00")
    fields = {"peer": "b.example.org", "attempt": 3, "seconds": 0.1235}
    assert entry == {"level": "info", "event": "peer.unreachable", **fields}


async def test_the_trace_id_follows_into_tasks_and_ends_with_its_document():
    stream = io.StringIO()
    log_to(stream)

    async def work() -> None:
        say("delivery.attempted")

    with tracing(TRACE):
        await asyncio.create_task(work())
    say("worker.idle")
    inside, after = map(json.loads, stream.getvalue().splitlines())
    assert inside["trace"] == TRACE
    assert "trace" not in after


@given(st.text(), st.booleans())
def test_h4_no_value_ends_a_line_or_moves_a_cursor_or_turns_the_direction(text: str, terminal: bool):
    line = said(Terminal() if terminal else io.StringIO(), peer=text, code="\r\n\x1b[2J\u202e" + text)
    assert line.count("\n") == 1
    assert not OBEYED.search(line)
    assert line.isascii() or terminal


def test_h4_a_forged_second_line_stays_inside_its_value():
    line = said(Terminal(), peer='x\n10:00:00 delivery.accepted peer="y"')
    assert len(line.splitlines()) == 1
    assert line.split()[1] == "peer.unreachable"


def test_a_long_value_is_cut():
    assert len(said(io.StringIO(), peer="x" * 10_000)) < 500


def test_of_an_exception_the_class_and_the_places_are_logged_but_not_its_text():
    try:
        fail()
    except ValueError as error:
        line = said(io.StringIO(), error=error)
    assert "Astrid" not in line
    assert json.loads(line)["error"] == "ValueError"
    assert json.loads(line)["places"][0].startswith("test_logs.py:")


def test_of_a_library_the_template_is_logged_but_not_what_fills_it():
    stream = io.StringIO()
    log_to(stream)
    try:
        fail()
    except ValueError:
        logging.getLogger("aiohttp.server").exception("failed for %s\nsecond line %s", "Astrid", "b")
    entry = json.loads(stream.getvalue())
    assert (entry["event"], entry["library"]) == ("library.said", "aiohttp.server")
    assert entry["template"] == "failed for %s"
    assert "Astrid" not in stream.getvalue()


def test_every_event_of_the_source_is_a_fixed_word():
    for file in (ROOT / "gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                word = node.args[0]
                assert isinstance(word, ast.Constant), f"{file}:{node.lineno}"
                assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", str(word.value)), f"{file}:{node.lineno}"
