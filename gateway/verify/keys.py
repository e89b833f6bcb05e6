"""Keys that only a document elsewhere tells: of a did:web, and of a name that is an https address.

Such an address leads to a document with several keys, named by their fragments; or to a page of one key, which names
its owner: then the owner's own page has to name the key. Sources: did:web method; Controlled Identifiers 1.0, section
3; Open Badges 2.0, "SignedBadge Verification".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.kit.contract import EvidenceRequest
from gateway.model.verdict import Finding, Status, SubIndication
from gateway.proofs.proof import Proof
from gateway.verify.asking import open_question
from gateway.verify.evidence import address_of_did, address_of_name, page_in
from gateway.verify.terms import Terms

_WHOSE = "which key its proof names"


def key_questions(proofs: Iterable[Proof], terms: Terms) -> tuple[EvidenceRequest, ...]:
    """The documents in which keys must be looked up: of proofs that don't hold only because theirs isn't known."""
    addresses = [address for proof in proofs if (address := _address(proof, terms)) is not None]
    return tuple(EvidenceRequest(url=address, why=_WHOSE) for address in dict.fromkeys(addresses))


def key_findings(proofs: Iterable[Proof], questions: Iterable[EvidenceRequest], terms: Terms) -> tuple[Finding, ...]:
    """Each of these documents as an open question; and each key whose owner doesn't name it."""
    asked = [open_question(question.why, terms.unanswered.get(question.url)) for question in questions]
    return (*asked, *_not_owned(proofs, terms))


def _address(proof: Proof, terms: Terms) -> str | None:
    """Where the next document of a proof's key stands; None where it was given, or wouldn't change anything."""
    return next((one for one in _addresses(proof, terms) if one not in terms.evidence), None)


def _addresses(proof: Proof, terms: Terms) -> Iterator[str]:
    """The document that the key's name leads to; and that of its owner, where it is a page of one key."""
    name = proof.key_id or ""
    wrong = any(finding.status is Status.FAILED for finding in proof.findings)
    if proof.covered is not None or not proof.known or wrong or name in terms.methods:
        return
    controller = name.partition("#")[0]
    address = controller if _is_address(proof, name) else address_of_did(controller)
    if address is None or (controller != address and controller in terms.evidence):
        return
    if not address.startswith("https://") and address not in terms.evidence:
        return  # nobody would be asked there
    yield address
    found = terms.evidence.get(address)
    page = None if found is None else page_in(found)
    if page is not None and page.owner:
        yield address_of_name(page.owner)


def _is_address(proof: Proof, name: str) -> bool:
    """A key in the fragment itself needs no document; only a proof inside a document may be named so."""
    inside = proof.kind == "dataintegrity" and name.partition("#")[2].startswith("z")
    return name.startswith(("https://", "http://")) and not inside


def _not_owned(proofs: Iterable[Proof], terms: Terms) -> Iterator[Finding]:
    for proof in proofs:
        addresses = list(_addresses(proof, terms))
        if len(addresses) > 1 and all(address in terms.evidence for address in addresses):
            yield Finding(
                check="signature.key",
                status=Status.INDETERMINATE,
                about=proof.about,
                explanation="its key's page names an owner whose own page doesn't name the key: anybody could say that",
                sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE,
            )
