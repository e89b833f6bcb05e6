"""Envelopes and receipts: what is signed is what is read, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto import jwk, jws

from gateway.delivery.admission import transport_receipt
from gateway.delivery.decision import business_receipt, decide
from gateway.delivery.peers import Peer, key_id, public_jwk
from gateway.delivery.problem import Stopped
from gateway.delivery.receipt import BusinessReceipt, Checked, TransportReceipt
from gateway.delivery.signing import (
    ENVELOPE_TYPE,
    RECEIPT_TYPE,
    SignedEnvelope,
    check_business_receipt,
    read_business_receipt,
    read_envelope,
    read_transport_receipt,
    sign_envelope,
    sign_receipt,
)
from gateway.drivers.node_keys import NodeKey
from gateway.model.verdict import Indication
from gateway.readers.base64 import decode_base64url, encode_base64url
from tests.delivery.makers import NOW, A, B, C, envelope, node_key, part, peer, signed
from tests.delivery.strategies import lives, moments, names, purposes


def stopped(call: Callable[[], object]) -> str:
    with pytest.raises(Stopped) as caught:
        call()
    return caught.value.code


def jws_of(payload: object, key: NodeKey | None = None, **header: object) -> bytes:
    """A compact JWS, whatever it holds, signed in earnest."""
    key = key or node_key()
    head = {"alg": key.algorithm, "kid": key.key_id, "typ": ENVELOPE_TYPE} | header
    head = {name: value for name, value in head.items() if value is not None}
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signing_input = f"{encode_base64url(json.dumps(head).encode())}.{encode_base64url(text)}".encode()
    return signing_input + b"." + encode_base64url(key.sign(signing_input)).encode()


def payload_of(sent: SignedEnvelope) -> dict[str, object]:
    return json.loads(decode_base64url(sent.jws.split(b".")[1].decode(), "payload"))


# --- laws -------------------------------------------------------------------------------------------------------------


@given(sender=names, to=names, purpose=purposes, created=moments, life=lives, kind=st.sampled_from(["ed25519", "p256"]))
def test_what_is_signed_is_read_back(sender, to, purpose, created, life, kind) -> None:
    if sender == to:
        return
    made = envelope(
        **{"from": sender, "to": to, "purpose": purpose, "created": created, "expires": created + (life - NOW)}
    )
    sent = sign_envelope(made, node_key(A, kind))
    assert read_envelope(sent.jws, peer(A, kind)) == sent
    assert sent.envelope == made


@given(data=st.data(), kind=st.sampled_from(["ed25519", "p256"]))
def test_any_flipped_bit_of_an_envelope_is_refused(data, kind) -> None:
    octets = bytearray(signed(key=node_key(A, kind)).jws)
    at = data.draw(st.integers(0, len(octets) - 1))
    octets[at] ^= 1 << data.draw(st.integers(0, 7))
    assert stopped(lambda: read_envelope(bytes(octets), peer(A, kind))).startswith("envelope.")


@given(cut=st.integers(0, 2000), more=st.binary(min_size=1, max_size=3))
def test_anything_cut_off_or_added_is_refused(cut, more) -> None:
    octets = signed().jws
    stopped(lambda: read_envelope(octets[: cut % len(octets)], peer()))
    stopped(lambda: read_envelope(octets + more, peer()))


# --- the header -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"typ": RECEIPT_TYPE}, "envelope.form"),
        ({"typ": "JWT"}, "envelope.form"),
        ({"typ": None}, "envelope.form"),
        ({"kid": None}, "envelope.form"),
        ({"kid": 7}, "envelope.form"),
        ({"crit": ["exp"], "exp": 1}, "envelope.form"),
        ({"b64": False, "crit": ["b64"]}, "envelope.form"),
        ({"jwk": public_jwk(node_key(C).public_key)}, "envelope.form"),
        ({"jku": "https://keys.example/jwks"}, "envelope.form"),
        ({"x5c": []}, "envelope.form"),
        ({"cty": "json"}, "envelope.form"),
        ({"kid": key_id(node_key(C).public_key)}, "envelope.key"),
        ({"kid": "../../etc/passwd"}, "envelope.key"),
        ({"alg": "none"}, "envelope.signature"),
        ({"alg": "nOnE"}, "envelope.signature"),
        ({"alg": "HS256"}, "envelope.signature"),
        ({"alg": "ES256"}, "envelope.signature"),
        ({"alg": "ES384"}, "envelope.signature"),
        ({"alg": "Ed25519"}, "envelope.signature"),
        ({"alg": 1}, "envelope.signature"),
    ],
)
def test_a_header_that_says_anything_else_is_refused(header, code) -> None:
    """C1 to C6: the header is exactly alg, kid and typ, and can't talk a key into another use."""
    payload = payload_of(signed())
    assert read_envelope(jws_of(payload), peer()).envelope == signed().envelope  # the control
    assert stopped(lambda: read_envelope(jws_of(payload, **header), peer())) == code


