"""Sealing: one enveloped XML signature over a whole document, as every ELMO reader in use understands it.

RSA or ECDSA with SHA-256, inclusive Canonical XML 1.0, `ds:` prefix, the certificate (and its chain) in KeyInfo, the
signature as the last child of the root. signxml makes it; its verifier is never used (docs/divergences.md).
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import Certificate
from lxml import etree

from gateway.errors import ConfigError, Refused
from gateway.proofs.xmldsig.canonical import Canonicalization
from gateway.proofs.xmldsig.steps import Unmet
from gateway.proofs.xmldsig.structure import SIGNATURE
from gateway.proofs.xmldsig.verify import verify_enveloped
from gateway.readers.limits import DEFAULT_LIMITS, Limits
from gateway.readers.xml import parse_xml

SealKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def seal_enveloped(
    document: bytes, key: SealKey, certificates: Sequence[Certificate], *, limits: Limits = DEFAULT_LIMITS
) -> bytes:
    """The document with an enveloped seal as the root's last child, in UTF-8.

    `certificates` begins with the one of `key`; the rest is its chain. The result must travel as it is: writing it
    out again breaks the seal. It was verified by our own core before it is given out.

    Raises `ConfigError` seal.certificate where the first certificate isn't the key's; `Refused` seal.already_sealed
    and seal.not_verifiable, and whatever `parse_xml` refuses.
    """
    if not certificates or certificates[0].public_key() != key.public_key():
        raise ConfigError(
            "seal.certificate",
            "got a certificate of another key, expected the seal key's own first",
            advice="Put the certificate that belongs to the seal key first in the file.",
        )
    tree = parse_xml(document, limits)
    root = tree.getroot()
    if root.find(SIGNATURE) is not None:
        raise Refused("seal.already_sealed", "got a document with a signature, expected one without")
    whole = _canonical(tree)
    signed = _signer(key).sign(root, key=key, cert=list(certificates))
    sealed = etree.tostring(signed.getroottree(), encoding="UTF-8", xml_declaration=True)
    _check(sealed, whole, len(document), limits)
    return sealed


def _check(sealed: bytes, whole: bytes, unsealed_size: int, limits: Limits) -> None:
    """Hold the seal against our own verifier: one that covers anything but the given document is never given out."""
    slack = len(sealed) - unsealed_size  # the seal may carry a document over the limit that it kept by itself
    room = limits.document_bytes + max(slack, 0)
    proofs = verify_enveloped(parse_xml(sealed, dataclasses.replace(limits, document_bytes=room)))
    if [proof.covered for proof in proofs if proof.role == "document"] != [whole]:
        raise _not_sealable("xml:* attributes at its root, instructions beside it or a signature's placeholder")


def _canonical(document: etree._ElementTree) -> bytes:
    """The document's octets as its seal will cover them."""
    try:
        return Canonicalization().of_tree(document)
    except Unmet:
        raise _not_sealable("a relative namespace URI, with which it has no canonical form") from None


def _not_sealable(why: str) -> Refused:
    return Refused(
        "seal.not_verifiable",
        f"got a document that can't be sealed whole: {why}",
        advice="Seal documents as the adapters write them.",
    )


def _signer(key: SealKey) -> Any:
    """A signxml signer. Imported here: it takes long to load, and most commands never seal."""
    from signxml.algorithms import (
        CanonicalizationMethod,
        DigestAlgorithm,
        SignatureConstructionMethod,
        SignatureMethod,
    )
    from signxml.signer import XMLSigner

    logging.getLogger("signxml").setLevel(logging.WARNING)  # at DEBUG it logs the whole document
    method = SignatureMethod.RSA_SHA256 if isinstance(key, rsa.RSAPrivateKey) else SignatureMethod.ECDSA_SHA256
    signer: Any = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=method,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    # signxml parses again with a parser of its own, which refuses texts over 10 MB; it has no argument for this
    signer._parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)  # noqa: SLF001
    return signer
