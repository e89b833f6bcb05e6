"""The bilingual dossier: its schema and labels, what a reader makes of one, and what doesn't travel."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any, Literal, get_args, get_origin

import pytest

from adapters.chsi import DOSSIER
from adapters.chsi.dossier_labels import NOTICE, labels
from gateway.errors import Refused
from gateway.kit.json_cursor import lexical
from gateway.kit.laws import everything, nouns
from gateway.kit.laws.trip import document_of, request_for
from gateway.kit.schemas import json_schema, schema_bytes
from gateway.model.leaves import fields, pointer
from gateway.model.texts import is_when
from gateway.readers.json import parse_json
from gateway.readers.limits import DEFAULT_LIMITS
from scripts.make_dossier_schema import NAME, make_schema, text
from tests.adapters.chsi.dossiers import ORIGINAL, changed, graduation, read, warned, warnings, whole
from tests.reference import ROOT

# --- labels ----------------------------------------------------------------------------------------------------------


def words_of_the_record() -> set[str]:
    """Every member that a dossier's record can have, and every word of its closed lists."""
    found: set[str] = set()
    for kind in nouns():
        for name, _ in fields(kind):
            found.add(name)
            found |= {f"{name}={lexical(word)}" for word in closed_list(kind.model_fields[name].annotation)}
    return found


def closed_list(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(word for part in get_args(annotation) for word in closed_list(part))


def test_each_member_and_each_word_of_a_closed_list_has_a_label_in_both_languages():
    missing = words_of_the_record() - labels(words_of_the_record()).keys()
    assert missing == set()


def test_no_label_is_of_something_that_no_record_has():
    known = {line.partition(",")[0] for line in labels_file()}
    assert known - words_of_the_record() == set()
    assert len(known) == len(labels_file())


def labels_file() -> list[str]:
    return (files("adapters.chsi") / "dossier.csv").read_text("utf-8").splitlines()[1:]


def test_each_label_is_in_its_own_script():
    for name, label in labels(words_of_the_record()).items():
        assert label.keys() == {"zh", "en"}
        assert re.search(r"[\u4e00-\u9fff]", label["zh"]), name
        assert not re.search(r"[\u4e00-\u9fff]", label["en"]), name


def test_a_dossier_labels_what_is_in_it_and_nothing_else():
    value = parse_json(graduation())
    assert value["labels"]["awarded_on"] == {"zh": "授予日期", "en": "awarded on"}
    assert value["labels"]["status=passed"] == {"zh": "通过", "en": "passed"}
    assert "status=failed" not in value["labels"]
    assert "shortened" not in value["labels"]


def test_the_words_of_an_issuer_stand_in_its_own_languages_alone():
    [report] = parse_json(graduation())["record"]["reports"]
    assert report["issuer"]["legal_name"] == {"zh": "虚构理工大学"}


# --- schema ----------------------------------------------------------------------------------------------------------


def test_the_schema_is_what_the_model_of_the_record_makes():
    assert schema_bytes(NAME).decode() == text(), "run: python -m scripts.make_dossier_schema"


def test_what_is_written_keeps_the_schema():
    assert warnings(whole()) == []
    assert warnings(graduation()) == []


def members_of(value: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any], str]]:
    """Every member of every object: its place, its object and its name."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield pointer(place, name), value, name
            yield from members_of(member, pointer(place, name))
    for n, member in enumerate(value if isinstance(value, list) else ()):
        yield from members_of(member, pointer(place, str(n)))


OPEN = re.compile(r"/(notice|labels|files)/")
"""Objects whose members have names of any kind: whatever stands in them is held by another rule than the schema."""


def bare(place: str) -> str:
    """A place without the numbers of lists."""
    return re.sub(r"/\d+(?=/|$)", "", place)


def one_of_each(value: Any) -> list[str]:
    """The place of one member of each kind."""
    return list({bare(place): place for place, _, _ in members_of(value) if not OPEN.match(place)}.values())


def test_a_value_of_another_type_breaks_the_schema_wherever_it_stands():
    value = json.loads(whole())
    places = one_of_each(value)
    assert len(places) > 500
    assert [place for place in places if place not in broken(value, place, wrong)] == []


def broken(value: Any, place: str, change: Callable[[Any], Any]) -> set[str]:
    """Where the schema is broken when what stands at a place is changed; it is put back."""
    holder, name = found_at(value, place)
    was = holder[name]
    holder[name] = change(was)
    try:
        return {pointer("", *map(str, error.instance_path)) for error in json_schema(NAME).iter_errors(value)}
    finally:
        holder[name] = was


def wrong(value: Any) -> Any:
    """A value of a type that never stands where this one stands."""
    return 7 if isinstance(value, str) else "changed"


def found_at(value: Any, place: str) -> tuple[Any, str]:
    """The object in which a member stands, and the member's name."""
    *steps, name = (step.replace("~1", "/").replace("~0", "~") for step in place.split("/")[1:])
    for step in steps:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value, name


