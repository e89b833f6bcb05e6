"""Fictional documents and keys for the tests of proofs: made afresh in each session, none kept in the repository."""

from __future__ import annotations

import base64
import datetime as dt
from functools import lru_cache

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree

ELMO = "https://github.com/emrex-eu/elmo-schemas/tree/v1"
DS = "http://www.w3.org/2000/09/xmldsig#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE_11 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
ENVELOPED = f"{DS}enveloped-signature"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@lru_cache
def rsa_key(who: str = "registry", bits: int = 2048) -> rsa.RSAPrivateKey:
    """The RSA key of a fictional registry in this session."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@lru_cache
def ec_key(who: str = "registry", curve: str = "SECP256R1") -> ec.EllipticCurvePrivateKey:
    """The EC key of a fictional registry in this session."""
    return ec.generate_private_key(getattr(ec, curve)())


@lru_cache
def certificate(key: PrivateKey, who: str = "Registry of Examplia") -> x509.Certificate:
    """A self-signed certificate over a key."""
    name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, who), x509.NameAttribute(NameOID.COUNTRY_NAME, "XX")]
    )
    start = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 4711, start, start.replace(year=2045))
    return builder.sign(key, hashes.SHA256())


def elmo(courses: int = 3, *, root: str = "", before: str = "", after: str = "", extra: str = "") -> bytes:
    """A small ELMO of a fictional learner; `root` holds more attributes, `before` and `after` stand beside the root."""
    specification = "\n".join(
        f"""      <hasPart><learningOpportunitySpecification>
        <identifier type="local">EX-{n:03}</identifier>
        <title xml:lang="en">Course {n} &amp; practice</title><title xml:lang="el">Μάθημα {n}</title>
        <specifies><learningOpportunityInstance><start>2024-09-01</start><status>passed</status>
          <resultLabel>{n % 5 + 1}</resultLabel><credit><scheme>ects</scheme><value>{n}.5</value></credit>
        </learningOpportunityInstance></specifies>
      </learningOpportunitySpecification></hasPart>"""
        for n in range(courses)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
{before}<elmo xmlns="{ELMO}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {root}>
  <generatedDate>2025-02-03T04:05:06Z</generatedDate>
  <learner><citizenship>XX</citizenship><givenNames>Élodie 小明</givenNames><familyName>Nemo</familyName></learner>
  <report><issuer><country>XX</country><identifier type="schac">examplia.example</identifier>
    <title xml:lang="en">University of Examplia</title></issuer>
    <learningOpportunitySpecification>
      <title xml:lang="en">Bachelor of Nothing</title><!-- a comment -->
      <?print page?>
{specification}
    </learningOpportunitySpecification>
    <issueDate>2025-02-03T04:05:06Z</issueDate>{extra}
  </report>
</elmo>{after}
""".encode()


def template(
    *,
    key: PrivateKey,
    c14n: str = INCLUSIVE,
    transforms: tuple[str, ...] = (),
    prefixes: str | None = None,
    prefix: str = "",
    method: str = "",
) -> str:
    """A signature without digest and value, as Java writes it: the default namespace, unless a prefix is given."""
    q = f"{prefix}:" if prefix else ""
    xmlns = f"xmlns:{prefix}" if prefix else "xmlns"
    inner = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{prefixes}"/>' if prefixes is not None else ""
    steps = f'<{q}Transform Algorithm="{ENVELOPED}"/>' + "".join(
        f'<{q}Transform Algorithm="{t}">{inner if t.startswith(EXCLUSIVE) else ""}</{q}Transform>' for t in transforms
    )
    method = method or (RSA_SHA256 if isinstance(key, rsa.RSAPrivateKey) else ECDSA_SHA256)
    der = base64.b64encode(certificate(key).public_bytes(Encoding.DER)).decode()
    return (
        f'<{q}Signature {xmlns}="{DS}"><{q}SignedInfo>'
        f'<{q}CanonicalizationMethod Algorithm="{c14n}">{inner if c14n.startswith(EXCLUSIVE) else ""}'
        f'</{q}CanonicalizationMethod><{q}SignatureMethod Algorithm="{method}"/><{q}Reference URI="">'
        f'<{q}Transforms>{steps}</{q}Transforms><{q}DigestMethod Algorithm="{SHA256}"/><{q}DigestValue/>'
        f"</{q}Reference></{q}SignedInfo><{q}SignatureValue/><{q}KeyInfo><{q}X509Data><{q}X509Certificate>{der}"
        f"</{q}X509Certificate></{q}X509Data></{q}KeyInfo></{q}Signature>"
    )


def signed(document: bytes, key: PrivateKey | None = None, *, filled: str = "", **options) -> bytes:
    """The document signed by libxmlsec, an implementation that isn't ours, with the signature as the last child."""
    key = key or rsa_key()
    return fill(put_last(document, filled or template(key=key, **options)), key)


def put_last(document: bytes, signature: str) -> bytes:
    """The document with text put before the end tag of its root."""
    head, end, rest = document.rpartition(b"</elmo>")
    return head + signature.encode() + end + rest


def fill(document: bytes, key: PrivateKey) -> bytes:
    """Have libxmlsec compute digest and value of the first signature among the root's children, in place."""
    root = etree.fromstring(document, huge_parser())
    context = xmlsec.SignatureContext()
    context.key = xmlsec_key(key)
    context.sign(root.find(f"{{{DS}}}Signature"))
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


@lru_cache
def xmlsec_key(key: PrivateKey) -> xmlsec.Key:
    """The same key for libxmlsec."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.PEM)


def huge_parser() -> etree.XMLParser:
    """A parser as other programs have it: it takes texts of any length, and a DOCTYPE."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def xmlsec_verifies(document: bytes, key: PrivateKey) -> bool:
    """What libxmlsec says of the signature among the root's children (or the first anywhere), with a pinned key."""
    try:
        root = etree.fromstring(document, huge_parser())
    except etree.XMLSyntaxError:
        return False
    node = root.find(f"{{{DS}}}Signature")
    node = root.find(f".//{{{DS}}}Signature") if node is None else node
    if node is None:
        return False
    context = xmlsec.SignatureContext()
    context.key = xmlsec_key(key)
    try:
        context.verify(node)
    except xmlsec.Error:
        return False
    return True


def pinned_pem(key: PrivateKey) -> bytes:
    """The certificate of a key, for programs that read files."""
    return certificate(key).public_bytes(Encoding.PEM)
