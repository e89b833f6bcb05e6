"""Keys, certificates and JSON Web Signatures for tests: made anew in each session, never stored."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gateway.model.verdict import Status, Verdict, conclude
from gateway.proofs.jose import verify_jws
from gateway.proofs.jose.seal import finish_seal, prepare_seal
from gateway.proofs.proof import Proof
from gateway.readers.containers import unpack

SIGNED_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
CREDENTIAL = '{"id":"urn:credential:1","title":{"el":["Πτυχίο"]},"grade":6.0}'.encode()


@cache
def key(kind: str) -> Any:
    """A private key of a kind: rsa, p256, p384, p521, ed25519."""
    curves = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else ec.generate_private_key(curves[kind])


@cache
def certificate(kind: str, name: str = "University of Nowhere") -> x509.Certificate:
    """A self-signed certificate for `key(kind)`."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "XX"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
            x509.NameAttribute(NameOID.COMMON_NAME, "Seal"),
        ]
    )
    builder = x509.CertificateBuilder(subject, subject, key(kind).public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(SIGNED_AT - timedelta(days=30)).not_valid_after(SIGNED_AT + timedelta(days=365))
    return builder.sign(key(kind), None if kind == "ed25519" else hashes.SHA256())


def x5c(*certificates: x509.Certificate) -> list[str]:
    return [b64encode(one.public_bytes(Encoding.DER)).decode() for one in certificates]


def b64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def key_signer(kind: str) -> Callable[[bytes], bytes]:
    """Signs as a key store does: PKCS#1 v1.5 with SHA-256, or ECDSA in DER."""
    private = key(kind)
    if kind == "rsa":
        return lambda data: private.sign(data, padding.PKCS1v15(), hashes.SHA256())
    digest = {"p256": hashes.SHA256(), "p384": hashes.SHA384(), "p521": hashes.SHA512()}[kind]
    return lambda data: private.sign(data, ec.ECDSA(digest))


def jose_value(alg: str, data: bytes) -> bytes:
    """A signature in JOSE's own form, for any algorithm of the allow-list."""
    if alg == "EdDSA":
        return key("ed25519").sign(data)
    digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[alg[2:]]
    if alg.startswith("RS"):
        return key("rsa").sign(data, padding.PKCS1v15(), digest)
    if alg.startswith("PS"):
        return key("rsa").sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    kind = {"ES256": "p256", "ES384": "p384", "ES512": "p521"}[alg]
    half = (key(kind).key_size + 7) // 8
    r, s = decode_dss_signature(key(kind).sign(data, ec.ECDSA(digest)))
    return r.to_bytes(half) + s.to_bytes(half)


KIND_OF = {"RS": "rsa", "PS": "rsa", "ES256": "p256", "ES384": "p384", "ES512": "p521", "EdDSA": "ed25519"}


def kind_of(alg: str) -> str:
    return KIND_OF.get(alg) or KIND_OF[alg[:2]]


def compact(header: Mapping[str, Any] | str, payload: bytes = CREDENTIAL, *, alg: str = "ES256") -> bytes:
    """A compact JWS whose signature is right for `alg`, whatever the header says."""
    text = header if isinstance(header, str) else json.dumps(header)
    signed = f"{b64url(text.encode())}.{b64url(payload)}"
    return f"{signed}.{b64url(jose_value(alg, signed.encode()))}".encode()


def certified(alg: str = "ES256", **members: Any) -> dict[str, Any]:
    """A header with the certificate of the key for `alg`."""
    return {"alg": alg, "x5c": x5c(certificate(kind_of(alg))), **members}


def seal(payload: bytes = CREDENTIAL, kind: str = "p256", chain: tuple[x509.Certificate, ...] = ()) -> bytes:
    prepared = prepare_seal(payload, certificates=(certificate(kind), *chain), signed_at=SIGNED_AT)
    return finish_seal(prepared, key_signer(kind)(prepared.signing_input))


def proofs(data: bytes, **options: Any) -> tuple[Proof, ...]:
    """The proofs of the outermost JWS in a file."""
    jws = next(layer.jws for layer in unpack(data).layers if layer.jws)
    return verify_jws(jws, **options)


def proof(data: bytes, **options: Any) -> Proof:
    [only] = proofs(data, **options)
    return only


def verdict(data: bytes, **options: Any) -> Verdict:
    """What all proofs of a file say together, before trust is asked."""
    return conclude(finding for one in proofs(data, **options) for finding in one.findings)


def status(found: Proof, check: str) -> Status:
    """The worst status of the findings of that name."""
    order = [Status.FAILED, Status.INDETERMINATE, Status.WARNING, Status.NOT_CHECKED, Status.PASSED]
    return min((f.status for f in found.findings if f.check == check), key=order.index)


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A picture of these chunks."""
    body = b"".join(
        len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
        for kind, data in ((b"IHDR", bytes(13)), *chunks, (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + body