def changed_at(place: str, *new: Any) -> bytes:
    """The dossier of a graduation with another value at a place, or without that member."""

    def change(value: Any) -> None:
        holder, name = found_at(value, place)
        del holder[name]
        if new:
            holder[name] = new[0]

    return changed(graduation(), change)


def test_an_unknown_member_breaks_the_schema_in_every_object_and_is_a_loss():
    value = json.loads(whole())
    objects = {bare(place): place for place, holder, name in members_of(value) if is_closed(place, holder[name])}
    assert len(objects) > 60
    for place in objects.values():
        assert place in broken(value, place, lambda was: {**was, "score_in_china": 7})

    def every_object(value: Any) -> None:
        for place in objects.values():
            holder, name = found_at(value, place)
            holder[name]["score_in_china"] = 7

    losses = {loss.source for loss in read(changed(whole(), every_object)).losses}
    assert losses == {pointer(place, "score_in_china") for place in objects.values() if place != "/derived"}


def is_closed(place: str, value: Any) -> bool:
    """Whether an object has members of a known name alone: not a text, whose members are languages."""
    is_text = isinstance(value, dict) and all(re.fullmatch(r"[a-z]{2,3}(-\w+)*", name) for name in value)
    return isinstance(value, dict) and not is_text and not OPEN.match(f"{place}/")


@pytest.mark.parametrize("name", ["dossier", "notice", "id", "draft", "issued", "issuer", "labels", "files", "derived"])
def test_a_dossier_without_one_of_its_members_is_warned_of_or_not_known(name):
    mutant = changed_at(f"/{name}")
    if name == "dossier":
        with pytest.raises(Refused, match="recognise"):
            read(mutant)
    else:
        assert ("schema", "") in warned(mutant)
        assert read(mutant).record == read(graduation()).record


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("/issued", "yesterday"),
        ("/id", "42"),
        ("/derived/sha256", "0" * 63),
        ("/derived/verdict", "GENUINE"),
        ("/record/learner/gender", "3"),
        ("/record/learner/born", "3 October 2001"),
        ("/record/reports/0/achievements/0/status", "excellent"),
        ("/record/learner/names/0/use", "stage"),
    ],
)
def test_a_word_or_date_that_the_profile_does_not_know_is_warned_of(place, value):
    assert ("schema", place) in warned(changed_at(place, value))


def test_the_schema_takes_every_date_that_a_record_can_hold():
    pattern = re.compile(make_schema()["$defs"]["When"]["pattern"])
    dates = ["2014", "2014-11", "2014-11-28", "2014-11-28+02:00", "2016-01-08T09:58:18Z", "-0044-03-15", "2020Z",
             "2016-01-08T09:58:18.123-11:30"]  # fmt: skip
    others = ["", "14", "2014-1", "28.11.2014", "2014-11-28T09", "2014-11-28 09:58:18", "2014-11-28T09:58:18+2"]
    assert [is_when(date) and bool(pattern.search(date)) for date in dates] == [True] * len(dates)
    assert [is_when(other) or bool(pattern.search(other)) for other in others] == [False] * len(others)


# --- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("/record/reports/0/achievements/0/status", "dossier.missing"),
        ("/record/reports/0/issuer", "dossier.missing"),
        ("/record/learner/names/0/use", "dossier.missing"),
    ],
)
def test_what_no_default_may_say_is_missed(place, code):
    """A result without a status isn't passed because nobody said otherwise."""
    with pytest.raises(Refused) as refused:
        read(changed_at(place))
    assert refused.value.code == code
    assert place in refused.value.message


@pytest.mark.parametrize("word", ["excellent", "", None, 1, True, ["passed"]])
def test_a_word_of_a_closed_list_is_never_guessed(word):
    with pytest.raises(Refused) as refused:
        read(changed_at("/record/reports/0/achievements/0/status", word))
    assert refused.value.code == "dossier.word"


@pytest.mark.parametrize("value", ["yesterday", 2001, None, {"zh": "2001"}, ["2001-10-03"]])
def test_a_date_that_is_none_is_a_loss(value):
    reading = read(changed_at("/record/learner/born", value))
    assert reading.record.learner.born is None
    assert [loss.source for loss in reading.losses] == ["/record/learner/born"]


def test_a_language_that_stands_twice_is_read_once_and_told():
    title = parse_json(graduation())["record"]["reports"][0]["title"]
    reading = read(changed_at("/record/reports/0/title", {**title, "ZH": "another"}))
    assert reading.record == read(graduation()).record
    assert [loss.source for loss in reading.losses] == ["/record/reports/0/title/ZH"]


