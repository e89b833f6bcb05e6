"""How each part of ELMO reaches the record, and what the files of the wild do."""

from __future__ import annotations

import hashlib

import pytest

from adapters.elmo import names
from gateway.errors import Refused
from gateway.model.leaves import keys
from gateway.model.record import Code, Enrolment, Foreign, GroupMembership, Identifier, Level, Name
from tests.adapters.elmo.reading import DOCUMENTS, SMALL, WHOLE, read, without
from tests.reference import needs_reference, reference

DEGREE = read(WHOLE).record.reports[0].achievements[0]
WAVES, CURRENTS = DEGREE.parts[0].parts


# --- the learner -----------------------------------------------------------------------------------------------------


def test_the_learner_with_names_birth_and_identifiers():
    learner = read(WHOLE).record.learner
    assert learner.names == (
        Name(given="Ingrid Maria", family="Ångström-Larsen"),
        Name(use="birth", full="Larsen"),
    )
    assert learner.born == "1999-12-31+01:00"
    assert learner.national_identifier == Identifier(value="19991231-0000")
    assert [i.scheme for i in learner.identifiers] == ["esi", "libraryCard"]
    assert (learner.gender, learner.citizenships) == ("2", ("SE",))
    assert learner.birthplace.addresses[0].full == {"und": "Nordhamn"}


def test_the_address_in_its_parts_with_lists_in_order():
    address = read(WHOLE).record.learner.home.addresses[0]
    assert address.recipient == ("Ingrid Ångström-Larsen", "c/o Lindqvist")
    assert (address.building_number, address.street, address.unit, address.floor) == ("12", "Strandvägen", "3 tr", "3")
    assert address.delivery_point == ("D1", "D2")
    assert (address.postal_code, address.locality, address.region, address.country) == (
        "000 12",
        "Nordhamn",
        "Norra länet",
        "SE",
    )


def test_a_name_that_is_the_empty_string_is_kept_as_such():
    assert read(SMALL).record.learner.names == (Name(given="", family="Mononym"),)


def test_latin_words_and_words_of_any_script_stay_as_they_are():
    """No transliteration, no case folding, no normalisation (attack: names that only look equal)."""
    odd = "A\u030angstro\u0308m  王小明 ΟΔΥΣΣΕΥΣ"
    learner = read(WHOLE.replace("Ångström-Larsen</familyName>", f"{odd}</familyName>")).record.learner
    assert learner.names[0].family == "A\u030angstro\u0308m 王小明 ΟΔΥΣΣΕΥΣ"


def test_two_learners_are_refused():
    """One record is of one learner: the wrong person's results must never be mixed in."""
    other = "<learner><givenNames>Otto</givenNames><familyName>Else</familyName></learner><issuer>"
    with pytest.raises(Refused) as refused:
        read(WHOLE.replace("<issuer>", other, 1))
    assert refused.value.code == "elmo.several_learners"
    assert "Otto" not in refused.value.message


def test_a_copy_of_the_learner_in_a_report_is_no_loss_and_an_empty_one_is():
    copy = "<learner><givenNames/><familyName>Mononym</familyName></learner>"
    small = without(SMALL, "<currentAddress", "<gender>0</gender>")
    assert read(small.replace("<issuer>", f"{copy}<issuer>")).losses == read(small).losses
    assert [loss.source for loss in read(SMALL.replace("<issuer>", "<learner/><issuer>")).losses] == [
        "/elmo/report[1]/learner[1]"
    ]


def test_a_file_without_a_learner_is_refused():
    with pytest.raises(Refused, match="no learner"):
        read(without(SMALL, "<learner>", "</learner>"))


# --- studies ---------------------------------------------------------------------------------------------------------


def test_programme_module_course_and_class_are_a_tree():
    assert DEGREE.specification.title["en"] == "Bachelor in Ocean Engineering"
    assert [p.specification.title["en"] for p in DEGREE.parts] == ["Foundations"]
    assert WAVES.parts[0].specification.title == {"en": "Waves, laboratory"}
    assert [kind.value for kind in DEGREE.specification.kinds] == ["Degree Programme"]


