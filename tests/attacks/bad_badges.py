"""Bad badges about fictional people, each spoilt in one way, and what the outside answers about them."""

from __future__ import annotations

import base64
import copy
import gzip
import hashlib
import hmac
import json
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.proofs.jwk import write_jwk
from gateway.proofs.multikey import write_multikey
from tests.jose_makers import b64url, jose_value, key, png
from tests.unit.verify.test_status import bits, encoded, entry, keep, listed
from tests.vc_makers import badge, claims_of, did_for, did_key, embedded, token

WEB = "did:web:school.example:registry"
LISTS = "https://school.example/status/"
AT = "2026-11-22T12:00:00Z"


def trusted() -> list[str]:
    """Whom the caller trusts: the school's keys, under each of their names."""
    return [did_key(), WEB, did_for("RS256")]


def keep_answers(folder: Path) -> Path:
    """A folder of what the outside answered: the school's keys, and its status lists."""
    public = write_multikey(key("ed25519").public_key())
    methods: list[dict[str, Any]] = [
        {"id": f"{WEB}#{name}", "type": "Multikey", "controller": WEB, "publicKeyMultibase": public, **more}
        for name, more in {"now": {}, "old": {"expires": "2026-05-01T00:00:00Z"}, "login": {}}.items()
    ]
    document = {
        "id": WEB,
        "verificationMethod": methods,
        "assertionMethod": [f"{WEB}#now", f"{WEB}#old"],
        "authentication": [f"{WEB}#login"],
    }
    bomb = "u" + base64.urlsafe_b64encode(gzip.compress(bytes(64 << 20), mtime=0)).rstrip(b"=").decode()
    folder.mkdir()
    keep(folder, "did", "https://school.example/registry/did.json", json.dumps(document).encode())
    for name, text in (("3", encoded(bits(41))), ("bomb", bomb)):
        signed = listed(text=text, id=f"{LISTS}{name}", subject={"id": f"{LISTS}{name}#list"})
        keep(folder, name, f"{LISTS}{name}", json.dumps(signed).encode())
    return folder


def dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _changed(**members: Any) -> bytes:
    """A genuine badge with members put in after it was signed."""
    return dumped({**embedded(badge()), **members})


def _with_contexts(*contexts: Any) -> bytes:
    return _changed(**{"@context": list(contexts)})


def _held(method: str, **proof: Any) -> bytes:
    """A badge of the school's did:web, signed with one of the keys that it names."""
    return dumped(embedded(badge(WEB), verificationMethod=f"{WEB}#{method}", **proof))


def _with_status(index: str, name: str) -> bytes:
    return dumped(embedded(badge(credentialStatus=entry(index, statusListCredential=f"{LISTS}{name}"))))


def _claims(issuer: str) -> dict[str, Any]:
    credential = badge(issuer)
    return {**claims_of(credential), **credential}


def _forged(header: Mapping[str, Any], value: bytes | None = None) -> bytes:
    """A token with a header of the forger's, and a value that may even be right for it."""
    signed = f"{b64url(dumped(header))}.{b64url(dumped(_claims(did_key())))}"
    return f"{signed}.{b64url(value if value is not None else jose_value('EdDSA', signed.encode()))}".encode()


def _hmac_by_public_key() -> bytes:
    public = key("rsa").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    issuer = did_for("RS256")
    signed = f"{b64url(dumped({'alg': 'HS256', 'kid': issuer}))}.{b64url(dumped(_claims(issuer)))}"
    return f"{signed}.{b64url(hmac.digest(public, signed.encode(), hashlib.sha256))}".encode()


def _one_bad_of_two() -> bytes:
    good, bad = embedded(badge()), embedded(badge(name="Another name"))
    return dumped({**badge(), "proof": [good["proof"], bad["proof"]]})


def _in_a_circle() -> bytes:
    first = embedded(badge(), id="urn:a")["proof"] | {"previousProof": "urn:b"}
    second = embedded(badge(), id="urn:b")["proof"] | {"previousProof": "urn:a"}
    return dumped({**badge(), "proof": [first, second]})


