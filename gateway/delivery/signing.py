"""Envelopes and receipts as compact JWS: made once, and read without leniency (docs/protocol.md, "Signed statements").

One node key signs three kinds of thing; `typ` keeps them apart. A statement is signed by one of the keys that are
pinned for the peer, its header has exactly three members, and its payload is a closed JSON object in one spelling.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from pydantic import ValidationError

from gateway.delivery.envelope import Envelope
from gateway.delivery.peers import Peer
from gateway.delivery.problem import Stopped
from gateway.delivery.receipt import BusinessReceipt, TransportReceipt
from gateway.errors import Refused
from gateway.model.noun import Noun
from gateway.proofs.jose import verify_jws
from gateway.readers.base64 import encode_base64url
from gateway.readers.json import JsonValue, dump_json, parse_json
from gateway.readers.jws import parse_compact
from gateway.readers.limits import Limits

ENVELOPE_TYPE = "testamur-envelope+jws"
RECEIPT_TYPE = "testamur-receipt+jws"
RECEIPT_MEDIA_TYPE = "application/jose"
STATEMENT_BYTES = 64 * 1024
"""Octets of the largest envelope or receipt, as a compact JWS."""

_ALGORITHMS = ("EdDSA", "ES256")
_PAYLOAD = Limits(document_bytes=STATEMENT_BYTES, depth=8, nodes=2_000)

_Statement = Literal["envelope", "receipt"]
_N = TypeVar("_N", bound=Noun)


class NodeSigner(Protocol):
    """The port to a node key."""

    @property
    def key_id(self) -> str:
        """RFC 7638 thumbprint."""
        ...

    @property
    def algorithm(self) -> str:
        """`EdDSA` or `ES256`."""
        ...

    def sign(self, octets: bytes) -> bytes:
        """The signature as RFC 7518 and RFC 9421 write it: for ECDSA r and s side by side."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SignedEnvelope:
    """An envelope, and the very octets that were signed; `sha256` is of these (the compact JWS)."""

    jws: bytes
    envelope: Envelope

    @property
    def sha256(self) -> str:
        """What receipts name it by."""
        return hashlib.sha256(self.jws).hexdigest()


def sign_envelope(envelope: Envelope, signer: NodeSigner) -> SignedEnvelope:
    """The envelope, signed: once. Every attempt sends these octets."""
    return SignedEnvelope(jws=_sign(envelope, ENVELOPE_TYPE, signer), envelope=envelope)


def read_envelope(octets: bytes, peer: Peer) -> SignedEnvelope:
    """An envelope of this peer. Who it is from and to, and when, is judged by `gateway.delivery.admission`.

    Raises:
        Stopped: `envelope.form` (400), `envelope.key` or `envelope.signature` (403).
    """
    payload = _verified(octets, ENVELOPE_TYPE, peer, "envelope")
    return SignedEnvelope(jws=octets, envelope=_closed(payload, Envelope, "envelope"))


def sign_receipt(receipt: TransportReceipt | BusinessReceipt, signer: NodeSigner) -> bytes:
    """The receipt, signed: once. It is answered, or sent again, in these octets."""
    return _sign(receipt, RECEIPT_TYPE, signer)


def read_transport_receipt(octets: bytes, peer: Peer, sent: SignedEnvelope) -> TransportReceipt:
    """The receipt that this peer answered to what was sent.

    Raises:
        Stopped: as `read_business_receipt`.
    """
    receipt = _closed(_verified(octets, RECEIPT_TYPE, peer, "receipt"), TransportReceipt, "receipt")
    _check_fits(receipt, peer, sent)
    return receipt


def read_business_receipt(octets: bytes, peer: Peer) -> BusinessReceipt:
    """A business receipt of this peer; `check_business_receipt` holds it against what was sent.

    Raises:
        Stopped: `receipt.form` (400), `receipt.key` or `receipt.signature` (403).
    """
    return _closed(_verified(octets, RECEIPT_TYPE, peer, "receipt"), BusinessReceipt, "receipt")


def check_business_receipt(receipt: BusinessReceipt, peer: Peer, sent: SignedEnvelope) -> None:
    """Whether a receipt is of this peer, and of what was sent to it, part by part.

    Raises:
        Stopped: `receipt.mismatch` (409).
    """
    _check_fits(receipt, peer, sent)
    parts = sent.envelope.parts
    translations = [part.sha256 for part in parts if part.role == "translation"]
    if receipt.original.sha256 != parts[0].sha256:
        raise _mismatch("original")
    if [one.sha256 for one in receipt.translations] != translations:
        raise _mismatch("translations")


