"""Writing a record as learner records (one for each report) or as badges (one for each study).

A derived credential is issued by whoever translates, and says so; the institution that awarded stands as the creator
of each achievement. What is written is read back as a stranger reads it, and the difference is told as losses.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from adapters.openbadges import ler, reading, terms
from adapters.openbadges.conformity import VC1
from adapters.openbadges.emitting import Emitting, Node, is_address
from adapters.openbadges.emitting_studies import StudyEmitting, is_writable
from adapters.openbadges.graph import DEEPEST
from adapters.openbadges.nodes import PLACEHOLDER
from gateway.errors import Refused
from gateway.kit import dump_json
from gateway.kit.contract import Draft, Reading, SealProfile, WriteRequest
from gateway.kit.telling import Origins, Telling
from gateway.model.leaves import key_of, keys, pointer
from gateway.model.losses import Loss
from gateway.model.record import Organisation, Record, Relation, Report, Study

MEDIA_TYPE = "application/vc+ld+json"
DRAFT = "Unsealed draft: "
"""What the name of a draft begins with, so that nobody takes it for more."""
SEAL: SealProfile = "vc"
_NAMES = {"formattedName": "name", "given": "givenName", "family": "familyName"}
MISSING = "the model requires it, and the record hasn't got it"
ONE_EACH = "a badge holds one achievement: each stands in a report of its own"


class Credential(NamedTuple):
    """A credential that was written: its value, the keys of the reports that it holds, the places of those inside."""

    value: Node
    reports: tuple[str, ...]
    inner: tuple[str, ...] = ()


def write_records(record: Record, request: WriteRequest) -> tuple[Draft, ...]:
    """One learner record for each report.

    Raises:
        Refused: `target.requires` for a report without anything achieved or under way, or without an issuer.
    """
    writer = _Writing(record, request, "clr")
    return writer.drafts([writer.learner_record(n) for n in range(len(record.reports))], reading.read_clr)


def write_badges(record: Record, request: WriteRequest) -> tuple[Draft, ...]:
    """One badge for each study, those within others too.

    Raises:
        Refused: as `write_records`.
    """
    writer = _Writing(record, request, "openbadges")
    several = [list(writer.badges(n)) for n in range(len(record.reports))]
    first, others = [badges[0] for badges in several], [one for badges in several for one in badges[1:]]
    return writer.drafts([*first, *others], reading.read_badge)


def write_employment(record: Record, request: WriteRequest) -> tuple[Draft, ...]:
    """One employment record, with a learner record for each report as a verification inside.

    Raises:
        Refused: as `write_records`.
    """
    writer = _Writing(record, request, "ler")
    return writer.drafts([writer.employment_record()], ler.read_ler)


class _Numbered(NamedTuple):
    """A study with its number ("2/1": the first part of the second) and that of what it is a part of."""

    study: Study
    number: str
    over: str


def _walk(studies: tuple[Study, ...], over: str = "", depth: int = 0) -> Iterator[_Numbered]:
    """Studies and their parts that can be written, as deep as a reader follows."""
    for n, study in enumerate(studies):
        if is_writable(study) and depth <= DEEPEST:
            number = f"{over}/{n}"
            yield _Numbered(study, number, over)
            yield from _walk((*study.parts, *study.enrolments), number, depth + 1)


def _studies(report: Report) -> Iterator[_Numbered]:
    return _walk((*report.achievements, *report.enrolments))


class _Writing:
    """One writing of a record by one adapter."""

    def __init__(self, record: Record, request: WriteRequest, adapter: str) -> None:
        self.record, self.request, self.adapter = record, request, adapter
        self.origins = Origins()

    # --- learner records ----------------------------------------------------------------------------------------

    def learner_record(self, n: int, *, encloses: bool = True) -> Credential:
        """One report with all that is in it; `encloses` the original, unless what is around it does."""
        report, key, out = self._report(n)
        studies = StudyEmitting(out, report)
        several = list(_studies(report))
        _require(several)
        start = out.moment(report.issued) or self.request.now
        person = out.learner(self.record.learner)
        inside = [self._inner(one, studies, start, person, out) for one in several]
        value = self._header([terms.VC2, terms.CLR_CONTEXT, terms.OB_CONTEXT], terms.CLR, out.node_id("record"))
        value["name"] = self._title(report, out)
        out.put(value, "description", out.words(report.description))
        value |= {"issuer": out.organisation(self.request.issuer), "validFrom": start}
        out.put(value, "validUntil", out.moment(report.valid_until))
        ids = {one.number: credential["credentialSubject"]["achievement"]["id"]
               for one, credential in zip(several, inside, strict=True)}  # fmt: skip
        links = [_association("isPartOf", ids[one.number], ids[one.over]) for one in several if one.over]
        links += self._relations(several, ids, report is self.record.reports[0])
        value["credentialSubject"] = out.subject("ClrSubject", person)
        value["credentialSubject"]["verifiableCredential"] = inside
        out.put(value["credentialSubject"], "association", links)
        value["evidence"] = [self._note(encloses=encloses)]
        places = tuple(pointer("/credentialSubject/verifiableCredential", str(i)) for i in range(len(inside)))
        return Credential(self.origins.wrote(value, report, "report"), (key,), places)

    def _inner(self, one: _Numbered, studies: StudyEmitting, start: str, person: Node, out: Emitting) -> Node:
        value = self._header(
            [terms.VC2, terms.OB_CONTEXT], "AchievementCredential", out.node_id("credential", one.number)
        )
        return self._filled(value, one, studies, start, person, out)

    def _filled(
        self, value: Node, one: _Numbered, studies: StudyEmitting, start: str, person: Node, out: Emitting
    ) -> Node:
        """What every credential about one achievement says."""
        value["name"] = studies.name_of(one.study)
        out.put(value, "description", studies.description_of(one.study))
        value |= {"issuer": out.organisation(self.request.issuer), "validFrom": start}
        out.put(value, "awardedDate", out.moment(one.study.awarded_on))
        value["credentialSubject"] = out.subject("AchievementSubject", person)
        studies.fill(value["credentialSubject"], one.study, one.number)
        links = [link for link in one.study.documents if is_address(link.url) and not link.url.startswith("data:")]
        evidence = [{"id": link.url, "type": ["Evidence"]} for link in links]
        for node, link in zip(evidence, links, strict=True):
            out.put(node, "name", out.words(link.title))
            self.origins.wrote(node, link)
        out.put(value, "evidence", evidence)
        return self.origins.wrote(value, one.study)

    def _relations(self, several: list[_Numbered], ids: dict[str, str], first: bool) -> list[Node]:  # noqa: FBT001
        """The links that the tree doesn't hold, as far as both ends are here."""
        known = {key_of(one.study): ids[one.number] for one in reversed(several)}
        parts = {ids[one.number] for one in several if one.over}
        written = []
        for relation in self.record.relations if first or len(self.record.reports) > 1 else ():
            source, target = known.get(relation.source), known.get(relation.target)
            if source is None or target is None or relation.kind not in terms.ASSOCIATIONS:
                continue
            if not _is_tree(relation, source, target, parts):
                written.append(self.origins.wrote(_association(relation.kind, source, target), relation))
        return written

    # --- badges -------------------------------------------------------------------------------------------------

    def badges(self, n: int) -> Iterator[Credential]:
        """The badges of a report; the first is one that is awarded by who reports, and so keeps the report's name."""
        report, key, out = self._report(n)
        studies = StudyEmitting(out, report)
        several = list(_studies(report))
        _require(several)
        start = out.moment(report.issued) or self.request.now
        home = next((one for one in several if not one.study.awarded_by), several[0])
        for one in sorted(several, key=lambda one: one is not home):
            person = out.learner(self.record.learner)
            address = out.node_id("credential", one.number)
            value = self._header([terms.VC2, terms.OB_CONTEXT], "OpenBadgeCredential", address)
            self._filled(value, one, studies, start, person, out)
            if self.request.draft and not value["name"].startswith(DRAFT):
                value["name"] = DRAFT + value["name"]
                self.origins.because(one.study, "title", "a draft says in its name that it is one")
            out.put(value, "validUntil", out.moment(report.valid_until))
            value["evidence"] = [self._note(), *value.get("evidence", [])]
            self.origins.wrote(value, one.study, elsewhere=one is not home or bool(one.over))
            if one is home:
                self.origins.wrote(value, report, "report")
            yield Credential(value, (key,))

    # --- employment records -------------------------------------------------------------------------------------

    def employment_record(self) -> Credential:
        """The wrapper: who it is about, and a learner record for each report."""
        held = [n for n, report in enumerate(self.record.reports) if any(_studies(report))]
        records = [self.learner_record(n, encloses=False) for n in held or (0,)]  # the first refuses where none can be
        out = self._emitting("wrapper")
        person = out.learner(self.record.learner)
        names = {
            "formattedName": person.get("name"),
            "given": person.get("givenName"),
            "family": person.get("familyName"),
        }
        subject: Node = {"type": ler.SUBJECT_TYPE}
        out.put(
            subject, "person", {"name": said} if (said := {k: v for k, v in names.items() if v is not None}) else None
        )
        subject["educationAndLearnings"] = [{"verifications": [one.value]} for one in records]
        places: list[str] = []
        for n, one in enumerate(records):
            here = pointer("/credentialSubject/educationAndLearnings", str(n), "verifications", "0")
            places += [*(here + inside for inside in one.inner), here]
        value = self._header([VC1, ler.CONTEXT], "LER-RS VC", out.node_id("wrapper"))
        value |= {"issuer": out.organisation(self.request.issuer), "issuanceDate": self.request.now}
        value |= {"credentialSubject": subject, "evidence": [self._note()]}
        return Credential(value, tuple(key for one in records for key in one.reports), tuple(places))

    # --- what they have in common -------------------------------------------------------------------------------

    def _report(self, n: int) -> tuple[Report, str, Emitting]:
        report = self.record.reports[n]
        if not report.issuer.legal_name and not report.issuer.identifiers:
            raise _requires("an issuer with a name", "issuer")
        key = keys(self.record.reports)[n]
        return report, key, self._emitting(key)

    def _emitting(self, name: str) -> Emitting:
        issuer = self.request.issuer.model_dump_json(exclude_defaults=True)
        seed = f"{self.request.source.sha256}\n{self.adapter}\n{issuer}\n{name}"
        return Emitting(self.origins, self.request.languages, seed)

    def _header(self, contexts: list[str], kind: str, address: str) -> Node:
        return {"@context": contexts, "id": address, "type": [terms.CREDENTIAL, kind]}

    def _title(self, report: Report, out: Emitting) -> str:
        """The name of a learner record, which the model wants; that of a draft says that it is one."""
        title = out.words(report.title)
        if title is None:
            self.origins.because(report, "title", MISSING)
            title = f"{_name_of(report.issuer, out)}: results"
        if not self.request.draft or title.startswith(DRAFT):
            return title
        self.origins.because(report, "title", "a draft says in its name that it is one")
        return DRAFT + title

    def _note(self, *, encloses: bool = True) -> Node:
        """The note that this is a translation, with the original where it isn't too large."""
        source = self.request.source
        node: Node = {"type": ["Evidence"], "name": "Original document", "genre": terms.CONVERSION}
        if encloses and self._is_embedded():
            node["id"] = f"data:{source.media_type};base64,{base64.b64encode(source.original).decode()}"
        node["narrative"] = (
            f"Translated from the document with sha-256 {source.sha256} by {self.request.node} with "
            f"{source.adapter}+{self.adapter} (format {source.format}, found {source.verdict.value}). "
            "The original is the issuer's statement; this isn't."
        )
        return node

    def _is_embedded(self) -> bool:
        return len(self.request.source.original) <= self.request.limits.embed_bytes

    # --- losses -------------------------------------------------------------------------------------------------

    def drafts(self, credentials: list[Credential], read: Callable[[Node, Origins], Reading]) -> tuple[Draft, ...]:
        """The drafts, with what reading them back shows to be lost."""
        made = [read(one.value, self.origins).record for one in credentials]
        for later in made[1:]:
            for report in later.reports:
                self.origins.because(report, "", ONE_EACH)
        losses = self._losses(_joined(made), credentials)
        first = {key: n for n, one in reversed(list(enumerate(credentials))) for key in one.reports}
        shares: list[list[Loss]] = [[] for _ in credentials]
        for loss in losses:
            shares[next((n for key, n in first.items() if _is_of(loss, key)), 0)].append(loss)
        return tuple(
            Draft(
                body=dump_json(one.value),
                media_type=MEDIA_TYPE,
                extension=".json",
                seal=SEAL,
                inner=one.inner,
                reports=one.reports,
                losses=tuple(share),
            )
            for one, share in zip(credentials, shares, strict=True)
        )

    def _losses(self, back: Record, credentials: list[Credential]) -> list[Loss]:
        telling = Telling(self.record, back, self.origins)
        losses = telling.losses()
        known = {loss.path for loss in losses}
        losses += [loss for loss in self._placeholders(credentials, telling) if loss.path not in known]
        if not self._is_embedded():
            told = f"the original is over the limit for enclosing it; its SHA-256 is {self.request.source.sha256}"
            losses.append(Loss(stage="write", kind="dropped", target="/evidence", detail=told))
        return losses

    def _placeholders(self, credentials: list[Credential], telling: Telling) -> Iterator[Loss]:
        """Names that the model requires and the record hasn't."""
        nameless = [one.study for report in self.record.reports
                    for one in _studies(report)
                    if not one.study.specification.title]  # fmt: skip
        paths = telling.paths_of(nameless)
        targets = [place for one in credentials for place in _named_by_placeholder(one.value, "")]
        for study, target in zip(nameless, targets, strict=True):
            path = pointer(paths[id(study)], "specification", "title")
            yield Loss(stage="write", kind="assumed", path=path, target=target, to=PLACEHOLDER, detail=MISSING)