def test_a_receipt_is_no_envelope_and_an_envelope_is_no_receipt() -> None:
    """One key, three uses: typ keeps them apart (RFC 8725, 3.11)."""
    sent = signed()
    receipt = sign_receipt(transport_receipt(sent, NOW), node_key(B))
    assert stopped(lambda: read_envelope(receipt, peer(B))) == "envelope.form"
    assert stopped(lambda: read_transport_receipt(sent.jws, peer(A), sent)) == "receipt.form"


def test_a_key_of_another_peer_signs_nothing_for_this_one() -> None:
    assert stopped(lambda: read_envelope(signed(key=node_key(C)).jws, peer(A))) == "envelope.key"


def test_both_keys_of_a_peer_that_changes_its_key_are_good() -> None:
    old, new = node_key(A), node_key(A, "p256")
    both = Peer(id=A, url="https://a", keys={key.key_id: key.public_key for key in (old, new)})
    for key in (old, new):
        assert read_envelope(signed(key=key).jws, both).envelope.sender == A


def test_another_implementation_verifies_our_envelope() -> None:
    for kind in ("ed25519", "p256"):
        token = jws.JWS()
        token.deserialize(signed(key=node_key(A, kind)).jws.decode())
        token.verify(jwk.JWK(**public_jwk(node_key(A, kind).public_key)))
        assert jwk.JWK(**public_jwk(node_key(A, kind).public_key)).thumbprint() == node_key(A, kind).key_id


# --- the payload ------------------------------------------------------------------------------------------------------


BAD_PAYLOADS = [
    {"extra": 1},
    {"protocol": 2},
    {"protocol": "1"},
    {"protocol": None},
    {"id": "0195F6A0-0000-7000-8000-000000000001"},
    {"id": "../../x"},
    {"from": "a b"},
    {"from": "..\\x"},
    {"from": None},
    {"to": A},
    {"created": 1772357400},
    {"created": "2026-03-01T09:30:00"},
    {"created": "2026-03-01T09:30:00+00:00"},
    {"created": "2026-03-01T09:30:00.5Z"},
    {"created": "2026-02-30T09:30:00Z"},
    {"created": "2026-03-01 09:30:00Z"},
    {"created": "٢٠٢٦-03-01T09:30:00Z"},
    {"expires": "2026-03-01T09:30:00Z"},
    {"purpose": ""},
    {"purpose": "Anna\nMustermann"},
    {"consent": "abc"},
    {"consent": None},
    {"via": None},
    {"via": "registry.c.example"},
    {"via": ["c"] * 9},
    {"trace": "xyz"},
    {"parts": []},
    {"parts": {}},
    {"parts": [part(b"", "translation").model_dump()]},
    {"parts": [part(b"").model_dump(), part(b"").model_dump()]},
    {"parts": [part(b"").model_dump(), part(b"", "derivation").model_dump()]},
    {"parts": [part(b"").model_dump() | {"size": -1}]},
    {"parts": [part(b"").model_dump() | {"size": "0"}]},
    {"parts": [part(b"").model_dump() | {"size": 0.0}]},
    {"parts": [part(b"").model_dump() | {"size": True}]},
    {"parts": [part(b"").model_dump() | {"size": 2**53}]},
    {"parts": [part(b"").model_dump() | {"name": "../../x"}]},
    {"parts": [part(b"").model_dump() | {"sha256": "A" * 64}]},
    {"parts": [part(b"").model_dump() | {"media_type": "text"}]},
    {"parts": [part(b"").model_dump() | {"media_type": "text/a\r\nX: y"}]},
]
BEYOND_THE_SCHEMA = [
    {"to": A},
    {"created": "2026-02-30T09:30:00Z"},
    {"expires": "2026-03-01T09:30:00Z"},
    {"parts": [part(b"", "translation").model_dump()]},
    {"parts": [part(b"").model_dump(), part(b"").model_dump()]},
    {"parts": [part(b"").model_dump(), part(b"", "derivation").model_dump()]},
    {"parts": [part(b"").model_dump() | {"size": 0.0}]},
]


@pytest.mark.parametrize("change", BAD_PAYLOADS)
def test_a_payload_of_any_other_form_is_refused(change) -> None:
    """G6 among them: nothing in an envelope is a path, and nothing of it becomes one."""
    payload = payload_of(signed()) | change
    assert stopped(lambda: read_envelope(jws_of(payload), peer())) == "envelope.form"


@pytest.mark.parametrize(
    "name", ["protocol", "id", "from", "to", "created", "expires", "purpose", "via", "trace", "parts"]
)
def test_no_member_may_be_left_out(name) -> None:
    payload = payload_of(signed())
    del payload[name]
    assert stopped(lambda: read_envelope(jws_of(payload), peer())) == "envelope.form"


def test_the_field_is_called_from_and_nothing_else() -> None:
    payload = payload_of(signed())
    payload["sender"] = payload.pop("from")
    assert stopped(lambda: read_envelope(jws_of(payload), peer())) == "envelope.form"


