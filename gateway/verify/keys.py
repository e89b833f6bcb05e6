"""Keys that only a document elsewhere tells: of a did:web, and of a name that is an https address.

Sources: did:web method; Controlled Identifiers 1.0, section 3.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.kit.contract import EvidenceRequest
from gateway.model.verdict import Finding, Status
from gateway.proofs.proof import Proof
from gateway.verify.asking import open_question
from gateway.verify.evidence import address_of_did
from gateway.verify.terms import Terms

_WHOSE = "which key its proof names"


def key_questions(proofs: Iterable[Proof], terms: Terms) -> tuple[EvidenceRequest, ...]:
    """The documents in which keys must be looked up: of proofs that don't hold only because theirs isn't known."""
    addresses = [address for proof in proofs if (address := _address(proof, terms)) is not None]
    return tuple(EvidenceRequest(url=address, why=_WHOSE) for address in dict.fromkeys(addresses))


def key_findings(questions: Iterable[EvidenceRequest], terms: Terms) -> tuple[Finding, ...]:
    """Each of these documents as an open question."""
    return tuple(open_question(question.why, terms.unanswered.get(question.url)) for question in questions)


def _address(proof: Proof, terms: Terms) -> str | None:
    """Where the document of a proof's key stands; None where it was given, or wouldn't change anything."""
    name = proof.key_id or ""
    wrong = any(finding.status is Status.FAILED for finding in proof.findings)
    if proof.covered is not None or not proof.known or wrong or name in terms.methods:
        return None
    controller = name.partition("#")[0]
    address = controller if _is_address(proof, name) else address_of_did(controller)
    return address if address not in terms.evidence and controller not in terms.evidence else None


def _is_address(proof: Proof, name: str) -> bool:
    """A key in the fragment itself needs no document; what `kid` names by an address is no document of keys."""
    return proof.kind == "dataintegrity" and name.startswith("https://") and not name.partition("#")[2].startswith("z")
