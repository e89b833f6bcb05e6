"""Attacks on JSON Web Signatures and JAdES, numbered C1 to C15 (B6 is about removed signatures), each by what it tries."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import warnings

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.utils import CryptographyDeprecationWarning
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import Refused
from gateway.model.verdict import Indication, Status
from gateway.proofs.jose.algorithms import ALGORITHMS
from gateway.proofs.jose.certificates import x5t_s256
from gateway.readers.containers import unpack
from gateway.readers.json import parse_json
from gateway.readers.jws import parse_compact
from tests.jose_makers import (
    CREDENTIAL,
    b64url,
    certificate,
    certified,
    compact,
    jose_value,
    key,
    proof,
    proofs,
    seal,
    status,
    verdict,
    x5c,
)


def parts(data: bytes) -> list[str]:
    return data.decode().split(".")


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "NONE"])
@pytest.mark.parametrize("value", ["", "AA"])
def test_c1_alg_none_in_any_spelling_fails(alg: str, value: str) -> None:
    data = f"{b64url(json.dumps(certified() | {'alg': alg}).encode())}.{b64url(CREDENTIAL)}.{value}".encode()
    found = proof(data, keys=[key("p256").public_key()])
    assert status(found, "signature.algorithm") is Status.FAILED
    assert found.covered is None


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512", "hs256"])
def test_c2_a_public_key_as_hmac_secret_fails(alg: str) -> None:
    public = certificate("rsa").public_key()
    digest = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}[alg[2:]]
    head = b64url(json.dumps({"alg": alg, "x5c": x5c(certificate("rsa"))}).encode())
    signed = f"{head}.{b64url(CREDENTIAL)}"
    for encoding in (Encoding.PEM, Encoding.DER):
        secret = public.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
        value = hmac.new(secret, signed.encode(), digest).digest()
        found = proof(f"{signed}.{b64url(value)}".encode(), keys=[public])
        assert status(found, "signature.algorithm") is Status.FAILED
        assert found.covered is None


@pytest.mark.parametrize("name", ["jku", "x5u"])
def test_c3_keys_that_the_sender_points_to_are_neither_fetched_nor_used(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", no_network)
    found = proof(compact({"alg": "ES256", name: "https://attacker.example/keys"}))
    assert found.key is None
    assert found.covered is None
    assert status(found, "signature.key") is Status.INDETERMINATE


@pytest.mark.parametrize("kid", ["../../etc/passwd", "' OR 1=1 --", "\0", "a" * 1024])
def test_c4_a_key_id_is_an_opaque_name(kid: str) -> None:
    found = proof(compact({"alg": "ES256", "kid": kid}), keys={"mine": key("p256").public_key()})
    assert found.covered is None
    assert proof(compact({"alg": "ES256", "kid": kid}), keys={kid: key("p256").public_key()}).covered == CREDENTIAL


@pytest.mark.parametrize("kid", ["a" * 1025, 5, ["x"], None])
def test_c4_a_huge_or_untyped_key_id_fails(kid: object) -> None:
    found = proof(compact(certified(kid=kid)))
    assert status(found, "signature.header") is Status.FAILED
    assert found.covered is None


@pytest.mark.parametrize(
    "crit",
    ["b64", [], {}, 1, None, True, [1], [["sigT"]], ["sigT", "sigT"], ["exp"], ["alg"], ["x5c"], ["etsiU"], ["absent"],
     ["sigT", "unheard-of"], ["enc"]],
    ids=repr,
)  # fmt: skip
def test_c5_a_crit_that_is_broken_or_not_understood_fails(crit: object) -> None:
    header = certified(sigT="2026-03-01T09:30:00Z", exp=1, enc="x", crit=crit) | {"unheard-of": 1}
    found = proof(compact(header))
    assert status(found, "signature.crit") is Status.FAILED
    assert status(found, "signature.value") is Status.PASSED
    assert found.covered is None


def test_c5_crit_in_the_unsigned_header_fails() -> None:
    head, payload, value = parts(compact(certified()))
    data = json.dumps({"payload": payload, "protected": head, "signature": value, "header": {"crit": ["b64"]}})
    assert status(proof(data.encode()), "signature.header") is Status.FAILED


@pytest.mark.parametrize("b64", [True, False])
def test_c6_b64_without_crit_fails(b64: bool) -> None:
    header = b64url(json.dumps(certified(b64=b64)).encode())
    payload = "{}" if not b64 else b64url(b"{}")
    value = b64url(jose_value("ES256", f"{header}.{payload}".encode()))
    found = proof(f"{header}.{payload}.{value}".encode())
    assert status(found, "signature.value") is Status.PASSED
    assert (status(found, "signature.crit"), found.covered) == (Status.FAILED, None)


def test_c6_a_payload_cannot_be_read_in_two_ways_by_moving_b64() -> None:
    """The text of an encoded payload, signed as such, isn't accepted as the payload itself, nor the reverse."""
    head, payload, value = parts(compact(certified()))
    member = {"protected": head, "signature": value, "header": {"b64": False}}
    found = proof(json.dumps({"payload": payload, "signatures": [member]}).encode())
    assert found.covered == CREDENTIAL