def test_no_status_means_passed_and_no_grade_says_otherwise():
    text = without(WHOLE, "<status>passed</status>", "\n").replace("<resultLabel>02<", "<resultLabel>FAILED<")
    assert read(text).record.reports[0].achievements[0].parts[0].parts[0].status == "passed"


def test_failed_stays_a_failed_result():
    assert CURRENTS.status == "failed"
    assert CURRENTS.assessments[0].grade == {"und": "00"}


def test_in_progress_is_an_enrolment_and_its_credits_are_only_offered():
    [enrolment] = read(WHOLE).record.reports[0].enrolments
    assert isinstance(enrolment, Enrolment)
    assert enrolment.credits_earned == ()
    assert enrolment.specification.credits_offered[0].value == "30"


@pytest.mark.parametrize("status", ["completed", "Passed", "", "in progress"])
def test_a_status_of_no_known_word_is_refused(status):
    """Absent means passed, so an unknown word read as absent would invent a pass."""
    with pytest.raises(Refused) as refused:
        read(WHOLE.replace("<status>failed</status>", f"<status>{status}</status>"))
    assert refused.value.code == "elmo.status"


def test_an_opportunity_without_an_instance_is_refused():
    with pytest.raises(Refused) as refused:
        read(
            without(
                WHOLE,
                "<specifies>\n                <learningOpportunityInstance>\n                  <date>2023-03-20",
                "</specifies>",
            )
        )
    assert refused.value.code == "elmo.no_instance"


def test_grades_stay_text_with_their_leading_zero():
    [assessment] = WAVES.assessments
    assert assessment.grade == {"und": "02"}
    assert assessment.scheme == "seven"
    assert (assessment.shortened.lower, assessment.shortened.equal, assessment.shortened.higher) == (
        "12.5",
        "37.5",
        "50",
    )
    assert [(c.label, c.count) for c in assessment.distribution.categories] == [("-3", "1"), ("02", "6"), ("12", "0")]


def test_the_grading_scheme_stands_under_the_key_that_assessments_name():
    [scheme] = read(WHOLE).record.reports[0].grading_schemes
    assert keys((scheme,)) == [WAVES.assessments[0].scheme]
    assert scheme.description["en"].count("\n") == 1


@pytest.mark.parametrize("word", ["ects", "ECTS", "Ects", " ECTS "])
def test_ects_is_known_by_any_spelling(word):
    small = read(WHOLE.replace("<scheme>ects</scheme>", f"<scheme>{word}</scheme>", 1))
    credit = small.record.reports[0].achievements[0].parts[0].parts[0].credits_earned[0]
    assert (credit.scheme, credit.value) == (Code(scheme="credit", value="ects"), "7.5")


def test_a_national_credit_scheme_stays_the_issuers_word():
    assert [c.scheme for c in DEGREE.credits_earned] == [Code(value="sv-hp"), Code(value="points")]
    assert DEGREE.credits_earned[0].level == "Bachelor"
    assert DEGREE.credits_earned[0].value == "180.0"


def test_levels_of_any_framework_keep_the_framework():
    assert DEGREE.specification.levels == (
        Level(scheme="eqf", value="6", label={"en": "European Qualifications Framework"}),
        Level(scheme="SeQF", value="6"),
    )


def test_html_beside_a_plain_description_is_dropped_and_alone_becomes_text():
    [loss] = [one for one in read(WHOLE).losses if "descriptionHtml" in one.source]
    assert loss.kind == "dropped"
    alone = read(without(WHOLE, '<description xml:lang="en">Three', "</description>"))
    description = alone.record.reports[0].achievements[0].specification.description
    assert description == {"en": "Three years, two of them at sea."}
    [loss] = [one for one in alone.losses if "descriptionHtml" in one.source]
    assert (loss.kind, loss.from_, loss.to) == (
        "approximated",
        "<p>Three years, <b>two</b> of them at sea.</p>",
        description["en"],
    )


