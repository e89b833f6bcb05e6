"""The official ELMO–ELM mapping, by experiment: a field of a full fictional ELMO is changed, and its ELM place changes.

What is carried must show where the row says; what isn't must be named by a loss.
"""

from __future__ import annotations

import re
from functools import cache

import openpyxl
import pytest

from adapters.elmo import ADAPTER as ELMO
from adapters.europass import ADAPTER as EUROPASS
from gateway.kit.contract import Reading
from gateway.kit.laws.places import Place, covers, normal, places
from gateway.kit.laws.trip import document_of, read_with
from gateway.model.leaves import leaves
from gateway.model.losses import Loss
from scripts.make_elmo_mapping import PAGE, page
from tests.conformance.elmo_elm_mapping import ROWS, Row
from tests.conformance.trips import translated
from tests.reference import ROOT, needs_reference, reference

WHOLE = ROOT / "tests" / "adapters" / "elmo" / "documents" / "whole.xml"
_OWN = ("/evidence", "/id")


def seen(octets: bytes) -> tuple[Reading, dict[str, str], tuple[Loss, ...]]:
    """The reading, every leaf of the translations, and the losses of writing."""
    reading = read_with(ELMO, octets)
    drafts, losses = translated(reading, EUROPASS)
    found = {f"{i}{p.leaf.place}": p.leaf.value for i, d in enumerate(drafts) for p in places(document_of(d.body))}
    return reading, found, losses


@cache
def plain() -> tuple[Reading, dict[str, str], tuple[Loss, ...]]:
    return seen(normal(document_of(WHOLE.read_bytes())))


def field(row: Row) -> Place:
    """The first leaf of the document at the row's ELMO place."""
    for place in places(document_of(WHOLE.read_bytes())):
        if re.sub(r"\[\d+\]", "", place.leaf.place).endswith(row.elmo) and place.leaf.value.strip():
            return place
    raise AssertionError(f"the document has no {row.elmo}")


def shown(row: Row) -> set[str]:
    """The places of the translation that change with a field, without positions."""
    _, before, _ = plain()
    _, after, _ = seen(field(row).changed(0))
    changed = {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
    bare = {re.sub(r"/\d+(?=/|$)", "", place[1:]) for place in changed}
    return {place for place in bare if not place.startswith(_OWN)}


@pytest.mark.parametrize("row", [row for row in ROWS if row.elm], ids=lambda row: row.field)
def test_a_field_is_carried_to_its_place(row):
    assert any(f"{place}/".endswith(f"{row.elm.rstrip('/')}/") or row.elm in f"{place}/" for place in shown(row))


@pytest.mark.parametrize("row", [row for row in ROWS if not row.elm], ids=lambda row: row.field)
def test_a_field_without_a_place_is_a_loss(row):
    assert row.reason
    place = field(row)
    first, _, losses = plain()
    second, _, again = seen(place.changed(0))
    one, two = leaves(first.record), leaves(second.record)
    changed = {path for path in one.keys() | two.keys() if one.get(path) != two.get(path)}
    dropped = {loss.path for loss in (*losses, *again) if loss.kind == "dropped"}
    told = any(covers(loss, place.leaf.place) for loss in first.losses)
    assert told or (changed and all(any(f"{p}/".startswith(f"{d}/") for d in dropped) for p in changed))


@needs_reference
def test_the_workbook_is_still_the_one_that_the_table_was_made_from():
    book = openpyxl.load_workbook(reference("elmo/mapping/ELM-ELMO-mapping-Github.xlsx"), read_only=True)
    rows = [row for row in book.worksheets[0].iter_rows(min_row=2, max_col=2, values_only=True) if row[0]]
    book.close()
    assert 90 < len(rows) < 130


def test_the_page_is_up_to_date():
    assert PAGE.read_text("utf-8") == page(), "run: python -m scripts.make_elmo_mapping"
