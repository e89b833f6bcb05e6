"""Each readable reference document to the other system and back: what changed is told, and what is written conforms.

The judges are our differ for what changed, and for what is written the official XSD of ELMO 1.7 and the official SHACL
shapes of ELM 3.1 and 3.2.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from adapters.elmo import ADAPTER as ELMO
from gateway.errors import Refused
from gateway.kit.contract import Reading
from gateway.kit.laws.differ import compare
from gateway.kit.laws.trip import Trip, read_with
from tests.conformance.elm_shapes import complaints
from tests.conformance.reference_documents import name_of, readable
from tests.conformance.test_elmo_schema import official
from tests.conformance.trips import adapter_of, content_of, deviations, other, reading_of, trip
from tests.reference import REFERENCE, needs_reference

pytestmark = needs_reference
ADVICE = {"conformity.elmo.attachment_form"}
"""An attachment of the whole file becomes one of its report on the way through Europass (a loss says so)."""
FILES = [file for file in readable() if "xml-bombs" not in name_of(file)] if REFERENCE.is_dir() else []
of_each_document = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])


@cache
def there(file: Path) -> Trip:
    """A reference document in the other system; skips where that can't hold it, and says so by the adapter's words."""
    try:
        return trip(reading_of(file), other(adapter_of(file)))
    except Refused as refused:
        assert refused.code == "target.requires"  # noqa: PT017 - most aren't refused
        pytest.skip(f"refused: {refused.message}")


@cache
def back(file: Path) -> Trip:
    """The same again in its own system."""
    first = there(file)
    try:
        return trip(Reading(record=first.record, blobs=first.blobs), adapter_of(file))
    except Refused as refused:
        assert refused.code == "target.requires"  # noqa: PT017
        pytest.skip(f"refused: {refused.message}")


def test_few_documents_are_refused_by_the_other_system():
    refused = []
    for file in FILES:
        try:
            trip(reading_of(file), other(adapter_of(file)))
        except Refused as refusal:
            refused.append((name_of(file), refusal.code))
    assert len(FILES) > 25
    assert {code for _, code in refused} <= {"target.requires"}
    assert len(refused) <= 2, refused  # two whose issuer has no name at all


@of_each_document
def test_only_what_the_losses_name_changed_on_the_way_there(file):
    first = there(file)
    assert compare(reading_of(file).record, first.record, first.losses, first.stands) == []


@of_each_document
def test_only_what_the_losses_name_changed_on_the_way_back(file):
    second = back(file)
    assert compare(there(file).record, second.record, second.losses, second.stands) == []


@of_each_document
def test_a_stranger_reads_every_value_of_a_translation_but_what_was_assumed(file):
    """Empty elements that the format requires say nothing, and count as no value."""
    for target, journey in ((other(adapter_of(file)), there(file)), (adapter_of(file), back(file))):
        assumed = {loss.target for loss in journey.losses if loss.kind == "assumed"}
        unread = {loss.source for body in journey.bodies for loss in read_with(target, body).losses if loss.from_}
        assert unread <= assumed


@of_each_document
def test_each_translation_keeps_the_rules_of_its_format_as_far_as_the_record_does(file):
    source = deviations(adapter_of(file), [content_of(file)]) | ADVICE
    assert deviations(other(adapter_of(file)), [draft.body for draft in there(file).drafts]) == set()
    assert deviations(adapter_of(file), [draft.body for draft in back(file).drafts]) <= source


@of_each_document
def test_each_elmo_that_is_written_is_valid_by_the_official_schema(file):
    for draft in (there if other(adapter_of(file)) is ELMO else back)(file).drafts:
        assert official().validate(etree.fromstring(draft.body)), official().error_log.last_error


@of_each_document
def test_each_credential_that_is_written_conforms_to_the_official_shapes_of_3_1_and_3_2(file):
    for draft in (back if other(adapter_of(file)) is ELMO else there)(file).drafts:
        credential = json.loads(draft.body)
        for version in "elm31", "elm32":
            assert complaints(credential, version, "generic-full") == ""
        assert complaints(credential, "elm32", "converted") == ""