def test_script_in_html_says_nothing():
    """Attack: HTML that is shown later."""
    html = "&lt;script&gt;steal()&lt;/script&gt;&lt;p onclick='x'&gt;A&lt;/p&gt;&lt;ul&gt;&lt;li&gt;B&lt;/li&gt;&lt;/ul&gt;&amp;lt;b&amp;gt;"
    text = WHOLE.replace("<type>Module</type>", f"<type>Module</type><descriptionHtml>{html}</descriptionHtml>")
    assert read(text).record.reports[0].achievements[0].parts[0].specification.description == {"und": "A\nB\n<b>"}


def test_term_period_hours_language_and_groups():
    assert WAVES.term.title == {"sv": "Höstterminen 2022", "en": "Autumn 2022"}
    assert (WAVES.period.start, WAVES.period.end) == ("2022-08-29", "2023-01-15")
    assert WAVES.specification.contact_hours == ("48.5",)
    assert WAVES.specification.languages == ("en",)
    assert WAVES.groups == (GroupMembership(group_type="by-theme", group="sea"),)
    assert [g.id for g in read(WHOLE).record.groups[0].groups] == ["sea", "land"]


def test_the_diploma_supplement_is_a_tree_of_numbered_sections():
    supplement = DEGREE.supplement
    assert (supplement.language, supplement.version, supplement.issued) == ("en", "2018", "2025-06-20")
    assert [s.number for s in supplement.sections] == ["1", "2", "3"]
    holder = supplement.sections[0].sections[0]
    assert (holder.content, holder.content_type) == ("Ångström-Larsen", "text/plain")
    assert holder.additional == ("As printed in the passport.", "See also 1.2.")
    assert supplement.sections[1].content == "<p>Bachelor of <i>Science</i></p>"
    assert supplement.sections[2].content_type is None
    assert len(holder.attachments) == 1


# --- attachments, extensions, groups ---------------------------------------------------------------------------------


def test_attachments_are_blobs_by_digest_and_their_references_are_keys():
    reading = read(WHOLE)
    [attachment] = reading.record.reports[0].attachments
    assert [c.language for c in attachment.contents] == ["en", "sv"]
    for content in attachment.contents:
        octets = reading.blobs[content.sha256]
        assert hashlib.sha256(octets).hexdigest() == content.sha256
        assert octets.startswith(b"%PDF-1.4")
        assert (content.size, content.media_type) == (len(octets), "application/pdf")
    assert WAVES.attachments == tuple(keys((attachment,)))


@pytest.mark.parametrize(
    "content",
    ["data:application/pdf;base64,JVBERi0...", "data:application/pdf;base64,QQ", "data:application/pdf;base64,QR==", "PDF",
     "data:text/plain,hello", ""],
)  # fmt: skip
def test_content_that_is_no_strict_data_uri_stays_text(content):
    """Truncated samples, base64 that would change when written again, other URIs: never decoded blindly."""
    text = WHOLE.replace("data:application/pdf;base64,JVBERi0xLjQKJSBhbGwKJSVFT0YK", content)
    [attachment] = read(text).record.attachments
    assert (attachment.contents[0].text, attachment.contents[0].sha256) == (content, "")


def test_line_breaks_in_base64_are_no_fault():
    text = WHOLE.replace("JVBERi0xLjQKJSBhbGwKJSVFT0YK", "JVBERi0xLjQK\n  JSBhbGwKJSVFT0YK\n")
    assert read(text).record.attachments == read(WHOLE).record.attachments


def test_extensions_are_inert_text_with_their_namespace_and_place():
    assert [(f.namespace, f.place) for f in DEGREE.passthrough] == [
        ("https://nordhamn.example/ns", "learningOpportunitySpecification"),
        ("https://nordhamn.example/ns", "specifies"),
    ]
    assert ">Harbour</x:campus>" in DEGREE.passthrough[0].text
    [batch] = read(WHOLE).record.passthrough
    assert isinstance(batch, Foreign)
    assert "<x:no>77</x:no>" in batch.text


