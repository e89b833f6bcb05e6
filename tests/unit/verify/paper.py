"""A system of papers, as small as an adapter can be: XML `<elmo>` of the test fixtures, or JSON `{"paper": …}`."""

from __future__ import annotations

from gateway.kit import (
    Content,
    EvidenceRequest,
    Head,
    InnerDocument,
    Manifest,
    Opened,
    Reading,
    Recognition,
    Refused,
    Stated,
)
from gateway.model.record import Learner, Organisation, Record, Report
from gateway.model.verdict import Finding, Status


class Paper:
    """Counts on being given covered octets; `broken` names the calls that fail."""

    def __init__(self, identifier: str = "paper", broken: tuple[str, ...] = ()) -> None:
        self.manifest = Manifest(id=identifier, family="paper", title="Papers", version="1", formats=("paper 1",))
        self.broken = broken
        self.given: list[Content] = []

    def recognise(self, head: Head) -> Recognition | None:
        self._maybe_fail("recognise")
        mine = head.root.endswith("}elmo") or "paper" in head.members
        return Recognition(format="paper 1", why="a paper") if mine else None

    def open(self, document) -> Opened:
        self._maybe_fail("open")
        if document.media == "xml":
            return Opened(stated=Stated(issuer=Organisation(legal_name={"en": "Registry of Examplia"}, country="XX")))
        paper = document.value
        inner = tuple(
            InnerDocument(path=f"/inner/{i}", role=part.get("role", "part"), octets=part["text"].encode())
            for i, part in enumerate(paper.get("inner", []))
        )
        issuer = Organisation(legal_name={"en": paper["issuer"]}) if "issuer" in paper else None
        return Opened(
            stated=Stated(issuer=issuer, valid_from=paper.get("from"), valid_until=paper.get("until")),
            inner=inner,
            questions=tuple(EvidenceRequest(url=url, why="whether it was revoked") for url in paper.get("ask", ())),
        )

    def conform(self, content: Content) -> tuple[Finding, ...]:
        self._maybe_fail("conform")
        ugly = b"ugly" in content.document.octets
        return (Finding(check="conformity.paper", status=Status.WARNING if ugly else Status.PASSED),)

    def read(self, content: Content, inner) -> Reading:
        self._maybe_fail("read")
        self.given.append(content)
        issuer = Organisation(legal_name={"en": content.document.sha256})
        return Reading(record=Record(learner=Learner(), reports=(Report(issuer=issuer),)))

    def write(self, record, request):
        raise Refused("target.requires", "papers are not written")

    def core(self, body: bytes) -> bytes:
        return body

    def _maybe_fail(self, call: str) -> None:
        if call in self.broken:
            raise ZeroDivisionError(call)
