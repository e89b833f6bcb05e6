"""What is written: the whole tree of 1.7, valid by the official schema, and nothing that the record doesn't say."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace

import pytest
from lxml import etree

from adapters.elmo import ADAPTER, names
from adapters.elmo.dates import as_birthday, as_day
from gateway.errors import Refused
from gateway.kit import Draft, Reading
from gateway.kit.laws.again import digest_elsewhere, digest_of
from gateway.kit.laws.places import places
from gateway.kit.laws.trip import document_of, request_for
from gateway.model.dates import as_moment, day_at_midnight
from gateway.model.leaves import leaves
from gateway.model.record import (
    Achievement,
    Assessment,
    Attachment,
    Content,
    DiplomaSupplement,
    Enrolment,
    Foreign,
    Group,
    GroupType,
    Identifier,
    Learner,
    Level,
    Link,
    Name,
    Organisation,
    Period,
    Record,
    Report,
    Specification,
    SupplementSection,
)
from gateway.readers.limits import Limits
from tests.adapters.elmo.reading import SMALL, WHOLE, read
from tests.conformance.test_elmo_schema import official, ours
from tests.reference import needs_reference, reference
from tests.work import calls_in

NAMED = Organisation(legal_name={"sv": "Nordhamns universitet"})
"""An issuer of which nothing but the name is known."""
ISSUER = NAMED.model_copy(
    update={
        "identifiers": (Identifier(scheme="schac", value="nordhamn.example"),),
        "homepages": (Link(url="https://www.nordhamn.example"),),
    }
)


def written(record: Record, **changes) -> Draft:
    request = request_for(record, b"<source/>", "application/xml", ADAPTER)
    [draft] = ADAPTER.write(record, replace(request, **changes))
    return draft


def again(reading: Reading, **changes) -> tuple[Draft, Reading]:
    draft = written(reading.record, blobs=reading.blobs, **changes)
    return draft, read(draft.body)


def root(draft: Draft) -> etree._Element:
    return etree.fromstring(draft.body)


def texts(draft: Draft, name: str) -> list[str | None]:
    return [element.text for element in root(draft).iter(f"{{{names.V1}}}{name}")]


def told(draft: Draft) -> set[tuple[str, str]]:
    return {(loss.kind, loss.path) for loss in draft.losses}


def record_of(*achievements: Achievement, learner: Learner | None = None, **facts) -> Record:
    """The smallest record that ELMO takes, with these achievements."""
    report = Report(issuer=ISSUER, issued="2026-03-01", achievements=achievements, **facts)
    return Record(learner=learner or Learner(names=(Name(given="Ida", family="Ek"),)), reports=(report,))


def course(title: str = "Waves", **facts) -> Achievement:
    return Achievement(specification=Specification(title={"en": title}), **facts)


# --- there and back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [WHOLE, SMALL], ids=["whole", "small"])
def test_our_own_document_comes_back_without_a_loss(text):
    """Every element of 1.7 that the record has a noun for is written and read back."""
    first = read(text)
    draft, second = again(first)
    assert draft.losses == ()
    assert second.record == first.record
    assert second.blobs == first.blobs


def test_a_second_trip_writes_the_same_bytes():
    draft, second = again(read(WHOLE))
    assert again(second)[0].body == draft.body


@needs_reference
@pytest.mark.parametrize(
    "path",
    [
        "signed/dk_tomcat_signed_VALID.xml",
        "signed/dk_wl_signed_VALID_1.xml",
        "signed/invalid/dk-emrex_elmo-tomcat-ok.xml",
        "signed/invalid/emrex-gateway_sampleElmo.xml",
        "raw/dk-emrex_Example-elmo-Denmark.xml",
        "raw/elmo-schemas_v1.0.0_example.xml",
        "raw/elmo-schemas_v1.2_example.xml",
        "raw/elmo-schemas_v1.7_example.xml",
        "raw/fi-emrex_elmo-1.0-example.xml",
        "raw/fi-emrex_ncp_Example-elmo-Sweden-1.0.xml",
        "raw/fi-emrex_nor-emrex-1.0.xml",
        "raw/fi-emrex_swedish_1_elmo1.0.xml",
    ],
)
def test_what_is_written_from_a_real_file_is_valid_by_both_schemas(path):
    """Also where the file itself isn't."""
    reading = read(reference(f"elmo/{path}").read_bytes())
    draft, second = again(reading)
    tree = etree.ElementTree(root(draft))
    assert official().validate(tree), official().error_log
    assert ours().validate(tree), ours().error_log
    gone = {loss.path for loss in draft.losses}
    kept = {path for path in leaves(reading.record) if not any(path == p or path.startswith(p + "/") for p in gone)}
    assert kept <= leaves(second.record).keys()


