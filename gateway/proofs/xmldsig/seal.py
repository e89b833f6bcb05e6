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
    root = parse_xml(document, limits).getroot()
    if root.find(SIGNATURE) is not None:
        raise Refused("seal.already_sealed", "got a document with a signature, expected one without")
    signed = _signer(key).sign(root, key=key, cert=list(certificates))
    sealed = etree.tostring(signed.getroottree(), encoding="UTF-8", xml_declaration=True)
    _check(sealed, len(document), limits)
    return sealed


def _check(sealed: bytes, unsealed_size: int, limits: Limits) -> None:
    """Hold the seal against our own verifier: one that we wouldn't accept is never given out."""
    slack = len(sealed) - unsealed_size  # the seal may carry a document over the limit that it kept by itself
    room = limits.document_bytes + max(slack, 0)
    proofs = verify_enveloped(parse_xml(sealed, dataclasses.replace(limits, document_bytes=room)))
    if not any(proof.covered is not None for proof in proofs if proof.role == "document"):
        raise Refused(
            "seal.not_verifiable",
            "got a document whose seal doesn't verify: xml:* attributes or instructions at its root, or a placeholder",
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
