"""The differ finds each silent loss, each false claim, and nothing else."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings

from gateway.kit.laws import compare, everything, filled, generate, nouns, records
from gateway.kit.laws.shrink import smallest
from gateway.model.leaves import leaves
from gateway.model.losses import Loss
from gateway.model.record import (
    NO_LEAF,
    Achievement,
    Assessment,
    Identifier,
    Learner,
    Name,
    Organisation,
    Record,
    Report,
    Specification,
)

A, B, C = (
    Achievement(specification=Specification(title={"en": t}), assessments=(Assessment(grade={"und": "6.0"}),))
    for t in "ABC"
)


def record(*courses, **learner):
    return Record(
        learner=Learner(**learner), reports=(Report(issuer=Organisation(legal_name={"en": "S"}), achievements=courses),)
    )


def loss(kind, path, **facts):
    return Loss.model_validate({"stage": "write", "kind": kind, "path": path, **facts})


def laws(before, after, *losses):
    return sorted({breach.law for breach in compare(before, after, losses)})


SILENT, REAL, INVENTED = "no silent loss", "losses are real", "nothing is invented"
COURSES = "/reports/S/achievements"


def test_equal_records_and_no_losses_break_nothing():
    assert laws(record(A, B), record(A, B)) == []


@pytest.mark.parametrize(
    ("before", "after", "law"),
    [
        (record(born="2001"), record(), SILENT),
        (record(), record(born="2001"), INVENTED),
        (record(born="2001"), record(born="2002"), SILENT),
        (record(A, B), record(B, A), SILENT),
        (record(A, B), record(A), SILENT),
        (record(A), record(A, A), INVENTED),
        (record(names=(Name(full=""),)), record(names=(Name(),)), SILENT),
        (record(names=(Name(given="x"),)), record(names=(Name(family="x"),)), INVENTED),
    ],
)
def test_a_difference_that_no_loss_tells_is_found(before, after, law):
    assert law in laws(before, after)


def test_a_dropped_leaf_is_told():
    assert laws(record(born="2001"), record(), loss("dropped", "/learner/born")) == []


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (loss("dropped", "/learner/born"), "it is still there"),
        (loss("dropped", "/learner/photo"), "there was nothing"),
        (loss("dropped", ""), "everything is still there"),
        (loss("approximated", "/learner/born", **{"from": "2001"}, to="2001"), "nothing changed"),
        (loss("approximated", "/learner/gender", **{"from": "1"}, to="2"), "there is no such leaf"),
        (loss("moved", "/learner/born", to_path="/learner/gender"), "it isn't there"),
        (loss("assumed", "/learner/born"), "it was there before"),
        (loss("assumed", "/learner/gender"), "nothing is there"),
        (loss("converted", "/learner/born", **{"from": "2001"}, to="2001"), "nothing changed"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_a_false_claim_is_found(told, why):
    assert REAL in laws(record(A, born="2001"), record(A, born="2001"), told)


def test_an_approximation_tells_both_values():
    before, after = record(born="2001-05-01T22:00:00Z"), record(born="2001-05-02")
    right = {"from": "2001-05-01T22:00:00Z", "to": "2001-05-02"}
    assert laws(before, after, loss("approximated", "/learner/born", **right)) == []
    assert laws(before, after, loss("approximated", "/learner/born", **(right | {"from": "2000"}))) == [REAL]
    assert laws(before, after, loss("approximated", "/learner/born", **(right | {"to": "2000"}))) == [REAL]


def test_equal_numbers_of_another_form_differ():
    after = A.model_copy(update={"assessments": (Assessment(grade={"und": "6"}),)})
    assert laws(record(A), record(after)) == [SILENT]


def test_order_that_the_target_cannot_hold_is_a_loss_on_the_list():
    assert laws(record(A, B), record(B, A), loss("approximated", COURSES)) == []
    assert laws(record(A, B), record(A, B), loss("approximated", COURSES)) == [REAL]


def test_order_is_compared_among_those_that_survive():
    """That one was dropped and one added says nothing about the order of the others."""
    after = record(A, Achievement(specification=Specification(title={"en": "New"})), C)
    assert laws(record(A, B, C), after, loss("dropped", COURSES + "/B"), loss("assumed", COURSES + "/New")) == []
    turned = record(C, A)
    assert laws(record(A, B, C), turned, loss("dropped", COURSES + "/B")) == [SILENT]


def test_order_of_a_set_is_no_fact():
    one, two = Identifier(scheme="a", value="1"), Identifier(scheme="b", value="2")
    assert laws(record(identifiers=(one, two)), record(identifiers=(two, one))) == []


def test_a_value_may_move_and_must_leave():
    before = record(born="2001")
    moved = loss("moved", "/learner/born", to_path="/learner/birthplace/description/und")
    place = {"birthplace": {"description": {"und": "2001"}}}
    assert SILENT in laws(before, record(**place), moved)  # a date became a text: the type is part of the value
    text = record(names=(Name(full="X"),))
    there = loss("moved", "/learner/names/legal.und/full", to_path="/learner/names/legal.und/given")
    assert laws(text, record(names=(Name(given="X"),)), there) == []
    assert REAL in laws(text, record(names=(Name(given="X", full="Y"),)), there)


def test_a_whole_noun_may_move():
    """A result that the target holds elsewhere: equal leaf by leaf, in containers that come with it."""
    free = record().model_copy(
        update={"reports": (record().reports[0].model_copy(update={"assessments": A.assessments}),)}
    )
    moved = loss("moved", COURSES + "/A/assessments/-", to_path="/reports/S/assessments/-")
    dropped = [loss("dropped", COURSES + "/A")]
    assert laws(record(A), free, moved, *dropped) == []
    other = Assessment(grade={"und": "5"})
    wrong = free.model_copy(update={"reports": (free.reports[0].model_copy(update={"assessments": (other,)}),)})
    assert laws(record(A), wrong, moved, *dropped) == [SILENT]


def test_a_converted_value_keeps_the_original():
    before, after = record(names=(Name(full="12"),)), record(names=(Name(full="B", given="12"),))
    told = [
        loss("converted", "/learner/names/legal.und/full", **{"from": "12"}, to="B"),
        loss("assumed", "/learner/names/legal.und/given"),
    ]
    assert laws(before, after, *told) == []
    gone = record(names=(Name(full="B"),))
    assert laws(before, gone, told[0]) == [REAL]


def test_one_path_is_told_once():
    twice = [loss("dropped", "/learner/born"), loss("dropped", "/learner/born")]
    assert laws(record(born="2001"), record(), *twice) == [REAL]


def test_an_assumption_that_only_the_document_shows_is_real_where_it_stands():
    told = [loss("assumed", "/reports/S/issuer/country", target="/location")]
    assert compare(record(), record(), told)
    assert compare(record(), record(), told, lambda loss: loss.target == "/location") == []


# --- the generator ---------------------------------------------------------------------------------------------------


def test_the_generator_fills_every_field_of_every_noun():
    """A field added to the model is tried the same day; `vouched_by` alone is no leaf."""
    every = {
        (noun.__name__, name)
        for noun in nouns()
        for name, field in noun.model_fields.items()
        if NO_LEAF not in field.metadata
    }
    assert every - filled(everything()) == set()


def test_generated_records_fill_nearly_every_field_too():
    """Not only the one full record: chance reaches all but the rarest fields."""
    found = set().union(*(filled(generate(Random(seed))) for seed in range(300)))
    every = {(noun.__name__, name) for noun in nouns() for name in noun.model_fields}
    assert every - found <= {("Report", "vouched_by")}


def test_generated_records_are_the_same_everywhere():
    assert generate(Random(3)) == generate(Random(3))
    assert everything() == everything()
    assert generate(Random(3)) != generate(Random(4))


def test_generated_records_hold_the_hard_cases():
    """Duplicates, empty texts, several reports, failed results, enrolments with passed parts, unknown languages."""
    many = [generate(Random(seed)) for seed in range(150)]
    taken_apart = [leaves(one) for one in many]
    paths = {path for one in taken_apart for path in one}
    values = {leaf for one in taken_apart for leaf in one.values()}
    assert any(path.endswith("#2") for path in paths)
    assert ("text", "") in values
    assert ("str", "failed") in values
    assert any(len(one.reports) > 1 for one in many)
    assert any(len(one.learner.names) > 1 for one in many)
    assert any("/enrolments/" in path and "/parts/" in path for path in paths)
    assert any(path.endswith("/title/und") for path in paths)
    assert {"2014", "2014-11"} <= {value for _, value in values}


@given(records())
@settings(max_examples=30, deadline=None)
def test_every_generated_record_survives_its_own_json(record):
    """Values are valid for the model, and paths name one leaf each."""
    again = Record.model_validate_json(record.model_dump_json(by_alias=True))
    assert leaves(again) == leaves(record)
    assert compare(record, again, []) == []


@given(records())
@settings(max_examples=15, deadline=None)
def test_every_leaf_taken_from_a_generated_record_is_missed(record):
    """Take any one field away, and the differ says so; say so in a loss, and it is content."""
    for name in ("groups", "attachments", "relations", "passthrough"):
        if getattr(record, name):
            less = record.model_copy(update={name: ()})
            assert compare(record, less, [])
            told = compare(record, less, [loss("dropped", f"/{name}")])
            assert [breach for breach in told if breach.law != SILENT or "order" not in breach.told] == []


def test_shrinking_finds_the_one_thing():
    """The smallest record that still has a birth date has nothing else."""
    small = smallest(everything(), lambda r: r.learner.born is not None)
    assert len(leaves(small)) < 12
    assert small.learner.born
