"""Writing European Digital Credentials: what may be said, what must not, and what is told about it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from adapters.europass import ADAPTER
from adapters.europass.writing import dump
from gateway.errors import Refused, RequestError
from gateway.kit.contract import Content as Given
from gateway.kit.contract import Draft, PageImage, Reading, Source, WriteRequest
from gateway.kit.laws.records import everything
from gateway.model.losses import Loss
from gateway.model.record import (
    Achievement,
    Address,
    Assessment,
    Attachment,
    Code,
    Content,
    Credit,
    Distribution,
    Enrolment,
    GradingScheme,
    Identifier,
    Learner,
    Level,
    Name,
    Organisation,
    Period,
    Place,
    Record,
    Report,
    ResultCategory,
    ShortenedGrading,
    Specification,
)
from gateway.model.verdict import Indication
from gateway.readers.document import Document
from gateway.readers.limits import Limits

ORIGINAL = b"<elmo>the original</elmo>"
NODE = Organisation(
    legal_name={"en": "Gateway of the Example Kingdom"},
    eidas_identifier=Identifier(value="NTRNO-999999999", country="NO"),
    country="NO",
)
SCHOOL = Organisation(legal_name={"en": "Nordhavn University College"}, country="NO")
ECTS = Code(scheme="credit", value="ects")
REQUEST = WriteRequest(
    issuer=NODE,
    now="2026-03-01T12:00:00Z",
    languages=("en", "nb"),
    source=Source(
        original=ORIGINAL,
        sha256="ab" * 32,
        media_type="application/xml",
        format="elmo-1.7",
        adapter="elmo",
        verdict=Indication.PASSED,
    ),
    node="node.example",
    draft=False,
    pages=(PageImage(report="Nordhavn University College", language="en", png=b"\x89PNG\r\n\x1a\n"),),
)


def course(title: str = "Algebra", **values: Any) -> Achievement:
    return Achievement(specification=Specification(title={"en": title}), **values)


def record(*achievements: Achievement, report: dict[str, Any] | None = None, **values: Any) -> Record:
    given = {"issuer": SCHOOL, "issued": "2025-07-01", "title": {"en": "Transcript"}, "achievements": achievements}
    learner = values.pop("learner", Learner(names=(Name(language="en", given="Ingrid", family="Solbakken"),)))
    return Record(learner=learner, reports=(Report(**(given | (report or {}))),), **values)


def draft(given: Record, request: WriteRequest = REQUEST) -> Draft:
    (only,) = ADAPTER.write(given, request)
    return only


def written(given: Record, request: WriteRequest = REQUEST) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(draft(given, request).body)
    return value


def subject(given: Record) -> Any:
    return written(given)["credentialSubject"]


def read(body: bytes) -> Reading:
    return ADAPTER.read(Given(document=Document(body, "json"), format="ELM 3.2"), {})


def losses(given: Record, kind: str = "") -> list[Loss]:
    return [loss for loss in draft(given).losses if kind in ("", loss.kind)]


# --- who says, who seals ---------------------------------------------------------------------------------------------


def test_the_node_is_the_issuer_and_the_institution_the_awarding_body():
    value = written(record(course()))
    assert value["issuer"]["legalName"] == {"en": "Gateway of the Example Kingdom"}
    assert value["issuer"]["eIDASIdentifier"]["notation"] == "NTRNO-999999999"
    body = value["credentialSubject"]["hasClaim"]["awardedBy"]["awardingBody"]
    assert body["legalName"] == {"en": "Nordhavn University College"}


def test_a_stranger_reads_the_institution_as_the_one_who_reports():
    assert read(draft(record(course())).body).record.reports[0].issuer == SCHOOL


def test_an_issuer_without_a_number_cant_issue_and_a_draft_is_marked():
    nobody = Organisation(legal_name={"en": "Unsealed draft, no issuer"})
    with pytest.raises(RequestError) as refusal:
        written(record(course()), replace(REQUEST, issuer=nobody))
    assert refusal.value.code == "europass.issuer_number"
    value = written(record(course()), replace(REQUEST, issuer=nobody, draft=True))
    assert value["issuer"]["eIDASIdentifier"]["notation"] == "DRAFT"
    assert value["issuer"]["location"]["address"]["countryCode"]["id"].endswith("/country/OP_DATPRO")


def test_a_report_without_any_result_is_refused():
    with pytest.raises(Refused) as refusal:
        written(record())
    assert refusal.value.code == "target.requires"


def test_an_awarding_body_is_never_made_up():
    with pytest.raises(Refused) as refusal:
        written(record(course(), report={"issuer": Organisation()}))
    assert refusal.value.code == "target.requires"


# --- the original and the derived note -------------------------------------------------------------------------------


def test_the_original_is_enclosed_byte_for_byte_and_the_profile_says_converted():
    value = written(record(course()))
    assert base64.b64decode(value["evidence"]["embeddedEvidence"]["content"]) == ORIGINAL
    assert value["credentialSchema"]["id"].endswith("/edc-converted")


def test_an_original_over_the_limit_is_named_by_its_digest_and_the_profile_is_generic():
    small = draft(record(course()), replace(REQUEST, limits=Limits(embed_bytes=3)))
    value = json.loads(small.body)
    assert "embeddedEvidence" not in value["evidence"]
    assert value["credentialSchema"]["id"].endswith("/edc-generic-full")
    assert any("ab" * 32 in loss.detail and loss.kind == "dropped" for loss in small.losses)


def test_the_title_of_a_draft_says_that_it_is_one_and_says_it_once():
    asked = replace(REQUEST, draft=True)
    first = draft(record(course()), asked)
    (title,) = json.loads(first.body)["displayParameter"]["title"].values()
    assert title.startswith("Unsealed draft: ")
    again = draft(read(first.body).record, asked)
    assert json.loads(again.body)["displayParameter"]["title"] == json.loads(first.body)["displayParameter"]["title"]
    assert "draft" not in json.dumps(written(record(course()))["displayParameter"]["title"])


def test_a_title_that_a_draft_changes_is_told():
    given = record(course())
    titled = given.model_copy(update={"reports": (given.reports[0].model_copy(update={"title": {"en": "Diploma"}}),)})
    told = [loss for loss in draft(titled, replace(REQUEST, draft=True)).losses if loss.path.endswith("/title/en")]
    assert [(loss.kind, loss.from_, loss.to) for loss in told] == [
        ("approximated", "Diploma", "Unsealed draft: Diploma")
    ]


def test_the_derived_note_is_read_back():
    derived = read(draft(record(course())).body).document.derived
    assert (derived.source_sha256, derived.node, derived.adapters) == ("ab" * 32, "node.example", ("elmo", "europass"))


def test_nothing_of_ours_is_a_property_of_the_model():
    body = draft(record(course())).body
    assert b"testamur" not in body.lower()


# --- nothing that wasn't achieved is an achievement ------------------------------------------------------------------


def test_a_failed_result_is_an_assessment_with_the_name_of_what_was_failed():
    failed = course("Topology", status="failed", assessments=(Assessment(grade={"und": "F"}),))
    given = record(course(), failed)
    claims = subject(given)["hasClaim"]
    assert [claim["type"] for claim in claims] == ["LearningAchievement", "LearningAssessment"]
    assert (claims[1]["title"], claims[1]["grade"]["noteLiteral"]) == ({"en": "Topology"}, {"und": "F"})
    paths = {loss.path: loss.kind for loss in losses(given)}
    assert paths["/reports/Nordhavn University College/achievements/Topology"] == "dropped"


def test_what_was_passed_within_what_was_failed_stays_an_achievement():
    degree = course("Degree", status="failed", parts=(course("Analysis"),))
    claim = subject(record(degree))["hasClaim"]
    assert (claim["type"], claim["title"]) == ("LearningAchievement", {"en": "Analysis"})


def test_an_enrolment_is_an_activity():
    enrolment = Enrolment(specification=Specification(title={"en": "Physics"}), period=Period(start="2025-08-18"))
    given = record(course(), report={"enrolments": (enrolment,)})
    claim = subject(given)["hasClaim"][1]
    assert (claim["type"], claim["title"]) == ("LearningActivity", {"en": "Physics"})
    assert claim["temporal"]["startDate"] == "2025-08-18T00:00:00Z"
    status = "/reports/Nordhavn University College/enrolments/Physics/status"
    assert status in {loss.path for loss in losses(given, "dropped")}


def test_an_assessment_without_a_result_isnt_written_and_is_a_loss():
    given = record(course(assessments=(Assessment(shortened=ShortenedGrading(lower="1")),)))
    assert "provenBy" not in subject(given)["hasClaim"]
    assert "/reports/Nordhavn University College/achievements/Algebra/assessments" in {
        loss.path for loss in losses(given)
    }


# --- values ----------------------------------------------------------------------------------------------------------


def test_shares_become_whole_numbers_that_still_sum_to_a_hundred():
    shares = ShortenedGrading(lower="33.4", equal="33.3", higher="33.3")
    given = record(course(assessments=(Assessment(grade={"en": "C"}, shortened=shares),)))
    proof = subject(given)["hasClaim"]["provenBy"]["shortenedGrading"]
    assert [proof[f"percentage{name}"] for name in ("Lower", "Equal", "Higher")] == [34, 33, 33]
    assert [(loss.from_, loss.to) for loss in losses(given, "approximated")] == [
        ("33.4", "34"),
        ("33.3", "33"),
        ("33.3", "33"),
    ]


def test_a_grade_with_a_leading_zero_and_a_count_of_nought():
    bars = (ResultCategory(label="02", count="0"), ResultCategory(label="7", count="12"))
    given = record(course(assessments=(Assessment(grade={"und": "02"}, distribution=Distribution(categories=bars)),)))
    proof = subject(given)["hasClaim"]["provenBy"]
    assert proof["grade"]["noteLiteral"] == {"und": "02"}
    assert proof["resultDistribution"]["resultCategory"]["label"] == "7"
    assert [loss.path.rpartition("/")[2] for loss in losses(given, "dropped")] == ["02"]


def test_a_grading_schemes_description_becomes_its_title():
    scheme = GradingScheme(identifiers=(Identifier(scheme="local", value="g"),), description={"en": "A to F"})
    given = record(
        course(assessments=(Assessment(grade={"en": "B"}, scheme="local=g"),)), report={"grading_schemes": (scheme,)}
    )
    assert subject(given)["hasClaim"]["provenBy"]["specifiedBy"]["gradingScheme"]["title"] == {"en": "A to F"}
    (moved,) = losses(given, "moved")
    assert moved.path == "/reports/Nordhavn University College/grading_schemes/local=g/description"
    assert moved.to_path == "/reports/Nordhavn University College/grading_schemes/local=g/title"


def test_credits_of_a_scheme_without_agreement_keep_the_issuers_words():
    own = Credit(scheme=Code(value="studiepoeng"), value="7,5")
    point = subject(record(course(credits_earned=(own,))))["hasClaim"]["creditReceived"]
    assert (point["framework"]["notation"], point["point"]) == ("studiepoeng", "7,5")
    assert "education-credit" not in json.dumps(point)


def test_the_gateways_own_level_is_never_written_as_the_authoritys():
    level = Level(scheme="eqf", value="6", claimed_by="gateway")
    given = record(Achievement(specification=Specification(title={"en": "A"}, qualification=True, levels=(level,))))
    assert "snb/eqf" not in json.dumps(subject(given))
    assert losses(given, "dropped")


def test_only_a_qualification_has_an_eqf_level_of_its_own():
    level = (Level(scheme="eqf", value="6"),)
    plain = subject(record(Achievement(specification=Specification(title={"en": "A"}, levels=level))))
    qualified = Specification(title={"en": "A"}, levels=level, qualification=True)
    assert "educationLevel" in plain["hasClaim"]["specifiedBy"]
    assert "eqfLevel" in subject(record(Achievement(specification=qualified)))["hasClaim"]["specifiedBy"]


def test_an_organisation_without_a_country_has_provisional_data_and_a_loss_says_so():
    given = record(course(), report={"issuer": Organisation(legal_name={"en": "Nordhavn University College"})})
    (loss,) = losses(given, "assumed")
    assert loss.path == "/reports/Nordhavn University College/issuer/country"
    assert loss.to is not None
    assert loss.to.endswith("/OP_DATPRO")


def test_a_report_without_a_title_is_called_the_bodys_results():
    given = record(course(), report={"title": {}})
    assert written(given)["displayParameter"]["title"] == {"en": "Nordhavn University College: results"}
    assert [loss.path for loss in losses(given, "assumed")] == ["/reports/Nordhavn University College/title/en"]


def test_a_name_stands_in_the_language_asked_for_and_the_others_are_losses():
    names = (Name(language="zh", full="王小明"), Name(language="nb", full="Xiaoming Wang"))
    given = record(course(), learner=Learner(names=names))
    assert written(given, replace(REQUEST, languages=("nb",)))["credentialSubject"]["fullName"] == {
        "nb": "Xiaoming Wang"
    }
    assert written(given, replace(REQUEST, languages=("zh",)))["credentialSubject"]["fullName"] == {"zh": "王小明"}
    assert "/learner/names/legal.zh" in {loss.path for loss in losses(given, "dropped")}


def test_hours_of_contact_stand_in_an_activity_and_are_told_as_moved():
    given = record(Achievement(specification=Specification(title={"en": "Lab"}, contact_hours=("30",))))
    activity = subject(given)["hasClaim"]["influencedBy"]
    assert activity["specifiedBy"]["contactHour"] == "30"
    path = "/reports/Nordhavn University College/achievements/Lab"
    assert [(loss.path, loss.to_path) for loss in losses(given, "moved")] == [
        (f"{path}/specification/contact_hours", f"{path}/activities/-/specification/contact_hours")
    ]


def test_one_course_that_stands_twice_carries_its_hours_twice():
    lab = Achievement(specification=Specification(title={"en": "Lab"}, contact_hours=("30",)))
    ways = [(loss.path, loss.to_path) for loss in losses(record(lab, lab), "moved")]
    assert [to.removeprefix(path.removesuffix("/specification/contact_hours")) for path, to in ways] == [
        "/activities/-/specification/contact_hours"
    ] * 2


def test_the_parts_of_an_address_are_joined_into_its_text():
    home = Place(addresses=(Address(street="Fjellveien", building_number="3", locality="Nordhavn", country="NO"),))
    given = record(course(), learner=Learner(home=home))
    assert subject(given)["location"]["address"]["fullAddress"]["noteLiteral"] == {"und": "3, Fjellveien, Nordhavn"}


def test_attachments_over_the_limit_are_losses_with_their_digest():
    file = Content(sha256="d" * 64, size=4, media_type="application/pdf")
    attachment = Attachment(title={"en": "Diploma"}, contents=(file,))
    given = record(course(), report={"attachments": (attachment, attachment)})
    request = replace(REQUEST, blobs={"d" * 64: b"%PDF"}, limits=Limits(attachment_bytes=7))
    (only,) = ADAPTER.write(given, request)
    assert json.loads(only.body)["attachment"]["contentType"]["id"].endswith("/PDF")
    assert [loss.detail for loss in only.losses if "d" * 64 in loss.detail] != []


# --- documents -------------------------------------------------------------------------------------------------------


def test_each_report_is_a_credential_of_its_own():
    other = Organisation(legal_name={"en": "Another school"}, country="IS")
    given = record(course())
    given = given.model_copy(
        update={"reports": (*given.reports, given.reports[0].model_copy(update={"issuer": other}))}
    )
    drafts = ADAPTER.write(given, REQUEST)
    assert [d.reports for d in drafts] == [("Nordhavn University College",), ("Another school",)]
    assert len({json.loads(d.body)["id"] for d in drafts}) == 2


def test_without_pages_the_credential_is_its_own_core():
    given = record(course())
    core = ADAPTER.core(draft(given).body)
    assert core == draft(given, replace(REQUEST, pages=())).body
    assert b"individualDisplay" not in core


def test_the_body_with_pages_is_one_dump_of_the_whole_credential():
    body = draft(record(course())).body
    assert b'"individualDisplay":' in body
    assert body == dump(Document(body, "json").value)


def test_the_core_given_with_a_draft_is_what_a_receiver_makes_of_its_body():
    given = everything()
    for request in (REQUEST, replace(REQUEST, pages=())):
        for one in ADAPTER.write(given, request):
            assert one.core == ADAPTER.core(one.body)


def test_a_page_stands_under_its_language():
    display = written(record(course()))["displayParameter"]["individualDisplay"]
    assert display["language"]["id"].endswith("/ENG")
    assert base64.b64decode(display["displayDetail"]["image"]["content"]) == b"\x89PNG\r\n\x1a\n"


def test_one_node_id_never_names_two_nodes():
    courses = [
        course(f"C{i}", awarded_on=f"2025-0{i}-01", assessments=(Assessment(grade={"en": "A"}),)) for i in (1, 2)
    ]
    seen: dict[str, Any] = {}

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if "id" in value:
                assert seen.setdefault(value["id"], value) == value
            for member in value.values():
                look(member)
        elif isinstance(value, list):
            for member in value:
                look(member)

    look(written(record(*courses)))
    assert len(seen) > 20


def test_the_same_input_gives_the_same_bytes():
    given = record(course(credits_earned=(Credit(scheme=ECTS, value="5"),)))
    assert draft(given).body == draft(given.model_copy(deep=True)).body


def test_claims_within_claims_stop_where_a_reader_would():
    deep = course("innermost")
    for i in range(90):
        deep = course(f"C{i}", parts=(deep,), awarded_on=f"20{i:02d}-01-01")
    body = draft(record(deep)).body
    assert read(body).record.reports[0].achievements[0].specification.title == {"en": "C89"}
    assert [loss.detail for loss in losses(record(deep), "dropped")] == ["nested deeper than 80 claims"]


def test_an_attachment_in_two_languages_is_two_files_and_none_is_lost():
    files = (Content(sha256="a" * 64, size=2, language="en"), Content(sha256="b" * 64, size=2, language="nb"))
    attachment = Attachment(title={"en": "Diploma"}, contents=files)
    request = replace(REQUEST, blobs={"a" * 64: b"en", "b" * 64: b"nb"})
    (only,) = ADAPTER.write(record(course(), report={"attachments": (attachment,)}), request)
    assert {base64.b64decode(file["content"]) for file in json.loads(only.body)["attachment"]} == {b"en", b"nb"}
    moved = [loss for loss in only.losses if loss.kind == "moved" and loss.path.endswith("/contents/nb")]
    assert [loss.to_path.rpartition("/contents/")[0].rpartition("/")[2] for loss in moved] == ["Diploma#2"]