@needs_reference
def test_what_is_written_from_generated_records_is_valid_by_the_official_schema():
    from random import Random

    from gateway.kit.laws import everything, generate

    for record in (everything(), *(generate(Random(seed)) for seed in range(40))):
        tree = etree.ElementTree(root(written(record)))
        assert official().validate(tree), official().error_log


def test_several_institutions_are_several_reports_of_one_file():
    reading = read(WHOLE)
    draft, second = again(reading)
    assert draft.reports == ("schac=nordhamn.example", "schac=saaristo.example")
    assert [r.issuer.country for r in second.record.reports] == ["SE", "FI"]


# --- what isn't achieved ---------------------------------------------------------------------------------------------


def test_passed_failed_and_in_progress_are_said_in_words():
    draft = again(read(WHOLE))[0]
    statuses = texts(draft, "status")
    assert statuses.count("failed") == 1
    assert statuses.count("in-progress") == 1
    assert set(statuses) == {"passed", "failed", "in-progress"}


@pytest.mark.parametrize("status", ["interrupted", "left", "completed-without-award"])
def test_an_enrolment_that_elmo_has_no_word_for_is_a_loss(status):
    """Absent status means passed: written without its status it would be a pass."""
    enrolment = Enrolment(status=status, specification=Specification(title={"zh": "数学"}))
    draft = written(record_of(enrolments=(enrolment,)))
    assert texts(draft, "learningOpportunitySpecification") == []
    assert told(draft) == {("dropped", "/reports/schac=nordhamn.example/enrolments")}


def test_credits_only_offered_are_never_written_as_earned():
    from gateway.model.record import Code, Credit

    offered = Specification(title={"en": "Waves"}, credits_offered=(Credit(scheme=Code(value="ects"), value="5"),))
    draft = written(record_of(Achievement(specification=offered)))
    assert texts(draft, "credit") == []
    assert ("dropped", "/reports/schac=nordhamn.example/achievements/Waves/specification/credits_offered") in told(
        draft
    )


def test_a_level_that_the_gateway_claims_is_not_written_as_the_issuers():
    level = Level(scheme="eqf", value="6", claimed_by="gateway")
    draft = written(record_of(Achievement(specification=Specification(title={"en": "Waves"}, levels=(level,)))))
    assert texts(draft, "level") == []
    assert any(kind == "dropped" and path.endswith("/specification/levels") for kind, path in told(draft))


# --- what ELMO requires ----------------------------------------------------------------------------------------------


def test_a_record_without_a_report_is_refused():
    with pytest.raises(Refused) as refused:
        written(Record(learner=Learner(), reports=()))
    assert refused.value.code == "target.requires"


def test_an_awarding_body_is_never_assumed():
    with pytest.raises(Refused) as refused:
        written(Record(learner=Learner(), reports=(Report(issuer=Organisation(country="SE")),)))
    assert refused.value.code == "target.requires"
    assert "issuer" in refused.value.message


def by(issuer: Organisation, *achievements: Achievement) -> Draft:
    """A report of this issuer, written."""
    report = Report(issuer=issuer, issued="2026-03-01", achievements=achievements)
    return written(Record(learner=Learner(names=(Name(given="Ida", family="Ek"),)), reports=(report,)))


def issuer_of(draft: Draft) -> list[tuple[str, dict[str, str], str | None]]:
    element = root(draft).find(f".//{{{names.V1}}}issuer")
    return [(etree.QName(child).localname, dict(child.attrib), child.text) for child in element]


