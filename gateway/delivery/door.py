"""The door: who sends this request, shown before its body is read (RFC 9421, RFC 9530; docs/protocol.md, "The door").

A narrow profile: one signature labelled `testamur`, five components, six parameters, each exactly once. Nothing else
is understood, so nothing else is let in. It vouches for one attempt; what is sent is signed by the envelope.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.delivery.admission import SKEW
from gateway.delivery.peers import NodePublicKey, Peer
from gateway.delivery.problem import Stopped
from gateway.delivery.signing import NodeSigner
from gateway.proofs.jose.algorithms import ALGORITHMS
from gateway.readers.base64 import strict_base64

LABEL = "testamur"
TAG = "testamur-v1"
LIFE = dt.timedelta(seconds=300)
"""The longest life of a door signature, from `created` to `expires`."""
COMPONENTS = ("@method", "@target-uri", "content-digest", "content-type", "content-length")
PARAMETERS = ("created", "expires", "nonce", "keyid", "alg", "tag")

_HTTP_NAMES = {"EdDSA": "ed25519", "ES256": "ecdsa-p256-sha256"}  # RFC 7518 and 8037 to RFC 9421 section 6.2.2
_SIGNATURE_BYTES = 64  # of either algorithm
_DIGEST_BYTES = 32

_INPUT = re.compile(rf"{LABEL}=(?P<params>\((?P<names>[^()]*)\)(?P<rest>(;[^;]+)*))", re.ASCII)
_NAMES = re.compile(r'"[a-z@-]+"( "[a-z@-]+")*', re.ASCII)
_PARAMETER = re.compile(r';(?P<name>[a-z]+)=(?P<value>"[ !#-\[\]-~]*"|[1-9][0-9]{0,14})', re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)
_SIGNATURE = re.compile(rf"{LABEL}=:([A-Za-z0-9+/=]+):", re.ASCII)
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]+):", re.ASCII)
_LENGTH = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request without its body: `headers` as they came, each field line by itself; `target_uri` is this node's own
    public address with the route's path, never what the request says of its host.
    """

    method: str
    target_uri: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who stands at the door, and what they say of the body. The nonce is still to be used up (`Nonces.use`)."""

    peer: Peer
    key_id: str
    nonce: str
    expires: dt.datetime
    content_sha256: str
    media_type: str
    length: int


def sign_request(
    method: str,
    target_uri: str,
    *,
    content_sha256: str,
    media_type: str,
    length: int,
    signer: NodeSigner,
    now: dt.datetime,
    nonce: str,
) -> dict[str, str]:
    """The header fields of one attempt: what is covered, and the signature over it. `nonce` is new for each attempt."""
    headers = {
        "Content-Digest": content_digest(content_sha256),
        "Content-Type": media_type,
        "Content-Length": str(length),
    }
    created = int(now.timestamp())
    names = " ".join(f'"{name}"' for name in COMPONENTS)
    parameters = (
        f"({names});created={created};expires={created + LIFE.seconds}"
        f';nonce="{nonce}";keyid="{signer.key_id}";alg="{_HTTP_NAMES[signer.algorithm]}";tag="{TAG}"'
    )
    values = _values(method, target_uri, {name.lower(): value for name, value in headers.items()})
    value = base64.b64encode(signer.sign(signature_base([(n, values[n]) for n in COMPONENTS], parameters))).decode()
    return {**headers, "Signature-Input": f"{LABEL}={parameters}", "Signature": f"{LABEL}=:{value}:"}


def check_request(request: Request, peers_by_key: Mapping[str, Peer], now: dt.datetime) -> Visitor:
    """Who sent this request.

    Raises:
        Stopped: `door.length` (411), `door.clock` (425), else 401: `door.unsigned`, `door.form`, `door.components`,
            `door.digest`, `door.key`, `door.algorithm`, `door.signature`.
    """
    fields = _fields(request.headers)
    length = _length(fields)
    if "content-encoding" in fields:
        raise _form("got a Content-Encoding, expected the body as it is")
    names, parameters, text = _parse_input(_one(fields, "signature-input"))
    value = _parse_signature(_one(fields, "signature"))
    covered = {name: _one(fields, name) for name in COMPONENTS if not name.startswith("@")}
    content_sha256 = read_content_digest(covered["content-digest"])
    peer = peers_by_key.get(str(parameters["keyid"]))
    if peer is None:
        raise _closed("door.key", "the key isn't one of a peer of this node", "give the receiver's operator your key")
    key = peer.keys[str(parameters["keyid"])]
    values = _values(request.method, request.target_uri, covered)
    _check_value(key, str(parameters["alg"]), value, signature_base([(n, values[n]) for n in names], text))
    expires = _check_times(int(parameters["created"]), int(parameters["expires"]), now)
    return Visitor(
        peer=peer,
        key_id=str(parameters["keyid"]),
        nonce=str(parameters["nonce"]),
        expires=expires,
        content_sha256=content_sha256,
        media_type=covered["content-type"],
        length=length,
    )


def signature_base(components: Iterable[tuple[str, str]], parameters: str) -> bytes:
    """The octets that are signed (RFC 9421 section 2.5): a line a component, then the parameters as they were sent."""
    lines = [f'"{name}": {value}' for name, value in components]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode()


def content_digest(sha256: str) -> str:
    """The value of Content-Digest (RFC 9530 section 2)."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def read_content_digest(value: str) -> str:
    """The SHA-256 of a Content-Digest with that digest alone, in hex.

    Raises:
        Stopped: `door.digest` (401).
    """
    found = _DIGEST.fullmatch(value)
    octets = strict_base64(found[1]) if found else None
    if octets is None or len(octets) != _DIGEST_BYTES:
        raise _closed("door.digest", "Content-Digest isn't one SHA-256", "send sha-256=:...: and no other digest")
    return octets.hex()


