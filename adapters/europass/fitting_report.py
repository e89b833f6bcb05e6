"""A report and its learner as one European Digital Credential can hold them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from adapters.europass.fitting import Fitting
from adapters.europass.fitting_claims import Around, Award, ClaimFitting
from gateway.errors import Refused
from gateway.kit.contract import WriteRequest
from gateway.kit.telling import Origins
from gateway.model.leaves import keys
from gateway.model.noun import Noun
from gateway.model.record import Address, Attachment, Content, Learner, Name, Organisation, Place, Record, Report
from gateway.model.texts import Text
from gateway.vocabulary import sexes

DRAFT = "Unsealed draft: "
"""What the title of a draft begins with, so that nobody takes it for more."""
_CLAIMS = ("achievements", "activities", "assessments", "entitlements")


def fit_report(record: Record, report: Report, request: WriteRequest, origins: Origins) -> Record:
    """The record that one credential holds: the learner and one report, nothing shared beside them.

    Raises:
        Refused: `target.requires` where there is no result at all, or nobody who reports.
    """
    fitting = Fitting(origins, request.blobs, request.languages)
    shared = record.attachments if report is record.reports[0] else ()
    return fitting.changed(
        record,
        learner=_learner(record.learner, fitting),
        reports=(_report(report, shared, request, fitting),),
        relations=(),
        groups=(),
        attachments=(),
        passthrough=(),
    )


def _report(given: Report, shared: tuple[Attachment, ...], request: WriteRequest, fitting: Fitting) -> Report:
    if not given.issuer.legal_name and not given.issuer.identifiers:
        raise _requires("an issuer with a name", "issuer")
    issuer = fitting.organisation(given.issuer)
    claims = ClaimFitting(fitting, given)
    around = Around({}, Award((issuer,)))
    made: dict[str, Any] = {
        "achievements": claims.achievements(given.achievements, given.enrolments, around.award),
        "activities": claims.activities(given.activities, given.enrolments, around),
        "assessments": claims.assessments((*given.assessments, *claims.results), around)
        if claims.results
        else claims.assessments(given.assessments, around),
        "entitlements": claims.entitlements(given.entitlements, around),
    }
    if not any(made.values()):
        raise _requires("at least one result, activity or entitlement", "achievements")
    reporter = _reporter(issuer, made)
    if reporter != issuer:
        fitting.drop(given, "issuer", "a credential names who awards each result, and most were awarded by another")
        made = {name: tuple(_under(claim, issuer, reporter, fitting) for claim in made[name]) for name in _CLAIMS}
    if given.issued is None:
        fitting.drop(given, "issued", "the model wants a day from which the credential is valid")
    return fitting.changed(
        given,
        **made,
        issuer=reporter,
        issued=fitting.when(given, "issued") or fitting.when(given, "valid_from") or request.now,
        identifiers=fitting.identifiers(given.identifiers),
        title=_title(given, reporter, request, fitting),
        valid_from=None,
        valid_until=fitting.when(given, "valid_until"),
        kinds=(),
        enrolments=(),
        grading_schemes=_scales(given, claims),
        attachments=_attachments(given.attachments, shared, request, fitting),
        passthrough=(),
    )


def _requires(what: str, field: str) -> Refused:
    return Refused(
        "target.requires",
        f"a European Digital Credential requires {what}, and the record has none at {field}",
        advice="Ask the issuer for it: the gateway never makes up a result or an awarding body.",
    )


def _scales(given: Report, claims: ClaimFitting) -> Any:
    used = tuple(claims.grades.schemes)
    same = len(used) == len(given.grading_schemes) and all(
        new is old for new, old in zip(used, given.grading_schemes, strict=True)
    )
    return given.grading_schemes if same else used


def _reporter(issuer: Organisation, made: dict[str, Any]) -> Organisation:
    """Whom a reader will take for the one who reports: the commonest awarding body, the first of several."""
    bodies = [body for name in _CLAIMS for claim in made[name] for body in (claim.awarded_by or (issuer,))]
    if all(body is issuer for body in bodies):
        return issuer
    counted = Counter(body.model_dump_json() for body in bodies)
    return max(bodies, key=lambda body: counted[body.model_dump_json()])


def _under(claim: Any, issuer: Organisation, reporter: Organisation, fitting: Fitting) -> Any:
    """A claim of a report whose issuer a reader takes for another."""
    bodies = claim.awarded_by or (issuer,)
    return fitting.changed(claim, awarded_by=() if bodies == (reporter,) else bodies)


def _title(given: Report, reporter: Organisation, request: WriteRequest, fitting: Fitting) -> Text:
    """The title, which the model wants; that of a draft says that it is one."""
    title = given.title or _results_of(reporter)
    if not given.title:
        fitting.drop(given, "title", "the model wants a title")
    if not request.draft or all(words.startswith(DRAFT) for words in title.values()):
        return title
    if given.title:
        fitting.drop(given, "title", "a draft says in its title that it is one")
    return {language: words if words.startswith(DRAFT) else DRAFT + words for language, words in title.items()}


def _results_of(reporter: Organisation) -> Text:
    """A title for a report that has none: the awarding body's name and "results" (rulings, 4.7)."""
    names = reporter.legal_name or {"und": next((i.value for i in reporter.identifiers), "")}
    return {language: f"{name}: results" for language, name in names.items()}


