"""Keys by their names: did:key, did:jwk, DID documents, fragments of addresses."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK

from gateway.errors import Refused
from gateway.proofs.dids import method_named, methods_of_document
from gateway.proofs.jwk import read_jwk, write_jwk
from gateway.proofs.multikey import read_multikey, write_multikey
from gateway.readers.multibase import LONGEST_BASE58, decode_base58, decode_multibase, encode_base58
from tests.jose_makers import key
from tests.vc_makers import did_jwk, did_key

KINDS = ["ed25519", "p256", "p384", "p521"]


@given(st.binary(max_size=80))
def test_base58_is_the_inverse_of_itself(octets: bytes) -> None:
    assert decode_base58(encode_base58(octets), "it") == octets


@pytest.mark.parametrize("text", ["", "x", "z0", "zO", "zl", "z ", "u=", "uA", "z" + "2" * (LONGEST_BASE58 + 1)])
def test_what_is_no_multibase_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        decode_multibase(text, "it")


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_the_same_through_multikey_and_did_key(kind: str) -> None:
    public = key(kind).public_key()
    text = write_multikey(public)
    assert read_multikey(text) == public
    for name in (did_key(kind), f"{did_key(kind)}#{text}"):
        method = method_named(name, {})
        assert method is not None
        assert (method.key, method.controller) == (public, did_key(kind))


@pytest.mark.parametrize("kind", ["rsa", *KINDS])
def test_a_key_is_the_same_through_jwk_and_did_jwk_as_another_implementation_reads_it(kind: str) -> None:
    public = key(kind).public_key()
    written = write_jwk(public)
    assert JWK(**written).export_public(as_dict=True).items() >= written.items()
    assert read_jwk(written).key == public
    method = method_named(f"{did_jwk(kind)}#0", {})
    assert method is not None
    assert (method.key, method.controller) == (public, did_jwk(kind))


@pytest.mark.parametrize(
    "name",
    [
        "did:key:", "did:key:zzz", "did:key:z6Mk", f"{did_key()}#other", f"{did_jwk()}#1", "did:jwk:e30", "did:jwk:%",
        "did:key:z" + "2" * 5000, "https://school.example/#z0",
    ],
    ids=range(9),
)  # fmt: skip
def test_a_name_that_holds_a_broken_key_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        method_named(name, {})


def test_a_private_key_in_a_did_is_refused() -> None:
    private = json.dumps({**write_jwk(key("ed25519").public_key()), "d": "AAAA"})
    with pytest.raises(Refused) as caught:
        read_jwk(json.loads(private))
    assert caught.value.code == "jwk.private"


def test_a_key_in_the_fragment_of_an_address_has_no_controller() -> None:
    method = method_named(f"https://school.example/#{write_multikey(key('ed25519').public_key())}", {})
    assert method is not None
    assert (method.key, method.controller) == (key("ed25519").public_key(), "")


@pytest.mark.parametrize("name", ["did:web:school.example", "did:example:1#key", "key-1", "", "#0", "../../etc/passwd"])
def test_other_names_are_unknown_without_a_document(name: str) -> None:
    assert method_named(name, {}) is None


WEB = "did:web:school.example"


def document(**members: object) -> dict:
    method = {
        "id": "#a",
        "type": "Multikey",
        "controller": WEB,
        "publicKeyMultibase": write_multikey(key("ed25519").public_key()),
    }
    return {"id": WEB, "verificationMethod": [method], "assertionMethod": ["#a"], **members}


def test_a_document_gives_its_methods_by_full_name_with_their_relationships() -> None:
    embedded = {"id": f"{WEB}#b", "controller": WEB, "publicKeyJwk": write_jwk(key("p256").public_key())}
    methods = methods_of_document(document(authentication=[embedded]), WEB)
    assert {name: m.purposes for name, m in methods.items()} == {
        f"{WEB}#a": {"assertionMethod"},
        f"{WEB}#b": {"authentication"},
    }
    assert [m.key for m in methods.values()] == [key("ed25519").public_key(), key("p256").public_key()]
    assert method_named(f"{WEB}#a", methods) is methods[f"{WEB}#a"]


def test_a_document_speaks_for_its_own_did_alone() -> None:
    with pytest.raises(Refused) as caught:
        methods_of_document(document(), "did:web:other.example")
    assert caught.value.code == "did.document"
    foreign = {"id": "#a", "controller": "did:web:other.example", "publicKeyMultibase": "z"}
    assert methods_of_document(document(verificationMethod=[foreign]), WEB) == {}


def test_a_key_of_an_unknown_kind_is_named_and_has_no_key() -> None:
    odd = {"id": "#a", "controller": WEB, "publicKeyMultibase": "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"}
    [method] = methods_of_document(document(verificationMethod=[odd]), WEB).values()
    assert method.key is None