P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def es256(value: bytes) -> bytes:
    head, payload, _ = parts(compact(certified()))
    return f"{head}.{payload}.{b64url(value)}".encode()


@pytest.mark.parametrize("r", [0, 1, P256_ORDER - 1, P256_ORDER, P256_ORDER + 1, 2**256 - 1])
@pytest.mark.parametrize("s", [0, 1, P256_ORDER, 2**256 - 1])
def test_c7_psychic_signatures_and_values_out_of_range_fail(r: int, s: int) -> None:
    assert proof(es256(r.to_bytes(32) + s.to_bytes(32))).covered is None


def test_c7_ecdsa_in_der_or_of_another_length_fails() -> None:
    head, payload, value = parts(compact(certified()))
    octets = base64.urlsafe_b64decode(value + "==")
    signed = f"{head}.{payload}".encode()
    der = key("p256").sign(signed, ec.ECDSA(hashes.SHA256()))
    longer = bytes(1) + octets[:32] + bytes(1) + octets[32:]
    for wrong in (der, octets + b"\0", b"\0" + octets, octets[:-1], longer, b"", octets * 2):
        assert proof(es256(wrong)).covered is None
    shifted = (int.from_bytes(octets[:32]) + P256_ORDER).to_bytes(33) + octets[32:].rjust(33, b"\0")
    assert proof(es256(shifted)).covered is None


def test_c7_another_curve_of_the_same_algorithm_name_fails() -> None:
    header = {"alg": "ES256", "x5c": x5c(certificate("p384"))}
    found = proof(compact(header, alg="ES384"))
    assert status(found, "signature.key") is Status.FAILED


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("twist", ["padding", "space", "line", "plus", "dot", "bits"])
def test_c8_no_second_spelling_of_base64url_is_read(place: int, twist: str) -> None:
    pieces = parts(compact(certified(), b"{ }"[:2]))
    text = pieces[place]
    if twist == "bits":
        if len(text) % 4 == 0:
            pytest.skip("no unused bits in this part")
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        text = text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]
    else:
        text = {"padding": text + "=", "space": f"{text[:4]} {text[4:]}", "line": f"{text[:4]}\n{text[4:]}",
                "plus": text[:4] + "+" + text[4:], "dot": text + "."}[twist]  # fmt: skip
    pieces[place] = text
    with pytest.raises(Refused):
        parse_compact(".".join(pieces).encode())


def test_c9_duplicate_members_in_header_or_payload_are_refused() -> None:
    doubled = f'{{"alg":"none",{json.dumps(certified())[1:]}'
    with pytest.raises(Refused, match="twice"):
        unpack(compact(doubled))
    with pytest.raises(Refused, match="twice"):
        unpack(compact(certified(), b'{"grade":1,"grade":6}'))
    head, payload, value = parts(compact(certified()))
    twice = f'{{"payload":"e30","payload":"{payload}","protected":"{head}","signature":"{value}"}}'
    with pytest.raises(Refused, match="twice"):
        unpack(twice.encode())


@pytest.mark.parametrize(
    "payload", [b'{"a":NaN}', b'{"a":-Infinity}', b"[" * 100_000, b'{"a":1' + b"0" * 100_000 + b"}", b'{"a":1e400}']
)
def test_c10_numbers_and_nesting_that_break_readers_are_refused(payload: bytes) -> None:
    with pytest.raises(Refused):
        parse_json(payload)
    with pytest.raises(Refused):
        unpack(compact(certified(), payload))
    header = json.dumps(certified())[:-1].encode() + b',"deep":' + payload + b"}"
    with pytest.raises(Refused):
        unpack(compact(header.decode()))


def test_c10_a_huge_header_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        unpack(compact(certified(more="a" * 70_000)))
    assert caught.value.code == "limit.header"


def test_c11_a_swapped_detached_payload_is_never_taken_for_the_signed_one() -> None:
    head, _, value = parts(compact(certified(sigD={"mId": "x"}, sigT="2026-03-01T09:30:00Z", crit=["sigD"]), b""))
    for payload in ("", b64url(CREDENTIAL)):
        found = proof(f"{head}.{payload}.{value}".encode())
        assert found.covered is None
        assert status(found, "signature.payload") is Status.INDETERMINATE


def test_c12_a_counter_signature_lends_no_trust() -> None:
    head, payload, value = parts(compact({"alg": "ES256"}))
    counter = compact(certified(), value.encode()).decode()
    member = {
        "protected": head,
        "signature": value,
        "header": {"etsiU": [b64url(json.dumps({"cSig": counter}).encode())]},
    }
    found = proof(json.dumps({"payload": payload, "signatures": [member]}).encode())
    assert status(found, "signature.counter_signature") is Status.NOT_CHECKED
    assert found.covered is None


