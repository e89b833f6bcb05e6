"""A second implementation of docs/protocol.md, written from that page alone: it imports nothing of ours.

A peer in memory with one key and one other peer. It sends messages, takes messages in, and answers with receipts. It
knows no format, so it verifies nothing and says so: INDETERMINATE, `cannot be re-run here`.
"""

import base64
import hashlib
import json
import re
import secrets
import time
import uuid

import aiohttp
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MESSAGE, STATEMENT = "application/vnd.testamur.message", "application/jose"
COVERED = ["@method", "@target-uri", "content-digest", "content-type", "content-length"]


class Problem(Exception):  # noqa: N818 - the page's word
    """Status and code of what is answered instead."""


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64(octets) != text:
        raise Problem(400, "base64url")
    return octets


def sha256(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


def stamp(later: float = 0) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + later))


def key_id(key: Ed25519PublicKey) -> str:
    jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{b64(key.public_bytes_raw())}"}}'
    return b64(hashlib.sha256(jwk.encode()).digest())


def strict_json(text: bytes) -> dict:
    def once(pairs: list) -> dict:
        if len(dict(pairs)) != len(pairs) or any(value is None for _, value in pairs):
            raise Problem(400, "a name twice, or null")
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once)


def base_of(method: str, uri: str, fields: dict[str, str], names: list[str], parameters: str) -> bytes:
    values = {"@method": method, "@target-uri": uri} | {name.lower(): value for name, value in fields.items()}
    return "\n".join([*(f'"{n}": {values[n]}' for n in names), f'"@signature-params": {parameters}']).encode()


