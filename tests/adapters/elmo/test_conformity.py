"""The rules that no schema can tell: each is broken once, and its finding names the place."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from adapters.elmo import conformity, names, schema
from gateway.kit.schemas import xml_schema
from gateway.model.verdict import Finding, Status
from tests.conformance.elmo_mutants import mutated
from tests.reference import needs_reference, reference

DOCUMENTS = Path(__file__).parent / "documents"


def tree(name: str = "whole.xml") -> etree._ElementTree:
    return etree.parse(DOCUMENTS / name)


def first(document: etree._ElementTree, name: str, **attributes: str) -> etree._Element:
    condition = "".join(f"[@{key}='{value}']" for key, value in attributes.items())
    return document.xpath(f"descendant-or-self::*[local-name()='{name}']{condition}")[0]


def warnings(document: etree._ElementTree) -> list[tuple[str, str]]:
    found = [f for f in conformity.check(document) if f.status is Status.WARNING]
    return [(f.check.removeprefix("conformity.elmo."), f.about) for f in found]


def course(document: etree._ElementTree, title: str) -> etree._Element:
    return document.xpath(f"//*[local-name()='learningOpportunitySpecification'][*[local-name()='title']='{title}']")[0]


def add(
    parent: etree._Element, name: str, text: str = "", index: int | None = None, **attributes: str
) -> etree._Element:
    child = etree.Element(f"{{{names.V1}}}{name}", attributes)
    child.text = text
    parent.insert(len(parent) if index is None else index, child)
    return child


def test_our_documents_keep_every_rule():
    assert warnings(tree("whole.xml")) == []
    assert warnings(tree("small.xml")) == []


def test_every_check_is_listed_also_where_it_passed():
    checks = {f.check for f in conformity.check(tree())}
    assert len(checks) == len(conformity.RULES) + 2
    assert all(f.status is Status.PASSED and f.explanation for f in conformity.check(tree()))


def test_a_second_learner_inside_a_report():
    document = tree()
    add(first(document, "report"), "learner", index=0)
    assert ("one_learner", "/elmo/report[1]/learner[1]") in warnings(document)


@pytest.mark.parametrize("kind", ["Course", ""])
def test_a_local_identifier_used_twice_for_one_type_or_without_a_type(kind):
    document = tree()
    twin = course(document, "Currents")
    twin[0].text = "OC101"
    type_ = next(e for e in twin if etree.QName(e).localname == "type")
    if not kind:
        twin.remove(type_)
    assert [c for c, _ in warnings(document)] == ["local_identifier"]


def test_a_local_identifier_may_be_shared_by_opportunities_of_different_types():
    document = tree()
    course(document, "Currents")[0].text = "MOD-1"
    assert warnings(document) == []


def test_a_module_inside_a_course():
    document = tree()
    first(course(document, "Foundations"), "type").text = "Class"
    assert {c for c, _ in warnings(document)} == {"nesting"}


def test_ects_on_a_programme_and_on_its_courses():
    document = tree()
    first(course(document, "Bachelor in Ocean Engineering"), "scheme").text = "ects"
    assert [c for c, _ in warnings(document)] == ["credits_once", "credits_once"]


@pytest.mark.parametrize("value", ["5", "100"])
def test_a_shortened_grading_that_cannot_be(value):
    document = tree()
    first(document, "percentageLower").text = value
    assert "shortened_grading" in [c for c, _ in warnings(document)]


def test_shares_that_are_no_numbers_are_left_to_the_schema():
    document = tree()
    first(document, "percentageLower").text = "many"
    assert [c for c, _ in warnings(document)] == ["schema"]


def test_a_grading_scheme_that_is_not_in_the_report():
    document = tree()
    first(document, "gradingScheme").set("localId", "eight")
    assert [c for c, _ in warnings(document)] == ["grading_scheme", "grading_scheme"]


def test_an_attachment_that_is_not_in_the_document():
    document = tree()
    first(document, "ref").text = "ATT-2"
    assert [c for c, _ in warnings(document)] == ["attachment_reference"]


def test_a_group_that_is_not_in_the_document():
    document = tree()
    first(document, "grouping").set("idref", "sky")
    assert [c for c, _ in warnings(document)] == ["group_reference"]


def test_a_group_id_used_twice_in_a_group_type():
    document = tree()
    first(document, "group", id="land").set("id", "sea")
    assert [c for c, _ in warnings(document)] == ["group_reference"]


@pytest.mark.parametrize("text", ["<b>Waves</b>", "Waves &amp; tides", "<![CDATA[Waves]]>"])
def test_markup_in_a_plain_text(text):
    document = tree()
    first(document, "title").text = text
    assert [c for c, _ in warnings(document)] == ["plain_text"]


@pytest.mark.parametrize("text", ["a < b > c", "Fish & Chips", "<3"])
def test_signs_that_only_look_like_markup_are_plain_text(text):
    document = tree()
    first(document, "title").text = text
    assert warnings(document) == []


def test_an_attachment_that_is_no_pdf():
    document = tree()
    document.xpath("/*/*[local-name()='attachment']/*[local-name()='content']")[0].text = "data:text/plain;base64,QQ=="
    assert warnings(document) == [("attachment_form", "/elmo/attachment[1]/content[1]")]


def test_transcripts_in_the_wrong_place():
    document = tree()
    swap = {"EMREX transcript": "Transcript of Records", "Transcript of Records": "EMREX transcript"}
    for kind in document.xpath("//*[local-name()='attachment']/*[local-name()='type']"):
        kind.text = swap.get(kind.text, kind.text)
    places = [about for check, about in warnings(document) if check == "attachment_form"]
    assert places == ["/elmo/report[1]/attachment[1]", "/elmo/attachment[1]"]


def test_ects_in_another_spelling():
    document = tree()
    first(course(document, "Waves"), "scheme").text = "ECTS"
    assert [c for c, _ in warnings(document)] == ["credit_scheme"]


def test_an_element_that_elmo_does_not_have():
    document = tree()
    add(first(document, "issuer"), "modeOfStudy")
    assert {c for c, _ in warnings(document)} == {"unknown_element", "schema"}


def test_a_seal_over_a_part_and_without_a_certificate():
    document = tree("small.xml")
    first(document, "Reference").set("URI", "#part")
    certificate = first(document, "X509Certificate")
    certificate.getparent().remove(certificate)
    assert [c for c, _ in warnings(document)] == ["signature_reference", "signature_reference"]


def test_an_academic_term_of_a_whole_programme():
    document = tree()
    first(course(document, "Waves"), "type").text = "Degree Programme"
    assert "term_of_course" in [c for c, _ in warnings(document)]


def test_an_empty_country():
    document = tree()
    first(document, "country").text = ""
    assert warnings(document) == [("schema", "/elmo/learner[1]/currentAddress[1]/country[1]")]
    first(first(document, "issuer"), "country").text = " "
    assert ("empty_country", "/elmo/report[1]/issuer[1]/country[1]") in warnings(document)


@pytest.mark.parametrize("namespace", ["", names.WRONG_V1])
def test_a_wrong_or_missing_namespace_is_a_deviation_and_the_other_rules_still_look(namespace):
    text = (DOCUMENTS / "whole.xml").read_text(encoding="utf-8").replace(f'xmlns="{names.V1}"', f'xmlns="{namespace}"')
    document = etree.ElementTree(etree.fromstring(text.encode()))
    first(document, "grouping").set("idref", "sky")
    assert [c for c, _ in warnings(document)] == ["namespace", "group_reference"]
    schema_finding = next(f for f in conformity.check(document) if f.check == "conformity.elmo.schema")
    assert schema_finding.status is Status.NOT_CHECKED


def test_blanks_around_a_date_are_no_deviation_though_libxml2_refuses_them():
    document = tree()
    first(document, "generatedDate").text = "\n 2026-03-02T09:30:00+01:00 "
    assert not xml_schema(schema.SCHEMA).validate(document)
    assert warnings(document) == []


def test_an_xsi_type_that_names_nothing_is_still_refused_though_the_second_validator_stumbles():
    document = tree()
    first(document, "title").set("{http://www.w3.org/2001/XMLSchema-instance}type", "nothing")
    assert [c for c, _ in warnings(document)] == ["schema"]


def test_a_thousand_faults_are_listed_fifty_times():
    document = tree()
    for _ in range(1000):
        add(first(document, "issuer"), "unheardOf")
        first(document, "grouping").addnext(etree.fromstring(f'<grouping xmlns="{names.V1}" idref="x"/>'))
    found = [c for c, _ in warnings(document)]
    assert found.count("unknown_element") == found.count("group_reference") == conformity.MOST
    assert 0 < found.count("schema") <= conformity.MOST


def test_two_hundred_nested_opportunities_are_checked():
    """Attack: depth. The second validator recurses; what it can't do must not end the check."""
    document = tree()
    inner = course(document, "Waves, laboratory")
    for _ in range(60):
        part = etree.SubElement(inner, f"{{{names.V1}}}hasPart")
        inner = etree.SubElement(part, f"{{{names.V1}}}learningOpportunitySpecification")
        etree.SubElement(inner, f"{{{names.V1}}}title").text = "x"
    assert "schema" in [c for c, _ in warnings(document)]