def test_what_elmo_requires_and_nobody_knows_stands_empty_and_is_told_where():
    """No address, identifier or title is made up, and the empty ones are read back as nothing."""
    term = Period(start="2025-09-01", end="2025-12-20")
    draft = by(NAMED, Achievement(term=term, parts=(Achievement(),)))
    assert issuer_of(draft) == [
        ("identifier", {"type": ""}, None),
        ("title", {f"{{{names.XML}}}lang": "sv"}, "Nordhamns universitet"),
        ("url", {}, None),
    ]
    issuer, los = "/elmo/report[1]/issuer[1]", "/elmo/report[1]/learningOpportunitySpecification[1]"
    assert {loss.target for loss in draft.losses} == {
        f"{issuer}/identifier[1]/@type",
        f"{issuer}/url[1]",
        f"{los}/title[1]",
        f"{los}/specifies[1]/learningOpportunityInstance[1]/academicTerm[1]/title[1]",
        f"{los}/hasPart[1]/learningOpportunitySpecification[1]/title[1]",
    }
    assert {(loss.kind, loss.to) for loss in draft.losses} == {("assumed", "")}
    assert ours().validate(etree.ElementTree(root(draft)))
    assert read(draft.body).record.reports[0].issuer == NAMED


def test_every_empty_title_is_told_at_the_place_where_it_stands():
    """Enrolments stand after the achievements beside them; groups and their types are counted on their own."""
    enrolment = Enrolment(status="in-progress")
    groups = (GroupType(id="a", title={"en": "Kind"}), GroupType(id="b", groups=(Group(id="1"), Group(id="2"))))
    whole = record_of(course(parts=(course(),), enrolments=(enrolment,)), enrolments=(enrolment,))
    draft = written(whole.model_copy(update={"groups": groups}))
    empty = {place.leaf.place for place in places(document_of(draft.body)) if not place.leaf.value}
    assert len(empty) == 5
    assert {loss.target for loss in draft.losses} == empty


@pytest.mark.parametrize(
    ("facts", "kind", "at"),
    [
        ({"eidas_identifier": Identifier(value="NTRSE-1")}, "eidas", "eidas_identifier"),
        ({"registration": Identifier(value="NTRSE-1")}, "registration", "registration"),
        ({"vat_identifiers": (Identifier(value=" "), Identifier(value="NTRSE-1"))}, "vat", "vat_identifiers/NTRSE-1"),
        ({"tax_identifiers": (Identifier(value="NTRSE-1", scheme="skv"),)}, "skv", "tax_identifiers/skv=NTRSE-1"),
    ],
)
def test_an_issuer_without_an_identifier_is_known_by_its_first_other_number(facts, kind, at):
    draft = by(NAMED.model_copy(update=facts))
    assert issuer_of(draft)[0] == ("identifier", {"type": kind}, "NTRSE-1")
    [moved] = [loss for loss in draft.losses if loss.kind == "moved" and "/issuer/" in loss.path]
    assert moved.path == f"/reports/Nordhamns universitet/issuer/{at}"
    assert moved.to_path == f"/reports/{kind}=NTRSE-1/issuer/identifiers/{kind}=NTRSE-1"


def test_an_identifier_of_the_issuer_goes_before_its_other_numbers():
    draft = by(ISSUER.model_copy(update={"registration": Identifier(value="1")}))
    assert texts(draft, "identifier") == ["nordhamn.example"]
    assert told(draft) == {("dropped", "/reports/schac=nordhamn.example/issuer/registration")}


@pytest.mark.parametrize(
    ("domain", "url"),
    [("nordhamn.example", "https://nordhamn.example"), ("evil.example/x?y", None), ("javascript:x", None)],
)
def test_an_issuer_without_a_home_page_has_the_address_of_its_schac_domain(domain, url):
    """Attack: an identifier that is no domain, but the beginning of an address of somebody's choice."""
    draft = by(NAMED.model_copy(update={"identifiers": (Identifier(scheme="schac", value=domain),)}))
    assert texts(draft, "url") == [url]
    [loss] = draft.losses
    assert loss.kind == "assumed"


def test_a_report_without_a_date_gets_the_time_of_writing_and_says_so():
    record = Record(learner=Learner(), reports=(Report(issuer=ISSUER),))
    draft = written(record, now="2026-03-04T05:06:07Z")
    assert texts(draft, "issueDate") == ["2026-03-04T05:06:07Z"]
    assert ("assumed", "/reports/schac=nordhamn.example/issued") in told(draft)


# --- names, dates, places --------------------------------------------------------------------------------------------


