"""The laws are tested themselves: they pass a right adapter, and fail every bad one."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.kit.laws import AdapterLaws
from tests.unit.kit import bad_adapters

DOCUMENT = Path(__file__).parents[2] / "toy_adapter" / "tests" / "documents" / "astrid.json"


class TestTheRightAdapter(AdapterLaws):
    """A right adapter passes all laws."""

    adapter = bad_adapters.Right()
    documents = [DOCUMENT]


ARGUMENTS = {
    "test_nothing_else_is_recognised": [b'{"invoice": {"total": 12}}'],
    "test_reading_covers": [DOCUMENT.read_bytes()],
}


def laws_of(adapter) -> AdapterLaws:
    kind = type("Laws", (AdapterLaws,), {"adapter": adapter, "documents": [DOCUMENT], "own_places": ("/ours",)})
    return kind()


@pytest.mark.parametrize(
    ("bad", "law"), [*bad_adapters.SIX.items(), *bad_adapters.MUTANTS.items()], ids=lambda x: getattr(x, "__name__", "")
)
def test_a_bad_adapter_fails(bad, law):
    """Each bad adapter fails the law that it breaks, by what the law says, not by an error of its own."""
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        getattr(laws_of(bad()), law)(*ARGUMENTS.get(law, ()))


def test_an_adapter_that_crashes_fails():
    """An error of Python isn't a refusal: it comes out as it is."""
    with pytest.raises(ValueError, match="invalid literal"):
        laws_of(bad_adapters.Crashes()).test_reading_covers(DOCUMENT.read_bytes())


def test_a_greedy_adapter_fails_though_the_process_held_more_before():
    """What another test once needed hides nothing."""
    assert b"x" * 300_000_000
    with pytest.raises(AssertionError, match="MB"):
        laws_of(bad_adapters.Greedy()).test_hostile_input_is_refused(DOCUMENT.read_bytes())


@pytest.mark.parametrize("law", sorted({*bad_adapters.SIX.values(), *bad_adapters.MUTANTS.values()}))
def test_the_right_adapter_breaks_no_law_by_the_same_judge(law):
    """The judge of the bad adapters lets the right one pass, so that what it says about them means something."""
    getattr(laws_of(bad_adapters.Right()), law)(*ARGUMENTS.get(law, ()))


def test_a_failure_shows_the_smallest_record():
    """An author sees the least record that breaks the law, not a thousand leaves."""
    with pytest.raises(pytest.fail.Exception, match="smallest record") as failure:
        laws_of(bad_adapters.Truncates()).test_writing_covers_everything()
    assert len(str(failure.value)) < 2000
