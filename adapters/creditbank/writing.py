"""Writing a record as a credit bank's documents, one for each report that a credit bank issued.

Only a credit bank's own statement can be written as one: the issuer's identifier says that it is. What is written is
read back as a stranger reads it, and the difference is told as losses.
"""

from __future__ import annotations

import base64
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from adapters.creditbank.banks import BANK, BANKS, PROFILE, Bank
from adapters.creditbank.reading import CONVERTED, DocumentReading, read_document
from adapters.creditbank.words import amount, word, words
from gateway.errors import Refused
from gateway.kit import Draft, JsonReading, Loss, Origins, Telling, WriteRequest, dump_json
from gateway.model.leaves import key_of, keys, pointer
from gateway.model.record import (
    Achievement,
    Activity,
    Code,
    Credit,
    Enrolment,
    Identifier,
    Learner,
    Organisation,
    Record,
    Relation,
    Report,
    Study,
)

Node = dict[str, Any]

ANOTHERS = "awarded by another body: a credit bank's document holds what the bank recognised"
NOT_ONE = "it isn't the statement of a credit bank"
UNTITLED = "the profile requires a title, and the record has none"
FAILED = "a credit bank's document holds nothing that was failed"
ONCE = "the bank's number of an outcome stands for one outcome alone"
RECOGNISED = "a credit bank's report holds what it recognised: its more exact word isn't known"


def write_documents(record: Record, request: WriteRequest) -> tuple[Draft, ...]:
    """One document for each report of a credit bank.

    Raises:
        Refused: `target.requires` where no credit bank issued any report.
    """
    return _Writing(record, request).drafts()


class _Writing:
    """One writing of one record."""

    def __init__(self, record: Record, request: WriteRequest) -> None:
        self._record, self._request, self._origins = record, request, Origins()
        self._conversions: defaultdict[str, list[Relation]] = defaultdict(list)
        for relation in record.relations:
            if relation.kind == CONVERTED:
                self._conversions[relation.source].append(relation)

    def drafts(self) -> tuple[Draft, ...]:
        """The drafts, with what reading them back shows to be lost."""
        held = [(key, report) for key, report in zip(keys(self._record.reports), self._record.reports, strict=True)
                if self._is_banks(report)]  # fmt: skip
        if not held:
            raise Refused(
                "target.requires",
                f"a credit bank's document requires a report that a credit bank issued (its identifier {BANK} is "
                f"{' or '.join(BANKS)}), and the record has none at reports/…/issuer",
                advice="Translate to another system: a credit bank alone says what it recognised.",
            )
        documents = [self._document(report, key) for key, report in held]
        back = [read_document(document, self._origins).record for document in documents]
        losses = Telling(self._record, _joined(back), self._origins).losses()
        shares = _shares(losses, [key for key, _ in held])
        return tuple(
            Draft(
                body=dump_json(document),
                media_type="application/json",
                extension=".json",
                seal="jades",
                reports=(key,),
                losses=(*share, *self._not_enclosed()),
            )
            for document, (key, _), share in zip(documents, held, shares, strict=True)
        )

    def _is_banks(self, report: Report) -> bool:
        if _bank_of(report.issuer) is None or not any(report.issuer.legal_name.values()):
            self._origins.because(report, "", NOT_ONE)
            return False
        return True

    def _document(self, report: Report, key: str) -> Node:
        bank = _bank_of(report.issuer) or BANKS["ncb"]  # `held` has none without one
        return self._origins.wrote(
            {
                "profile": PROFILE,
                "bank": bank.key,
                **_Emitting(bank, self._origins, self._conversions).report(report, self._record.learner),
                "translation": self._note(key),
            },
            report,
        )

    def _note(self, key: str) -> Node:
        """The note that this is a translation, by whom and of what, with the original where it isn't too large."""
        request, source = self._request, self._request.source
        issuer = request.issuer
        seed = f"{source.sha256}\ncreditbank\n{issuer.model_dump_json(exclude_defaults=True)}\n{key}"
        note = {
            "id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, seed)}",
            "draft": request.draft,
            "made": request.now,
            "by": _Emitting(BANKS["ncb"], Origins(), {}).organisation(issuer, issuer.identifiers),
            "node": request.node,
            "adapter": source.adapter,
            "format": source.format,
            "verdict": source.verdict.value,
            "sha256": source.sha256,
            "mediaType": source.media_type,
        }
        return note | ({"original": base64.b64encode(source.original).decode()} if self._encloses() else {})

    def _encloses(self) -> bool:
        return len(self._request.source.original) <= self._request.limits.embed_bytes

    def _not_enclosed(self) -> tuple[Loss, ...]:
        if self._encloses():
            return ()
        told = f"the original is over the limit for enclosing it; its SHA-256 is {self._request.source.sha256}"
        return (Loss(stage="write", kind="dropped", target="/translation/original", detail=told),)