def _check_fits(receipt: TransportReceipt | BusinessReceipt, peer: Peer, sent: SignedEnvelope) -> None:
    envelope = sent.envelope
    pairs = {
        "from": (receipt.sender, peer.id),
        "to": (receipt.to, envelope.sender),
        "message": (receipt.message, envelope.id),
        "trace": (receipt.trace, envelope.trace),
        "envelope_sha256": (receipt.envelope_sha256, sent.sha256),
    }
    for name, (got, expected) in pairs.items():
        if got != expected:
            raise _mismatch(name)
    if envelope.to != peer.id:
        raise _mismatch("from")


def _mismatch(what: str) -> Stopped:
    return Stopped(
        "receipt.mismatch",
        f"the receipt's {what} isn't that of the message",
        status=409,
        stage="receipt",
        advice="a receipt names one message by its id and its envelope's digest: answer with the one made for it",
    )


# --- JWS --------------------------------------------------------------------------------------------------------------


def _sign(statement: Noun, kind: str, signer: NodeSigner) -> bytes:
    header = dump_json({"alg": signer.algorithm, "kid": signer.key_id, "typ": kind})
    signing_input = f"{encode_base64url(header)}.{encode_base64url(_payload(statement))}".encode()
    return signing_input + b"." + encode_base64url(signer.sign(signing_input)).encode()


def _payload(statement: Noun) -> bytes:
    return statement.model_dump_json(by_alias=True, exclude_none=True).encode()


def _verified(octets: bytes, kind: str, peer: Peer, what: _Statement) -> bytes:
    """The payload that one of the peer's keys signed."""
    if len(octets) > STATEMENT_BYTES:
        raise _form(what, f"got {len(octets)} octets, expected at most {STATEMENT_BYTES}")
    try:
        jws = parse_compact(octets)
    except Refused as refused:
        raise _form(what, refused.message) from None
    _check_header(jws.signatures[0].header, kind, what)
    if jws.signatures[0].header["kid"] not in peer.keys:
        raise Stopped(
            f"{what}.key",
            f"the {what} is signed with a key that isn't pinned for {peer.id}",
            status=403,
            stage=what,
            advice="sign with the pinned node key, or give the other operator the new one",
        )
    (proof,) = verify_jws(jws, keys=peer.keys, algorithms=_ALGORITHMS)
    if proof.covered is None:
        raise Stopped(
            f"{what}.signature",
            f"the {what}'s signature doesn't hold",
            status=403,
            stage=what,
            advice="it was altered, or made with another key or algorithm than its header names",
        )
    return proof.covered


def _check_header(header: Mapping[str, JsonValue], kind: str, what: _Statement) -> None:
    """Exactly the three members, so that nothing in a header ever needs to be understood."""
    if set(header) != {"alg", "kid", "typ"}:
        raise _form(what, "the protected header hasn't exactly the members alg, kid, typ")
    if header["typ"] != kind:
        raise _form(what, f"the JWS is of another type, expected typ {kind!r}")
    if not isinstance(header["kid"], str):
        raise _form(what, "kid isn't a string")


def _closed(payload: bytes, noun: type[_N], what: _Statement) -> _N:
    """The payload as a noun: one reading only, nothing unknown, nothing left out, nothing in another spelling."""
    return _of_our_form(payload, noun) or _of_any_form(payload, noun, what)


def _of_our_form(payload: bytes, noun: type[_N]) -> _N | None:
    """Octet for octet as this node would write it, and so every other node of Testamur does: then that is all of it."""
    with contextlib.suppress(ValidationError):
        statement = noun.model_validate_json(payload, strict=True, by_alias=True, by_name=False)
        if _payload(statement) == payload:
            return statement
    return None


def _of_any_form(payload: bytes, noun: type[_N], what: _Statement) -> _N:
    try:
        value = parse_json(payload, _PAYLOAD)
        statement = noun.model_validate_json(payload, strict=True, by_alias=True, by_name=False)
    except Refused as refused:
        raise _form(what, refused.message) from None
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in e["loc"]) or "/" for e in error.errors()})
        raise _form(what, f"the payload isn't of the form expected, at: {', '.join(places[:5])}") from None
    if _spelt(value) != _spelt(parse_json(_payload(statement), _PAYLOAD)):
        raise _form(what, "the payload leaves out a member, holds null, or writes a number otherwise")
    return statement


def _spelt(value: JsonValue) -> str:
    """A value with its types: in Python `True`, `1` and `1.0` are equal, in a signed statement they aren't."""
    return json.dumps(value, sort_keys=True)


def _form(what: _Statement, message: str) -> Stopped:
    return Stopped(
        f"{what}.form",
        message,
        status=400,
        stage=what,
        advice=f"see schemas/{what}.schema.json, and the test vectors in docs/protocol.md",
    )