@pytest.mark.parametrize(
    "text",
    [
        b'{"protocol":1,"protocol":1}',
        b'{"protocol":NaN}',
        b"[" * 5000 + b"]" * 5000,
        b"\xff\xfe",
        b"[]",
        b"null",
        b"",
        b'{"protocol":1e400}',
    ],
)
def test_json_that_two_readers_would_read_differently_is_refused(text) -> None:
    assert stopped(lambda: read_envelope(jws_of(text), peer())) == "envelope.form"


def test_a_member_that_stands_twice_is_refused_although_both_are_equal() -> None:
    text = json.dumps(payload_of(signed())).encode()
    twice = text[:-1] + b', "to": "%s"}' % B.encode()
    assert stopped(lambda: read_envelope(jws_of(twice), peer())) == "envelope.form"


def test_an_envelope_over_64_kib_is_refused_unread() -> None:
    assert stopped(lambda: read_envelope(jws_of(b"a" * 65_536), peer())) == "envelope.form"


def test_an_error_shows_nothing_of_what_was_refused() -> None:
    """H4, H13: messages name places, never content."""
    payload = payload_of(signed()) | {"purpose": "Anna\nMustermann", "extra": "Anna"}
    with pytest.raises(Stopped) as caught:
        read_envelope(jws_of(payload), peer())
    assert "Anna" not in caught.value.message + caught.value.advice


# --- receipts ---------------------------------------------------------------------------------------------------------


def business(sent: SignedEnvelope, **changes: object) -> BusinessReceipt:
    checked = Checked(sha256=sent.envelope.parts[0].sha256, verdict=Indication.PASSED)
    made = business_receipt(sent, decide(checked, ()), NOW)
    return made.model_copy(update=changes)


def test_both_receipts_are_read_back() -> None:
    sent = signed()
    transport = transport_receipt(sent, NOW)
    assert read_transport_receipt(sign_receipt(transport, node_key(B)), peer(B), sent) == transport
    receipt = read_business_receipt(sign_receipt(business(sent), node_key(B)), peer(B))
    assert receipt == business(sent)
    check_business_receipt(receipt, peer(B), sent)


@given(data=st.data())
def test_g7_any_flipped_bit_of_a_receipt_is_refused(data) -> None:
    sent = signed()
    octets = bytearray(sign_receipt(transport_receipt(sent, NOW), node_key(B)))
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert stopped(lambda: read_transport_receipt(bytes(octets), peer(B), sent)).startswith("receipt.")


@pytest.mark.parametrize(
    "change",
    [
        {"message": "0195f6a0-0000-7000-8000-000000000002"},
        {"envelope_sha256": "0" * 64},
        {"sender": C},
        {"to": C},
        {"trace": "f" * 32},
    ],
)
def test_g7_a_receipt_for_another_message_or_of_another_peer_fits_nothing(change) -> None:
    sent = signed()
    transport: TransportReceipt = transport_receipt(sent, NOW).model_copy(update=change)
    assert (
        stopped(lambda: read_transport_receipt(sign_receipt(transport, node_key(B)), peer(B), sent))
        == "receipt.mismatch"
    )
    assert stopped(lambda: check_business_receipt(business(sent, **change), peer(B), sent)) == "receipt.mismatch"


def test_g7_a_receipt_that_somebody_else_made_is_refused() -> None:
    sent = signed()
    forged = sign_receipt(transport_receipt(sent, NOW), node_key(C))
    assert stopped(lambda: read_transport_receipt(forged, peer(B), sent)) == "receipt.key"


def test_g7_our_own_receipt_for_us_is_no_receipt_of_the_peer() -> None:
    """Reflection: a receipt that we signed for a message of theirs, sent back for one of ours."""
    ours = signed(**{"from": A, "to": B})
    reflected = transport_receipt(ours, NOW).model_copy(update={"sender": A, "to": B})
    assert stopped(lambda: read_transport_receipt(sign_receipt(reflected, node_key(A)), peer(B), ours)) == "receipt.key"


def test_a_transport_receipt_isnt_taken_for_a_business_receipt_nor_the_other_way() -> None:
    sent = signed()
    transport = sign_receipt(transport_receipt(sent, NOW), node_key(B))
    assert stopped(lambda: read_business_receipt(transport, peer(B))) == "receipt.form"
    other = sign_receipt(business(sent), node_key(B))
    assert stopped(lambda: read_transport_receipt(other, peer(B), sent)) == "receipt.form"


def test_g7_a_business_receipt_about_other_parts_fits_nothing() -> None:
    sent = signed((b"original", b"translation"))
    checked = Checked(sha256="0" * 64, verdict=Indication.PASSED)
    assert (
        stopped(lambda: check_business_receipt(business(sent, original=checked), peer(B), sent)) == "receipt.mismatch"
    )
    rerun = [{"sha256": "0" * 64, "outcome": "reproduced"}]
    other = BusinessReceipt.model_validate(business(sent).model_dump(by_alias=True) | {"translations": tuple(rerun)})
    assert stopped(lambda: check_business_receipt(other, peer(B), sent)) == "receipt.mismatch"


def test_times_are_written_in_whole_seconds_of_utc() -> None:
    sent = signed(created=NOW + timedelta(microseconds=5))
    assert payload_of(sent)["created"] == "2026-03-01T09:30:00Z"