def test_the_legal_name_in_parts_goes_before_all_others():
    forms = (
        Name(language="zh", full="王小明"),
        Name(use="romanised", language="und", given="Xiaoming", family="Wang", source="the gateway"),
        Name(use="birth", full="李小明"),
    )
    draft = written(record_of(learner=Learner(names=forms)))
    assert (texts(draft, "givenNames"), texts(draft, "familyName"), texts(draft, "birthName")) == (
        ["Xiaoming"],
        ["Wang"],
        ["李小明"],
    )
    assert ("dropped", "/learner/names/legal.zh") in told(draft)
    assert ("approximated", "/learner/names/romanised.und/use") in told(draft)


def test_a_learner_without_a_name_has_empty_ones():
    draft = written(record_of(learner=Learner()))
    assert texts(draft, "givenNames") == texts(draft, "familyName") == [None]
    assert ("assumed", "/learner/names/legal.und") in told(draft)


@pytest.mark.parametrize(
    ("born", "day"),
    [
        ("2001-04-05", "2001-04-05"),
        ("2001-04-05+02:00", "2001-04-05+02:00"),
        ("2001-04-04T22:00:00Z", "2001-04-05"),
        ("2001-04-05T00:00:00Z", "2001-04-05"),
        ("2001-04-05T02:00:00Z", "2001-04-05"),
        ("2001-12-31T23:00:00Z", "2002-01-01"),
        ("9999-12-31T23:00:00Z", "9999-12-31"),
        ("2001-04", None),
        ("2001", None),
    ],
)
def test_a_birth_moment_is_the_day_whose_local_midnight_it_is(born, day):
    assert as_birthday(born) == day
    draft = written(record_of(learner=Learner(names=(Name(given="Ida", family="Ek"),), born=born)))
    assert texts(draft, "bday") == ([day] if day else [])


@pytest.mark.parametrize(
    ("when", "moment", "read_back"),
    [
        ("2014-11-28", "2014-11-28T00:00:00Z", "2014-11-28"),
        ("2014-11-28+02:00", "2014-11-28T00:00:00+02:00", "2014-11-28+02:00"),
        ("2016-01-08T09:58:18Z", "2016-01-08T09:58:18Z", "2016-01-08T09:58:18Z"),
        ("2016-01-08T09:58:18", "2016-01-08T09:58:18", "2016-01-08T09:58:18"),
        ("2014", "2014-01-01T00:00:00Z", "2014-01-01"),
        ("2014-11", "2014-11-01T00:00:00Z", "2014-11-01"),
    ],
)
def test_a_date_becomes_midnight_in_its_zone_and_is_read_as_a_date_again(when, moment, read_back):
    assert as_moment(when) == moment
    assert day_at_midnight(moment) == read_back


def test_a_moment_in_a_field_for_days_keeps_its_zone():
    assert as_day("2016-01-08T09:58:18+01:00") == "2016-01-08+01:00"
    assert as_day("2016") is None


def test_the_day_of_the_award_stands_for_an_end_that_is_not_told():
    draft = written(record_of(course(awarded_on="2024-06-01")))
    assert texts(draft, "date") == ["2024-06-01"]
    [loss] = draft.losses
    assert (loss.kind, loss.to_path) == ("moved", "/reports/schac=nordhamn.example/achievements/Waves/period/end")


# --- grades, attachments, supplement ---------------------------------------------------------------------------------


def test_a_grade_in_two_languages_keeps_the_first_and_tells_the_other():
    grade = Assessment(grade={"en": "B", "nb": "B god"})
    draft = written(record_of(course(assessments=(grade,))))
    assert texts(draft, "resultLabel") == ["B"]
    assert sorted(loss.kind for loss in draft.losses) == ["dropped", "moved"]


def attached(size: int) -> tuple[Record, dict[str, bytes]]:
    octets = b"%PDF" + bytes(size - 4)
    digest = hashlib.sha256(octets).hexdigest()
    file = Attachment(
        title={"en": "Transcript"}, contents=(Content(sha256=digest, size=size, media_type="application/pdf"),)
    )
    return record_of(course(attachments=("Transcript",)), attachments=(file,)), {digest: octets}


def test_an_attachment_that_is_referred_to_gets_an_identifier_for_that():
    record, blobs = attached(10)
    draft = written(record, blobs=blobs)
    assert texts(draft, "ref") == ["Transcript"]
    assert ("assumed", "/reports/schac=nordhamn.example/attachments/Transcript/identifiers/Transcript") in told(draft)
    content = texts(draft, "content")[0]
    assert base64.b64decode(content.removeprefix("data:application/pdf;base64,")) == next(iter(blobs.values()))


