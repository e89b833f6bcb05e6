"""Writing a record as European Digital Credentials: one for each report, with the losses of each."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Iterator
from typing import Any

from pydantic_core import to_json

from adapters.europass import lists
from adapters.europass.credential import CONTEXTS, TYPES
from adapters.europass.emitting import Emitting, Node, Placeholder
from adapters.europass.emitting_claims import ClaimEmitting
from adapters.europass.fitting import Fitting
from adapters.europass.fitting_report import fit_report
from gateway.errors import RequestError
from gateway.kit.contract import Draft, PageImage, WriteRequest
from gateway.kit.telling import ANOTHER_KEY, Origins, Telling
from gateway.model.leaves import keys, pointer
from gateway.model.losses import Loss
from gateway.model.record import Attachment, Identifier, Learner, Name, Organisation, Record, Report

MEDIA_TYPE = "application/ld+json"
PROFILES = "http://data.europa.eu/snb/model/ap/"
_PAGES = "individualDisplay"
_END = b"}}"  # of the display parameter and of the credential
MISSING = "the model requires it, and the record hasn't got it"


def write(record: Record, request: WriteRequest) -> tuple[Draft, ...]:
    """One draft for each report.

    Raises:
        Refused: `target.requires` for a report without any result or without an issuer.
    """
    origins = [Origins() for _ in record.reports]
    fitted = [fit_report(record, record.reports[n], request, origins[n]) for n in range(len(origins))]
    names = keys(record.reports)
    read_as = keys([one.reports[0] for one in fitted])
    return tuple(
        _draft(_only(record, n), fitted[n], origins[n], request, (names[n], read_as[n])) for n in range(len(origins))
    )


def without_pages(credential: dict[str, Any]) -> dict[str, Any]:
    """A credential without its page images."""
    display = credential.get("displayParameter")
    if not isinstance(display, dict):
        return credential
    bare = {key: value for key, value in display.items() if key != _PAGES}
    return credential | {"displayParameter": bare}


def dump(value: Any) -> bytes:
    """The octets of a credential: compact UTF-8, members in the order given."""
    return to_json(value)


def _octets(credential: Node) -> tuple[bytes, bytes]:
    """The body and its core. The pages stand last of all, so the body is the core with them put in: one long dump."""
    core = dump(without_pages(credential))
    pages = credential["displayParameter"].get(_PAGES)
    if pages is None:
        return core, core
    return b"".join((core[: -len(_END)], b',"', _PAGES.encode(), b'":', dump(pages), _END)), core


def _draft(given: Record, fitted: Record, origins: Origins, request: WriteRequest, names: tuple[str, str]) -> Draft:
    """The credential of one report; `names` are its key among the given reports, and among those read back."""
    out = Emitting(request.blobs)
    credential = _credential(fitted, names[0], request, out)
    telling = Telling(given, fitted, origins)
    losses = telling.losses()
    losses += _placeholders(credential, out.placeholders, telling, losses)
    losses = _among_others(losses, (given.reports[0], fitted.reports[0]), names)
    losses += _not_embedded(request)
    body, core = _octets(credential)
    return Draft(
        body=body,
        core=core,
        media_type=MEDIA_TYPE,
        extension=".jsonld",
        seal="jades",
        reports=(names[0],),
        losses=tuple(losses),
    )


# --- the credential --------------------------------------------------------------------------------------------------


def _credential(fitted: Record, name: str, request: WriteRequest, out: Emitting) -> Node:
    report = fitted.reports[0]
    embedded = _is_embedded(request)
    credential: Node = {
        "@context": list(CONTEXTS),
        "id": f"urn:credential:{_credential_id(request, name)}",
        "type": list(TYPES),
        "credentialSchema": {
            "id": PROFILES + ("edc-converted" if embedded else "edc-generic-full"),
            "type": "ShaclValidator2017",
        },
        "credentialProfiles": out.listed("credential", lists.CONVERTED_PROFILE),
        "issuanceDate": request.now,
        "issued": request.now,
    }
    out.put_when(credential, "validFrom", report.issued)
    out.put_when(credential, "validUntil", report.valid_until)
    out.put_when(credential, "expirationDate", report.valid_until)
    out.put(credential, "identifier", report.identifiers, out.identifier)
    before = len(out.placeholders)
    credential["issuer"] = out.organisation(_issuer(request))
    del out.placeholders[before:]  # the node isn't of the record: nothing of the record is assumed there
    credential["credentialSubject"] = _person(fitted.learner, report, out)
    out.put(credential, "attachment", report.attachments, lambda a: _attachment(a, out))
    credential["evidence"] = _evidence(request, out, embedded=embedded)
    credential["displayParameter"] = _display(report, name, request, out)
    return credential


def _credential_id(request: WriteRequest, name: str) -> uuid.UUID:
    issuer = request.issuer.model_dump_json(exclude_defaults=True)
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{request.source.sha256}\neuropass\n{issuer}\n{name}")


def _issuer(request: WriteRequest) -> Organisation:
    """The node as issuer, with the eIDAS identifier that the model requires."""
    issuer = Fitting(Origins(), request.blobs, request.languages).organisation(request.issuer)
    if issuer.eidas_identifier is not None:
        return issuer
    number = next(iter(issuer.identifiers), Identifier(value="DRAFT") if request.draft else None)
    if number is None:
        raise RequestError(
            "europass.issuer_number",
            "got an issuer without an organisation identifier, expected one for eIDASIdentifier",
            advice="Seal with a certificate that has organizationIdentifier (2.5.4.97), or translate --unsealed.",
        )
    eidas = number if number.country is not None else number.model_copy(update={"country": issuer.country})
    return issuer.model_copy(update={"eidas_identifier": eidas})


def _person(learner: Learner, report: Report, out: Emitting) -> Node:
    node = out.node("Person")
    _names(node, learner.names)
    out.put_when(node, "dateOfBirth", learner.born)
    out.put_one(node, "placeOfBirth", learner.birthplace, out.place)
    out.put_one(node, "gender", learner.gender, out.sex)
    out.put(node, "citizenshipCountry", learner.citizenships, out.citizenship)
    out.put(node, "identifier", learner.identifiers, out.identifier)
    out.put_one(node, "nationalID", learner.national_identifier, out.legal_identifier)
    out.put_one(node, "location", learner.home, out.place)
    out.put(node, "contactPoint", learner.contact_points, out.contact_point)
    out.put(node, "memberOf", learner.member_of, out.organisation)
    out.put(node, "hasClaim", ClaimEmitting(out, report).claims(report), lambda claim: claim)
    return node


def _names(node: Node, names: tuple[Name, ...]) -> None:
    for name in names:
        if name.use == "legal":
            for key, value in (("givenName", name.given), ("familyName", name.family), ("fullName", name.full)):
                if value is not None:
                    node[key] = {name.language: value}
        else:
            key = "birthName" if name.use == "birth" else "patronymicName"
            node.setdefault(key, {})[name.language] = name.full


def _attachment(attachment: Attachment, out: Emitting) -> Node:
    node = out.file(attachment.contents[0])
    out.put_text(node, "title", attachment.title)
    out.put_text(node, "description", attachment.description)
    out.put_one(node, "attachmentType", attachment.kind, out.code)
    return node


def _is_embedded(request: WriteRequest) -> bool:
    return len(request.source.original) <= request.limits.embed_bytes


def _evidence(request: WriteRequest, out: Emitting, *, embedded: bool) -> Node:
    """The note that this is a translation, with the original where it isn't too large."""
    source = request.source
    node = out.node("Evidence") | {"dcType": out.listed("evidence-type", lists.CONVERSION)}
    node["evidenceStatement"] = (
        f"Translated from the document with sha-256 {source.sha256} by {request.node} with {source.adapter}+europass "
        f"(format {source.format}, found {source.verdict.value}). The original is the issuer's statement; this isn't."
    )
    if embedded:
        node["embeddedEvidence"] = out.media(source.original, source.media_type, "original")
    return node


