"""Trust in a JWK or a JWK set (RFC 7517) that the caller or the operator gives."""

from __future__ import annotations

from typing import Any

from gateway.errors import ConfigError, Refused
from gateway.proofs.jwk import JwkKey, read_jwk
from gateway.readers.json import parse_json
from gateway.trust.algorithms import SIGNATURES


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
    try:
        found = read_jwk(jwk)
    except Refused as refused:
        raise _as_config_error(refused, place) from None
    if found.algorithm is not None and found.algorithm not in SIGNATURES:
        raise _unsupported("an algorithm that no proof here is made with", f"{place}/alg")
    return found


def _as_config_error(fault: Refused, place: str) -> ConfigError:
    if fault.code == "jwk.private":
        advice = "remove them, and replace the key if the file went to anybody"
        return ConfigError("trust.private_key", f"{place}: {fault.message}", advice=advice)
    if fault.code == "jwk.unsupported":
        return _unsupported(fault.message.removeprefix("got "), place)
    return _invalid(place, fault.message)


def _unsupported(what: str, place: str) -> ConfigError:
    return ConfigError("trust.unsupported_key", f"got {what}, at {place}", advice="ask for an RSA, EC or Ed25519 key")


def _invalid(place: str, what: str) -> ConfigError:
    return ConfigError("trust.jwk_invalid", f"bad JWK at {place}: {what}", advice="compare it with RFC 7517")
