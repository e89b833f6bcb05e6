"""Reading European Digital Credentials: what they say arrives in the record, in whatever spelling they say it."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from adapters.europass import ADAPTER
from adapters.europass.credential import CONTEXTS
from adapters.europass.structure import is_structural
from gateway.errors import Refused
from gateway.kit.contract import Content, Head, Leaf, Reading
from gateway.kit.recognition import head_of
from gateway.model.record import Credit, Level
from gateway.readers.document import Document
from tests.adapters.europass.documents import PAYLOADS, SMALL, UNIVERSITY, listed, organisation
from tests.reference import REFERENCE, needs_reference

Change = Callable[[dict[str, Any]], object]


def read(value: dict[str, Any] | bytes, change: Change = lambda _: None) -> Reading:
    if not isinstance(value, bytes):
        value = deepcopy(value)
        change(value)
        value = json.dumps(value).encode()
    return ADAPTER.read(Content(document=Document(value, "json"), format="ELM 3.2"), {})


def achievement(value: dict[str, Any]) -> dict[str, Any]:
    return value["credentialSubject"]["hasClaim"][0]


def claims(kind: str) -> Change:
    """Keep one claim alone, of a kind, so that it stands without an array."""
    node = {
        "id": "urn:epass:claim:1",
        "type": kind,
        "title": {"en": "A claim"},
        "awardedBy": SMALL["credentialSubject"]["hasClaim"][0]["awardedBy"],
        "grade": {"id": "urn:epass:note:9", "type": "Note", "noteLiteral": {"en": "pass"}},
    }
    return lambda value: value["credentialSubject"].update(hasClaim=node)


# --- recognition -----------------------------------------------------------------------------------------------------


def test_a_credential_is_recognised():
    assert ADAPTER.recognise(head_of(Document(json.dumps(SMALL).encode(), "json"))).format == "ELM 3.2"


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update({"@context": "http://dev.everisdx.io/datamodel/test/edc-ap-context.jsonld"}),
        lambda v: v.update({"@context": [CONTEXTS[0], "http://dev.everisdx.io/x.jsonld"]}),
        lambda v: v.update({"@context": [*CONTEXTS, "https://example.org/more"]}),
        lambda v: v.update({"@context": CONTEXTS[::-1]}),
        lambda v: v.update({"type": ["VerifiablePresentation", "EuropeanDigitalPresentation"]}),
        lambda v: v.update({"type": "VerifiableCredential"}),
        lambda v: v.pop("type"),
    ],
)
def test_pre_release_contexts_presentations_and_other_credentials_are_not_claimed(change):
    value = deepcopy(SMALL)
    change(value)
    assert ADAPTER.recognise(Head(media="json", start=b"", members=value)) is None


@needs_reference
def test_of_all_files_of_the_reference_only_elm_3_credentials_are_claimed():
    claimed = set()
    for path in (REFERENCE / "europass").rglob("*.json*"):
        try:
            claim = ADAPTER.recognise(head_of(Document(path.read_bytes(), "json")))
        except Refused:
            continue
        if claim is not None:
            claimed.add(path.name)
    assert claimed == {
        "SKELETON-minimal-valid-edc.json",
        "Sample-CertOfPart-unsigned.jsonld",
        "credential-sample.jsonld",
    }  # the sealed and the uploadable one are inside a container, which core takes off


# --- spellings -------------------------------------------------------------------------------------------------------


def test_a_single_value_and_an_array_of_one_say_the_same():
    def in_arrays(value: Any) -> Any:
        if isinstance(value, list):
            return [in_arrays(member) for member in value]
        if not isinstance(value, dict):
            return value
        return {
            key: [in_arrays(member)] if isinstance(member, dict) and "type" in member else in_arrays(member)
            for key, member in value.items()
        }

    changed = in_arrays(deepcopy(SMALL))
    assert read(changed).record == read(SMALL).record


def test_the_old_and_the_new_spelling_of_the_distribution_say_the_same():
    def renamed(value: dict[str, Any]) -> None:
        proof = achievement(value)["provenBy"]
        proof["resultDistribution"] = proof.pop("resultDestribution")

    assert read(SMALL, renamed).record == read(SMALL).record
    assert [c.count for c in read(SMALL).record.reports[0].achievements[0].assessments[0].distribution.categories] == [
        "3",
        "12",
    ]


def test_nothing_of_our_own_credential_is_lost_but_the_markup_of_a_text():
    assert [(loss.kind, loss.source) for loss in read(SMALL).losses] == [
        ("approximated", "/credentialSubject/hasClaim/0/learningOpportunity/descriptionHtml")
    ]


@needs_reference
def test_nothing_of_the_official_sealed_sample_is_lost():
    assert read(PAYLOADS[0]).losses == ()


# --- meaning ---------------------------------------------------------------------------------------------------------


def test_a_grade_keeps_its_leading_zero_and_credits_their_last():
    first = read(SMALL).record.reports[0].achievements[0]
    assert first.assessments[0].grade == {"en": "02"}
    assert first.credits_earned == (Credit(scheme={"scheme": "credit", "value": "ects"}, value="7.50"),)


def test_html_becomes_text_and_its_scripts_nothing():
    assert read(SMALL).record.reports[0].achievements[0].notes == ({"und": "Groups & rings"},)


def test_what_an_assessment_repeats_of_its_achievement_isnt_said_twice():
    assessment = read(SMALL).record.reports[0].achievements[0].assessments[0]
    assert (assessment.title, assessment.awarded_by, assessment.awarded_on) == ({}, (), None)


def test_an_assessment_awarded_by_another_body_says_so():
    other = UNIVERSITY | {"id": "urn:epass:org:7", "legalName": {"en": "Another body"}}
    award = {"id": "urn:epass:awardingProcess:7", "type": "AwardingProcess", "awardingBody": other}
    changed = read(SMALL, lambda v: achievement(v)["provenBy"].update(awardedBy=award))
    assessment = changed.record.reports[0].achievements[0].assessments[0]
    assert [body.legal_name["en"] for body in assessment.awarded_by] == ["Another body"]


def test_midnight_is_a_date_and_keeps_its_zone():
    record = read(SMALL).record
    assert (record.learner.born, record.reports[0].issued) == ("1999-03-04", "2025-07-01+02:00")


def test_a_birth_off_midnight_stays_a_time():
    changed = read(SMALL, lambda v: v["credentialSubject"].update(dateOfBirth="1999-10-01T22:00:00Z"))
    assert changed.record.learner.born == "1999-10-01T22:00:00Z"


@pytest.mark.parametrize("date", ["2024-02-30T00:00:00Z", "yesterday", "", "2024"[:2]])
def test_a_date_that_is_none_of_the_calendar_is_a_loss(date):
    changed = read(SMALL, lambda v: v.update(validFrom=date))
    assert changed.record.reports[0].issued is None
    assert [loss.kind for loss in changed.losses if loss.source == "/validFrom"] == ["dropped"]


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("LearningAchievement", "achievements"),
        ("LearningActivity", "activities"),
        ("LearningAssessment", "assessments"),
        ("LearningEntitlement", "entitlements"),
    ],
)
def test_each_of_the_four_kinds_may_be_the_only_claim(kind, where):
    report = read(SMALL, claims(kind)).record.reports[0]
    assert len(getattr(report, where)) == 1


def test_a_bare_claim_is_a_loss_with_everything_in_it():
    changed = read(SMALL, claims("Claim"))
    assert "/credentialSubject/hasClaim" in {loss.source for loss in changed.losses}


def test_an_unknown_code_keeps_its_label_and_a_known_one_has_its_lists():
    def strange(value: dict[str, Any]) -> None:
        achievement(value)["specifiedBy"]["eqfLevel"] = listed("eqf", "99", "Level 99")

    assert read(SMALL).record.reports[0].achievements[0].specification.levels == (Level(scheme="eqf", value="6"),)
    assert read(SMALL, strange).record.reports[0].achievements[0].specification.levels == (
        Level(scheme="eqf", value="99", label={"en": "Level 99"}),
    )


def test_words_alone_are_a_code_without_a_list():
    own = {"id": "urn:epass:concept:1", "type": "Concept", "prefLabel": {"de": "Bachelor"}}
    changed = read(SMALL, lambda v: achievement(v)["specifiedBy"].update(educationLevel=own))
    levels = changed.record.reports[0].achievements[0].specification.levels
    assert Level(label={"de": "Bachelor"}) in levels


@pytest.mark.parametrize("how", ["profile", "mandate"])
def test_a_credential_issued_for_others_is_reported_by_the_body_that_awards(how):
    def converted(value: dict[str, Any]) -> None:
        if how == "profile":
            value["credentialProfiles"] = listed("credential", "c_7e400154")
        else:
            kind = listed("evidence-type", "c_18016257")
            value["evidence"] = {"id": "urn:epass:evidence:1", "type": "Evidence", "dcType": kind}

    report = read(SMALL, converted).record.reports[0]
    assert report.issuer.legal_name == {"en": "Nordhavn University College"}
    assert report.achievements[0].awarded_by == ()
    assert read(SMALL).record.reports[0].issuer.legal_name == {"en": "Agency of the Example Kingdom"}


def test_two_languages_in_a_name_are_two_names():
    changed = read(SMALL, lambda v: v["credentialSubject"].update(fullName={"en": "Ingrid", "zh": "英格丽"}))
    assert [(name.language, name.full) for name in changed.record.learner.names if name.use == "legal"] == [
        ("en", "Ingrid"),
        ("zh", "英格丽"),
    ]


def test_provisional_data_is_no_country():
    def unknown(value: dict[str, Any]) -> None:
        value["issuer"]["location"]["address"]["countryCode"] = listed("country", "OP_DATPRO")

    report = read(SMALL, unknown).record.reports[0]
    assert (report.issuer.country, report.issuer.places) == (None, ())


def test_an_attachment_goes_to_the_blobs_and_one_that_is_no_base64_stays_text():
    def attached(value: dict[str, Any]) -> None:
        file = value["displayParameter"]["individualDisplay"]["displayDetail"]["image"]
        value["attachment"] = [
            file | {"id": "urn:epass:mediaObject:8", "title": {"en": "Diploma"}},
            file | {"id": "urn:epass:mediaObject:9", "content": "data:…"},
        ]

    reading = read(SMALL, attached)
    file, text = reading.record.reports[0].attachments
    assert reading.blobs[file.contents[0].sha256] == b"\x89PNG\r\n\x1a\n"
    assert (file.title, file.contents[0].media_type) == ({"en": "Diploma"}, "image/png")
    assert (text.contents[0].sha256, text.contents[0].text) == ("", "data:…")


def test_a_credential_about_an_organisation_is_refused():
    with pytest.raises(Refused) as refusal:
        read(SMALL, lambda v: v.update(credentialSubject=UNIVERSITY))
    assert refusal.value.code == "europass.no_person"


def test_other_json_is_refused_for_reading():
    with pytest.raises(Refused) as refusal:
        read(b'{"a": 1}')
    assert refusal.value.code == "document.unknown"


# --- opening ---------------------------------------------------------------------------------------------------------


def converted(value: dict[str, Any], content: str = "PGVsbW8vPg==", kind: str = "c_c4f849d7") -> None:
    value["evidence"] = [
        {
            "id": "urn:epass:evidence:1",
            "type": "Evidence",
            "dcType": listed("evidence-type", kind),
            "embeddedEvidence": {"id": "urn:epass:mediaObject:5", "type": "MediaObject", "content": content},
        }
    ]


def opened(change: Change) -> Any:
    value = deepcopy(SMALL)
    change(value)
    return ADAPTER.open(Document(json.dumps(value).encode(), "json"))


def test_the_original_inside_a_conversion_is_handed_out():
    (inner,) = opened(converted).inner
    assert (inner.role, inner.octets) == ("original", b"<elmo/>")
    assert inner.path == "/evidence/0/embeddedEvidence/content"


@pytest.mark.parametrize("how", [{"kind": "c_991b06c6"}, {"content": "PGVsbW8vPg"}])
def test_evidence_of_another_kind_or_that_is_no_base64_is_listed_as_not_checked(how):
    found = opened(lambda v: converted(v, **how))
    assert found.inner == ()
    assert [(f.check, f.status) for f in found.findings] == [("content.evidence", "NOT_CHECKED")]


def test_any_conversion_makes_a_credential_a_translation_also_one_of_another_gateway():
    """Else a node would seal the translation of a translation, whose original nobody saw."""
    noted = read(SMALL, lambda v: converted(v, content="not base64")).document.derived
    assert noted is not None
    assert (noted.source_sha256, noted.node) == ("", "")


def test_a_status_that_nobody_asked_for_is_a_question_and_leaves_the_answer_open():
    """A credential may have been revoked: only its status list could tell."""
    status = {"id": "https://status.example/1", "type": "StatusList2021Entry"}
    for stated in (status, [status]):
        (question,) = opened(lambda v, stated=stated: v.update(credentialStatus=stated)).questions
        assert question.url == "https://status.example/1"
    assert opened(lambda _: None).questions == ()


@pytest.mark.parametrize("name", ["validFrom", "validUntil", "expirationDate"])
def test_a_bound_that_cannot_be_read_is_never_no_bound(name):
    found = opened(lambda v: v.update({name: "2020-13-45"})).findings
    assert [(f.check, f.status, f.about) for f in found] == [("credential.validity", "INDETERMINATE", f"/{name}")]


def test_of_two_ends_the_earlier_one_counts():
    zoned = opened(
        lambda v: v.update(expirationDate="2030-01-01T00:00:00+02:00", validUntil="2029-12-31T23:00:00Z")
    ).stated
    assert zoned.valid_until == "2030-01-01T00:00:00+02:00"
    later = opened(lambda v: v.update(expirationDate="2031-01-01T00:00:00Z", validUntil="2030-01-01T00:00:00Z")).stated
    assert later.valid_until == "2030-01-01T00:00:00Z"


def test_the_credentials_own_life_and_issuer_are_stated():
    about = opened(lambda _: None).stated
    assert (about.issued, about.valid_from, about.valid_until) == (
        "2025-07-01T10:00:00Z",
        "2025-07-01T00:00:00+02:00",
        "2035-07-01T00:00:00Z",
    )
    assert about.issuer.eidas_identifier.value == "NTRNO-000000001"


def test_every_issuer_of_several_is_stated_so_that_the_sealer_is_compared_with_each():
    """Attack: a second issuer behind the sealer's own name."""
    other = organisation(2, "Sundby College", "NOR")
    about = opened(lambda v: v.update(issuer=[v["issuer"], other])).stated
    assert about.issuer == opened(lambda _: None).stated.issuer
    assert [o.legal_name for o in about.other_issuers] == [{"en": "Sundby College"}]


