"""Public keys from a JWK or a JWK set (RFC 7517, RFC 7518 section 6, RFC 8037), read strictly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gateway.errors import ConfigError, Refused
from gateway.proofs.proof import PublicKey
from gateway.readers.base64 import decode_base64url
from gateway.readers.json import parse_json
from gateway.trust.algorithms import SIGNATURES

_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
_ED25519_BYTES = 32


JwkKey = tuple[PublicKey, str | None, str | None]
"""A key, its `kid`, and the `alg` that it is meant for (RFC 7517, 4.4 and 4.5)."""


def keys_from_jwk(data: bytes, *, place: str) -> list[JwkKey]:
    """The public keys of a JWK or a JWK set, each with its `kid` and `alg`; `place` is named in errors.

    Raises:
        ConfigError: `trust.jwk_invalid`, `trust.private_key` (also for a symmetric key), `trust.unsupported_key`.
    """
    parsed = _parse(data, place)
    if "keys" not in parsed:
        return [_key(parsed, place)]
    if not isinstance(parsed["keys"], list) or not parsed["keys"]:
        raise _invalid(f"{place}/keys", "expected a list with at least one key")
    return [_key(item, f"{place}/keys/{at}") for at, item in enumerate(parsed["keys"])]


def _parse(data: bytes, place: str) -> dict[str, Any]:
    try:
        parsed = parse_json(data)
    except Refused as error:
        raise _invalid(place, error.message) from None
    if not isinstance(parsed, dict):
        raise _invalid(place, "expected a JSON object")
    return parsed


def _key(jwk: Any, place: str) -> JwkKey:
    if not isinstance(jwk, dict):
        raise _invalid(place, "expected a JSON object")
    if private := sorted(_PRIVATE & jwk.keys()):
        raise ConfigError(
            "trust.private_key",
            f"{place} has the private member(s) {', '.join(private)}, expected a public key",
            advice="remove them, and replace the key if the file went to anybody",
        )
    if jwk.get("use", "sig") != "sig" or "verify" not in jwk.get("key_ops", ["verify"]):
        raise _invalid(place, "the key isn't for signatures (use, key_ops)")
    key_id = jwk.get("kid")
    if key_id is not None and not isinstance(key_id, str):
        raise _invalid(f"{place}/kid", "expected a string")
    algorithm = jwk.get("alg")
    if algorithm is not None and (not isinstance(algorithm, str) or algorithm not in SIGNATURES):
        raise _unsupported(f"{place}/alg", "an algorithm that no proof here is made with")
    read = _READERS.get(str(jwk.get("kty")))
    if read is None:
        raise _unsupported(place, f"kty {jwk.get('kty')!r}, expected RSA, EC or OKP")
    try:
        return read(jwk, place), key_id, algorithm
    except ValueError as error:
        raise _invalid(place, str(error)) from None


def _rsa(jwk: dict[str, Any], place: str) -> PublicKey:
    modulus, exponent = _octets(jwk, "n", place), _octets(jwk, "e", place)
    if modulus[:1] == b"\0" or exponent[:1] == b"\0":
        raise _invalid(place, "a number with leading zero octets (RFC 7518, 2: Base64urlUInt)")
    return rsa.RSAPublicNumbers(int.from_bytes(exponent), int.from_bytes(modulus)).public_key()


def _ec(jwk: dict[str, Any], place: str) -> PublicKey:
    curve = _CURVES.get(str(jwk.get("crv")))
    if curve is None:
        raise _unsupported(place, f"crv {jwk.get('crv')!r}, expected one of {', '.join(_CURVES)}")
    x, y = _octets(jwk, "x", place), _octets(jwk, "y", place)
    size = (curve.key_size + 7) // 8
    if len(x) != size or len(y) != size:
        raise _invalid(place, f"coordinates of {len(x)} and {len(y)} octets, expected {size}")
    return ec.EllipticCurvePublicKey.from_encoded_point(curve, b"\x04" + x + y)


def _okp(jwk: dict[str, Any], place: str) -> PublicKey:
    if jwk.get("crv") != "Ed25519":
        raise _unsupported(place, f"crv {jwk.get('crv')!r}, expected Ed25519")
    x = _octets(jwk, "x", place)
    if len(x) != _ED25519_BYTES:
        raise _invalid(f"{place}/x", f"{len(x)} octets, expected {_ED25519_BYTES}")
    return ed25519.Ed25519PublicKey.from_public_bytes(x)


_READERS: dict[str, Callable[[dict[str, Any], str], PublicKey]] = {"RSA": _rsa, "EC": _ec, "OKP": _okp}


def _octets(jwk: dict[str, Any], name: str, place: str) -> bytes:
    text = jwk.get(name)
    if not isinstance(text, str) or not text:
        raise _invalid(f"{place}/{name}", "expected base64url text")
    try:
        return decode_base64url(text, name)
    except Refused as error:
        raise _invalid(f"{place}/{name}", error.message) from None


def _invalid(place: str, what: str) -> ConfigError:
    return ConfigError("trust.jwk_invalid", f"bad JWK at {place}: {what}", advice="compare it with RFC 7517")


def _unsupported(place: str, what: str) -> ConfigError:
    return ConfigError("trust.unsupported_key", f"got {what}, at {place}", advice="ask for an RSA, EC or Ed25519 key")
