"""Parts of a document that it names by address: put in place, where somebody is believed to have fetched them.

A part that stands elsewhere is covered by no proof of the document: it is its host's word. So the answer counts only
where this gateway fetched it itself, or somebody trusted attests it, as with an online check; and it is a caveat.
"""

from __future__ import annotations

from gateway.errors import TestamurError
from gateway.kit.contract import Adapter, Enclosed, enclosing
from gateway.kit.guard import guarded
from gateway.model.verdict import Caveat, Finding, Status, SubIndication
from gateway.proofs.budget import Budget
from gateway.readers.document import Document
from gateway.verify.online import stands
from gateway.verify.terms import Terms

_ANSWER = 500
"""Steps for an answer, before its octets."""
_OCTETS = 50


def enclose(adapter: Adapter, document: Document, terms: Terms, budget: Budget) -> Enclosed:
    """The document with its parts in place, as far as they were answered; itself where none is elsewhere."""
    able = enclosing(adapter)
    if able is None or document.media != "json":
        return Enclosed(document=document)

    def answered(address: str) -> bytes | None:
        found = terms.evidence.get(address)
        if found is None:
            return None
        budget.spend(_ANSWER + len(found.octets) // _OCTETS)
        return found.octets if stands(found, terms, budget) else None

    try:
        made = guarded(adapter, lambda _: able.enclose(document, answered))
    except TestamurError as error:
        return Enclosed(document=document, findings=(_unread(error),))
    if made.document is document:
        return made
    return Enclosed(document=made.document, questions=made.questions, findings=(_PUT_IN_PLACE, *made.findings))


def _unread(error: TestamurError) -> Finding:
    return Finding(
        check="evidence.enclosed",
        status=Status.INDETERMINATE,
        about=error.code,
        explanation=f"what the document names by address can't be read: {error.message}",
        sub_indication=SubIndication.TRY_LATER,
    )


_PUT_IN_PLACE = Finding(
    check="evidence.enclosed",
    status=Status.PASSED,
    explanation="what the document names by address was looked up there, and is read with it",
    caveat=Caveat.CHECKED_ONLINE,
)
