"""Envelopes and receipts that say it otherwise than the protocol, or not at all (attacks G1, G7)."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from gateway.delivery import signing
from gateway.delivery.nonces import Nonces
from gateway.delivery.problem import Stopped
from gateway.delivery.receipt import BusinessReceipt, Checked, Rerun
from gateway.delivery.schedule import read_retry_after
from gateway.delivery.signing import SignedEnvelope, check_business_receipt, read_business_receipt, read_envelope
from gateway.model.verdict import Indication
from gateway.readers.base64 import encode_base64url
from gateway.translate.reproduction import Outcome
from tests.delivery.makers import NOW, A, B, envelope, node_key, peer, signed

BODIES = (b"<elmo/>", b"{}")


def stated(payload: str, kind: str, who: str = A) -> bytes:
    """Whatever one likes, signed as a statement."""
    key = node_key(who)
    header = json.dumps({"alg": key.algorithm, "kid": key.key_id, "typ": kind}).encode()
    signing_input = f"{encode_base64url(header)}.{encode_base64url(payload.encode())}".encode()
    return signing_input + b"." + encode_base64url(key.sign(signing_input)).encode()


@pytest.mark.parametrize("number", ["true", "1.0", "1e0"])
def test_a_number_has_one_spelling(number: str) -> None:
    """In Python `True`, `1` and `1.0` are equal; two readers of one envelope would see two."""
    text = envelope().model_dump_json(by_alias=True, exclude_none=True)
    read_envelope(stated(text, signing.ENVELOPE_TYPE), peer())
    other = text.replace('"protocol":1', f'"protocol":{number}')
    with pytest.raises(Stopped) as caught:
        read_envelope(stated(other, signing.ENVELOPE_TYPE), peer())
    assert caught.value.code == "envelope.form"


def receipt(sent: SignedEnvelope, alter: Callable[[dict], object] = lambda _: None) -> bytes:
    """B's business receipt for what A sent, altered before it is signed."""
    parts = sent.envelope.parts
    honest = BusinessReceipt(
        message=sent.envelope.id,
        envelope_sha256=sent.sha256,
        sender=B,
        to=A,
        decided=NOW,
        trace=sent.envelope.trace,
        decision="accepted",
        original=Checked(sha256=parts[0].sha256, verdict=Indication.PASSED),
        translations=tuple(Rerun(sha256=part.sha256, outcome=Outcome.REPRODUCED) for part in parts[1:]),
    )
    payload = json.loads(honest.model_dump_json(by_alias=True, exclude_none=True))
    alter(payload)
    return stated(json.dumps(payload), signing.RECEIPT_TYPE, B)


def checked(octets: bytes, sent: SignedEnvelope) -> None:
    check_business_receipt(read_business_receipt(octets, peer(B)), peer(B), sent)


ALTERED: dict[str, tuple[Callable[[dict], object], str]] = {
    "without a word on the original": (lambda r: r.pop("original"), "receipt.form"),
    "without a word on the translations": (lambda r: r.update(translations=[]), "receipt.mismatch"),
    "on one translation twice": (lambda r: r["translations"].append(r["translations"][0]), "receipt.mismatch"),
    "of another original": (lambda r: r["original"].update(sha256="0" * 64), "receipt.mismatch"),
    "accepted though FAILED": (lambda r: r["original"].update(verdict="FAILED"), "receipt.form"),
    "accepted though it differs": (lambda r: r["translations"][0].update(outcome="differs"), "receipt.form"),
    "with an essay for a reason": (lambda r: r.update(decision="refused", reason="a." + "b" * 200), "receipt.form"),
}


@pytest.mark.parametrize(("alter", "code"), ALTERED.values(), ids=ALTERED)
def test_g7_a_business_receipt_that_says_less_than_it_must_is_none(alter, code: str) -> None:
    sent = signed(BODIES)
    checked(receipt(sent), sent)
    with pytest.raises(Stopped) as caught:
        checked(receipt(sent, alter), sent)
    assert caught.value.code == code


def test_g1_a_nonce_that_somebody_used_up_is_tried_again_with_another() -> None:
    """Whoever sees a request pass can send its head first: the sender must not give the delivery up by it."""
    nonces = Nonces()
    nonces.use("key", "n" * 22, NOW, NOW)
    with pytest.raises(Stopped) as caught:
        nonces.use("key", "n" * 22, NOW, NOW)
    assert (caught.value.code, caught.value.status, caught.value.retryable) == ("door.replay", 425, True)


def test_a_date_beyond_all_calendars_is_no_wait() -> None:
    assert read_retry_after("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", NOW) is None