# --- parts ------------------------------------------------------------------------------------------------------------


def _fields(headers: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in headers:
        fields.setdefault(name.lower(), []).append(value.strip(" \t"))
    return fields


def _one(fields: Mapping[str, list[str]], name: str) -> str:
    values = fields.get(name, [])
    if not values:
        raise _closed("door.unsigned", f"got no field {name}", "sign as docs/protocol.md says")
    if len(values) > 1:
        raise _form(f"got {len(values)} fields {name}, expected one")
    if not values[0].isascii() or not values[0].isprintable():
        raise _form(f"{name} holds what isn't printable ASCII")
    return values[0]


def _length(fields: Mapping[str, list[str]]) -> int:
    values = fields.get("content-length", [])
    if len(values) != 1 or not _LENGTH.fullmatch(values[0]) or "transfer-encoding" in fields:
        raise Stopped(
            "door.length",
            "got no single Content-Length, or a Transfer-Encoding beside it",
            status=411,
            stage="door",
            advice="say the body's length: chunked requests aren't taken",
        )
    return int(values[0])


def _parse_input(field: str) -> tuple[list[str], dict[str, str | int], str]:
    """The covered components in their order, the parameters, and the text of both as it is signed."""
    found = _INPUT.fullmatch(field)
    if found is None or not _NAMES.fullmatch(found["names"]):
        raise _form("Signature-Input isn't one signature labelled testamur")
    names = found["names"].replace('"', "").split(" ")
    if sorted(names) != sorted(COMPONENTS):
        advice = f"cover exactly {', '.join(COMPONENTS)}"
        raise _closed("door.components", "the signature doesn't cover exactly what it has to", advice)
    parameters, at = {}, 0
    while one := _PARAMETER.match(found["rest"], at):
        if one["name"] in parameters:
            raise _form(f"the parameter {one['name']} stands twice")
        value = one["value"]
        parameters[one["name"]] = value[1:-1] if value.startswith('"') else int(value)
        at = one.end()
    if at != len(found["rest"]) or set(parameters) != set(PARAMETERS):
        raise _form(f"the parameters aren't exactly {', '.join(PARAMETERS)}")
    _check_types(parameters)
    return names, parameters, found["params"]


def _check_types(parameters: Mapping[str, str | int]) -> None:
    for name, value in parameters.items():
        if isinstance(value, int) is not (name in {"created", "expires"}):
            raise _form(f"the parameter {name} is of another type")
    if parameters["tag"] != TAG:
        raise _form(f"the tag isn't {TAG}")
    if not _NONCE.fullmatch(str(parameters["nonce"])):
        raise _form("the nonce isn't 16 to 64 characters of base64url")


def _parse_signature(field: str) -> bytes:
    found = _SIGNATURE.fullmatch(field)
    value = strict_base64(found[1]) if found else None
    if value is None or len(value) != _SIGNATURE_BYTES:
        raise _form(f"Signature isn't one value of {_SIGNATURE_BYTES} octets labelled {LABEL}")
    return value


def _values(method: str, target_uri: str, covered: Mapping[str, str]) -> dict[str, str]:
    return {"@method": method, "@target-uri": target_uri, **covered}


def _check_value(key: NodePublicKey, algorithm: str, value: bytes, base: bytes) -> None:
    name = "EdDSA" if isinstance(key, Ed25519PublicKey) else "ES256"
    if algorithm != _HTTP_NAMES[name]:
        raise _closed("door.algorithm", "alg isn't the algorithm of this key", f"name {_HTTP_NAMES[name]}")
    if not ALGORITHMS[name].verifies(key, value, base):
        advice = "sign the receiver's public url as it is configured there, and send what was signed"
        raise _closed("door.signature", "the signature doesn't hold over this request", advice)


def _check_times(created: int, expires: int, now: dt.datetime) -> dt.datetime:
    """Attack G3: a signature from far away in time. It is told apart from a bad one: clocks get mended."""
    if not 0 < expires - created <= LIFE.seconds:
        raise _form(f"it lives longer than {LIFE.seconds} s, or not at all")
    at = now.timestamp()
    if not created - SKEW.seconds <= at <= expires:
        raise Stopped(
            "door.clock",
            f"the signature isn't of this time: made {created - at:+.0f} s from here",
            status=425,
            stage="door",
            retryable=True,
            advice="compare the sender's clock with the Date of this answer",
        )
    return dt.datetime.fromtimestamp(expires, tz=dt.UTC)


def _form(message: str) -> Stopped:
    return _closed("door.form", message, "sign as docs/protocol.md says")


def _closed(code: str, message: str, advice: str) -> Stopped:
    return Stopped(code, message, status=401, stage="door", advice=advice)