# --- the wild --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("namespace", ["", names.WRONG_V1])
def test_wrong_and_missing_namespaces_are_read_like_the_right_one(namespace):
    other = WHOLE.replace(f'xmlns="{names.V1}"', f'xmlns="{namespace}"')
    assert read(other).record.learner == read(WHOLE).record.learner
    assert read(other).record.reports[1] == read(WHOLE).record.reports[1]


def test_prefixes_change_nothing():
    """WebLogic writes ns0: everywhere."""
    from lxml import etree

    tree = etree.fromstring(SMALL.encode())
    root = etree.Element(tree.tag, nsmap={"ns0": names.V1})
    root[:] = tree[:]
    etree.cleanup_namespaces(root)
    octets = etree.tostring(root)
    assert b"<ns0:elmo" in octets
    assert read(octets).record == read(SMALL).record


def test_identifiers_without_a_type_and_repeated_ones_are_kept():
    text = WHOLE.replace('<identifier type="esi">', "<identifier>").replace(
        '<identifier type="pic">999000111', '<identifier type="schac">nordhamn.example'
    )
    record = read(text).record
    assert record.learner.identifiers[0].scheme == ""
    assert keys(record.reports[0].issuer.identifiers)[:2] == ["schac=nordhamn.example", "schac=nordhamn.example#2"]


def test_placeholder_texts_stay_what_they_are():
    text = WHOLE.replace("nordhamn.example</identifier>", "TODO : Issuer ID unknown</identifier>", 1)
    assert read(text).record.reports[0].issuer.identifiers[0].value == "TODO : Issuer ID unknown"


def test_kinds_and_levels_that_elmo_does_not_have_stay_the_issuers_words():
    text = WHOLE.replace("<type>Module</type>", "<type>Module group</type>").replace(
        "<level>Bachelor</level>", "<level>-</level>"
    )
    degree = read(text).record.reports[0].achievements[0]
    assert degree.parts[0].specification.kinds[0].value == "Module group"
    assert degree.credits_earned[0].level == "-"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("<bday>1999-12-31+01:00</bday>", "<bday>31.12.1999</bday>", "/elmo/learner[1]/bday[1]"),
        ("<gender>2</gender>", "<gender>x</gender>", "/elmo/learner[1]/gender[1]"),
        ("<citizenship>SE</citizenship>", "<citizenship/>", "/elmo/learner[1]/citizenship[1]"),
        ("<country>FI</country>", "<country/>", "/elmo/report[2]/issuer[1]/country[1]"),
        ("<url>https://saaristo.example/</url>", "<url/>", "/elmo/report[2]/issuer[1]/url[1]"),
        ("<gender>2</gender>", "<gender>2</gender><shoeSize>38</shoeSize>", "/elmo/learner[1]/shoeSize[1]"),
        ("<gender>2</gender>", '<gender unit="x">2</gender>', "/elmo/learner[1]/gender[1]/@unit"),
        ("<generatedDate>2026-03-02", "<generatedDate>yesterday", "/elmo/generatedDate[1]"),
    ],
)  # fmt: skip
def test_what_has_no_place_is_named_among_the_losses(old, new, place):
    assert old in WHOLE
    assert place in [loss.source for loss in read(WHOLE.replace(old, new)).losses]


def test_a_second_text_in_one_language_is_a_loss():
    text = WHOLE.replace(
        '<title xml:lang="fi">Merioikeus', '<title xml:lang="FI">Meri</title><title xml:lang="fi">Merioikeus'
    )
    reading = read(text)
    assert reading.record.reports[1].achievements[0].specification.title == {"fi": "Meri"}
    assert any(loss.kind == "dropped" and loss.source.endswith("/title[2]") for loss in reading.losses)


