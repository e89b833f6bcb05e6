"""What the proofs of a file cover; and taking a seal off, for whoever needs nothing else of a file."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.errors import Refused
from gateway.kit.contract import Vouched
from gateway.proofs.budget import Budget
from gateway.proofs.proof import Proof
from gateway.readers.containers import Unpacked, unpack
from gateway.readers.document import Document
from gateway.verify.proofs import proofs_around, proofs_inside
from gateway.verify.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Unsealed:
    """A file out of its seal. What is inside was not looked at, and nobody was asked whom to trust.

    body    what its proofs cover; the file itself where it has none, or can't be read
    proofs  as `verify` finds them
    holds   whether there are proofs of the document, and all of them hold
    """

    body: bytes
    proofs: tuple[Proof, ...]
    holds: bool


def unseal(octets: bytes, terms: Terms) -> Unsealed:
    """Take the seal off a file whose content is compared octet by octet, and so needs no reader."""
    try:
        unpacked = unpack(octets, terms.limits, within_seals=False)
        document = document_of(unpacked, terms)
        budget = Budget()
        proofs = proofs_around(unpacked, terms, budget) + proofs_inside(document, terms, budget)
        covered, vouched = covered_by(document, proofs, vouched_outside=False)
    except Refused:
        return Unsealed(body=octets, proofs=(), holds=False)
    return Unsealed(body=covered.octets, proofs=proofs, holds=vouched == "proof")


def document_of(unpacked: Unpacked, terms: Terms) -> Document:
    """The document out of its containers; JSON was parsed on the way, and is parsed no second time."""
    if unpacked.kind == "json":
        return Document.with_value(unpacked.octets, unpacked.json, limits=terms.limits)
    return Document(unpacked.octets, unpacked.kind, limits=terms.limits)


def covered_by(document: Document, proofs: tuple[Proof, ...], *, vouched_outside: bool) -> tuple[Document, Vouched]:
    """What is vouched for, and by what: the octets of the innermost proof, when every proof of the document holds."""
    own = [proof for proof in proofs if proof.role == "document"]
    if not own:
        return document, "outer" if vouched_outside else "unverified"
    if None in [proof.covered for proof in own]:
        return document, "unverified"
    innermost = own[-1]
    if innermost.kind not in _COVER_OTHER_OCTETS or innermost.covered is None:
        return document, "proof"
    return Document(innermost.covered, document.media, limits=document.limits), "proof"


_COVER_OTHER_OCTETS = ("xmldsig", "dataintegrity")
"""Proofs that stand inside the document that they are over."""
