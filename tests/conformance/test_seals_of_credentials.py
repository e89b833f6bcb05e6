"""Others judge this node's seals on credentials: PyLD and `cryptography` the proofs, jwcrypto the tokens.

What is sealed keeps the official schemas, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from jwcrypto import jwk, jws

from gateway.node.translate import Order, Translated, translate_now
from gateway.proofs.jwk import write_jwk
from tests.conformance.test_openbadges_schema import OFFICIAL
from tests.credential_node import credential_node, did_key, sealed_transcript
from tests.jose_makers import key
from tests.linked_data import stock_quads
from tests.reference import needs_reference, reference
from tests.toy_node import NOW

pytestmark = needs_reference
KINDS = {"ed25519": "EdDSA", "p256": "ES256"}
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
SCHEMAS = {"clr": OFFICIAL["clr-2.0.schema.json"], "openbadges": OFFICIAL["open-badges-3.0.schema.json"]}


def made(to: str, kind: str, form: Any = None) -> list[bytes]:
    node = credential_node(did_key(kind))
    done = translate_now(node, Order(octets=sealed_transcript(), to=to, form=form), NOW)
    assert isinstance(done, Translated)
    return [result.octets for result in done.results]


def base58(text: str) -> bytes:
    """Octets of base58btc, by arithmetic alone."""
    number = 0
    for character in text:
        number = number * 58 + _BASE58.index(character)
    return number.to_bytes(64)


def sealed_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every credential that has a proof."""
    if isinstance(value, dict):
        if "proof" in value:
            yield value
        for member in value.values():
            yield from sealed_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from sealed_in(member)


def holds(credential: dict[str, Any], kind: str) -> bool:
    """Whether the proof holds, as Data Integrity 1.0 and the two suites tell it: with PyLD as it is shipped."""
    document = {name: member for name, member in credential.items() if name != "proof"}
    proof = dict(credential["proof"])
    value = base58(proof.pop("proofValue")[1:])
    options = {**proof, "@context": credential["@context"]}
    signed = b"".join(hashlib.sha256(stock_quads(part)).digest() for part in (options, document))
    public = key(kind).public_key()
    if kind == "ed25519":
        public.verify(value, signed)
    else:
        der = encode_dss_signature(int.from_bytes(value[:32]), int.from_bytes(value[32:]))
        public.verify(der, signed, ec.ECDSA(hashes.SHA256()))
    return True


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("to", "proofs"), [("clr", 4), ("openbadges", 1)])
def test_every_proof_of_what_we_seal_holds_by_pyld(to: str, proofs: int, kind: str) -> None:
    for octets in made(to, kind, "json"):
        credentials = list(sealed_in(json.loads(octets)))
        assert len(credentials) == proofs
        assert all(holds(credential, kind) for credential in credentials)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("to", "inside"), [("clr", 3), ("openbadges", 0), ("ler", 4)])
def test_every_token_that_we_seal_verifies_with_jwcrypto_and_so_do_the_proofs_inside(
    to: str, inside: int, kind: str
) -> None:
    public = jwk.JWK(**write_jwk(key(kind).public_key()))
    for octets in made(to, kind, "jwt"):
        token = jws.JWS()
        token.allowed_algs = [KINDS[kind]]
        token.deserialize(octets.decode(), public)
        claims = json.loads(token.payload)
        assert claims["iss"] == did_key(kind).method.controller
        credentials = list(sealed_in(claims))
        assert len(credentials) == inside
        assert all(holds(credential, kind) for credential in credentials)


@cache
def official(to: str) -> Any:
    return jsonschema_rs.validator_for(json.loads(reference(SCHEMAS[to]).read_bytes()), validate_formats=True)


@pytest.mark.parametrize("to", SCHEMAS)
def test_what_is_sealed_keeps_the_official_schema(to: str) -> None:
    for octets in made(to, "ed25519", "json"):
        assert [error.message for error in official(to).iter_errors(json.loads(octets))] == []