def test_no_finding_quotes_a_value_of_the_document():
    """Names, birth dates and numbers must not reach a report of findings, whatever is wrong with them."""
    from random import Random

    random = Random(3)
    for _ in range(150):
        document = mutated(tree(), random, faults=2)
        secret = "zq7secretzq7"
        for element in document.iter(etree.Element):
            if element.text and element.text.strip():
                element.text = secret
            for name in element.attrib:
                element.set(name, secret)
        assert secret not in "".join(f"{f.explanation}{f.about}{f.evidence}" for f in conformity.check(document))


@needs_reference
@pytest.mark.parametrize(
    ("path", "check"),
    [
        ("elmo/signed/dk_tomcat_signed_VALID.xml", "schema"),
        ("elmo/signed/invalid/emrex-gateway_sampleElmo.xml", "grading_scheme"),
        ("elmo/raw/fi-emrex_swedish_1_elmo1.0.xml", "one_learner"),
        ("elmo/raw/dk-emrex_stads-elmo1.xml", "namespace"),
        ("elmo/raw/elmo-schemas_v1.2_example.xml", "unknown_element"),
    ],
)
def test_real_files_deviate_as_is_known_of_them(path, check):
    assert check in [c for c, _ in warnings(etree.parse(reference(path)))]


@needs_reference
def test_a_real_file_with_blanks_around_its_date_conforms_to_the_schema():
    """libxml2 alone calls it invalid."""
    found = conformity.check(etree.parse(reference("elmo/raw/fi-emrex_nor-emrex-1.0.xml")))
    verdict = next(f for f in found if f.check == "conformity.elmo.schema")
    assert isinstance(verdict, Finding)
    assert verdict.status is Status.PASSED