def _deep() -> bytes:
    return _changed(evidence="HERE").replace(b'"HERE"', b'{"evidence": ' * 10_000 + b"[]" + b"}" * 10_000)


def picture(text: bytes) -> bytes:
    """A badge baked into a picture."""
    return png((b"iTXt", b"openbadgecredential\0\0\0\0\0" + text))


@cache
def genuine() -> Mapping[str, bytes]:
    """What the bad ones were made from; nothing is wrong with these."""
    return {
        "badge": dumped(embedded(badge())),
        "token": token(_claims(did_key())),
        "picture": picture(dumped(embedded(badge()))),
        "by_did_web": _held("now"),
        "with_status": _with_status("40", "3"),
    }


@cache
def documents() -> Mapping[str, bytes]:
    """Every bad badge by its name."""
    first, second = badge()["@context"]
    bomb = zlib.compress(bytes(100 << 20), 9)
    signed = copy.deepcopy(embedded(badge()))
    signed["credentialSubject"]["achievement"]["name"] = "Medicine"
    return {
        "proof_over_other_bytes": dumped(signed),
        "proof_of_another_badge": _changed(proof=embedded(badge(name="Another"))["proof"]),
        "swapped_context": _with_contexts("https://www.w3.org/2018/credentials/v1", second),
        "extra_context": _with_contexts(first, second, "https://attacker.example/context"),
        "extra_known_context": _with_contexts(first, second, "https://w3id.org/blockcerts/v3"),
        "inline_context": _with_contexts(first, second, {"name": "urn:x:name"}),
        "name_without_meaning": dumped(embedded({**badge(), "grades": {"maths": "1"}})),
        "wrong_purpose": dumped(embedded(badge(), proofPurpose="authentication")),
        "key_for_another_purpose": _held("login"),
        "expired_key": _held("old"),
        "unknown_suite": _changed(proof={**embedded(badge())["proof"], "cryptosuite": "rot13-2026"}),
        "revoked": _with_status("41", "3"),
        "status_list_unreachable": _with_status("41", "gone"),
        "status_list_bomb": _with_status("41", "bomb"),
        "alg_none": _forged({"alg": "none", "kid": did_key()}, b""),
        "alg_hmac_by_public_key": _hmac_by_public_key(),
        "alg_of_another_key": _forged({"alg": "ES256", "kid": did_key()}),
        "key_in_the_header": token(_claims(did_key()), alg="ES256", jwk=write_jwk(key("p256").public_key())),
        "key_in_the_header_that_is_none": _forged({"alg": "ES256", "jwk": {"kty": "EC"}}),
        "crit_not_understood": token(_claims(did_key()), crit=["exp"], exp=1),
        "crit_empty": token(_claims(did_key()), crit=[]),
        "png_text_bomb": png((b"iTXt", b"openbadgecredential\0\1\0\0\0" + bomb)),
        "png_without_end": b"\x89PNG\r\n\x1a\n" + (bytes(4) + b"IDAT" + bytes(4)) * 100_000,
        "png_with_two_badges": png(*[(b"iTXt", b"openbadgecredential\0\0\0\0\0" + genuine()["badge"])] * 2),
        "duplicate_keys": genuine()["badge"].replace(b'"issuer":', b'"issuer": "did:web:other.example", "issuer":', 1),
        "duplicate_keys_in_a_token": _forged_text('{"alg": "EdDSA", "alg": "none"}'),
        "nan": _changed(credentialSubject={"id": "HERE"}).replace(b'"HERE"', b"NaN"),
        "deep_nesting": _deep(),
        "proof_set_with_one_bad": _one_bad_of_two(),
        "proofs_in_a_circle": _in_a_circle(),
    }


def _forged_text(header: str) -> bytes:
    signed = f"{b64url(header.encode())}.{b64url(dumped(_claims('')))}"
    return f"{signed}.{b64url(jose_value('EdDSA', signed.encode()))}".encode()
