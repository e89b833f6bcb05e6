"""A fictional node with a seal for credentials, beside those for ELMO and Europass, and the real adapters."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.drivers.did_keys import DidKey
from gateway.kit.contract import Adapter
from gateway.kit.discovery import discover
from gateway.node.startup import Node
from gateway.proofs.dids import VerificationMethod
from gateway.proofs.multikey import write_multikey
from gateway.translate.issuer import issuer_by_did
from tests.jose_makers import key
from tests.toy_node import NODE, node, node_key, sealed

UNIVERSITY = "University of Examplia"


@cache
def adapters() -> tuple[Adapter, ...]:
    return discover().adapters


def did_key(kind: str = "ed25519", *, did: str | None = None, form: Any = "json", name: str = NODE) -> DidKey:
    """The seal for credentials; `did` None is the did:key of the key itself."""
    multikey = write_multikey(key(kind).public_key())
    whose = did or f"did:key:{multikey}"
    method = VerificationMethod(id=f"{whose}#{multikey}", key=key(kind).public_key(), controller=whose)
    issuer = issuer_by_did(whose, name, "XX", "NTRXX-12345678")
    return DidKey(private_key=key(kind), method=method, issuer=issuer, form=form)


def credential_node(seal: DidKey | None = None, **changes: Any) -> Node:
    seals = {"xmldsig": node_key(), "jades": node_key(), "vc": seal or did_key()}
    return node(**{"adapters": adapters(), "seals": seals, "renderer": None, **changes})


def transcript(grade: str = "8", country: str = "XX", courses: int = 1) -> bytes:
    """A small genuine ELMO: a programme with two courses, or more."""
    course = """<hasPart><learningOpportunitySpecification>
        <identifier type="local">{code}</identifier><title xml:lang="en">{title}</title><type>Course</type>
        <specifies><learningOpportunityInstance><status>passed</status><resultLabel>{grade}</resultLabel>
        <credit><scheme>ects</scheme><value>5</value></credit></learningOpportunityInstance></specifies>
        </learningOpportunitySpecification></hasPart>"""
    knots = (course.format(code=f"K-{n}", title=f"Knots {n}", grade=grade) for n in range(1, courses + 1))
    inside = "".join(knots) + course.format(code="S-1", title="Sails", grade="9")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<elmo xmlns="https://github.com/emrex-eu/elmo-schemas/tree/v1">
  <generatedDate>2025-02-03T04:05:06Z</generatedDate>
  <learner><citizenship>{country}</citizenship><givenNames>Élodie</givenNames><familyName>Nemo</familyName></learner>
  <report><issuer><country>XX</country><identifier type="schac">examplia.example</identifier>
    <title xml:lang="en">{UNIVERSITY}</title></issuer>
    <learningOpportunitySpecification><identifier type="local">B-0</identifier>
      <title xml:lang="en">Bachelor of Seafaring</title><type>Degree Programme</type>
      <specifies><learningOpportunityInstance><status>passed</status></learningOpportunityInstance></specifies>
      {inside}
    </learningOpportunitySpecification>
    <issueDate>2025-02-03T04:05:06Z</issueDate>
  </report>
</elmo>
""".encode()


@cache
def sealed_transcript(grade: str = "8") -> bytes:
    return sealed(transcript(grade))


def forged_transcript() -> bytes:
    """A transcript whose grade was altered after it was sealed."""
    return sealed_transcript().replace(b"<resultLabel>8<", b"<resultLabel>10<")


def credentials_entry(folder: Path, more: str = "", kind: str = "ed25519") -> str:
    """A `[[seal]]` for credentials, with its key."""
    octets = key(kind).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "vc.key.pem").touch(mode=0o600)
    (folder / "vc.key.pem").write_bytes(octets)
    return f'[[seal]]\nfor = ["vc"]\nkey = "vc.key.pem"\nname = "Ministry of Examplia"\n{more}'
