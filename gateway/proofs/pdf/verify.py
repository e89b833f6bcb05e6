"""The proof that a PDF's signature is, from what was found of it in its process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cryptography.x509 import Certificate

from gateway.proofs.certificate import load_certificate
from gateway.proofs.jose.certificates import public_key
from gateway.proofs.pdf.examine import ABOUT, Examined
from gateway.proofs.proof import Proof


def proofs_of(octets: bytes, examined: Examined) -> tuple[Proof, ...]:
    """The proof of a file; none where it has no signature."""
    if not examined.findings:
        return ()
    cms = examined.cms
    if cms is None:
        return (Proof(kind="pdf", findings=examined.findings, covered=None, about=ABOUT),)
    certificates = tuple(_readable(cms.certificates))
    return (
        Proof(
            kind="pdf",
            findings=examined.findings,
            covered=octets if examined.holds else None,
            key=public_key(certificates[0]) if certificates else None,
            certificates=certificates,
            signature_algorithm=cms.signature_algorithm,
            digest_algorithm=cms.digest_algorithm,
            claimed_time=cms.claimed_time,
            about=ABOUT,
        ),
    )


def _readable(given: Iterable[bytes]) -> Iterator[Certificate]:
    """The signer's was read before; of the others, which are hints, those that can be."""
    for der in given:
        try:
            yield load_certificate(der)
        except ValueError:
            continue