def test_an_attachment_is_listed_as_not_checked():
    file = {"id": "urn:epass:mediaObject:8", "type": "MediaObject", "content": "iVBORw0KGgo="}
    (finding,) = opened(lambda v: v.update(attachment=file)).findings
    assert (finding.status, finding.about) == ("NOT_CHECKED", "/attachment")


# --- structural leaves -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "value", "owner", "structural"),
    [
        ("/credentialSubject/id", "urn:epass:person:1", "Person", True),
        ("/credentialSubject/contactPoint/emailAddress/id", "mailto:a@b.example", "Mailbox", False),
        ("/issuer/location/type", "Location", "Location", True),
        ("/issuer/location/type", "Address", "Address", False),
        ("/credentialSubject/hasClaim/0/type", "LearningAchievement", "LearningAchievement", False),
        ("/credentialSubject/hasClaim/0/specifiedBy/type", "Qualification", "Qualification", False),
        ("/credentialSubject/gender/inScheme/id", "http://x.example", "ConceptScheme", True),
        ("/credentialSubject/gender/prefLabel/en", "female", "Concept", True),
        ("/credentialSubject/gender/id", "http://x.example", "Concept", False),
        ("/credentialSubject/groupMemberOf/prefLabel/en", "a group", "Group", False),
    ],
)
def test_a_leaf_is_structural_by_its_class_and_value(place, value, owner, structural):
    leaf = Leaf(place=place, name=place.rpartition("/")[2], value=value, owner=owner)
    assert is_structural(leaf) is structural


def test_an_expiry_alone_ends_the_report_too():
    changed = read(SMALL, lambda v: (v.pop("validUntil"), v.update(expirationDate="2036-07-01T00:00:00Z")))
    assert changed.record.reports[0].valid_until == "2036-07-01"