def test_c13_one_good_signature_among_bad_ones_is_not_enough() -> None:
    head, payload, value = parts(compact(certified()))
    good = {"protected": head, "signature": value}
    bad = {"protected": head, "signature": b64url(bytes(64))}
    for members in ([good, bad], [bad, good]):
        data = json.dumps({"payload": payload, "signatures": members}).encode()
        assert sorted(one.covered is None for one in proofs(data)) == [False, True]
        assert verdict(data).verdict is Indication.FAILED


def test_c13_thousands_of_signatures_are_refused() -> None:
    head, payload, value = parts(compact(certified()))
    data = json.dumps({"payload": payload, "signatures": [{"protected": head, "signature": value}] * 17})
    with pytest.raises(Refused) as caught:
        unpack(data.encode())
    assert caught.value.code == "limit.signatures"


def test_c14_an_rsa_value_with_a_leading_zero_or_of_another_length_fails() -> None:
    head, payload, value = parts(compact(certified("RS256"), alg="RS256"))
    octets = base64.urlsafe_b64decode(value + "==")
    for wrong in (b"\0" + octets, octets[1:], octets + b"\0", b"", bytes(256), b"\xff" * 256, b"\1" + bytes(255)):
        assert proof(f"{head}.{payload}.{b64url(wrong)}".encode()).covered is None


def test_c14_a_key_with_exponent_one_fits_no_algorithm() -> None:
    """With e = 1 the padded digest is its own signature. The library refuses to build such a key, so one is shown."""

    class Trivial(rsa.RSAPublicKey):
        key_size = 2048
        encrypt = verify = recover_data_from_signature = public_bytes = None
        __copy__ = __deepcopy__ = __eq__ = None

        def public_numbers(self) -> rsa.RSAPublicNumbers:
            return rsa.RSAPublicNumbers(1, key("rsa").public_key().public_numbers().n)

    assert not ALGORITHMS["RS256"].fits(Trivial())


def test_c15_conflicting_or_missing_signing_times_never_pass() -> None:
    reference = {"x5t#S256": x5t_s256(certificate("p256"))}
    at = "2026-03-01T09:30:00Z"
    for members in ({"sigT": at, "iat": 1, "crit": ["sigT"]}, {"srCms": []}, {"sigT": at, "exp": 1, "crit": ["sigT"]}):
        assert verdict(compact(certified(**reference, **members))).verdict is Indication.INDETERMINATE


def test_b6_a_seal_whose_signatures_were_removed_is_refused() -> None:
    value = parse_json(seal())
    value["signatures"] = []
    with pytest.raises(Refused) as caught:
        unpack(json.dumps(value).encode())
    assert caught.value.code == "jws.no_signature"


def test_the_signers_certificate_cannot_be_swapped_for_another_with_the_same_key() -> None:
    value = parse_json(seal())
    header = parse_json(base64.urlsafe_b64decode(value["signatures"][0]["protected"] + "=="))
    header["x5c"] = x5c(certificate("p256", "Another University"))
    value["signatures"][0]["protected"] = b64url(json.dumps(header).encode())
    found = proof(json.dumps(value).encode())
    assert (status(found, "signature.certificate"), found.covered) == (Status.FAILED, None)


def test_the_payload_of_a_seal_is_taken_from_the_signed_string_alone() -> None:
    value = parse_json(seal())
    for payload in (value["payload"] + " ", value["payload"].replace("6.0", "6"), value["payload"].replace("Π", "P")):
        assert proof(json.dumps(value | {"payload": payload}).encode()).covered is None
    escaped = json.dumps(value, ensure_ascii=True).encode()
    assert proof(escaped).covered == CREDENTIAL


def test_a_certificate_whose_name_is_a_bit_string_is_a_finding_and_no_crash() -> None:
    octets = certificate("p256").public_bytes(Encoding.DER)
    country, bits = bytes((0x13, 2)) + b"XX", bytes((0x03, 2)) + b"XX"
    found = proof(compact({"alg": "ES256", "x5c": [base64.b64encode(octets.replace(country, bits)).decode()]}))
    assert (status(found, "signature.certificate"), found.covered) == (Status.FAILED, None)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_certificate_is_a_finding_and_never_a_crash(data: st.DataObject) -> None:
    """The header is signed anew each time, by the key that the certificate had before it was damaged."""
    octets = bytearray(certificate("p256").public_bytes(Encoding.DER))
    for _ in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    damaged = base64.b64encode(octets).decode()
    header = {"alg": "ES256", "x5c": [damaged], "kid": "a2lk", "x5t#S256": b64url(hashlib.sha256(octets).digest())}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # a serial number that isn't positive
        found = proof(compact(header | {"sigT": "2026-03-01T09:30:00Z", "crit": ["sigT"]}))
    assert found.covered in (None, CREDENTIAL)
    if found.covered:
        assert found.key == key("p256").public_key()
