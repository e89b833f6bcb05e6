"""Our own XSD for ELMO 1.7 gives the same answer as the official one: on every reference document and on mutants."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from random import Random
from typing import ClassVar

import pytest
import xmlschema
from lxml import etree

from tests.conformance.elmo_mutants import MUTATORS, mutated
from tests.reference import REFERENCE, ROOT, needs_reference, reference

OURS = ROOT / "schemas" / "elmo-1.7.xsd"
DOCUMENTS = ROOT / "tests" / "adapters" / "elmo" / "documents"
MUTANTS = 3000
SECOND_OPINIONS = 150


class OfficialFiles(etree.Resolver):
    """Answers every import of the official schema from the reference folder: the network is never asked."""

    NAMES: ClassVar = {
        "http://www.w3.org/2001/03/xml.xsd": "xml.xsd",
        "xmldsig-core-schema.xsd": "xmldsig-core-schema.xsd",
        "EUROPASS_ISOCountries_V1.1.xsd": "EUROPASS_ISOCountries_V1.1.xsd",
        "ewp-specs-types-address/stable-v1/schema.xsd": "ewp-specs-types-address.xsd",
        "ewp-specs-architecture/stable-v1/common-types.xsd": "ewp-common-types.xsd",
    }

    def resolve(self, url, public_id, context):
        if url.endswith(".dtd"):
            return self.resolve_string("", context)
        for ending, name in self.NAMES.items():
            if url.endswith(ending):
                return self.resolve_filename(str(REFERENCE / "elmo" / "xsd" / name), context)
        return None


@cache
def ours() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(OURS, etree.XMLParser(no_network=True, load_dtd=False)))


@cache
def official() -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True, load_dtd=False)
    parser.resolvers.add(OfficialFiles())
    return etree.XMLSchema(etree.parse(reference("elmo/xsd/elmo-schema-1.7.0.xsd"), parser))


def parsed(path: Path) -> etree._ElementTree:
    """As it stands, or read as what it is where the declaration lies about the encoding."""
    try:
        return etree.parse(path, etree.XMLParser(no_network=True, resolve_entities=False))
    except etree.XMLSyntaxError:
        return etree.parse(path, etree.XMLParser(no_network=True, resolve_entities=False, recover=True))


def reference_documents() -> list[Path]:
    return sorted((REFERENCE / "elmo").glob("**/*.xml"))


def bases() -> Iterator[tuple[str, etree._ElementTree]]:
    """Documents that the mutants are made of: our two, whose faults all show, and the reference ELMO files of modest size."""
    for path in sorted(DOCUMENTS.glob("*.xml")):
        yield path.name, parsed(path)
    for path in reference_documents():
        tree = parsed(path)
        if path.stat().st_size < 300_000 and etree.QName(tree.getroot()).localname == "elmo":
            yield path.name, shortened(tree)


def shortened(tree: etree._ElementTree) -> etree._ElementTree:
    """The same with long texts (attachments) cut: they cost time and tell a schema nothing."""
    tree = deepcopy(tree)
    for element in tree.iter():
        if isinstance(element.tag, str) and element.text and len(element.text) > 5000:
            element.text = element.text[:40]
    return tree


def test_it_loads_without_a_network():
    """Every import is relative and stands beside it."""
    for path in [OURS, *(OURS.parent / "elmo-1.7").glob("*.xsd")]:
        for place in re.findall(r'schemaLocation="([^"]+)"', path.read_text(encoding="utf-8")):
            assert (path.parent / place).is_file(), f"{path.name} imports {place}"
    assert ours() is not None


@pytest.mark.parametrize("name", ["whole.xml", "small.xml"])
def test_our_own_documents_conform(name):
    assert ours().validate(parsed(DOCUMENTS / name)), ours().error_log


@needs_reference
@pytest.mark.parametrize("path", reference_documents(), ids=lambda p: p.name)
def test_same_answer_on_a_reference_document(path):
    tree = parsed(path)
    assert ours().validate(tree) == official().validate(tree), (ours().error_log, official().error_log)


@needs_reference
def test_same_answer_on_mutants():
    """Mutants, seeded, a third of them with two faults; both answers must be frequent or the test would say little."""
    documents = dict(bases())
    own = [tree for name, tree in documents.items() if name in {"whole.xml", "small.xml"}]
    random, answers = Random(20261122), Counter()
    for number in range(MUTANTS):
        base = random.choice(own if number % 2 else list(documents.values()))
        tree = mutated(base, random, faults=2 if number % 3 == 0 else 1)
        here, there = ours().validate(tree), official().validate(tree)
        assert here == there, (number, ours().error_log, official().error_log, etree.tostring(tree).decode()[:20_000])
        answers[here] += 1
    assert sum(answers.values()) >= 2000
    assert min(answers[True], answers[False]) > MUTANTS // 20, answers


@needs_reference
def test_every_mutator_can_change_the_answer():
    """A mutator whose mutants are all valid, or that never runs, would only pad the count."""
    tree = etree.parse(DOCUMENTS / "small.xml")
    whole = etree.parse(DOCUMENTS / "whole.xml")
    random = Random(7)
    for mutator in MUTATORS:
        answers = []
        for _ in range(300):
            copy = deepcopy(random.choice([tree, whole]))
            if mutator(copy, random):
                answers.append(official().validate(copy))
            if False in answers:
                break
        assert False in answers, mutator.__name__


@needs_reference
def test_a_second_validator_agrees_on_both_schemas():
    """xmlschema shares no code with libxml2: our schema must not lean on a peculiarity of one of them."""
    folder = REFERENCE / "elmo" / "xsd"
    named = {url if url.startswith("http:") else f"https://raw.githubusercontent.com/{url}": name for url, name in {
        "http://www.w3.org/2001/03/xml.xsd": "xml.xsd",
        "emrex-eu/elmo-schemas/v1/references/xmldsig-core-schema.xsd": "xmldsig-core-schema.xsd",
        "emrex-eu/elmo-schemas/v1/references/EUROPASS_ISOCountries_V1.1.xsd": "EUROPASS_ISOCountries_V1.1.xsd",
        "erasmus-without-paper/ewp-specs-types-address/stable-v1/schema.xsd": "ewp-specs-types-address.xsd",
        "erasmus-without-paper/ewp-specs-architecture/stable-v1/common-types.xsd": "ewp-common-types.xsd",
    }.items()}  # fmt: skip
    second = xmlschema.XMLSchema(OURS, allow="local")
    there = xmlschema.XMLSchema(
        folder / "elmo-schema-1.7.0.xsd",
        allow="local",
        uri_mapper=lambda uri: (folder / named[uri]).as_uri() if uri in named else uri,
    )
    random = Random(11)
    own = [etree.parse(DOCUMENTS / "whole.xml"), etree.parse(DOCUMENTS / "small.xml")]
    for number in range(SECOND_OPINIONS):
        tree = mutated(random.choice(own), random)
        assert second.is_valid(tree) == there.is_valid(tree), (number, etree.tostring(tree).decode()[:20_000])


@needs_reference
def test_the_countries_are_those_of_the_official_list():
    def codes(path: Path) -> list[str]:
        return etree.parse(path).xpath("//*[local-name()='enumeration']/@value")

    mine = codes(OURS.parent / "elmo-1.7" / "country.xsd")
    assert len(mine) == len(set(mine)) == 197
    assert set(mine) == set(codes(reference("elmo/xsd/EUROPASS_ISOCountries_V1.1.xsd")))


def test_our_whole_document_has_every_element_and_attribute_of_the_schema():
    """So that a mutant can meet every declaration, and a reader test every leaf."""
    schema = etree.parse(OURS)
    used = parsed(DOCUMENTS / "whole.xml")
    names = {etree.QName(e).localname for e in used.iter() if isinstance(e.tag, str)}
    attributes = {etree.QName(a).localname for e in used.iter() if isinstance(e.tag, str) for a in e.attrib}
    xs = {"xs": "http://www.w3.org/2001/XMLSchema"}
    assert set(schema.xpath("//xs:element/@name", namespaces=xs)) <= names
    assert set(schema.xpath("//xs:attribute/@name", namespaces=xs)) <= attributes