def test_attachments_over_the_limit_are_left_out_and_named_by_digest():
    record, blobs = attached(1000)
    draft = written(record, blobs=blobs, limits=Limits(attachment_bytes=999))
    assert texts(draft, "content") == []
    [loss] = [one for one in draft.losses if one.kind == "dropped"]
    assert next(iter(blobs)) in loss.detail


def test_which_attachments_have_room_does_not_depend_on_how_a_process_hashes():
    """Of the record's attachments and a report's there is room for one, and it is always the same."""
    blobs = {hashlib.sha256(octets).hexdigest(): octets for octets in (b"a" * 600, b"b" * 600)}
    one, other = (
        Attachment(title={"en": digest[:4]}, contents=(Content(sha256=digest, size=600, media_type="application/pdf"),))
        for digest in blobs
    )
    report = Report(issuer=ISSUER, issued="2026-03-01", achievements=(course(),), attachments=(one,))
    record = Record(learner=Learner(names=(Name(given="Ida", family="Ek"),)), reports=(report,), attachments=(other,))
    request = request_for(record, b"<source/>", "application/xml", ADAPTER)
    work = (record, replace(request, blobs=blobs, limits=Limits(attachment_bytes=999)))
    here = digest_of(ADAPTER, [work])
    assert {digest_elsewhere(ADAPTER, [work], seed) for seed in ("1", "2", "3", "4242")} == {here}


def test_bytes_that_are_not_at_hand_are_told():
    record, _ = attached(10)
    draft = written(record, blobs={})
    assert texts(draft, "content") == []
    assert any("/contents/" in loss.path for loss in draft.losses)


def test_texts_of_no_language_do_not_take_that_of_a_supplement_around_them():
    file = Attachment(title={"und": "Scan"})
    supplement = DiplomaSupplement(
        language="sv",
        version="2018",
        issued="2026-01-01",
        sections=(SupplementSection(number="1", title="Innehavare", attachments=(file,)),),
    )
    record = record_of(course(supplement=supplement))
    assert read(written(record).body).record == record


def test_a_supplement_without_sections_is_a_loss():
    draft = written(record_of(course(supplement=DiplomaSupplement(language="sv"))))
    assert texts(draft, "diplomaSupplement") == []
    assert any(path.endswith("/supplement") for _, path in told(draft))


# --- extensions ------------------------------------------------------------------------------------------------------


def test_what_others_put_into_extensions_is_written_as_text_never_as_elements():
    """Attack: live markup carried through a translation."""
    evil = Foreign(namespace="urn:evil", text='<evil xmlns="urn:evil" onload="x()"/>', place="specifies")
    record = record_of(course(passthrough=(evil,)))
    draft = written(record)
    assert root(draft).find(".//{urn:evil}evil") is None
    assert b"&lt;evil" in draft.body
    assert read(draft.body).record == record


def test_the_note_that_a_file_is_derived_is_a_fact_of_the_document_alone():
    reading = read(WHOLE)
    draft, second = again(reading, draft=True)
    assert second.document.derived is not None
    assert second.document.derived.node == "node.example"
    assert second.document.derived.source_sha256 == request_for(reading.record, b"<source/>", "", ADAPTER).source.sha256
    assert second.record == reading.record
    assert b'draft="true"' in draft.body
    assert b"draft=" not in written(reading.record, blobs=reading.blobs).body


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\ufffe", "\ud800"])
def test_characters_that_xml_does_not_allow_are_replaced_and_told(character):
    draft = written(record_of(course(f"Wa{character}ves")))
    assert texts(draft, "title")[-1] == "Wa\ufffdves"
    assert any(loss.kind == "approximated" and loss.to == "Wa\ufffdves" for loss in draft.losses)


def test_deeply_nested_parts_and_sections_are_written_in_bearable_time():
    """Attack: depth that doubles the work at each level."""
    study = course("x")
    section = SupplementSection(number="1")
    for _ in range(60):
        study = Achievement(specification=Specification(title={"en": "x"}), parts=(study,))
        section = SupplementSection(number="1", sections=(section,))
    top = DiplomaSupplement(version="2018", issued="2026-01-01", sections=(section,))
    record = record_of(study.model_copy(update={"supplement": top}))
    calls, draft = calls_in(lambda: written(record))
    assert calls < 200_000
    assert read(draft.body).record == record
