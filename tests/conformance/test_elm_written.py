"""What is written conforms to the official shapes of 3.1 and 3.2: `generic-full`, and `converted` with its original."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest

from gateway.kit.laws.records import everything, generate
from gateway.readers.limits import Limits
from tests.adapters.europass.test_laws import TestEuropass as EuropassLaws
from tests.adapters.europass.test_writing import REQUEST, course, record, written
from tests.conformance.elm_shapes import complaints
from tests.reference import needs_reference

pytestmark = needs_reference
VERSIONS = ("elm31", "elm32")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("profile", ["generic-full", "converted"])
def test_a_translation_with_its_original_conforms(version, profile):
    assert complaints(written(record(course())), version, profile) == ""


@pytest.mark.parametrize("version", VERSIONS)
def test_a_translation_without_its_original_conforms_as_generic_and_not_as_converted(version):
    value = written(record(course()), replace(REQUEST, limits=Limits(embed_bytes=0)))
    assert complaints(value, version, "generic-full") == ""
    assert "embeddedEvidence" in complaints(value, version, "converted")


def _hold(seeds: range) -> None:
    laws = EuropassLaws()
    for given in map(laws.suited, [everything(), *(generate(Random(seed)) for seed in seeds)]):
        for draft in laws.adapter.write(given, laws.request(given)):
            for version in VERSIONS:
                assert complaints(json.loads(draft.body), version, "converted") == ""


def test_records_of_every_kind_conform_once_written():
    _hold(range(6))


@pytest.mark.long
def test_many_records_conform_once_written():
    _hold(range(6, 200))
