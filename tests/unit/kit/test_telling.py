"""Losses told by comparing: each kind has a reason that fits it, also where the adapter gave none."""

from __future__ import annotations

from gateway.kit.telling import Origins, Telling
from gateway.model.record import Learner, Name


def told(given: Learner, fitted: Learner, origins: Origins | None = None) -> list[tuple[str, str, str]]:
    losses = Telling(given, fitted, origins or Origins()).losses()
    return [(loss.kind, loss.path, loss.detail) for loss in losses]


def test_what_is_gone_had_no_place():
    assert told(Learner(born="2001"), Learner()) == [("dropped", "/born", "the target has no place for it")]


def test_what_is_new_is_never_said_to_have_had_no_place():
    said = "the target says something here, where nothing was said"
    assert told(Learner(), Learner(born="2001")) == [("assumed", "/born", said)]


def test_what_changed_has_another_form():
    assert told(Learner(born="2001"), Learner(born="2002")) == [
        ("approximated", "/born", "the target has it in another form")
    ]


def test_a_reason_that_the_adapter_gave_goes_before():
    given, fitted, origins = Learner(born="2001", names=(Name(full="A"),)), Learner(names=(Name(full="A"),)), Origins()
    origins.because(given, "born", "years are never told")
    assert told(given, fitted, origins) == [("dropped", "/born", "years are never told")]
