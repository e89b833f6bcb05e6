"""Mutated documents against two other implementations: we never pass what either refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judges import against_command, against_libxmlsec, has_command, ours
from tests.mutants import MUTATORS, bases, mutants
from tests.signing import xmlsec_verifies

pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
needs_command = pytest.mark.skipif(not has_command(), reason="the xmlsec1 command is not installed")

SEED = 20250


def test_every_base_passes_here_and_there() -> None:
    for base in bases():
        assert ours(base.document, base.key).covered is not None
        assert xmlsec_verifies(base.document, base.key)


def test_every_mutator_changes_a_document() -> None:
    changed = {
        name for mutant in mutants(1500, SEED) if mutant.document != mutant.base.document for name in mutant.mutators
    }
    assert changed == {mutator.__name__ for mutator in MUTATORS}


def test_no_mutant_passes_here_that_libxmlsec_refuses() -> None:
    tally = against_libxmlsec(mutants(2000, SEED))
    assert tally.grave == []
    assert tally.agreed["PASSED"] > 200  # the sample must have both kinds, or it says nothing
    assert tally.agreed["refused"] > 500


@needs_command
def test_no_mutant_passes_here_that_the_xmlsec1_command_refuses(tmp_path: Path) -> None:
    tally = against_command(mutants(300, SEED + 1), tmp_path)
    assert tally.grave == []
    assert tally.agreed["PASSED"] > 20
    assert tally.agreed["refused"] > 80


@pytest.mark.long
def test_no_mutant_of_a_hundred_thousand_passes_here_that_libxmlsec_refuses() -> None:
    assert against_libxmlsec(mutants(100_000, SEED + 2)).grave == []


@pytest.mark.long
@needs_command
def test_no_mutant_of_three_thousand_passes_here_that_the_xmlsec1_command_refuses(tmp_path: Path) -> None:
    assert against_command(mutants(3000, SEED + 3), tmp_path).grave == []
