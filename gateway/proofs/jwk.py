"""A public key from a JWK (RFC 7517, RFC 7518 section 6, RFC 8037), read strictly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gateway.errors import Refused
from gateway.proofs.proof import PublicKey
from gateway.readers.base64 import decode_base64url, encode_base64url
from gateway.readers.json import JsonValue

_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
_NAMES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_ED25519_BYTES = 32


class JwkKey(NamedTuple):
    """A key, its `kid`, and the `alg` that it is meant for (RFC 7517, 4.4 and 4.5)."""

    key: PublicKey
    key_id: str | None
    algorithm: str | None


def read_jwk(jwk: JsonValue) -> JwkKey:
    """The public key of a JWK that is for signatures.

    Raises:
        Refused: `jwk.invalid`, `jwk.private` (also for a symmetric key), `jwk.unsupported`.
    """
    if not isinstance(jwk, dict):
        raise _invalid("expected a JSON object")
    if private := sorted(_PRIVATE & jwk.keys()):
        message = f"got the private member(s) {', '.join(private)}, expected a public key"
        raise Refused("jwk.private", message, advice="Whoever published it must replace the key.")
    if jwk.get("use", "sig") != "sig" or not _for_verifying(jwk.get("key_ops", ["verify"])):
        raise _invalid("the key isn't for signatures (use, key_ops)")
    key_id, algorithm = jwk.get("kid"), jwk.get("alg")
    if key_id is not None and not isinstance(key_id, str):
        raise _invalid("kid: expected a string")
    if algorithm is not None and not isinstance(algorithm, str):
        raise _invalid("alg: expected a string")
    read = _READERS.get(str(jwk.get("kty")))
    if read is None:
        raise _unsupported(f"kty {str(jwk.get('kty'))[:20]!r}, expected RSA, EC or OKP")
    try:
        return JwkKey(read(jwk), key_id, algorithm)
    except ValueError as error:
        raise _invalid(str(error)) from None


def write_jwk(key: PublicKey) -> dict[str, str]:
    """The required members of a key's JWK."""
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
    if isinstance(key, ed25519.Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": encode_base64url(key.public_bytes_raw())}
    point, size = key.public_numbers(), (key.key_size + 7) // 8
    x, y = (encode_base64url(number.to_bytes(size)) for number in (point.x, point.y))
    return {"kty": "EC", "crv": _NAMES[key.curve.name], "x": x, "y": y}


def _number(number: int) -> str:
    return encode_base64url(number.to_bytes((number.bit_length() + 7) // 8))


def _for_verifying(operations: JsonValue) -> bool:
    return isinstance(operations, list) and "verify" in operations


def _rsa(jwk: Mapping[str, JsonValue]) -> PublicKey:
    modulus, exponent = _octets(jwk, "n"), _octets(jwk, "e")
    if modulus[:1] == b"\0" or exponent[:1] == b"\0":
        raise _invalid("a number with leading zero octets (RFC 7518, 2: Base64urlUInt)")
    return rsa.RSAPublicNumbers(int.from_bytes(exponent), int.from_bytes(modulus)).public_key()


def _ec(jwk: Mapping[str, JsonValue]) -> PublicKey:
    curve = _CURVES.get(str(jwk.get("crv")))
    if curve is None:
        raise _unsupported(f"crv {str(jwk.get('crv'))[:20]!r}, expected one of {', '.join(_CURVES)}")
    x, y = _octets(jwk, "x"), _octets(jwk, "y")
    size = (curve.key_size + 7) // 8
    if len(x) != size or len(y) != size:
        raise _invalid(f"coordinates of {len(x)} and {len(y)} octets, expected {size}")
    return ec.EllipticCurvePublicKey.from_encoded_point(curve, b"\x04" + x + y)


def _okp(jwk: Mapping[str, JsonValue]) -> PublicKey:
    if jwk.get("crv") != "Ed25519":
        raise _unsupported(f"crv {str(jwk.get('crv'))[:20]!r}, expected Ed25519")
    x = _octets(jwk, "x")
    if len(x) != _ED25519_BYTES:
        raise _invalid(f"x: {len(x)} octets, expected {_ED25519_BYTES}")
    return ed25519.Ed25519PublicKey.from_public_bytes(x)


_READERS: dict[str, Callable[[Mapping[str, JsonValue]], PublicKey]] = {"RSA": _rsa, "EC": _ec, "OKP": _okp}


def _octets(jwk: Mapping[str, JsonValue], name: str) -> bytes:
    text = jwk.get(name)
    if not isinstance(text, str) or not text:
        raise _invalid(f"{name}: expected base64url text")
    try:
        return decode_base64url(text, name)
    except Refused as error:
        raise _invalid(f"{name}: {error.message}") from None


def _invalid(what: str) -> Refused:
    return Refused("jwk.invalid", what, advice="Compare it with RFC 7517.")


def _unsupported(what: str) -> Refused:
    return Refused("jwk.unsupported", f"got {what}", advice="Ask for an RSA, EC or Ed25519 key.")
