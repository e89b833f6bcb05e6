"""Documents that cost their sender nothing and a naive verifier minutes, through the whole of `verify`."""

from __future__ import annotations

import json
import zlib

import pytest

from gateway.model.verdict import Indication
from gateway.verify.engine import verify
from tests.jose_makers import b64url, png
from tests.signing import DS, ELMO, EXCLUSIVE, rsa_key, template
from tests.unit.verify.paper import Paper
from tests.unit.verify.test_engine import terms
from tests.work import verdicts_in


def unsigned_signature(**options) -> str:
    """A signature of the right structure with wrong values: anybody can write it, and it makes us canonicalize."""
    text = template(key=rsa_key(), **options)
    return text.replace("DigestValue/>", "DigestValue>AAAA</DigestValue>").replace(
        "SignatureValue/>", "SignatureValue>AAAA</SignatureValue>"
    )


def document(body: str, *, root: str = "", signature: str = "") -> bytes:
    return f'<elmo xmlns="{ELMO}" {root}>{body}{signature or unsigned_signature()}</elmo>'.encode()


def in_chain(depth: int, each: int) -> str:
    opened = "".join("<a " + " ".join(f'xmlns:p{d}x{i}="urn:{d}.{i}"' for i in range(each)) + ">" for d in range(depth))
    return opened + "<b/>" * 20_000 + "</a>" * depth


def jws_with(items: list[object], signatures: int) -> bytes:
    protected = b64url(json.dumps({"alg": "ES256", "sigT": "2026-01-01T00:00:00Z", "crit": ["sigT"]}).encode())
    one = {"protected": protected, "signature": "AAAA", "header": {"etsiU": items}}
    return json.dumps({"payload": "e30", "signatures": [one] * signatures}).encode()


def stretched(place: str, by: str) -> bytes:
    return document("", signature=unsigned_signature().replace(place, by))


EMPTY_SIGNATURES = f'<Signature xmlns="{DS}"/>' * 50_000
SPACES = " " * 11_000_000
HOSTILE = {
    "many namespaces at the root, many elements": lambda: document(
        "<a/>" * 20_000, root=" ".join(f'xmlns:p{i}="urn:{i}"' for i in range(5_000))
    ),
    "many namespaces down a chain": lambda: document(in_chain(150, 60)),
    "as many attributes as nodes are allowed": lambda: document(
        "<a " + " ".join(f'a{i}=""' for i in range(150_000)) + "/>"
    ),
    "a long list of inclusive prefixes": lambda: document(
        "<a/>" * 50_000,
        root='xmlns:xsi="urn:x"',
        signature=unsigned_signature(transforms=(EXCLUSIVE,), prefixes="xsi " * 100_000),
    ),
    "signatures in a supplement": lambda: document(f"<diplomaSupplement>{EMPTY_SIGNATURES}</diplomaSupplement>"),
    "signatures far down": lambda: document("<a>" * 150 + EMPTY_SIGNATURES + "</a>" * 150),
    "white space in SignedInfo": lambda: stretched("<SignedInfo>", f"<SignedInfo>{SPACES}"),
    "white space in a digest": lambda: stretched(">AAAA</DigestValue>", f">{SPACES}AAAA</DigestValue>"),
    "a long Id in SignedInfo": lambda: stretched("<SignedInfo>", f'<SignedInfo Id="{"a" * 11_000_000}">'),
    "base64 and spaces without end": lambda: b"A" + b" " * 20_000 + b"!",
    "deep JSON with surrogates": lambda: b"[" * 190 + b'"\\ud83d\\ude00",' * 150_000 + b"1" + b"]" * 190,
    "unsigned items full of nodes": lambda: jws_with([b64url(b'{"xVals":[' + b"[]," * 190_000 + b"1]}")] * 10, 2),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_document_never_passes_and_costs_no_more_than_five_thousand_honest_ones(make) -> None:
    data = make()
    cost, answer = verdicts_in(lambda: verify(data, adapters=[Paper()], terms=terms()).verdict)
    assert cost < 5_000  # a thousand at most on a quiet machine; before it was bounded it took minutes
    assert answer.verdict is not Indication.PASSED


def test_a_picture_with_many_bombs_inflates_none() -> None:
    bomb = b"openbadges\0\1\0\0\0" + zlib.compress(bytes(1_000) * 60_000)
    picture = png(*[(b"iTXt", bomb)] * 50)
    cost, answer = verdicts_in(lambda: verify(picture, adapters=[Paper()], terms=terms()).verdict)
    assert cost < 200
    assert answer.findings[0].about == "png.ambiguous"
