"""The official ELMO–ELM mapping, by experiment: a field of a full fictional ELMO is changed, and its ELM place changes.

What is carried must show where the row says, and no loss may speak of it; what isn't must be named by a loss of the
row's kind. Every row of the workbook must have its row here.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import openpyxl
import pytest
from lxml import etree

from adapters.elmo import ADAPTER as ELMO
from adapters.elmo.names import DS
from adapters.europass import ADAPTER as EUROPASS
from gateway.kit.contract import Leaf, Reading
from gateway.kit.laws.places import Place, covers, places
from gateway.kit.laws.trip import document_of, read_with
from gateway.kit.telling import ANOTHER_KEY
from gateway.kit.xml_cursor import XmlReading
from gateway.model.leaves import leaves
from gateway.model.losses import Loss
from gateway.readers.xml import parse_xml
from scripts.make_elmo_mapping import PAGE, page
from tests.conformance.elmo_elm_mapping import ROWS, Row
from tests.conformance.trips import translated
from tests.reference import ROOT, needs_reference, reference

WHOLE = ROOT / "tests" / "adapters" / "elmo" / "documents" / "whole.xml"
_OWN = ("/evidence", "/id")
_SIGNATURE = f'<Signature xmlns="{DS}"><SignatureValue>AAAA</SignatureValue></Signature>'
_SCHEME = '<gradingScheme localId="{}"><description>From F to A</description></gradingScheme>'
_ADDED = (
    (".", _SIGNATURE),
    (".//{*}diplomaSupplement", _SIGNATURE),
    ("{*}report[1]/{*}issueDate", "<description>ELMO 1.7 has no such element</description>"),
    ("{*}report[1]/{*}gradingScheme", _SCHEME.format("five")),
    ("{*}report[2]/{*}issueDate", _SCHEME.format("six")),
    ("{*}report[2]//{*}date", "<gradingSchemeLocalId>six</gradingSchemeLocalId>"),
    (".//{*}descriptionHtml", '<descriptionHtml xml:lang="de">&lt;p&gt;Drei Jahre&lt;/p&gt;</descriptionHtml>'),
)
"""What the workbook has and the whole ELMO hasn't: signatures, an element that isn't ELMO's, more schemes, HTML alone."""


@cache
def full() -> bytes:
    """The whole fictional ELMO with what the workbook has besides."""
    root = parse_xml(WHOLE.read_bytes()).getroot()
    space = etree.QName(root).namespace
    for path, text in _ADDED:
        new = etree.fromstring(f'<holder xmlns="{space}">{text}</holder>')[0]
        beside = root if path == "." else root.find(path)
        if text == _SIGNATURE:
            beside.append(new)
        else:
            beside.addnext(new)
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


def seen(octets: bytes) -> tuple[Reading, dict[str, str], tuple[Loss, ...]]:
    """The reading, every leaf of the translations, and the losses of writing."""
    reading = read_with(ELMO, octets)
    drafts, losses = translated(reading, EUROPASS)
    found = {f"{i}{p.leaf.place}": p.leaf.value for i, d in enumerate(drafts) for p in places(document_of(d.body))}
    return reading, found, losses


@cache
def plain() -> tuple[Reading, dict[str, str], tuple[Loss, ...]]:
    return seen(full())


def field(row: Row) -> Place:
    """The first leaf of the document at the row's ELMO place, or in it where it holds others."""
    for place in places(document_of(full())):
        at = f"{place.leaf.place}/".replace("[1]", "")
        here = f"/{row.elmo}" in at if row.elmo.endswith("/") else at.endswith(f"/{row.elmo}/")
        if here and place.leaf.value.strip():
            return place
    raise AssertionError(f"the document has no {row.elmo}")


