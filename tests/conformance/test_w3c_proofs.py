"""The W3C's vectors of cryptosuites, step by step; and that the context of its examples is known in tests alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.model.verdict import Status, SubIndication
from gateway.proofs.budget import Budget
from gateway.proofs.dataintegrity.contexts import known_contexts
from gateway.proofs.dataintegrity.signed import signed_json, signed_rdf, whole_json, whole_rdf
from gateway.proofs.dataintegrity.verify import Keys, verify_embedded
from gateway.readers.json import parse_json
from tests.conformance.families import NOW, contexts, mathematics
from tests.linked_data import MORE
from tests.reference import REFERENCE, needs_reference

pytestmark = needs_reference

EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
_W3C = REFERENCE / "clr" / "w3c"
VECTORS = sorted(
    file for suite in ("eddsa", "ecdsa") for file in (_W3C / f"vc-di-{suite}").rglob("signed*.json")
    if "employ" not in file.parts
)  # fmt: skip
STEPS = [file for file in VECTORS if list(file.parent.glob("combinedHash*.txt"))]


def name(file: Path) -> str:
    return f"{file.parent.name}-{file.stem}"


def octets_of(document: dict[str, Any], digest: str) -> bytes:
    """What our own steps make of a document for its proof to sign."""
    plain = {member: value for member, value in document.items() if member != "proof"}
    options = {member: value for member, value in document["proof"].items() if member != "proofValue"}
    if "jcs" in options.get("cryptosuite", ""):
        return signed_json(whole_json(plain, (digest,), Budget()), options, Budget()).octets[digest]
    whole = whole_rdf(plain, contexts(), (digest,), Budget())
    return signed_rdf(whole, options, document["@context"], contexts(), Budget()).octets[digest]


@pytest.mark.parametrize("file", STEPS, ids=name)
def test_what_is_signed_is_octet_by_octet_what_the_w3c_computed(file: Path) -> None:
    [combined] = file.parent.glob("combinedHash*.txt")
    octets = octets_of(json.loads(file.read_bytes()), "sha384" if "384" in file.name else "sha256")
    assert octets.hex() == combined.read_text("ascii").strip()


@pytest.mark.parametrize("file", VECTORS, ids=name)
def test_each_vector_verifies_once_the_context_of_the_examples_is_known(file: Path) -> None:
    assert mathematics(file.read_bytes()) == "PASSED"


@pytest.mark.parametrize("file", [file for file in VECTORS if "jcs" not in file.parent.name], ids=name)
def test_no_node_knows_the_context_of_the_examples(file: Path) -> None:
    """Under it any name means something, so that documentation reads well: nothing is left out, and nothing said."""
    document = parse_json(file.read_bytes())
    assert EXAMPLES in document["@context"]
    for proof in verify_embedded(document, Keys(methods={}), known_contexts(), now=NOW):
        told = [(f.status, f.sub_indication) for f in proof.findings if f.check == "signature.contexts"]
        assert told == [(Status.INDETERMINATE, SubIndication.UNSUPPORTED_PROOF)]
        assert proof.covered is None


def test_the_contexts_of_the_examples_are_none_of_the_pinned_ones() -> None:
    assert not known_contexts().documents.keys() & MORE.keys()


def test_there_are_vectors_of_every_suite_and_steps_of_most() -> None:
    proofs = [json.dumps(json.loads(file.read_bytes())["proof"]) for file in VECTORS]
    for suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022", "Ed25519Signature2020", "ecdsa-rdfc-2019", "ecdsa-jcs-2019"):
        assert any(suite in proof for proof in proofs), suite
    assert len(STEPS) == 6
