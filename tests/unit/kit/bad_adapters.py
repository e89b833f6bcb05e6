"""Adapters that break the laws, each in one way: made from the right one (tests/toy_adapter), so that nothing else is wrong."""

from __future__ import annotations

import json
from dataclasses import replace

from gateway.kit import Draft, Head, Loss, Reading, Recognition, Refused
from gateway.model.leaves import leaves
from gateway.model.record import Name, Record
from tests.toy_adapter.lanterna_adapter import Lanterna


def _rewritten(draft: Draft, change) -> Draft:
    body = json.loads(draft.body)
    change(body)
    return replace(draft, body=json.dumps(body, ensure_ascii=False).encode())


class Right(Lanterna):
    """The right adapter."""


# --- the six ---------------------------------------------------------------------------------------------------------


class SilentReader(Lanterna):
    """Reads without a cursor's memory: what it has no place for is gone unseen."""

    def read(self, content, inner):
        return replace(super().read(content, inner), losses=())


class SilentWriter(Lanterna):
    """Writes what fits and says nothing about the rest."""

    def write(self, record, request):
        return tuple(replace(draft, losses=()) for draft in super().write(record, request))


class OneLossForAll(Lanterna):
    """Says once that everything may be lost."""

    def write(self, record, request):
        loss = Loss(stage="write", kind="dropped", path="", detail="some things can't be carried")
        return tuple(replace(draft, losses=(loss,)) for draft in super().write(record, request))


class OneLossForEverythingRead(Lanterna):
    """Says once that everything of the document may be lost."""

    def read(self, content, inner):
        loss = Loss(stage="read", kind="dropped", source="", detail="some things can't be carried")
        return replace(super().read(content, inner), losses=(loss,))


class ExtensionStuffer(Lanterna):
    """Hides the whole record in an extension of its own, where only it can read it back."""

    def write(self, record, request):
        stuffed = record.model_dump(mode="json", by_alias=True)
        return tuple(
            replace(_rewritten(draft, lambda body: body.update(ours={"record": stuffed})), losses=())
            for draft in super().write(record, request)
        )

    def read(self, content, inner):
        ours = content.document.value.get("ours")
        if ours is None:
            return super().read(content, inner)
        return Reading(record=Record.model_validate_json(json.dumps(ours["record"])))


class OriginalPeeker(Lanterna):
    """Embeds the original, and reads it back from there."""

    def write(self, record, request):
        return tuple(
            _rewritten(draft, lambda body: body.update(original=request.source.original.decode()))
            for draft in super().write(record, request)
        )

    def read(self, content, inner):
        reading = super().read(content, inner)
        original = content.document.value.get("original")
        if not isinstance(original, str):
            return reading
        learner = reading.record.learner.model_copy(update={"names": (Name(full=original[:40]),)})
        return replace(reading, record=reading.record.model_copy(update={"learner": learner}))


class OverDeclarer(Lanterna):
    """Declares everything that might ever be lost, to be on the safe side."""

    def write(self, record, request):
        drafts = super().write(record, request)
        declared = {loss.path for draft in drafts for loss in draft.losses}
        more = tuple(
            Loss(stage="write", kind="dropped", path=path, detail="may be lost")
            for path in leaves(record)
            if path.endswith("/specification/title/en") and path not in declared
        )
        return tuple(replace(draft, losses=(*draft.losses, *more)) for draft in drafts)


class Refuser(Lanterna):
    """Refuses whatever it doesn't hold."""

    def write(self, record, request):
        drafts = super().write(record, request)
        if any(draft.losses for draft in drafts):
            raise Refused("target.requires", "got more than a transcript holds")
        return drafts


# --- mutants of the right adapter ------------------------------------------------------------------------------------


class Forgets(Lanterna):
    """Takes the mark and doesn't write it."""

    def write(self, record, request):
        return tuple(
            _rewritten(d, lambda b: [c.pop("mark", None) for c in b.get("courses", [])])
            for d in super().write(record, request)
        )


class LosesTheSecond(Lanterna):
    """Writes the first course of each report and tells no loss for the others."""

    def write(self, record, request):
        return tuple(
            _rewritten(d, lambda b: b.update(courses=b.get("courses", [])[:1])) for d in super().write(record, request)
        )


class WrongKind(Lanterna):
    """Calls what it drops approximated."""

    def write(self, record, request):
        return tuple(
            replace(
                d,
                losses=tuple(
                    loss.model_copy(update={"kind": "approximated"}) if loss.kind == "dropped" else loss
                    for loss in d.losses
                ),
            )
            for d in super().write(record, request)
        )


class FalseFrom(Lanterna):
    """Tells a change of the birth date that names another value than was there."""

    def write(self, record, request):
        loss = Loss(stage="write", kind="approximated", path="/learner/born", **{"from": "1900"}, to="2000")
        drafts = super().write(record, request)
        drafts = tuple(
            _rewritten(d, lambda b: b["pupil"].update(born="2000") if record.learner.born else None) for d in drafts
        )
        return tuple(replace(d, losses=(*d.losses, loss)) if record.learner.born else d for d in drafts)


class SwapsFields(Lanterna):
    """Writes the given name as the family name."""

    def write(self, record, request):
        def swap(body):
            for name in body.get("pupil", {}).get("names", []):
                given, family = name.pop("given", None), name.pop("family", None)
                name.update({k: v for k, v in (("given", family), ("family", given)) if v is not None})

        return tuple(_rewritten(d, swap) for d in super().write(record, request))