def test_inherited_languages_count():
    text = WHOLE.replace(
        "<report>\n    <issuer>\n      <country>FI", '<report xml:lang="fi">\n    <issuer>\n      <country>FI'
    )
    assert read(text).record.reports[1].achievements[0].assessments[0].grade == {"fi": "Hyv"}


# --- ELMO 2 ----------------------------------------------------------------------------------------------------------


def test_elmo_2_is_read_and_what_has_no_noun_is_a_loss():
    reading = read((DOCUMENTS / "two.xml").read_bytes())
    learner, [report] = reading.record.learner, reading.record.reports
    assert Name(use="alternative", language="zh", full="王小明") in learner.names
    assert (learner.born, learner.birth_country, learner.citizenships) == ("2001-04-05", "DE", ("DE",))
    assert [e.specification.levels for e in report.enrolments] == [(Level(scheme="DE.HZB", value="AHR"),)]
    assert [loss.source for loss in reading.losses] == [
        "/elmo/report[1]/learningOpportunitySpecification[1]/documentType[1]",
        "/elmo/report[1]/learningOpportunitySpecification[1]/specifies[1]/learningOpportunityInstance[1]/enrolment[1]",
        "/elmo/report[1]/learningOpportunitySpecification[1]/specifies[1]/learningOpportunityInstance[1]/duration[1]",
        "/elmo/report[1]/resultOfRecognition[1]",
        "/elmo/report[1]/status[1]",
    ]


def test_grading_schemes_known_outside_are_schemes_of_the_report():
    [report] = read((DOCUMENTS / "two.xml").read_bytes()).record.reports
    assert [a.assessments[0].scheme for a in report.achievements] == keys(report.grading_schemes)
    assert [i.scheme for i in report.grading_schemes[0].identifiers] == ["", "external"]


def test_a_birth_date_for_old_readers_that_contradicts_the_new_one_is_a_loss():
    text = (DOCUMENTS / "two.xml").read_text(encoding="utf-8").replace("<bday>2001", "<bday>1901")
    assert "/elmo/learner[1]/bday[1]" in [loss.source for loss in read(text).losses]


# --- real files ------------------------------------------------------------------------------------------------------


@needs_reference
@pytest.mark.parametrize(
    ("path", "achievements", "losses"),
    [
        ("elmo/signed/dk_tomcat_signed_VALID.xml", 5, 0),
        ("elmo/signed/dk_wl_signed_VALID_1.xml", 5, 0),
        ("elmo/raw/dk-emrex_Example-elmo-Denmark.xml", 36, 0),
        ("elmo/raw/dk-emrex_stads-elmo1.xml", 36, 0),
        ("elmo/raw/fi-emrex_ncp_Example-elmo-Sweden-1.0.xml", None, 0),
        ("elmo/raw/fi-emrex_swedish_1_elmo1.0.xml", None, None),
        ("elmo/raw/elmo-schemas_v1.2_example.xml", None, 2),
        ("elmo/raw/elmo-schemas_v1.7_example.xml", None, 2),
    ],
)
def test_real_files_are_read(path, achievements, losses):
    reading = read(reference(path).read_bytes())
    [report] = reading.record.reports
    assert report.achievements
    if achievements is not None:
        assert len(report.achievements) == achievements
    if losses is not None:
        assert len(reading.losses) == losses


@needs_reference
def test_danish_grades_keep_their_leading_zero():
    reading = read(reference("elmo/raw/dk-emrex_Example-elmo-Denmark.xml").read_bytes())
    grades = {g for a in reading.record.reports[0].achievements for one in a.assessments for g in one.grade.values()}
    assert "02" in grades
    assert "2" not in grades


@needs_reference
def test_elmo_before_emrex_is_recognised_and_refused_for_reading():
    with pytest.raises(Refused) as refused:
        read(reference("elmo/raw/fi-emrex_Example-elmo-Norway.xml").read_bytes())
    assert refused.value.code == "elmo.before_emrex"
