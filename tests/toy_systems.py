"""Two tiny credential systems for tests of translation, each in twenty lines of format.

`leaf` is XML under an XML signature; `petal` is JSON under JAdES, carries a page image, encloses its source, and has
no place for notes. People and institutions are fictional.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from lxml import etree

from gateway.kit import (
    Content,
    Draft,
    Head,
    InnerDocument,
    Manifest,
    Opened,
    PageImage,
    Reading,
    Recognition,
    Refused,
    Source,
    Stated,
    WriteRequest,
)
from gateway.model.document import Derived, DocumentFacts
from gateway.model.leaves import keys
from gateway.model.losses import Loss
from gateway.model.record import Achievement, Assessment, Learner, Name, Organisation, Record, Report, Specification
from gateway.readers.document import Document
from gateway.translate.engine import Inputs, Pages, Renderer

NS = "urn:example:leaf"


def leaf(*, issuer: str = "University of Examplia", country: str = "XX", grade: str = "8", note: str = "") -> bytes:
    """A leaf of a fictional learner with one result."""
    noted = f"<note>{note}</note>" if note else ""
    return (
        f'<leaf xmlns="{NS}" country="{country}"><issuer>{issuer}</issuer><learner>Élodie Nemo</learner>'
        f'<result lang="en" title="Algebra">{grade}</result>{noted}</leaf>'
    ).encode()


def grove(*issuers: str) -> bytes:
    """A leaf with one report for each issuer."""
    return f'<leaf xmlns="{NS}" country="XX">{"".join(f"<issuer>{i}</issuer>" for i in issuers)}</leaf>'.encode()


def _report(issuer: str, country: str | None, results: list[tuple[str, str, str]], note: str = "") -> Report:
    return Report(
        issuer=Organisation(legal_name={"en": issuer}, country=country),
        description={"en": note} if note else {},
        achievements=tuple(
            Achievement(
                specification=Specification(title={lang: title}), assessments=(Assessment(grade={"und": grade}),)
            )
            for lang, title, grade in results
        ),
    )


def _results(report: Report) -> list[dict[str, str]]:
    return [
        {
            "lang": next(iter(a.specification.title)),
            "title": next(iter(a.specification.title.values())),
            "grade": a.assessments[0].grade["und"],
        }
        for a in report.achievements
    ]


class Leaf:
    """Reads and writes leaves."""

    def __init__(self, version: str = "1.0") -> None:
        self.manifest = Manifest(
            id="leaf", family="leaf", title="Leaves", version=version, formats=("leaf 1",), seal="xmldsig"
        )

    def recognise(self, head: Head) -> Recognition | None:
        return Recognition(format="leaf 1", why="its root") if head.root == f"{{{NS}}}leaf" else None

    def open(self, document: Document) -> Opened:
        root = document.tree.getroot()
        name = root.findtext(f"{{{NS}}}issuer")
        if name is None:
            return Opened()
        return Opened(stated=Stated(issuer=Organisation(legal_name={"en": name}, country=root.get("country"))))

    def conform(self, content: Content):
        return ()

    def read(self, content: Content, inner) -> Reading:
        root = content.document.tree.getroot()
        results = [(e.get("lang"), e.get("title"), e.text) for e in root.iter(f"{{{NS}}}result")]
        note = root.findtext(f"{{{NS}}}note") or ""
        reports = tuple(_report(e.text, root.get("country"), results, note) for e in root.iter(f"{{{NS}}}issuer"))
        learner = Learner(names=(Name(full=root.findtext(f"{{{NS}}}learner") or "Nemo"),))
        derived = root.get("derived")
        facts = DocumentFacts(derived=Derived(source_sha256=derived, node="") if derived else None)
        return Reading(record=Record(learner=learner, reports=reports), document=facts)

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:
        root = etree.Element(f"{{{NS}}}leaf", nsmap={None: NS}, derived=request.source.sha256)
        for report in record.reports:
            etree.SubElement(root, f"{{{NS}}}issuer").text = next(iter(report.issuer.legal_name.values()))
        etree.SubElement(root, f"{{{NS}}}learner").text = record.learner.names[0].full
        for result in _results(record.reports[0]):
            element = etree.SubElement(root, f"{{{NS}}}result", lang=result["lang"], title=result["title"])
            element.text = result["grade"]
        body = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        return (Draft(body=body, media_type="application/xml", extension="xml", seal="xmldsig"),)

    def core(self, body: bytes) -> bytes:
        return body


class Petal:
    """Reads and writes petals, one for each report."""

    def __init__(self, version: str = "1.0") -> None:
        self.manifest = Manifest(
            id="petal", family="petal", title="Petals", version=version, formats=("petal 1",), seal="jades", pages=True
        )

    def recognise(self, head: Head) -> Recognition | None:
        return Recognition(format="petal 1", why="its member") if "petal" in head.members else None

    def open(self, document: Document) -> Opened:
        value = document.value
        inner = ()
        if "original" in value:
            octets = base64.b64decode(value["original"])
            inner = (InnerDocument(path="/original", role="original", octets=octets),)
        return Opened(stated=Stated(issuer=Organisation(legal_name={"en": value["issuer"]})), inner=inner)

    def conform(self, content: Content):
        return ()

    def read(self, content: Content, inner) -> Reading:
        value = content.document.value
        if value["petal"] == "closed":
            raise Refused("petal.closed", "got a closed petal, expected an open one", advice="wait for spring")
        results = [(r["lang"], r["title"], r["grade"]) for r in value["results"]]
        record = Record(
            learner=Learner(names=(Name(full=value["learner"]),)),
            reports=(_report(value["awarded_by"], None, results),),
        )
        losses = (Loss(stage="read", kind="dropped", source="/petal"),)
        return Reading(record=record, losses=losses)

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:
        return tuple(self._draft(record, report, request, n) for n, report in enumerate(record.reports))

    def _draft(self, record: Record, report: Report, request: WriteRequest, number: int) -> Draft:
        lost = []
        if report.description:
            path = f"/reports/{next(iter(report.issuer.legal_name.values()))}/description"
            lost.append(Loss(stage="write", kind="dropped", path=path, detail="the target has no place for it"))
        value: dict[str, Any] = {
            "petal": 1,
            "issuer": next(iter(request.issuer.legal_name.values())),
            "awarded_by": next(iter(report.issuer.legal_name.values())),
            "learner": record.learner.names[0].full,
            "languages": list(request.languages),
            "now": request.now,
            "source": request.source.sha256,
            "results": _results(report),
            "original": base64.b64encode(request.source.original).decode(),
            "pages": [base64.b64encode(page.png).decode() for page in request.pages],
        }
        if request.draft:
            value["draft"] = True
        body = json.dumps(value, ensure_ascii=False).encode()
        return Draft(
            body=body,
            media_type="application/json",
            extension="json",
            seal="jades",
            reports=(value["awarded_by"],),
            losses=tuple(lost),
        )

    def core(self, body: bytes) -> bytes:
        return json.dumps({**json.loads(body), "pages": []}, ensure_ascii=False).encode()


def renderer(version: str = "1", ink: bytes = b"ink", missing: tuple[str, ...] = ()) -> Renderer:
    """A renderer that draws a few octets."""

    def draw(record: Record, source: Source, inputs: Inputs) -> Pages:
        reports = keys(record.reports)
        images = tuple(
            PageImage(report=r, language=name, png=ink + name.encode()) for r in reports for name in inputs.languages
        )
        return Pages(images=images, missing=missing)

    return Renderer(name="toy", version=version, draw=draw)
