"""Public keys as Multikey texts (Controlled Identifiers 1.0, section 2.2.2): a multicodec prefix before the key."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.errors import Refused
from gateway.proofs.proof import PublicKey
from gateway.readers.multibase import decode_multibase, encode_base58

# https://github.com/multiformats/multicodec: the codes as unsigned varints.
_ED25519 = bytes.fromhex("ed01")
_CURVES: dict[bytes, ec.EllipticCurve] = {
    bytes.fromhex("8024"): ec.SECP256R1(),
    bytes.fromhex("8124"): ec.SECP384R1(),
    bytes.fromhex("8224"): ec.SECP521R1(),
}
_PREFIX = 2
_COMPRESSED = (b"\2", b"\3")


def read_multikey(text: str) -> PublicKey:
    """The key of a Multikey text: Ed25519, P-256, P-384 or P-521 (points compressed).

    Raises:
        Refused: `multibase.invalid`, `base64.invalid`, `multikey.invalid`.
    """
    octets = decode_multibase(text, "a public key")
    prefix, material = octets[:_PREFIX], octets[_PREFIX:]
    try:
        if prefix == _ED25519:
            return ed25519.Ed25519PublicKey.from_public_bytes(material)
        if prefix in _CURVES and material[:1] in _COMPRESSED:
            return ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[prefix], material)
    except ValueError:
        pass
    raise Refused("multikey.invalid", "got a public key of an unknown kind, or none at all, in a Multikey text")


def write_multikey(key: PublicKey) -> str:
    """The Multikey text of an Ed25519 or EC key.

    Raises:
        ValueError: for another kind of key.
    """
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "z" + encode_base58(_ED25519 + key.public_bytes_raw())
    if isinstance(key, ec.EllipticCurvePublicKey):
        prefix = next((code for code, curve in _CURVES.items() if curve.name == key.curve.name), None)
        if prefix is not None:
            return "z" + encode_base58(prefix + key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))
    raise ValueError("a Multikey text is written for Ed25519, P-256, P-384 and P-521 alone")
