"""A third judge: the XML signatures of the Java Development Kit, with an XML parser and a C14N that aren't libxml2's."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.proofs.xmldsig.seal import seal_enveloped
from tests.judges import ours
from tests.mutants import bases, mutants
from tests.reference import reference
from tests.signing import certificate, ec_key, elmo, pinned_pem, rsa_key

PROGRAM = Path(__file__).parent / "java" / "VerifySeal.java"

pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="java is not installed")


def java(pairs: Sequence[tuple[Path, Path]]) -> list[str]:
    """Java's answers on pairs of a document and the certificate pinned for it."""
    arguments = [str(path) for pair in pairs for path in pair]
    run = subprocess.run(["java", str(PROGRAM), *arguments], capture_output=True, text=True, check=False, timeout=180)
    if run.returncode != 0 and "compiler" in run.stderr:
        pytest.skip("this java can't run a source file: it has no compiler")
    assert run.returncode == 0, run.stderr
    return run.stdout.split("\n")[:-1]


def test_java_verifies_what_we_seal_and_what_libxmlsec_signs_in_every_form(tmp_path: Path) -> None:
    documents = [(base.document, base.key) for base in bases()]
    documents += [(seal_enveloped(elmo(), key, [certificate(key)]), key) for key in (rsa_key(), ec_key())]
    pairs = [written(tmp_path / str(n), *each) for n, each in enumerate(documents)]
    assert java(pairs) == ["valid"] * len(documents)


def test_java_verifies_the_genuine_seals_that_we_pass() -> None:
    pinned = reference("elmo/certs/dk_dev_signer.pem")
    names = ["dk_tomcat_signed_VALID.xml", "dk_wl_signed_VALID_1.xml"]
    assert java([(reference(f"elmo/signed/{name}"), pinned) for name in names]) == ["valid", "valid"]


def test_java_refuses_the_broken_seals_that_we_fail() -> None:
    pinned = reference("elmo/certs/dk_dev_signer.pem")
    folder = reference("elmo/signed/invalid")
    files = sorted(folder.glob("dk-emrex*.xml"))
    assert "valid" not in java([(file, pinned) for file in files])
    assert len(files) == 5


@pytest.mark.parametrize("seed", [4, *[pytest.param(n, marks=pytest.mark.long) for n in range(5, 15)]])
def test_no_mutant_passes_here_that_java_refuses(tmp_path: Path, seed: int) -> None:
    sample = list(mutants(400, seed))
    pairs = [written(tmp_path / str(n), m.document, m.base.key) for n, m in enumerate(sample)]
    answers = java(pairs)
    passed = [m for m in sample if ours(m.document, m.base.key).covered is not None]
    assert len(answers) == len(sample)
    assert len(passed) > 40
    grave = [
        (m.base.name, m.mutators, said)
        for m, said in zip(sample, answers, strict=True)
        if said != "valid" and ours(m.document, m.base.key).covered is not None
    ]
    assert not grave, grave


def written(stem: Path, document: bytes, key) -> tuple[Path, Path]:
    """The document and its signer's certificate as files."""
    xml, pem = stem.with_suffix(".xml"), stem.with_suffix(".pem")
    xml.write_bytes(document)
    pem.write_bytes(pinned_pem(key))
    return xml, pem