def _display(report: Report, name: str, request: WriteRequest, out: Emitting) -> Node:
    node = out.node("DisplayParameter") | {"title": dict(report.title)}
    out.put_text(node, "description", report.description)
    node["primaryLanguage"] = out.language(request.languages[0])
    spoken = tuple({language["id"]: language for language in map(out.language, request.languages)}.values())
    out.put(node, "language", spoken, lambda language: language)
    pages: dict[str, list[PageImage]] = {}
    for page in request.pages:
        if page.report == name:
            pages.setdefault(page.language, []).append(page)
    out.put(node, _PAGES, tuple(pages.items()), lambda item: _pages(*item, out))
    return node


def _pages(language: str, pages: list[PageImage], out: Emitting) -> Node:
    node = out.node("IndividualDisplay") | {"language": out.language(language)}
    out.put(node, "displayDetail", pages, lambda page: _page(page, out))
    return node


def _page(page: PageImage, out: Emitting) -> Node:
    return out.node("DisplayDetail") | {"page": page.page, "image": out.media(page.png, "image/png", "pageImage")}


# --- losses ----------------------------------------------------------------------------------------------------------


def _only(record: Record, number: int) -> Record:
    """The record with one report alone, which is what one credential is compared with."""
    report = record.reports[number]
    if len(record.reports) == 1:
        return record
    shared = record if number == 0 else Record(learner=record.learner, reports=(report,))
    return shared.model_copy(update={"reports": (report,)})