class Truncates(Lanterna):
    """Cuts titles off after ten characters."""

    def write(self, record, request):
        def cut(body):
            for course in body.get("courses", []):
                course.update(title={k: v[:10] for k, v in course.get("title", {}).items()})

        return tuple(_rewritten(d, cut) for d in super().write(record, request))


class Reorders(Lanterna):
    """Sorts the courses."""

    def write(self, record, request):
        def turn(body):
            body.get("courses", []).sort(key=lambda c: json.dumps(c, sort_keys=True), reverse=True)

        return tuple(_rewritten(d, turn) for d in super().write(record, request))


class Invents(Lanterna):
    """Gives everybody a birth date, and tells nobody."""

    def write(self, record, request):
        return tuple(
            _rewritten(d, lambda b: b.setdefault("pupil", {}).setdefault("born", "2000-01-01"))
            for d in super().write(record, request)
        )


class AssumesWhatIsThere(Lanterna):
    """Says of the printed issuing time that it was assumed."""

    def write(self, record, request):
        drafts = super().write(record, request)
        losses = [
            Loss(
                stage="write",
                kind="assumed",
                path=f"/reports/{draft.reports[0].replace('~', '~0').replace('/', '~1')}/issued",
            )
            for draft, report in zip(drafts, record.reports, strict=True)
            if report.issued
        ]
        return tuple(replace(draft, losses=(*draft.losses, *losses)) for draft in drafts)


class ChangesForms(Lanterna):
    """Reads numbers and times as values: "6.0" becomes "6", midnight goes."""

    def read(self, content, inner):
        reading = super().read(content, inner)
        text = reading.record.model_dump_json(by_alias=True)
        return replace(reading, record=Record.model_validate_json(text.replace("T00:00:00", "").replace("6.0", "6")))


class Collapses(Lanterna):
    """Reads every language as English: two texts become one."""

    def read(self, content, inner):
        reading = super().read(content, inner)
        reports = tuple(
            report.model_copy(
                update={
                    "issuer": report.issuer.model_copy(
                        update={"legal_name": dict.fromkeys(["en"], list(report.issuer.legal_name.values())[-1])}
                    )
                }
            )
            for report in reading.record.reports
        )
        return replace(reading, record=reading.record.model_copy(update={"reports": reports}))


class Forgetful(Lanterna):
    """Keeps only the first name."""

    def write(self, record, request):
        return tuple(
            _rewritten(
                d,
                lambda b: b.update(
                    pupil=b["pupil"] | {"names": b["pupil"].get("names", [])[:1]} if "pupil" in b else {}
                ),
            )
            for d in super().write(record, request)
        )


class LiesAboutMoves(Lanterna):
    """Says that the birth date moved to where it isn't."""

    def write(self, record, request):
        loss = Loss(stage="write", kind="moved", path="/learner/born", to_path="/learner/birthplace/description/und")
        return tuple(
            replace(d, losses=(*d.losses, loss)) if record.learner.born else d for d in super().write(record, request)
        )


class Grows(Lanterna):
    """Adds to a text each time: no second trip is like the first."""

    def write(self, record, request):
        def grow(body):
            for course in body.get("courses", []):
                course.update(mark={k: v + "+" for k, v in course.get("mark", {}).items()})

        return tuple(_rewritten(d, grow) for d in super().write(record, request))


class Unsteady(Lanterna):
    """Writes members in the order of a set."""

    def write(self, record, request):
        def shuffle(body):
            members = {name: body[name] for name in set(body)}
            body.clear()
            body.update(members)

        return tuple(_rewritten(d, shuffle) for d in super().write(record, request))


class ClaimsAll(Lanterna):
    """Recognises every JSON document as its own."""

    def recognise(self, head: Head) -> Recognition | None:
        return Recognition(format="Lanterna 1.0", why="JSON") if head.media == "json" else None


class Deviates(Lanterna):
    """Writes a transcript without its school's name, which its own rules ask for."""

    def write(self, record, request):
        return tuple(
            _rewritten(d, lambda b: b.get("school", {}).pop("name", None)) for d in super().write(record, request)
        )


class Crashes(Lanterna):
    """Fails with an error of Python where a document isn't as it expects."""

    def read(self, content, inner):
        int(content.document.value["courses"][0]["mark"]["en"])
        return super().read(content, inner)


class Greedy(Lanterna):
    """Takes 150 MB before it refuses."""

    def read(self, content, inner):
        hoard = b"x" * 150_000_000
        raise Refused("limits.nodes", f"got more than {len(hoard)} octets can hold")


READING = "test_reading_covers"
WRITING = "test_writing_covers_generated_records"
SIX = {
    SilentReader: READING,
    SilentWriter: WRITING,
    OneLossForAll: WRITING,
    ExtensionStuffer: WRITING,
    OverDeclarer: WRITING,
    Refuser: WRITING,
}
"""The six bad adapters, and the law that each must fail."""

MUTANTS = {
    OneLossForEverythingRead: READING,
    OriginalPeeker: "test_a_stranger_reads",
    Forgets: WRITING,
    LosesTheSecond: WRITING,
    WrongKind: WRITING,
    FalseFrom: WRITING,
    SwapsFields: WRITING,
    Truncates: WRITING,
    Reorders: WRITING,
    Invents: WRITING,
    AssumesWhatIsThere: WRITING,
    ChangesForms: WRITING,
    Collapses: READING,
    Forgetful: WRITING,
    LiesAboutMoves: WRITING,
    Grows: WRITING,
    Unsteady: "test_writing_is_deterministic",
    ClaimsAll: "test_nothing_else_is_recognised",
    Deviates: "test_own_schema_accepts_what_is_written",
}
"""Mutants of the right adapter, and the law that each must fail."""