def changed(row: Row) -> bytes:
    """The document with the row's field alone changed."""
    place = field(row)
    if not row.value:
        return place.changed(0)
    root = parse_xml(full()).getroot()
    reading = XmlReading(root.getroottree(), frozenset())
    owner, _, attribute = place.leaf.place.partition("/@")
    for element in root.iter(etree.Element):
        if attribute and element.get(attribute) == place.leaf.value:
            element.set(attribute, row.value)
        elif reading.place(element) == owner or (attribute and element.text == place.leaf.value):
            element.text = row.value
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


def shown(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """The places of the translation that change with a field, without positions."""
    places = {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
    bare = {re.sub(r"/\d+(?=/|$)", "", place[1:]) for place in places}
    return {place for place in bare if not place.startswith(_OWN)}


def new(first: Reading, second: Reading) -> list[str]:
    """The paths of the values that stand more often in the second record than in the first."""
    one, two = leaves(first.record), leaves(second.record)
    more = Counter(two.values()) - Counter(one.values())
    return [path for path in two if one.get(path) != two[path] and two[path] in more]


def told(leaf: Leaf, first: Reading, second: Reading, losses: tuple[Loss, ...]) -> set[str]:
    """The kinds of the losses that speak of a field: by its place when read, by its new value's path when written.

    A member of a list that only has another key isn't lost.
    """
    paths = new(first, second)
    spoken = [loss for loss in losses if any(f"{path}/".startswith(f"{loss.path}/") for path in paths)]
    written = {loss.kind for loss in spoken if loss.detail != ANOTHER_KEY}
    return written | {loss.kind for loss in (*first.losses, *second.losses) if covers(loss, leaf.place)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.field)
def test_a_field_ends_where_its_row_says_and_its_losses_are_the_row_s(row):
    first, before, _ = plain()
    second, after, losses = seen(changed(row))
    places = shown(before, after)
    if row.elm:
        assert new(first, second)
        assert any(f"/{row.elm}/" in f"{place}/" for place in places)
    else:
        assert not places
    kinds = told(field(row).leaf, first, second, losses)
    assert kinds == ({row.outcome} if row.outcome in {"moved", "approximated", "dropped"} else set())


@pytest.mark.parametrize("row", [row for row in ROWS if row.outcome == "document"], ids=lambda row: row.field)
def test_a_fact_of_the_file_stays_with_what_was_read_of_the_document(row):
    assert read_with(ELMO, changed(row)).document != plain()[0].document


@pytest.mark.parametrize("row", [row for row in ROWS if row.outcome == "proof"], ids=lambda row: row.field)
def test_a_proof_is_no_part_of_what_is_read(row):
    again = read_with(ELMO, changed(row))
    assert ELMO.manifest.structural(field(row).leaf)
    assert (again.record, again.document) == (plain()[0].record, plain()[0].document)


@pytest.mark.parametrize("row", [row for row in ROWS if row.outcome != "carried"], ids=lambda row: row.field)
def test_what_is_not_carried_has_a_reason(row):
    assert row.reason


def named(kind: str, name: str) -> str:
    """A row's name from the workbook's class and field: without remarks, and each class spelt in one way."""
    kind = re.sub(r"[()]", "", kind).strip()
    name = re.sub(r"\s*\(.*\)", "", name).strip()
    return f"{'Credit' if kind == 'Credits' else kind}{'.' if name else ''}{name}"


@needs_reference
def test_every_row_of_the_workbook_has_one_row_here():
    book = openpyxl.load_workbook(reference("elmo/mapping/ELM-ELMO-mapping-Github.xlsx"), read_only=True)
    rows = book["ELMO-ELM"].iter_rows(min_row=2, max_col=2, values_only=True)
    theirs = Counter(named(kind, name or "") for kind, name in rows if kind)
    book.close()
    assert theirs.total() > 100
    assert Counter(row.field for row in ROWS) == Counter(theirs.keys())


def test_the_page_is_up_to_date():
    assert PAGE.read_text("utf-8") == page(), "run: python -m scripts.make_elmo_mapping"