class _Emitting:
    """The nouns of one report as objects of a document of one bank."""

    def __init__(self, bank: Bank, origins: Origins, conversions: Mapping[str, list[Relation]]) -> None:
        """`conversions` are those of the record, by what was converted."""
        self._bank, self._origins, self._conversions = bank, origins, conversions
        self._numbered: set[str] = set()

    def report(self, report: Report, learner: Learner) -> Node:
        """What the bank states, and of whom."""
        names = dict(zip(map(id, report.achievements), keys(report.achievements), strict=False))
        degrees = [one for one in report.achievements if self._is_degree(one)]
        outcomes = [one for one in report.achievements if not self._is_degree(one) and self._is_outcome(one)]
        programmes = [one for one in report.enrolments if one.status == "in-progress" and self._has_title(one)]
        places = {name: said for one in outcomes if (said := self._own_number(one)) and (name := names[id(one)])}
        others = [one for one in report.issuer.identifiers if one.scheme != BANK]
        return {"learner": self._learner(learner)} | _some(
            numbers=self._numbers(report.identifiers),
            title=dict(report.title),
            issued=report.issued,
            issuer=self.organisation(report.issuer, others),
            programmes=[self._programme(one) for one in programmes],
            degrees=[self._degree(one) for one in degrees],
            outcomes=[self._outcome(one, names[id(one)], places) for one in outcomes],
        )

    # --- who ----------------------------------------------------------------------------------------------------------

    def organisation(self, given: Organisation, identifiers: Iterable[Identifier]) -> Node:
        """An organisation by name, numbers and country."""
        node = _some(name=dict(given.legal_name), numbers=self._numbers(identifiers), country=given.country)
        return self._origins.wrote(node, given)

    def _organisations(self, given: Iterable[Organisation]) -> list[Node]:
        return [self.organisation(one, one.identifiers) for one in given]

    def _learner(self, learner: Learner) -> Node:
        genders = {one.key: one.native for one in words("gender", "")}
        return _some(
            names=[
                self._origins.wrote(_some(use=n.use, language=n.language, **self._parts(n)), n) for n in learner.names
            ],
            numbers=self._numbers(learner.identifiers),
            born=learner.born,
            gender=genders.get(learner.gender or ""),
        )

    def _parts(self, name: Any) -> Node:
        return {part: getattr(name, part) for part in ("given", "family", "full", "source")}

    # --- what was reached ---------------------------------------------------------------------------------------------

    def _is_degree(self, one: Achievement) -> bool:
        scheme = self._bank.scheme("degree")
        if self._bank.key != "acbs" or one.status != "passed" or not one.specification.title:
            return False
        return any(code.scheme == scheme for code in one.specification.kinds)

    def _is_outcome(self, one: Achievement) -> bool:
        """Whether the bank can be said to have recognised it, and nobody else to have awarded it."""
        if one.status != "passed" or one.awarded_by:
            self._origins.because(one, "", FAILED if one.status != "passed" else ANOTHERS)
            return False
        own = self._own_number(one)
        if own in self._numbered:
            self._origins.because(one, "", ONCE)
            return False
        self._numbered |= {own} - {""}
        return self._has_title(one)

    def _has_title(self, one: Study) -> bool:
        if not one.specification.title:
            self._origins.because(one, "", UNTITLED)
        return bool(one.specification.title)

    def _own_number(self, one: Study) -> str:
        scheme = self._bank.scheme("outcome")
        return next((said.value for said in one.identifiers if said.scheme == scheme), "")

    def _outcome(self, one: Achievement, key: str, places: Mapping[str, str]) -> Node:
        learned = one.specification
        status = self._word(one.kinds, "status")
        if status is None:
            self._origins.because(one, "kinds", RECOGNISED)
        node = _some(
            numbers=self._numbers(one.identifiers),
            title=dict(learned.title),
            status=status or self._native("status", "recognised"),
            **{"class": self._word(one.kinds, "class")},
            levels=[self._level(level) for level in learned.levels if level.claimed_by is None],
            fields=self._subjects(learned.subjects),
            credits=self._credits(one.credits_earned),
            hours=list(learned.contact_hours),
            results=[self._origins.wrote({"grade": dict(said.grade)}, said) for said in one.assessments if said.grade],
            term=dict(one.term.title) if one.term is not None else None,
            recognisedOn=one.awarded_on,
            learned=[
                self._origins.wrote(_some(title=dict(said.title), numbers=self._numbers(said.identifiers)), said)
                for said in learned.outcomes
            ],
            sources=[source for activity in one.activities if (source := self._source(activity))],
            conversion=self._conversion(one, key, places),
        )
        return self._described(node, one)

    def _described(self, node: Node, one: Achievement | Enrolment) -> Node:
        """The description where it is another than a reader makes of the rest."""
        again = DocumentReading({"profile": PROFILE, "bank": self._bank.key}, Origins())
        cursor = JsonReading(node).root
        read = again.outcome(cursor) if "status" in node else again.towards(cursor, awarded=_awarded(one))
        made = read.specification if isinstance(read, Achievement) else read
        if dict(made.description) != dict(one.specification.description):
            node["description"] = dict(one.specification.description)
        return self._origins.wrote(node, one)

    def _level(self, level: Any) -> Node:
        return self._origins.wrote(
            _some(framework=level.scheme or None, value=level.value, label=dict(level.label)), level
        )

    def _source(self, activity: Activity) -> Node:
        node = _some(
            kind=self._word(activity.kinds, "source"),
            providers=self._organisations(activity.directed_by),
            numbers=self._numbers(activity.identifiers),
        )
        return self._origins.wrote(node, activity) if node else node

    def _conversion(self, one: Achievement, key: str, places: Mapping[str, str]) -> Node:
        """By which rule an outcome was converted, and from which others."""
        scheme = self._bank.scheme("rule")
        node: Node = _some(rule=next((code.value for code in one.kinds if code.scheme == scheme), None))
        prefix = key_of(Identifier(scheme=self._bank.scheme("outcome"), value=""))
        given: list[str] = []
        for relation in self._conversions.get(key, ()):
            said = places.get(relation.target) or relation.target.removeprefix(prefix)
            if said and (relation.target in places or relation.target.startswith(prefix)):
                self._origins.wrote(node, relation, str(len(given)))
                given.append(said)
        if given:
            node["from"] = given
        return node

    # --- degrees ------------------------------------------------------------------------------------------------------

    def _degree(self, one: Achievement) -> Node:
        node = self._towards(one)
        return self._described(
            node | _some(conferredBy=self._organisations(one.awarded_by), conferredOn=one.awarded_on), one
        )

    def _programme(self, one: Enrolment) -> Node:
        since = one.period.start if one.period is not None else None
        return self._described(self._towards(one) | _some(since=since), one)

    def _towards(self, one: Study) -> Node:
        learned = one.specification
        return _some(
            numbers=self._numbers(one.identifiers),
            title=dict(learned.title),
            degree=self._word(learned.kinds, "degree"),
            majors=self._subjects(learned.subjects),
            credits=self._credits(one.credits_earned),
            creditsBy=self._credits_by_class(one.credits_earned),
        )

    def _credits_by_class(self, given: Iterable[Credit]) -> list[Node]:
        before, after = f"{self._bank.unit.value}(", ")"
        return [
            self._origins.wrote(
                {"class": said.removeprefix(before).removesuffix(after), "credits": credit.value}, credit
            )
            for credit in given
            if (said := credit.scheme.value).startswith(before) and said.endswith(after)
            if amount(credit.value or "") is not None
        ]

    # --- small parts --------------------------------------------------------------------------------------------------

    def _credits(self, given: Iterable[Credit]) -> str | None:
        """The credits in the bank's own unit: no other is ever written as it."""
        own = [one.value for one in given if one.scheme.value == self._bank.unit.value and not one.scheme.scheme]
        return next((value for value in own if value is not None and amount(value) is not None), None)

    def _numbers(self, given: Iterable[Identifier]) -> list[Node]:
        return [
            self._origins.wrote(_some(scheme=one.scheme or None, issued=one.issued) | {"value": one.value}, one)
            for one in given
        ]

    def _subjects(self, given: Iterable[Code]) -> list[Node]:
        return [
            self._origins.wrote(_some(scheme=one.scheme or None, label=dict(one.label)) | {"code": one.value}, one)
            for one in given
        ]

    def _word(self, given: Iterable[Code], of: str) -> str | None:
        """The first code of a list as the bank writes it; one that the list hasn't as it is."""
        scheme = self._bank.scheme(of)
        value = next((code.value for code in given if code.scheme == scheme), None)
        if value is None or (of == "status" and word(of, self._bank.key, value) is None):
            return None
        return self._native(of, value)

    def _native(self, of: str, key: str) -> str:
        return next((one.native for one in words(of, self._bank.key) if one.key == key), key)


def _bank_of(issuer: Organisation) -> Bank | None:
    known = [BANKS[one.value] for one in issuer.identifiers if one.scheme == BANK and one.value in BANKS]
    return known[0] if len(known) == 1 else None


def _awarded(one: Achievement | Enrolment) -> tuple[Organisation, ...] | None:
    return one.awarded_by if isinstance(one, Achievement) else None


def _some(**members: Any) -> Node:
    """The members that say something."""
    return {name: value for name, value in members.items() if value not in (None, [], {})}


def _joined(parts: list[Record]) -> Record:
    reports = tuple(report for part in parts for report in part.reports)
    relations = tuple(dict.fromkeys(relation for part in parts for relation in part.relations))
    return parts[0].model_copy(update={"reports": reports, "relations": relations})


def _shares(losses: Iterable[Loss], reports: list[str]) -> list[list[Loss]]:
    """The losses of each draft: those of its own report; of all else the first tells."""
    places = [pointer("/reports", key) for key in reports]
    shares: list[list[Loss]] = [[] for _ in places]
    for loss in losses:
        own = (n for n, place in enumerate(places) if loss.path == place or loss.path.startswith(place + "/"))
        shares[next(own, 0)].append(loss)
    return shares