class Independent:
    """One participant's node."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self.name, self.key, self.kid = name, key, key_id(key.public_key())
        self.url = self.peer = self.peer_url = ""
        self.peer_key: Ed25519PublicKey | None = None
        self.sent: dict[str, tuple[bytes, dict]] = {}  # id: envelope's JWS, envelope
        self.arrived: dict[tuple[str, str], tuple[str, bytes, dict, list[bytes]]] = {}
        self.receipts: dict[str, tuple[bytes, dict]] = {}  # business receipts for what was sent
        self.nonces: set[str] = set()

    def knows(self, name: str, url: str, key: Ed25519PublicKey) -> None:
        self.peer, self.peer_url, self.peer_key = name, url, key

    # --- signed statements

    def sign(self, kind: str, payload: dict) -> bytes:
        header = {"alg": "EdDSA", "kid": self.kid, "typ": kind}
        text = ".".join(b64(json.dumps(part).encode()) for part in (header, payload)).encode()
        return text + b"." + b64(self.key.sign(text)).encode()

    def read(self, kind: str, octets: bytes) -> dict:
        try:
            header, payload, value = octets.decode("ascii").split(".")
            if strict_json(unb64(header)) != {"alg": "EdDSA", "kid": key_id(self.peer_key), "typ": kind}:
                raise Problem(403, "header")
            self.peer_key.verify(unb64(value), f"{header}.{payload}".encode())
        except (ValueError, InvalidSignature):
            raise Problem(403, "signature") from None
        return strict_json(unb64(payload))

    # --- sending

    def fields(self, uri: str, body: bytes, media_type: str) -> dict[str, str]:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        fields = {"Content-Digest": f"sha-256=:{digest}:", "Content-Type": media_type, "Content-Length": str(len(body))}
        now, names = int(time.time()), " ".join(f'"{name}"' for name in COVERED)
        parameters = f'({names});created={now};expires={now + 300};nonce="{secrets.token_urlsafe(18)}"'
        parameters += f';keyid="{self.kid}";alg="ed25519";tag="testamur-v1"'
        value = base64.b64encode(self.key.sign(base_of("POST", uri, fields, COVERED, parameters))).decode()
        return fields | {"Signature-Input": f"testamur={parameters}", "Signature": f"testamur=:{value}:"}

    async def post(self, path: str, body: bytes, media_type: str) -> tuple[int, bytes]:
        uri = self.peer_url + path
        fields = self.fields(uri, body, media_type)
        async with aiohttp.request("POST", uri, data=body, headers=fields, allow_redirects=False) as answer:
            return answer.status, await answer.read()

    def message(self, parts: list[tuple[str, str, bytes]], **changes: object) -> bytes:
        """A message with these parts (role, media type, octets)."""
        named = [{"role": r, "sha256": sha256(o), "size": len(o), "media_type": m} for r, m, o in parts]
        envelope = {"protocol": 1, "id": str(uuid.uuid4()), "from": self.name, "to": self.peer, "created": stamp()}
        envelope |= {"expires": stamp(72 * 3600), "purpose": "recognition", "via": [], "trace": secrets.token_hex(16)}
        envelope |= {"parts": named} | changes
        jws = self.sign("testamur-envelope+jws", envelope)
        self.sent[envelope["id"]] = (jws, envelope)
        return jws + b"\n" + b"".join(octets for _, _, octets in parts)

    async def send(self, message: bytes) -> tuple[bytes, dict]:
        """Send a message; the transport receipt, checked."""
        status, answer = await self.post("/v1/messages", message, MESSAGE)
        if status != 200:
            raise Problem(status, json.loads(answer)["code"])
        receipt = self.read("testamur-receipt+jws", answer)
        self.check(receipt, "transport")
        return answer, receipt

    def check(self, receipt: dict, kind: str) -> None:
        if receipt["message"] not in self.sent:
            raise Problem(404, "receipt.unknown_message")
        jws, envelope = self.sent[receipt["message"]]
        fits = {"protocol": 1, "kind": kind, "from": envelope["to"], "to": self.name, "trace": envelope["trace"]}
        if receipt["envelope_sha256"] != sha256(jws) or any(receipt[name] != value for name, value in fits.items()):
            raise Problem(409, "receipt.mismatch")

    # --- receiving

    def app(self) -> web.Application:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/{what}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            self.door(request, body)
            if request.match_info["what"] == "receipts":
                return self.take_receipt(body)
            return web.Response(body=self.take_message(body), content_type=STATEMENT)
        except Problem as problem:
            status, code = problem.args
            told = {"type": f"urn:testamur:problem:{code}", "title": "", "status": status, "code": code, "hint": ""}
            told |= {"stage": "transport", "retryable": status >= 500}
            return web.json_response(told, status=status, content_type="application/problem+json")

    def door(self, request: web.Request, body: bytes) -> None:
        parameters = request.headers["Signature-Input"].removeprefix("testamur=")
        names = re.findall(r'"([^"]*)"', parameters[: parameters.index(")")])
        got = dict(re.findall(r';([a-z]+)="?([^";]*)"?', parameters))
        value = base64.b64decode(request.headers["Signature"].removeprefix("testamur=:").removesuffix(":"))
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
        wanted = {"keyid": key_id(self.peer_key), "alg": "ed25519", "tag": "testamur-v1"}
        if (
            sorted(names) != sorted(COVERED)
            or any(got[n] != v for n, v in wanted.items())
            or got["nonce"] in self.nonces
        ):
            raise Problem(401, "door.form")
        if not int(got["created"]) - 300 <= time.time() <= int(got["expires"]) <= int(got["created"]) + 300:
            raise Problem(425, "door.clock")
        try:
            uri = self.url + request.path
            self.peer_key.verify(value, base_of("POST", uri, dict(request.headers), names, parameters))
        except InvalidSignature:
            raise Problem(401, "door.signature") from None
        if request.headers["Content-Digest"] != digest:
            raise Problem(400, "message.digest")
        self.nonces.add(got["nonce"])

    def take_message(self, body: bytes) -> bytes:
        jws, _, rest = body.partition(b"\n")
        envelope = self.read("testamur-envelope+jws", jws)
        if (envelope["from"], envelope["to"]) != (self.peer, self.name):
            raise Problem(421, "envelope.addressee")
        name = (self.peer, envelope["id"])
        if name in self.arrived:
            if self.arrived[name][0] != sha256(jws):
                raise Problem(409, "envelope.conflict")
            return self.arrived[name][1]
        if envelope["expires"] <= stamp():
            raise Problem(410, "envelope.expired")
        octets = []
        for part in envelope["parts"]:
            octets.append(rest[: part["size"]])
            rest = rest[part["size"] :]
        if rest or [sha256(one) for one in octets] != [part["sha256"] for part in envelope["parts"]]:
            raise Problem(400, "message.part")
        receipt = self.receipt("transport", envelope, sha256(jws), received=stamp())
        self.arrived[name] = (sha256(jws), receipt, envelope, octets)
        return receipt

    def receipt(self, kind: str, envelope: dict, digest: str, **more: object) -> bytes:
        told = {"protocol": 1, "kind": kind, "message": envelope["id"], "envelope_sha256": digest, "from": self.name}
        return self.sign("testamur-receipt+jws", told | {"to": self.peer, "trace": envelope["trace"]} | more)

    def take_receipt(self, body: bytes) -> web.Response:
        receipt = self.read("testamur-receipt+jws", body)
        self.check(receipt, "business")
        if self.receipts.setdefault(receipt["message"], (body, receipt))[0] != body:
            raise Problem(409, "receipt.conflict")
        return web.Response(status=204)

    def decide(self, message: str, decision: str = "accepted", **more: object) -> bytes:
        """The business receipt for a message that arrived."""
        digest, _, envelope, _ = self.arrived[self.peer, message]
        original, *others = envelope["parts"]
        found = {"sha256": original["sha256"], "verdict": "INDETERMINATE", "sub_indication": "UNKNOWN_FORMAT"}
        found |= {"caveats": [], "conformity": "NOT_CHECKED"}
        reruns = [
            {"sha256": p["sha256"], "outcome": "cannot be re-run here"} for p in others if p["role"] == "translation"
        ]
        told = {"decided": stamp(), "decision": decision, "original": found, "translations": reruns}
        return self.receipt("business", envelope, digest, **(told | more))
