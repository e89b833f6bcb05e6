"""What recognition and opening see is what the covered octets say, without a second parse."""

from __future__ import annotations

import pytest
from lxml import etree

from gateway.errors import Refused
from gateway.proofs.xmldsig import reduce_to_covered, verify_enveloped
from gateway.readers.xml import parse_xml
from tests.mutants import bases, mutants

pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")


def shape(tree: etree._ElementTree) -> list[tuple[str, list[tuple[str, str]], str, str]]:
    """Every element in order: its name, attributes, text and tail, comments left out on both sides."""
    etree.strip_tags(tree.getroot(), etree.Comment)
    return [
        (str(e.tag), sorted((str(k), str(v)) for k, v in e.attrib.items()), e.text or "", e.tail or "")
        for e in tree.getroot().iter()
    ]


def assert_equal(document: bytes) -> bool:
    tree = parse_xml(document)
    proofs = verify_enveloped(tree)
    if len(proofs) != 1 or proofs[0].covered is None:
        return False
    assert shape(reduce_to_covered(tree)) == shape(parse_xml(proofs[0].covered))
    return True


@pytest.mark.parametrize("base", bases(), ids=lambda base: base.name)
def test_the_tree_without_its_signature_is_what_parsing_the_covered_octets_gives(base):
    assert assert_equal(base.document)


def test_so_it_is_for_every_mutant_that_still_verifies():
    equal = 0
    for mutant in mutants(1500, seed=4):
        try:
            equal += assert_equal(mutant.document)
        except Refused:
            continue
    assert equal > 150
