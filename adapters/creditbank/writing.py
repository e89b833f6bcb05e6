"""Writing a record as a credit bank's documents, one for each report that a credit bank issued.

Only a credit bank's own statement can be written as one: the issuer's identifier says that it is. What is written is
read back as a stranger reads it, and the difference is told as losses.
"""

from __future__ import annotations

import base64
import uuid
from collections import defaultdict
from collections.abc import Iterable

from adapters.creditbank.banks import BANK, BANKS, PROFILE, Bank
from adapters.creditbank.emitting import Emitting, Node
from adapters.creditbank.reading import CONVERTED, read_document
from gateway.errors import Refused
from gateway.kit import Draft, Loss, Origins, Telling, WriteRequest, dump_json
from gateway.model.leaves import keys, pointer
from gateway.model.record import Record, Relation, Report

NOT_ONE = "it isn't the statement of a credit bank"


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
        several = zip(keys(self._record.reports), self._record.reports, strict=True)
        held = [(key, report, bank) for key, report in several if (bank := self._bank_of(report)) is not None]
        if not held:
            raise Refused(
                "target.requires",
                f"a credit bank's document requires a report that a credit bank issued (its identifier {BANK} is "
                f"{' or '.join(BANKS)}), and the record has none at reports/…/issuer",
                advice="Translate to another system: a credit bank alone says what it recognised.",
            )
        documents = [self._document(*one) for one in held]
        back = [read_document(document, self._origins).record for document in documents]
        losses = Telling(self._record, _joined(back), self._origins).losses()
        shares = _shares(losses, [key for key, _, _ in held])
        return tuple(
            Draft(
                body=dump_json(document),
                media_type="application/json",
                extension=".json",
                seal="jades",
                reports=(key,),
                losses=(*share, *self._not_enclosed()),
            )
            for document, (key, _, _), share in zip(documents, held, shares, strict=True)
        )

    def _bank_of(self, report: Report) -> Bank | None:
        """The bank that issued a report, by its name and the identifier that says which; None for anybody else."""
        issuer = report.issuer
        known = [BANKS[one.value] for one in issuer.identifiers if one.scheme == BANK and one.value in BANKS]
        if len(known) == 1 and any(issuer.legal_name.values()):
            return known[0]
        self._origins.because(report, "", NOT_ONE)
        return None

    def _document(self, key: str, report: Report, bank: Bank) -> Node:
        emitting = Emitting(bank, self._origins, self._conversions)
        stated = emitting.report(report, self._record.learner)
        note = self._note(key, emitting)
        return self._origins.wrote({"profile": PROFILE, "bank": bank.key, **stated, "translation": note}, report)

    def _note(self, key: str, emitting: Emitting) -> Node:
        """The note that this is a translation, by whom and of what, with the original where it isn't too large."""
        request, source = self._request, self._request.source
        issuer = request.issuer
        seed = f"{source.sha256}\ncreditbank\n{issuer.model_dump_json(exclude_defaults=True)}\n{key}"
        note = {
            "id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, seed)}",
            "draft": request.draft,
            "made": request.now,
            "by": emitting.organisation(issuer),
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