def _among_others(losses: list[Loss], reports: tuple[Report, Report], names: tuple[str, str]) -> list[Loss]:
    """The losses of a report that was looked at alone, with its keys among the other reports, before and after."""
    alone = (keys(reports[:1])[0], keys(reports[1:])[0])
    if alone == names:
        return losses
    before, after = pointer("/reports", alone[0]), pointer("/reports", alone[1])
    path, to_path = pointer("/reports", names[0]), pointer("/reports", names[1])
    moved = [loss for loss in losses if loss.kind == "moved" and loss.path == before]
    told = [
        loss.model_copy(
            update={"path": _renamed(loss.path, before, path), "to_path": _renamed(loss.to_path, after, to_path)}
        )
        for loss in losses
        if loss not in moved
    ]
    if path != to_path:
        told.insert(0, Loss(stage="write", kind="moved", path=path, to_path=to_path, detail=ANOTHER_KEY))
    return told


def _renamed(path: str, old: str, new: str) -> str:
    return new + path[len(old) :] if path == old or path.startswith(old + "/") else path


def _placeholders(
    credential: Node, placeholders: list[Placeholder], telling: Telling, told: list[Loss]
) -> Iterator[Loss]:
    """What the model requires and the record hasn't, each told once with its place in the credential."""
    if not placeholders:
        return
    places = _places_of({id(p.holder) for p in placeholders}, credential)
    known = {loss.path for loss in told}
    paths = telling.paths_of(placeholder.noun for placeholder in placeholders)
    for noun, field, holder, key in placeholders:
        path = pointer(paths.get(id(noun), ""), field)
        if id(noun) not in paths or path in known:
            continue
        known.add(path)
        target = pointer(places[id(holder)], key)
        yield Loss(stage="write", kind="assumed", path=path, target=target, to=holder[key], detail=MISSING)


def _places_of(wanted: set[int], credential: Node) -> dict[int, str]:
    """The first place of each wanted object in a credential."""
    found: dict[int, str] = {}
    waiting: deque[tuple[Any, str]] = deque([(credential, "")])
    while waiting and len(found) < len(wanted):
        value, place = waiting.popleft()
        if id(value) in wanted:
            found.setdefault(id(value), place)
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(member, dict | list):
                waiting.append((member, f"{place}/{key}"))  # no key of the model needs an escape
    return found


def _not_embedded(request: WriteRequest) -> list[Loss]:
    if _is_embedded(request):
        return []
    detail = f"the original is over the limit for enclosing it; its SHA-256 is {request.source.sha256}"
    return [Loss(stage="write", kind="dropped", target="/evidence/embeddedEvidence", detail=detail)]
