"""Proofs anchored in a blockchain: the branch is checked, nobody vouches, and nothing odd ends in an error."""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refused
from gateway.model.verdict import Caveat, Indication, Status
from gateway.proofs.budget import Budget
from gateway.proofs.dataintegrity.contexts import known_contexts
from gateway.proofs.dataintegrity.merkle import read_branch
from gateway.proofs.dataintegrity.signed import whole_rdf
from gateway.readers.cbor import decode_cbor
from gateway.readers.multibase import encode_base58
from tests.vc_makers import badge, did_key, embedded, examined


def cbor(value: Any) -> bytes:
    """A value in its one shortest form (RFC 8949, section 4.2.1)."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    return _head(4, len(value)) + b"".join(map(cbor, value))


def _head(kind: int, number: int) -> bytes:
    for short, (size, below) in zip(
        (0, 24, 25, 26, 27), ((0, 24), (1, 2**8), (2, 2**16), (4, 2**32), (8, 2**64)), strict=True
    ):
        if number < below:
            return (
                bytes([kind << 5 | (short or number)]) + number.to_bytes(size) if size else bytes([kind << 5 | number])
            )
    raise ValueError(number)


def digest(octets: bytes) -> bytes:
    return cbor(octets.hex())


def anchored(credential: dict[str, Any], *beside: bytes, **changed: Any) -> dict[str, Any]:
    """A credential with a branch of a tree to its right and left by turns."""
    target = whole_rdf(credential, known_contexts(), ("sha256",), Budget()).digests["sha256"]
    reached, path = target, []
    for at, other in enumerate(beside):
        reached = hashlib.sha256(reached + other if at % 2 else other + reached).digest()
        path.append([at % 2, digest(other)])
    members = {
        "root": digest(reached),
        "target": digest(target),
        "anchors": [[[0, 1], [1, 3], [2, cbor("0xab")]]],
        "path": path,
    }
    value = cbor([[at, one] for at, one in enumerate((members | changed).values())])
    return {**credential, "proof": proof("z" + encode_base58(value))}


def proof(value: str) -> dict[str, Any]:
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": "merkle-proof-2019",
        "created": "2026-03-01T09:30:00Z",
        "verificationMethod": "https://issuer.example/profile#key-1",
        "proofPurpose": "assertionMethod",
        "proofValue": value,
    }


def verdict(document: dict[str, Any], *trusted: str) -> Any:
    return examined(json.dumps(document).encode(), *trusted).verdict


def status(document: dict[str, Any], check: str) -> Status:
    return next(f.status for f in verdict(document).findings if f.check == check)


BESIDE = [hashlib.sha256(bytes([n])).digest() for n in range(5)]


@pytest.mark.parametrize("length", range(5))
def test_the_branch_of_an_unaltered_document_holds_and_is_no_pass(length: int) -> None:
    document = anchored(badge(), *BESIDE[:length])
    assert verdict(document, did_key()).verdict is Indication.INDETERMINATE
    assert status(document, "signature.digest") is Status.PASSED
    assert status(document, "signature.path") is Status.PASSED
    assert status(document, "signature.anchor") is Status.NOT_CHECKED


def test_what_only_a_tree_vouches_for_is_read_as_unverified() -> None:
    document = anchored(badge(), *BESIDE)
    content = examined(json.dumps(document).encode()).content
    assert content is not None
    assert content.vouched == "unverified"


def test_an_altered_document_fails() -> None:
    assert verdict({**anchored(badge()), "name": "Doctor of medicine"}).verdict is Indication.FAILED


@pytest.mark.parametrize("changed", [{"root": digest(BESIDE[0])}, {"target": digest(BESIDE[0])}])
def test_a_branch_that_leads_elsewhere_fails(changed: dict[str, bytes]) -> None:
    assert verdict(anchored(badge(), *BESIDE, **changed)).verdict is Indication.FAILED


@pytest.mark.parametrize(
    "changed",
    [
        {"root": b""}, {"root": "x"}, {"target": cbor("AB" * 32)}, {"target": 5}, {"path": 5}, {"path": [[2, digest(BESIDE[0])]]},
        {"path": [[0]]}, {"anchors": [5]}, {"path": [["left", digest(BESIDE[0])]]}, {"more": 1},
    ],
)  # fmt: skip
def test_a_branch_that_is_none_fails_with_a_code(changed: dict[str, Any]) -> None:
    document = anchored(badge(), **changed)
    assert verdict(document).verdict is Indication.FAILED
    assert any("merkle.invalid" in f.explanation or "cbor.invalid" in f.explanation for f in verdict(document).findings)


@pytest.mark.parametrize("value", ["", "z", "u" + "A" * 40, "z0", "z" + "2" * 5000, None, 5])
def test_a_value_that_is_no_branch_fails(value: Any) -> None:
    assert verdict({**badge(), "proof": proof(value)}).verdict is Indication.FAILED


def test_beside_a_proof_that_holds_a_tree_is_set_aside_with_a_caveat() -> None:
    signed = embedded(badge())
    found = verdict({**signed, "proof": [signed["proof"], anchored(badge())["proof"]]}, did_key())
    assert found.verdict is Indication.PASSED
    assert Caveat.UNKNOWN_PROOF_IN_SET in found.caveats


def test_beside_a_proof_that_holds_a_tree_of_another_document_fails_the_document() -> None:
    signed = embedded(badge())
    other = anchored(badge(name="Another"))["proof"]
    assert verdict({**signed, "proof": [signed["proof"], other]}, did_key()).verdict is Indication.FAILED


def test_a_branch_over_the_proofs_before_it_holds() -> None:
    signed = embedded(badge())
    over_both = anchored({**badge(), "proof": [signed["proof"]]})["proof"]
    document = {**signed, "proof": [signed["proof"], over_both]}
    assert status(document, "signature.digest") is Status.PASSED


def test_a_context_in_the_document_itself_leaves_the_digest_open() -> None:
    document = anchored(badge())
    document["@context"] = [*document["@context"], {"name": "urn:x:name"}]
    assert verdict(document).verdict is Indication.INDETERMINATE


# --- CBOR -------------------------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=300) | st.text(max_size=100),
    lambda inner: st.lists(inner, max_size=30),
    max_leaves=20,
)


def depth(value: Any) -> int:
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(VALUES.filter(lambda value: depth(value) <= 8))
def test_what_is_written_in_the_shortest_form_is_read_back(value: Any) -> None:
    assert decode_cbor(cbor(value)) == value


@given(st.binary(max_size=60))
def test_any_octets_are_read_or_refused_and_nothing_has_two_forms(octets: bytes) -> None:
    try:
        value = decode_cbor(octets)
    except Refused:
        return
    assert cbor(value) == octets


@pytest.mark.parametrize(
    "octets",
    ["", "1817", "190017", "5f4101ff", "9f01ff", "a10102", "c001", "f4", "f97e00", "0101", "6180", "9b7fffffffffffffff", "81" * 9 + "01"],
)  # fmt: skip
def test_other_forms_and_kinds_are_refused(octets: str) -> None:
    with pytest.raises(Refused):
        decode_cbor(bytes.fromhex(octets))


def test_no_mutant_of_a_branch_ends_in_an_error() -> None:
    chance = random.Random(4)
    good = decode_cbor_of(anchored(badge(), *BESIDE))
    for _ in range(500):
        octets = bytearray(good)
        octets[chance.randrange(len(octets))] = chance.randrange(256)
        try:
            read_branch("z" + encode_base58(bytes(octets)))
        except Refused:
            continue


def decode_cbor_of(document: dict[str, Any]) -> bytes:
    from gateway.readers.multibase import decode_base58

    return decode_base58(document["proof"]["proofValue"][1:], "it", 4096)
