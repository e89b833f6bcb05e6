"""What the proofs of a file cover; and taking a seal off, for whoever needs nothing else of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.errors import Refused
from gateway.kit.contract import Form, Vouched
from gateway.model.leaves import pointer
from gateway.proofs.budget import Budget
from gateway.proofs.proof import Proof
from gateway.readers.containers import Unpacked, unpack
from gateway.readers.document import Document
from gateway.readers.json import JsonValue, dump_json
from gateway.verify.proofs import embedded_proofs, proofs_around, proofs_inside
from gateway.verify.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Unsealed:
    """A file out of its seal. What is inside was not read, and nobody was asked whom to trust.

    body    what its proofs cover; the file itself where it has none, or can't be read. Of a credential its JSON without
            any proof, in the order in which it stands: that is more than a proof by way of RDF covers
    proofs  as `verify` finds them
    holds   whether there are proofs of the document, and all of them hold
    form    how a credential is packed; None where it is none, or has no proof and no picture around it
    inside  the proofs of the credentials inside that have some, by their places
    around  what it was packed in besides its seals, from the outside in: a picture, gzip, base64, the upload wrapper
    """

    body: bytes
    proofs: tuple[Proof, ...]
    holds: bool
    form: Form | None = None
    inside: Mapping[str, tuple[Proof, ...]] = field(default_factory=dict)
    around: tuple[str, ...] = ()


def unseal(octets: bytes, terms: Terms) -> Unsealed:
    """Take the seal off a file whose content is compared octet by octet, and so needs no reader."""
    try:
        unpacked = unpack(octets, terms.limits, within_seals=False)
        document = document_of(unpacked, terms)
        budget = Budget()
        proofs = proofs_around(unpacked, terms, budget) + proofs_inside(document, terms, budget)
        covered, vouched = covered_by(document, proofs, vouched_outside=False)
        inside = {place: embedded_proofs(one, terms, budget) for place, one in _sealed_inside(document)}
    except Refused:
        return Unsealed(body=octets, proofs=(), holds=False)
    form = _form_of(unpacked, proofs)
    body = dump_json(_without_proofs(document.value)) if form is not None or inside else covered.octets
    around = tuple(layer.kind for layer in unpacked.layers if layer.kind not in ("jws", "jwt"))
    return Unsealed(body=body, proofs=proofs, holds=vouched == "proof", form=form, inside=inside, around=around)


def _form_of(unpacked: Unpacked, proofs: tuple[Proof, ...]) -> Form | None:
    if unpacked.kind != "json":
        return None
    layers = {layer.kind for layer in unpacked.layers}
    if "png" in layers:
        return "png"
    if "jwt" in layers:
        return "jwt"
    return "json" if any(proof.kind == "dataintegrity" for proof in proofs) else None


def _sealed_inside(document: Document) -> Iterator[tuple[str, JsonValue]]:
    """The credentials inside one that have a proof of their own, with their places.

    Raises:
        Refused: `limit.depth`, where so many stand in one another that checking each would cost the square of it.
    """
    if document.media == "json":
        for name, member in _members(document.value):
            yield from _sealed(member, pointer("", name), 0)


def _sealed(value: JsonValue, place: str, around: int) -> Iterator[tuple[str, JsonValue]]:
    if _is_sealed(value):
        if around == _DEEPEST:
            raise Refused("limit.depth", f"got more than {_DEEPEST} credentials in one another")
        around += 1
        yield place, value
    for name, member in _members(value):
        yield from _sealed(member, pointer(place, name), around)


def _is_sealed(value: JsonValue) -> bool:
    return isinstance(value, dict) and "@context" in value and "proof" in value


def _members(value: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((str(n), member) for n, member in enumerate(value))


def _without_proofs(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_without_proofs(member) for member in value]
    if not isinstance(value, dict):
        return value
    proof = {"proof"} if _is_sealed(value) else set()
    return {name: _without_proofs(member) for name, member in value.items() if name not in proof}


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


_DEEPEST = 4
"""Credentials in one another: an employment record holds learner records, and these hold badges."""

_COVER_OTHER_OCTETS = ("xmldsig", "dataintegrity")
"""Proofs that stand inside the document that they are over."""
