"""Fitting a whole record into one ELMO file: the learner, the reports, what they share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.elmo.fit import (
    always,
    every,
    first,
    fit_foreign,
    leaf,
    lines,
    scratch,
    text,
    token,
)
from adapters.elmo.fit_attachments import Files, fit_attachment
from adapters.elmo.fit_issuer import fit_issuer, left_empty
from adapters.elmo.fit_learner import fit_learner
from adapters.elmo.fit_studies import Places, References, fit_achievements, fit_enrolments
from gateway.errors import Refused
from gateway.kit.contract import WriteRequest
from gateway.kit.walk import Walk, Writing
from gateway.model.dates import as_moment, day_at_midnight
from gateway.model.leaves import key_of, keys
from gateway.model.losses import Loss
from gateway.model.noun import Noun
from gateway.model.record import (
    Attachment,
    Content,
    GradingScheme,
    Group,
    GroupType,
    Identifier,
    Organisation,
    Record,
    Report,
    Study,
)
from gateway.model.texts import Text, When


def fit_record(record: Record, request: WriteRequest) -> tuple[Record, tuple[Loss, ...]]:
    """The record as ELMO holds it, and what that loses.

    Raises:
        Refused: `target.requires` where there is no report, or a report of nobody.
    """
    if not record.reports:
        raise _required("a report")
    writing = Writing(record)
    walk = writing.root
    files = _files(record, request)
    attachments = every(walk, "attachments", lambda branch: fit_attachment(branch, files))
    learner = walk.one("learner")
    fitted = Record(
        learner=record.learner if learner is None else fit_learner(learner),
        reports=_fit_reports(walk, attachments, files, request.now),
        groups=_fit_group_types(walk),
        attachments=attachments,
        passthrough=every(walk, "passthrough", fit_foreign),
    )
    return fitted, writing.finish()


def _required(what: str) -> Refused:
    return Refused("target.requires", f"ELMO requires {what}, and the record has none", advice="Add it at the source.")


def _files(record: Record, request: WriteRequest) -> Files:
    """The blobs that may travel: in document order, until all of them together reach the limit."""
    room, admitted = request.limits.attachment_bytes, {}
    for digest in dict.fromkeys(content.sha256 for content in _all(record, Content) if content.sha256):
        octets = request.blobs.get(digest)
        if octets is not None and len(octets) <= room:
            admitted[digest] = octets
            room -= len(octets)
    referred = frozenset(key for study in _all(record, Study) for key in study.attachments)
    return Files(blobs=admitted, referred=referred, today=request.now[:10])


def _all(value: Any, kind: type[Any]) -> Iterator[Any]:
    """Every noun of a class in a value, outermost first, in the order of the model: the names set have none."""
    if isinstance(value, kind):
        yield value
    if isinstance(value, tuple):
        for member in value:
            yield from _all(member, kind)
    elif isinstance(value, Noun):
        for name in (field for field in type(value).model_fields if field in value.model_fields_set):
            member = getattr(value, name)
            if isinstance(member, tuple | Noun):
                yield from _all(member, kind)


# --- reports ---------------------------------------------------------------------------------------------------------


def _fit_reports(walk: Walk, shared: tuple[Attachment, ...], files: Files, now: When) -> tuple[Report, ...]:
    branches = walk.each("reports", _as_named)
    places = (f"/elmo/report[{n}]" for n in range(1, len(branches) + 1))
    return tuple(_fit_report(branch, shared, files, now, place) for branch, place in zip(branches, places, strict=True))


def _as_named(member: Any) -> Report:
    return Report(issuer=scratch(fit_issuer, member.issuer))


def _fit_report(walk: Walk, shared: tuple[Attachment, ...], files: Files, now: When, place: str) -> Report:
    issuer = walk.one("issuer")
    fitted_issuer = Organisation() if issuer is None else fit_issuer(issuer, f"{place}/issuer[1]")
    if not fitted_issuer.legal_name and not fitted_issuer.identifiers:
        raise _required("an issuer with a name or an identifier for each report")
    attachments = every(walk, "attachments", lambda branch: fit_attachment(branch, files))
    schemes, fitted_schemes = _fit_schemes(walk)
    known = _resolvable((*attachments, *shared))
    to = References(schemes=schemes, resolves=lambda key: known.get(key) == key, files=files)
    opportunities = Places(f"{place}/learningOpportunitySpecification")
    achievements = fit_achievements(walk, "achievements", to, opportunities)
    return Report(
        issuer=fitted_issuer,
        issued=_issued(walk, now),
        achievements=achievements,
        enrolments=fit_enrolments(walk, to, opportunities, len(achievements)),
        grading_schemes=fitted_schemes,
        attachments=attachments,
    )


def _resolvable(attachments: tuple[Attachment, ...]) -> dict[str, str]:
    """Key of an attachment to the key that a reference by its first identifier will be read as."""
    found: dict[str, str] = {}
    first_with: dict[str, str] = {}
    for attachment in attachments:
        key = key_of(attachment)
        for identifier in attachment.identifiers:
            first_with.setdefault(identifier.value, key)
        if attachment.identifiers:
            found.setdefault(key, first_with[attachment.identifiers[0].value])
    return found


def _issued(walk: Walk, now: When) -> When:
    """The day or moment of the report: ELMO requires one, and has moments only."""
    issued = leaf(walk, "issued", lambda when: day_at_midnight(as_moment(when)))
    if issued is None:
        issued = day_at_midnight(now)
        walk.note("assumed", "issued", to=issued, detail="ELMO requires a date: the time of this translation")
    return issued


def _fit_schemes(walk: Walk) -> tuple[dict[str, str | None], tuple[GradingScheme, ...]]:
    """The grading schemes, and by its key in the record the key of each in ELMO: a second one with an id has none."""
    by_key: dict[str, str | None] = {}
    fitted: dict[str, GradingScheme] = {}
    for branch in walk.each("grading_schemes", lambda member: scratch(_fit_scheme, member)):
        local_id = scratch(_fit_scheme, branch.noun).identifiers[0].value
        if local_id in fitted:
            by_key[branch.key] = None
            continue
        fitted[local_id] = _fit_scheme(branch)
        by_key[branch.key] = key_of(fitted[local_id])
    return by_key, tuple(fitted.values())


def _fit_scheme(walk: Walk) -> GradingScheme:
    """A grading scheme: an id for use in the file, and a description, which takes the title where there is none."""
    local = first(walk, "identifiers", _fit_local_id)
    if local is None:
        local = Identifier(value=token(key_of(walk.noun)))
        walk.note("assumed", "identifiers", _key(local), detail="ELMO requires an id for use in the file")
    title = walk.peek("title")
    if (
        walk.peek("description")
        or not title
        or not all(title.values())
        or lines("".join(title.values())) != "".join(title.values())
    ):
        return GradingScheme(identifiers=(local,), description=text(walk, "description", lines))
    walk.note("moved", "title", to_path=f"{walk.to_path}/description", detail="ELMO has a description only")
    return GradingScheme(identifiers=(local,), description=dict(walk.take("title")))


def _fit_local_id(walk: Walk) -> Identifier:
    return Identifier(scheme=always(walk, "scheme", ""), value=always(walk, "value", token(walk.peek("value"))))


def _key(identifier: Identifier) -> str:
    return keys((identifier,))[0]


# --- groups ----------------------------------------------------------------------------------------------------------


def _fit_group_types(walk: Walk) -> tuple[GroupType, ...]:
    branches = walk.each("groups", lambda member: scratch(_fit_group_type, member))
    return tuple(_fit_group_type(branch, f"/elmo/groups[1]/groupType[{n}]") for n, branch in enumerate(branches, 1))


def _fit_group_type(walk: Walk, place: str = "") -> GroupType:
    return GroupType(
        id=always(walk, "id", lines(walk.peek("id"))),
        title=_title(walk, place),
        groups=_groups(walk, place),
    )


def _groups(walk: Walk, place: str) -> tuple[Group, ...]:
    """The groups of a type: their ids are different."""
    fitted: dict[str, Group] = {}
    for branch in walk.each("groups", lambda member: scratch(_fit_group, member)):
        group_id = scratch(_fit_group, branch.noun).id
        if group_id not in fitted:
            fitted[group_id] = _fit_group(branch, f"{place}/group[{len(fitted) + 1}]")
    return tuple(fitted.values())


def _fit_group(walk: Walk, place: str = "") -> Group:
    return Group(
        id=always(walk, "id", lines(walk.peek("id"))),
        sorting_key=leaf(walk, "sorting_key", lines),
        title=_title(walk, place),
    )


def _title(walk: Walk, place: str) -> Text:
    """A title that ELMO requires."""
    title = text(walk, "title")
    if not title:
        left_empty(walk, "title", f"{place}/title[1]")
    return title
