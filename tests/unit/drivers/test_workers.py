"""An adapter behind a process can hang, crash or eat memory, and the caller gets an error with a code."""

from __future__ import annotations

import os
from random import Random

import pytest

from gateway.drivers.processes import ProcessLimits
from gateway.drivers.workers import IsolatedAdapter, isolate
from gateway.errors import AdapterError, Refused
from gateway.kit import Content
from gateway.kit.discovery import Found
from gateway.kit.laws.records import generate
from gateway.kit.laws.trip import document_of, request_for
from gateway.kit.recognition import head_of
from tests.toy_adapter.lanterna_adapter import ADAPTER, Lanterna
from tests.unit.kit.troublesome import Troublesome

LIMITS = ProcessLimits(wall_seconds=100, cpu_seconds=1, memory_bytes=1024**3)
IMPATIENT = ProcessLimits(wall_seconds=6)
"""By the clock: where nothing but time ends a call. A busy machine may need seconds for one that works."""


@pytest.fixture(scope="module")
def isolated():
    adapter = IsolatedAdapter(Troublesome(), LIMITS)
    yield adapter
    adapter.close()


@pytest.fixture
def impatient():
    adapter = IsolatedAdapter(Troublesome(), IMPATIENT)
    yield adapter
    adapter.close()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"spin", "adapter.cpu"),
        (b"crash", "adapter.crashed"),
        (b"exit", "adapter.crashed"),
        (b"eat", "adapter.memory"),
        (b"raise", "adapter.failed"),
        (b"answer with code", "adapter.failed"),
    ],
)
def test_trouble_becomes_an_error_and_the_next_call_works(isolated, body, code):
    """Each kind of trouble has its code, and the adapter answers again afterwards."""
    with pytest.raises(AdapterError) as error:
        isolated.core(body)
    assert error.value.code == code
    assert "somebody" not in str(error.value)
    assert isolated.core(b"x").startswith(b"x")


def test_a_call_that_never_ends_is_ended_and_the_next_call_works(impatient):
    with pytest.raises(AdapterError) as error:
        impatient.core(b"hang")
    assert error.value.code == "adapter.timeout"
    assert impatient.core(b"x").startswith(b"x")


def test_a_refusal_crosses_the_border_as_it_is(isolated):
    with pytest.raises(Refused) as refusal:
        isolated.core(b"refuse")
    assert (refusal.value.code, refusal.value.message, refusal.value.advice) == ("toy.no", "got no", "Send yes.")


def test_calls_run_in_one_other_process(isolated):
    """The worker stays between calls, and isn't this process."""
    first, second = isolated.core(b""), isolated.core(b"")
    assert first == second != str(os.getpid()).encode()


def test_every_function_gives_the_same_behind_a_process(isolated):
    """Records, documents, readings and drafts cross the border unchanged."""
    record = generate(Random(7))
    request = request_for(record, b"{}", "application/json", ADAPTER)
    draft = ADAPTER.write(record, request)[0]
    assert isolated.write(record, request) == ADAPTER.write(record, request)
    document = document_of(draft.body)
    head = head_of(document)
    assert isolated.recognise(head) == ADAPTER.recognise(head)
    assert isolated.open(document) == ADAPTER.open(document)
    content = Content(document=document, format="Lanterna 1.0")
    assert isolated.conform(content) == ADAPTER.conform(content)
    assert isolated.read(content, {}) == ADAPTER.read(content, {})


def test_only_those_from_outside_or_on_their_own_wish_are_isolated():
    inside, outside = Found(ADAPTER, "adapters.x", outside=False), Found(Lanterna(), "lanterna 1", outside=True)
    plain, wrapped = isolate([inside, outside])
    assert plain is ADAPTER
    assert isinstance(wrapped, IsolatedAdapter)
