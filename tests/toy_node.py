"""A fictional node and university for tests of translation: keys, sealed documents, settings."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.drivers.keys import SealKey
from gateway.node.sealing import seal
from gateway.node.startup import Node
from gateway.readers.limits import DEFAULT_LIMITS
from gateway.trust.anchors import Anchor
from gateway.trust.policies import load_policy
from tests.signing import PrivateKey, ec_key, rsa_key
from tests.toy_systems import Leaf, Petal, leaf, renderer

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
UNIVERSITY = "University of Examplia"
NODE = "Ministry of Examplia"


def certificate(key: PrivateKey, name: str, identifier: str | None = None) -> x509.Certificate:
    """A self-signed certificate of an organisation."""
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "XX"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
    ]
    if identifier:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, identifier))
    subject = x509.Name(attributes)
    start = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 4711, start, start.replace(year=2045))
    return builder.sign(key, hashes.SHA256())


def seal_key(who: str, name: str, identifier: str | None = None, *, rsa: bool = False) -> SealKey:
    """The seal key of an organisation: one for each `who` in a session."""
    key = rsa_key(who, 3072) if rsa else ec_key(who)
    return SealKey(key, (certificate(key, name, identifier),))


def university() -> SealKey:
    """The key that originals are sealed with."""
    return seal_key("university", UNIVERSITY)


def node_key() -> SealKey:
    """The key that this node seals translations with."""
    return seal_key("node", NODE, "NTRXX-12345678")


def sealed(body: bytes, profile: str = "xmldsig", key: SealKey | None = None) -> bytes:
    """A document sealed by the university."""
    return seal(body, profile, key or university(), now=NOW, limits=DEFAULT_LIMITS)


def sealed_leaf(**changes: str) -> bytes:
    """A genuine leaf."""
    return sealed(leaf(**changes))


def forged_leaf() -> bytes:
    """A leaf whose grade was altered after it was sealed."""
    return sealed_leaf(grade="8").replace(b">8<", b">10<")


def anchor(key: SealKey, **terms) -> Anchor:
    """A sealer's own certificate, pinned."""
    found = Anchor(key=key.certificates[0].public_key(), certificate=key.certificates[0])
    return replace(found, **terms)


def node(**changes) -> Node:
    """A configured node that trusts the university, and seals."""
    usual = {
        "id": "node.example.org",
        "configured": True,
        "adapters": (Leaf(), Petal()),
        "policy": load_policy("strict"),
        "anchors": (anchor(university()),),
        "seals": {"xmldsig": node_key(), "jades": node_key()},
        "renderer": renderer(),
    }
    return Node(**{**usual, **changes})


def write_key(folder: Path, key: SealKey, name: str) -> tuple[Path, Path]:
    """A key and its certificate as files."""
    key_file, certificate_file = folder / f"{name}.key.pem", folder / f"{name}.pem"
    octets = key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key_file.touch(mode=0o600)
    key_file.write_bytes(octets)
    certificate_file.write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in key.certificates))
    return key_file, certificate_file


def write_settings(folder: Path, *, extra: str = "", trusted: SealKey | None = None) -> Path:
    """The smallest settings that seal, with the files that they name."""
    write_key(folder, node_key(), "seal")
    write_key(folder, trusted or university(), "university")
    file = folder / "node.toml"
    file.write_text(
        '[node]\nid = "node.example.org"\n'
        '[[seal]]\nfor = ["xmldsig", "jades"]\nkey = "seal.key.pem"\ncertificate = "seal.pem"\n'
        f'[[trust]]\nanchor = "university.pem"\n{extra}'
    )
    return file