def _named_by_placeholder(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        achievement = value.get("achievement")
        if isinstance(achievement, dict) and achievement.get("name") == PLACEHOLDER:
            yield pointer(place, "achievement", "name")
        for name, member in value.items():
            yield from _named_by_placeholder(member, pointer(place, name))
    elif isinstance(value, list):
        for n, member in enumerate(value):
            yield from _named_by_placeholder(member, pointer(place, str(n)))


def _joined(parts: list[Record]) -> Record:
    """The records that were read back as one."""
    relations = tuple(dict.fromkeys(relation for part in parts for relation in part.relations))
    reports = tuple(report for part in parts for report in part.reports)
    return parts[0].model_copy(update={"reports": reports, "relations": relations})


def _is_of(loss: Loss, report: str) -> bool:
    path = pointer("/reports", report)
    return loss.path == path or loss.path.startswith(path + "/")


def _require(several: list[_Numbered]) -> None:
    if not several:
        raise _requires("at least one achievement or study under way", "achievements")


def _requires(what: str, field: str) -> Refused:
    return Refused(
        "target.requires",
        f"badges and learner records require {what}, and the record has none at {field}",
        advice="Ask the issuer for it: the gateway never makes up a result or an awarding body.",
    )


def _association(kind: str, source: str, target: str) -> Node:
    return {"type": "Association", "associationType": kind, "sourceId": source, "targetId": target}


def _is_tree(relation: Relation, source: str, target: str, parts: set[str]) -> bool:
    """Whether a reader would take a relation for a part of the tree, because the child has no place in it yet."""
    if relation.kind not in ("isChildOf", "isPartOf", "isParentOf"):
        return False
    return (target if relation.kind == "isParentOf" else source) not in parts


def _name_of(organisation: Organisation, out: Emitting) -> str:
    return out.words(organisation.legal_name) or next((one.value for one in organisation.identifiers), "")
