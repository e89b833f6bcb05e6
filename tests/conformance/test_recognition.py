"""The whole reference through containers and recognition: what is ours is claimed once, what isn't never."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import pytest

from gateway.errors import Refused
from gateway.kit.discovery import discover
from gateway.kit.recognition import head_of
from gateway.readers.containers import unpack
from gateway.readers.document import Document
from gateway.readers.limits import DEFAULT_LIMITS
from gateway.verify.recognise import recognise
from tests.conformance.reference_documents import before_emrex, credentials, elmos, files, name_of, of_1edtech
from tests.reference import needs_reference
from tests.work import seconds_of_a_verdict

pytestmark = needs_reference
COST_EACH = 6_000
MOST_COST = 150_000
"""In verdicts about a small document, as `tests.work` counts."""


def claims(file: Path) -> list[str]:
    """The ids of the adapters that claim a file; `Refused` where its bytes are no document."""
    unpacked = unpack(file.read_bytes(), DEFAULT_LIMITS)
    document = Document(unpacked.octets, unpacked.kind, limits=DEFAULT_LIMITS)
    return [adapter.manifest.id for adapter, _ in recognise(head_of(document), discover().adapters)]


@cache
def answers() -> dict[Path, tuple[list[str] | None, float]]:
    """For each file of the reference who claims it (None: refused), and the processor time it took."""
    result: dict[Path, tuple[list[str] | None, float]] = {}
    for file in files():
        start = time.process_time()
        try:
            claimed: list[str] | None = claims(file)
        except Refused:  # nothing else may come out
            claimed = None
        result[file] = claimed, time.process_time() - start
    return result


def test_the_tree_is_all_there():
    assert len(files()) > 2000
    assert len(elmos()) >= 30
    assert len(credentials()) >= 10
    assert before_emrex()


@pytest.mark.parametrize("family", ["elmo", "europass"])
def test_each_credential_is_claimed_by_its_own_adapter_alone(family):
    own = elmos() if family == "elmo" else credentials()
    assert {name_of(file): answers()[file][0] for file in own} == {name_of(file): [family] for file in own}


@pytest.mark.parametrize("adapter", ["blockcerts", "clr", "ler", "openbadges"])
def test_each_badge_and_learner_record_is_claimed_by_its_own_adapter_alone(adapter):
    own = [file for file, known in of_1edtech().items() if known == adapter]
    assert len(own) >= 2
    assert {name_of(file): answers()[file][0] for file in own} == {name_of(file): [adapter] for file in own}


def chinese() -> list[Path]:
    """The reports and pages of the reference; its PDF files and bare texts are nobody's yet."""
    return [file for file in files() if "/chsi/samples/" in str(file) and file.suffix in (".json", ".html")]


def test_each_chinese_report_and_page_is_claimed_by_its_own_adapter_alone():
    assert len(chinese()) >= 13
    assert {name_of(file): answers()[file][0] for file in chinese()} == {name_of(file): ["chsi"] for file in chinese()}


def test_no_other_file_is_claimed():
    others = set(files()) - set(elmos()) - set(credentials()) - set(of_1edtech()) - set(chinese())
    assert {name_of(file): claimed for file in others if (claimed := answers()[file][0])} == {}


def test_no_file_costs_much_to_be_claimed_left_or_refused():
    each = seconds_of_a_verdict(200)
    costs = {name_of(file): seconds / each for file, (_, seconds) in answers().items()}
    assert {name: cost for name, cost in costs.items() if cost > COST_EACH} == {}
    assert sum(costs.values()) < MOST_COST
