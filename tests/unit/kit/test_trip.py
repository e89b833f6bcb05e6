"""The hands of the laws: leaves of documents and their changes, what is taken away, and how drafts are joined."""

from __future__ import annotations

import pytest

from gateway.kit.laws.hostile import damaged, hostile, junk
from gateway.kit.laws.places import VARIANTS, covers, normal, places, without
from gateway.kit.laws.trip import document_of, join, media_of
from gateway.kit.recognition import head_of
from gateway.model.losses import Loss
from gateway.model.record import GroupType, Learner, Name, Organisation, Record, Relation, Report

XML = b'<e:elmo xmlns:e="urn:e" v="1"><e:a l="en">x<!-- c --></e:a><e:a/><e:b><e:c>2014</e:c></e:b></e:elmo>'
JSON = b'{"a": {"type": "T", "b": [1, 6.0, true, null]}, "c": [], "d": {"e": {}}}'


def found(octets):
    return [(p.leaf.place, p.leaf.name, p.leaf.value, p.leaf.owner) for p in places(document_of(octets))]


def test_the_leaves_of_xml():
    assert found(XML) == [
        ("/elmo/@v", "v", "1", "elmo"),
        ("/elmo/a[1]/@l", "l", "en", "a"),
        ("/elmo/a[1]", "", "x", "a"),
        ("/elmo/a[2]", "", "", "a"),
        ("/elmo/b[1]/c[1]", "", "2014", "c"),
    ]


def test_the_leaves_of_json():
    """Empty lists and objects are leaves; numbers are as printed; the owner is the class that the object states."""
    assert found(JSON) == [
        ("/a/type", "type", "T", "T"),
        ("/a/b/0", "0", "1", "T"),
        ("/a/b/1", "1", "6.0", "T"),
        ("/a/b/2", "2", "true", "T"),
        ("/a/b/3", "3", "null", "T"),
        ("/c", "c", "", ""),
        ("/d/e", "e", "", ""),
    ]


@pytest.mark.parametrize("octets", [XML, JSON], ids=["xml", "json"])
def test_a_change_changes_one_leaf_and_leaves_no_trace(octets):
    """Each variant differs from the document, parses, and is undone before the next."""
    document = document_of(octets)
    before = normal(document)
    for place in places(document):
        for variant in range(VARIANTS):
            changed = place.changed(variant)
            assert changed != before
            assert place.changed(variant) == changed
            parsed = document_of(changed)
            assert (parsed.tree if parsed.media == "xml" else parsed.value) is not None
    assert normal(document) == before


def test_numbers_keep_their_form_in_the_changed_document():
    """Only the one leaf changes: 6.0 beside it stays 6.0."""
    first = next(place for place in places(document_of(JSON)) if place.leaf.place == "/a/type")
    assert b"6.0" in first.changed(0)


def test_taking_away_what_is_ours():
    assert b"<e:b>" not in without(document_of(XML), lambda place: place == "/elmo/b[1]")
    assert without(document_of(JSON), lambda place: place in ("/a", "/d/e")) == b'{"c":[],"d":{}}'
    assert without(document_of(JSON), lambda place: place == "/a/b/1") == (
        b'{"a":{"type":"T","b":[1,true,null]},"c":[],"d":{"e":{}}}'
    )


@pytest.mark.parametrize(
    ("source", "kind", "place", "answer"),
    [
        ("/a/b", "dropped", "/a/b", True),
        ("/a", "dropped", "/a/b", True),
        ("/a", "dropped", "/ab", False),
        ("/a", "dropped", "/a/@x", True),
        ("", "dropped", "/a/b", True),
        ("/a", "approximated", "/a/b", False),
        ("/a/b", "approximated", "/a/b", True),
        ("/a/b", "dropped", "/a", False),
    ],
)
def test_which_leaves_a_loss_speaks_of(source, kind, place, answer):
    assert covers(Loss(stage="read", kind=kind, source=source), place) is answer


def report(name):
    return Report(issuer=Organisation(legal_name={"en": name}))


def test_joining_unites_reports_and_drops_equal_duplicates_of_what_is_shared():
    shared = {"groups": (GroupType(id="g"),), "relations": (Relation(kind="k", source="a", target="b"),)}
    one = Record(learner=Learner(), reports=(report("A"),), **shared)
    two = Record(learner=Learner(), reports=(report("A"), report("B")), **shared)
    joined = join([one, two])
    assert joined.reports == (report("A"), report("A"), report("B"))
    assert (joined.groups, joined.relations) == (one.groups, one.relations)
    assert join([one]) == one


def test_drafts_that_disagree_about_the_learner_cannot_be_joined():
    one, two = (Record(learner=Learner(names=(Name(full=n),)), reports=(report("A"),)) for n in ("X", "Y"))
    with pytest.raises(AssertionError, match="disagree about the learner"):
        join([one, two])


def test_media_are_told_by_the_first_octets():
    assert [media_of(o) for o in (b" <a/>", b"\xef\xbb\xbf{", b"\n[", b"%PDF", b"")] == [
        "xml",
        "json",
        "json",
        "other",
        "other",
    ]


def test_the_head_of_a_document():
    assert head_of(document_of(XML)).root == "{urn:e}elmo"
    assert head_of(document_of(JSON)).members.keys() == {"a", "c", "d"}
    assert head_of(document_of(b"[1]")).members == {}
    assert len(head_of(document_of(b"x" * 100_000)).start) == 64 * 1024


def test_junk_and_hostile_bytes_are_of_many_kinds():
    """The lists that adapters meet don't shrink unseen."""
    assert len(junk()) >= 12
    assert len(hostile()) >= 14
    assert len(damaged(XML)) >= 7
    assert all(octets != XML for octets in damaged(XML).values())