def test_a_dossier_is_a_translation_with_its_note_and_without():
    note = read(graduation()).document.derived
    assert note is not None
    assert note.source_sha256 == hashlib.sha256(ORIGINAL).hexdigest()
    assert note.node == "node.example"
    for derived in (None, "no", [], {}):
        assert (
            read(changed(graduation(), lambda value, d=derived: value.update(derived=d))).document.derived is not None
        )
    assert read(changed(graduation(), lambda value: value.pop("derived"))).document.derived is not None


def test_the_original_is_handed_out_octet_for_octet():
    [inner] = DOSSIER.open(document_of(graduation())).inner
    assert (inner.octets, inner.role, inner.path) == (ORIGINAL, "original", "/derived/original")


def test_a_dossier_of_several_reports_lives_as_long_as_all_of_them_do():
    [report] = parse_json(graduation())["record"]["reports"]
    bounds = [{"valid_from": "2024", "valid_until": "2030-01-01"}, {"valid_from": "2025-02-03", "valid_until": "2029"}]
    reports = [*({**report, **bound} for bound in bounds), report]
    stated = DOSSIER.open(document_of(changed_at("/record/reports", reports))).stated
    assert (stated.valid_from, stated.valid_until) == ("2025-02-03", "2029")


# --- what doesn't travel ---------------------------------------------------------------------------------------------


def test_an_original_over_the_limit_is_named_by_its_digest_and_told():
    record = everything()
    request = request_for(record, ORIGINAL, "application/json", DOSSIER)
    request = replace(request, limits=replace(DEFAULT_LIMITS, embed_bytes=len(ORIGINAL) - 1))
    [draft] = DOSSIER.write(record, request)
    value = parse_json(draft.body)
    assert "original" not in value["derived"]
    assert value["derived"]["sha256"] == hashlib.sha256(ORIGINAL).hexdigest()
    [loss] = draft.losses
    assert (loss.kind, loss.target) == ("dropped", "/derived/original")
    assert value["derived"]["sha256"] in loss.detail


def test_files_over_the_limit_are_losses_and_the_record_names_none_of_them():
    record = everything()
    request = request_for(record, ORIGINAL, "application/json", DOSSIER)
    request = replace(request, limits=replace(DEFAULT_LIMITS, attachment_bytes=0))
    [draft] = DOSSIER.write(record, request)
    assert parse_json(draft.body)["files"] == {}
    assert b'"sha256"' not in draft.body.partition(b'"record":')[2].partition(b'"files":')[0]
    assert draft.losses
    assert {loss.kind for loss in draft.losses} == {"dropped"}
    assert all("SHA-256" in loss.detail for loss in draft.losses)


def test_files_travel_while_all_of_them_together_are_within_the_limit():
    request = request_for(everything(), ORIGINAL, "application/json", DOSSIER)
    sizes = [len(octets) for octets in read(whole()).blobs.values()]
    assert len(sizes) > 1
    for limit in (0, min(sizes), max(sizes), sum(sizes) - 1, sum(sizes)):
        [draft] = DOSSIER.write(everything(), replace(request, limits=replace(DEFAULT_LIMITS, attachment_bytes=limit)))
        taken = [len(base64.b64decode(file)) for file in parse_json(draft.body)["files"].values()]
        assert sum(taken) <= limit
        assert (len(taken) == len(sizes)) == (limit == sum(sizes))


def test_a_file_travels_once_however_often_it_is_named():
    value = parse_json(whole())
    for digest, file in value["files"].items():
        assert hashlib.sha256(base64.b64decode(file)).hexdigest() == digest
    assert read(whole()).blobs.keys() == value["files"].keys()


def test_the_notice_says_in_both_languages_that_it_is_no_report_of_the_register():
    assert parse_json(graduation())["notice"] == dict(NOTICE)
    assert "不是中国高等教育学生信息网（学信网）的报告" in NOTICE["zh"]
    assert "no report of China's register (CHSI)" in NOTICE["en"]


# --- the page about it -----------------------------------------------------------------------------------------------


def test_the_page_about_dossiers_names_every_member_and_shows_labels_as_they_are():
    page = (ROOT / "docs" / "reference" / "dossier.md").read_text("utf-8")
    table = page.partition("## What is in it")[2].partition("```")[0]
    named = {name for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert named == set(make_schema()["properties"])
    shown = json.loads(page.partition("```json\n")[2].partition("```")[0])
    assert shown["labels"] == labels(shown["labels"])
    learner = json.loads(graduation())["record"]["learner"]
    assert json_schema(NAME).is_valid(
        {**json.loads(graduation()), **shown, "record": {"learner": learner, **shown["record"]}}
    )