# --- attachments -----------------------------------------------------------------------------------------------------


def _attachments(
    own: tuple[Attachment, ...], shared: tuple[Attachment, ...], request: WriteRequest, fitting: Fitting
) -> tuple[Attachment, ...]:
    room = _Room(request.limits.attachment_bytes, fitting)
    made: list[Attachment] = []
    for given in (*own, *shared):
        fitted = _attachment(given, fitting)
        if fitted is not None and room.takes(fitted, given):
            moved = any(given is one for one in shared)
            made.append(fitting.origins.note(fitted.model_copy(), given, elsewhere=True) if moved else fitted)
    made += _further(own, made, fitting, room)
    same = len(made) == len(own) and all(new is old for new, old in zip(made, own, strict=True))
    return own if same else tuple(made)


class _Room:
    """What is left of the limit for attachments."""

    def __init__(self, octets: int, fitting: Fitting) -> None:
        self._left, self._fitting = octets, fitting

    def takes(self, attachment: Attachment, given: Noun) -> bool:
        """Whether a file still fits; the reason is noted where it doesn't."""
        file = attachment.contents[0]
        if file.size > self._left:
            told = f"over the limit for attachments; the file's SHA-256 is {file.sha256}"
            self._fitting.drop(given, "", told)
            return False
        self._left -= file.size
        return True


def _attachment(given: Attachment, fitting: Fitting) -> Attachment | None:
    """An attachment with its first file: the model has one for each."""
    file = next((fitted for one in given.contents if (fitted := _bare(one, fitting)) is not None), None)
    if file is None:
        fitting.drop(given, "", "the model wants the bytes of a file, and they aren't at hand")
        return None
    contents = given.contents if given.contents == (file,) else (file,)
    kind = fitting.one_code(given.kind)
    return fitting.changed(given, identifiers=(), kind=kind, contents=contents, passthrough=())


def _bare(content: Content, fitting: Fitting) -> Content | None:
    """A file whose title is the attachment's."""
    file = fitting.file(content)
    return None if file is None else fitting.changed(file, title={}, description={})


def _further(own: tuple[Attachment, ...], made: list[Attachment], fitting: Fitting, room: _Room) -> list[Attachment]:
    """One more attachment of the same name for each further file, where its key is free to be told."""
    taken, further = set(keys(own)), list[Attachment]()
    for first in made:
        given = fitting.origins.of(first)
        for content in given.contents[1:]:
            file = _bare(content, fitting)
            if file is None or fitting.origins.of(first.contents[0]) is content:
                continue
            apart = fitting.origins.note(file.model_copy(), file)
            one = Attachment(title=first.title, description=first.description, kind=first.kind, contents=(apart,))
            if keys([*made, *further, one])[-1] not in taken and room.takes(one, content):
                fitting.origins.note(apart, file, elsewhere=True)
                further.append(one)
    return further


# --- the learner -----------------------------------------------------------------------------------------------------


def _learner(given: Learner, fitting: Fitting) -> Learner:
    birthplace = fitting.one(given.birthplace, fitting.place)
    country = fitting.country(given.birth_country)
    if birthplace is None and country is not None:
        birthplace = Place(addresses=(Address(country=country),))
        fitting.drop(given, "birthplace", "the country of birth stands in the place of birth")
    return fitting.changed(
        given,
        names=_names(given.names, fitting),
        identifiers=fitting.identifiers(given.identifiers),
        national_identifier=fitting.one(given.national_identifier, fitting.identifier),
        born=fitting.when(given, "born"),
        birthplace=birthplace,
        birth_country=None,
        gender=given.gender if given.gender and sexes.authority_code(given.gender) else None,
        citizenships=tuple(c for c in given.citizenships if fitting.country(c) == c),
        home=fitting.one(given.home, fitting.place),
        contact_points=fitting.each(given.contact_points, fitting.contact_point),
        photo=None,
        member_of=fitting.organisations(given.member_of),
    )


def _names(given: tuple[Name, ...], fitting: Fitting) -> tuple[Name, ...]:
    """One name for the learner, in one language; then names of birth and patronymics, one a language."""
    for name in given:
        fitting.drop(name, "", "the model has one name, in one language")
    named = [name for name in given if name.given is not None or name.family is not None or name.full is not None]
    legal = [name for use in ("legal", "romanised", "alternative") for name in named if name.use == use]
    first = [name for name in legal if name.use == legal[0].use]
    made: list[Name] = []
    if first:
        language = fitting.preferred(name.language for name in first)
        chosen = next(name for name in first if name.language == language)
        made.append(fitting.changed(chosen, use="legal", source=None))
    for use in ("birth", "patronymic"):
        seen: set[str] = set()
        for name in named:
            if name.use == use and name.language not in seen:
                seen.add(name.language)
                made.append(_in_one_text(name, fitting))
    same = len(made) == len(given) and all(new is old for new, old in zip(made, given, strict=True))
    return given if same else tuple(made)


def _in_one_text(name: Name, fitting: Fitting) -> Name:
    full = name.full if name.full is not None else " ".join(part for part in (name.given, name.family) if part)
    return fitting.changed(name, full=full, given=None, family=None, source=None)
