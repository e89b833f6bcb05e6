"""The reference documents of other parties: each XML file of each family, held against what its manifest says.

The rule for all: a file that its manifest calls INVALID or REJECT is never all passed, and a file that passes is one
that its manifest calls VALID. What we answer exactly stands in `PASSED` and in the counts.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from gateway.errors import Refused
from gateway.model.verdict import conclude
from gateway.proofs.xmldsig import verify_enveloped
from gateway.readers.xml import parse_xml
from tests.reference import REFERENCE, needs_reference

pytestmark = needs_reference

FAMILIES = ("elmo/signed", "security/xmldsig-vectors", "security/saml-xsw", "security/xades-dss", "elmo/raw")

PASSED = {
    "elmo/signed/dk_tomcat_signed_VALID.xml",
    "elmo/signed/dk_wl_signed_VALID_1.xml",
    "security/xmldsig-vectors/generated/elmo-default-ns-inclusive-c14n.xml",
    "security/xmldsig-vectors/phaos-xmldsig-three/signature-rsa-enveloped.xml",
    "security/saml-xsw/xml-crypto/valid_saml_sha256_rsa_mgf1.xml",
}
"""The files whose seal is enveloped, over the whole document, by RSA or ECDSA, and genuine: all others are not."""


def files() -> list[str]:
    """Every XML file of the families, by its path in the reference folder."""
    found = (path for family in FAMILIES for path in (REFERENCE / family).rglob("*"))
    names = (str(path.relative_to(REFERENCE)) for path in found if path.name.endswith((".xml", ".xml.base64", ".b64")))
    return sorted(names)


def octets(name: str) -> bytes:
    data = (REFERENCE / name).read_bytes()
    return base64.b64decode(data) if name.endswith(("base64", "b64")) else data


@cache
def answer(name: str) -> str:
    """Our answer: a refusal's code, "none" without a signature, else the worst proof's verdict and where it stopped."""
    try:
        proofs = verify_enveloped(parse_xml(octets(name)))
    except Refused as refused:
        return refused.code
    if not proofs:
        return "none"
    verdicts = [conclude(proof.findings) for proof in proofs]
    worst = max(verdicts, key=lambda verdict: verdict.own.severity)
    assert (worst.own.severity == 0) == all(proof.covered is not None for proof in proofs)
    stopped = [f.check for f in worst.findings if f.status.value in ("FAILED", "INDETERMINATE")]
    return " ".join([worst.own.value, *stopped[:1]])


@cache
def manifest() -> dict[str, str]:
    """What the manifests say of each file, by its path in the reference folder."""
    said: dict[str, str] = {}
    for folder in ("elmo", "security"):
        text = Path(REFERENCE / folder / "MANIFEST.md").read_text()
        for path, rest in re.findall(r"^\| ([\w./-]+) \|(.*)\|$", text, re.MULTILINE):
            said[f"{folder}/{path}"] = rest
    return said


@pytest.mark.parametrize("name", files())
def test_a_file_passes_exactly_where_its_seal_is_genuine_and_over_the_whole(name: str) -> None:
    assert (answer(name) == "PASSED") == (name in PASSED)


@pytest.mark.parametrize("name", files())
def test_a_file_that_its_manifest_calls_bad_never_passes(name: str) -> None:
    said = manifest().get(name, "")
    if re.search(r"INVALID|REJECT|FAILED|INDETERMINATE", said) and not re.search(r"\bVALID\b", said):
        assert answer(name) != "PASSED"


def test_each_file_that_passes_is_called_valid_by_its_manifest() -> None:
    for name in PASSED:
        assert re.search(r"\bVALID\b", manifest()[name])


def test_the_answers_by_family() -> None:
    """A table to look at when it changes: how many files got which answer."""
    counts = Counter((name.rsplit("/", 1)[0].split("/")[1], answer(name).split(" ")[0]) for name in files())
    assert counts["xades-dss", "PASSED"] == 0  # XAdES isn't supported yet
    assert counts["saml-xsw", "PASSED"] == 1
    assert counts["xmldsig-vectors", "PASSED"] == 2
    assert counts["signed", "PASSED"] == 2
    assert counts["raw", "PASSED"] == 0


@pytest.mark.parametrize("name", [name for name in files() if "/xsw/" in name])
def test_each_signature_wrapping_file_says_where_it_stopped(name: str) -> None:
    assert answer(name).startswith(("FAILED signature.", "INDETERMINATE signature.", "xml."))
