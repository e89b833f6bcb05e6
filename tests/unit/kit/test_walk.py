"""The walk remembers what a writer took; what it didn't is a loss, and a changed key is a move."""

from __future__ import annotations

from gateway.kit.laws.differ import compare
from gateway.kit.walk import Writing, share
from gateway.model.record import Achievement, Identifier, Learner, Name, Organisation, Record, Report, Specification

SCHOOL = Organisation(legal_name={"en": "School", "nb": "Skole"}, identifiers=(Identifier(scheme="s", value="1"),))


def course(code, title="Knots", **more):
    identifiers = (Identifier(scheme="local", value=code),) if code else ()
    return Achievement(specification=Specification(title={"en": title}, identifiers=identifiers), **more)


def record(*courses, **learner):
    return Record(learner=Learner(**learner), reports=(Report(issuer=SCHOOL, achievements=courses),))


def told(losses):
    return [(loss.kind, loss.path) for loss in losses]


def test_what_was_never_taken_is_dropped_at_the_highest_path():
    writing = Writing(record(course("A"), born="2001"))
    writing.root.one("learner").take("names")
    assert told(writing.finish()) == [("dropped", "/learner/born"), ("dropped", "/reports")]


def test_empty_fields_are_no_losses_and_defaults_that_say_something_are():
    """A status that nobody set is still "passed", and a writer that doesn't write it loses it."""
    writing = Writing(record(course("A")))
    writing.root.take("learner")
    report = writing.root.each("reports")[0]
    report.take("issuer")
    report.each("achievements")[0].take("specification")
    assert told(writing.finish()) == [("dropped", "/reports/s=1/achievements/local=A/status")]


def test_one_member_of_several_is_dropped_by_its_key():
    writing = Writing(record(course("A"), course("A"), course("B")))
    writing.root.take("learner")
    report = writing.root.each("reports")[0]
    report.take("issuer")
    for walk in report.each("achievements")[::2]:
        walk.take_all()
    assert told(writing.finish()) == [("dropped", "/reports/s=1/achievements/local=A#2")]


def test_other_languages_than_wanted_are_dropped_one_by_one():
    writing = Writing(SCHOOL)
    assert writing.root.text("legal_name", ["nb"]) == {"nb": "Skole"}
    writing.root.take("identifiers")
    assert told(writing.finish()) == [("dropped", "/legal_name/en")]


def test_peeking_takes_nothing():
    writing = Writing(SCHOOL)
    assert writing.root.peek("legal_name") == SCHOOL.legal_name
    assert told(writing.finish()) == [("dropped", "/legal_name"), ("dropped", "/identifiers")]


def test_a_member_whose_identifiers_are_lost_has_moved():
    """The differ accepts the walk's own account: the move comes before all other losses under it."""
    before = record(course("A"), course("B"), course("", "Tides"))
    writing = Writing(before)
    writing.root.take("learner")
    report = writing.root.each("reports")[0]
    report.take("issuer")
    for walk in report.each("achievements", kept=lambda a: course("", a.specification.title["en"])):
        walk.take("status")
        walk.one("specification").take("title")
    losses = writing.finish()
    base = "/reports/s=1/achievements/"
    assert [(x.kind, x.path, x.to_path) for x in losses] == [
        ("moved", base + "local=A", base + "Knots"),
        ("dropped", base + "local=A/specification/identifiers", ""),
        ("moved", base + "local=B", base + "Knots#2"),
        ("dropped", base + "local=B/specification/identifiers", ""),
    ]
    assert compare(before, record(course(""), course(""), course("", "Tides")), losses) == []


def test_a_member_that_the_target_cannot_hold_is_left_out_and_the_others_close_up():
    before = record(course("A"), course("A", status="failed"), course("A"))
    writing = Writing(before)
    writing.root.take("learner")
    report = writing.root.each("reports")[0]
    report.take("issuer")
    walks = report.each("achievements", kept=lambda a: a if a.status == "passed" else None)
    assert len(walks) == 2
    for walk in walks:
        walk.take_all()
    losses = writing.finish()
    base = "/reports/s=1/achievements/local=A"
    assert [(x.kind, x.path, x.to_path) for x in losses] == [
        ("dropped", base + "#2", ""),
        ("moved", base + "#3", base + "#2"),
    ]
    assert compare(before, record(course("A"), course("A")), losses) == []


def test_moves_under_moves_lead_to_the_last_place():
    """A report and a course in it both lose their identifiers: the course's path changes twice."""
    before = record(course("A"))
    writing = Writing(before)
    writing.root.take("learner")
    bare = Organisation(legal_name={"en": "School"})
    report = writing.root.each("reports", kept=lambda r: Report(issuer=bare))[0]
    report.one("issuer").take("legal_name")
    walk = report.each("achievements", kept=lambda a: course(""))[0]
    walk.take("status")
    walk.one("specification").take("title")
    losses = writing.finish()
    assert ("/reports/s=1/achievements/local=A", "/reports/School/achievements/Knots") in [
        (x.path, x.to_path) for x in losses
    ]
    names = {"legal_name": {"en": "School", "nb": "Skole"}}
    after = Record(learner=Learner(), reports=(Report(issuer=Organisation(**names), achievements=(course(""),)),))
    assert compare(before, after, losses) == []


def test_the_same_walks_are_given_again():
    writing = Writing(record(course("A")))
    assert writing.root.each("reports") == writing.root.each("reports")
    assert writing.root.one("learner") is writing.root.one("learner")
    assert Writing(SCHOOL).root.one("logo") is None


def test_paths_may_begin_elsewhere():
    writing = Writing(SCHOOL, base="/reports/x/issuer")
    writing.root.take("legal_name")
    assert told(writing.finish()) == [("dropped", "/reports/x/issuer/identifiers")]


def test_losses_are_shared_out_to_the_drafts_that_they_concern():
    two = Record(learner=Learner(names=(Name(full="A B"),)), reports=(Report(issuer=SCHOOL), Report(issuer=SCHOOL)))
    writing = Writing(two)
    first, second = writing.root.each("reports")
    for report in (first, second):
        report.one("issuer").take("legal_name")
    losses = writing.finish()
    assert told(share(losses, first)) == [("dropped", "/learner"), ("dropped", "/reports/s=1/issuer/identifiers")]
    assert told(share(losses, second)) == [("dropped", "/learner"), ("dropped", "/reports/s=1#2/issuer/identifiers")]
    assert told(share(losses, first, second)) == told(losses)
