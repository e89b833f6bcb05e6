"""Fitting a whole record into one ELMO file: the learner, the reports, what they share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.elmo.dates import as_birthday, as_moment, day_at_midnight
from adapters.elmo.elements import country_code
from adapters.elmo.fit import (
    always,
    country_of_list,
    every,
    first,
    fit_foreign,
    fit_identifier,
    homepage,
    identifiers,
    leaf,
    lines,
    scratch,
    text,
    token,
    words,
)
from adapters.elmo.fit_attachments import Files, fit_attachment
from adapters.elmo.fit_studies import References, fit_achievements, fit_enrolments
from adapters.elmo.schema import countries
from gateway.errors import Refused
from gateway.kit.contract import WriteRequest
from gateway.kit.walk import Walk, Writing
from gateway.model.leaves import key_of, keys
from gateway.model.losses import Loss
from gateway.model.noun import Noun
from gateway.model.record import (
    Address,
    Attachment,
    Content,
    GradingScheme,
    Group,
    GroupType,
    Identifier,
    Learner,
    Name,
    Organisation,
    Place,
    Record,
    Report,
    Study,
)
from gateway.model.texts import UNDETERMINED, When

NATIONAL = "nationalIdentifier"
_MOST_LINES = 4


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
        learner=record.learner if learner is None else _fit_learner(learner),
        reports=_fit_reports(walk, attachments, files, request.now),
        groups=every(walk, "groups", _fit_group_type),
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
    """Every noun of a class in a value, outermost first."""
    if isinstance(value, kind):
        yield value
    if isinstance(value, tuple):
        for member in value:
            yield from _all(member, kind)
    elif isinstance(value, Noun):
        for name in type(value).model_fields:
            yield from _all(getattr(value, name), kind)


# --- the learner -----------------------------------------------------------------------------------------------------


def _fit_learner(walk: Walk) -> Learner:
    national = walk.one("national_identifier")
    fitted_national = None if national is None else _fit_national(national)
    return Learner(
        names=_names(walk),
        identifiers=_learner_identifiers(walk, has_national=fitted_national is not None),
        national_identifier=fitted_national,
        born=leaf(walk, "born", as_birthday),
        birthplace=_birthplace(walk),
        gender=walk.take("gender"),
        citizenships=words(walk, "citizenships", country_of_list(countries()), most=1),
        home=_home(walk),
    )


def _learner_identifiers(walk: Walk, *, has_national: bool) -> tuple[Identifier, ...]:
    """Those that have a value, but not one that ELMO would read as the national identifier."""
    return every(
        walk, "identifiers", fit_identifier, lambda i: bool(i.value) and (has_national or i.scheme != NATIONAL)
    )


def _fit_national(walk: Walk) -> Identifier | None:
    value = leaf(walk, "value", lambda was: token(was) or None)
    if value is None:
        return None
    return Identifier(scheme=always(walk, "scheme", ""), value=value)


def _names(walk: Walk) -> tuple[Name, ...]:
    """One name in use, of given names and family name, and one birth name; ELMO 1.7 has no other."""
    used = [name for name in walk.peek("names") if name.use != "birth"]
    used.sort(key=_usability)
    chosen = next(iter(used), None)
    birth = next((name for name in walk.peek("names") if name.use == "birth" and _whole(name) is not None), None)
    fits = {id(name): fit for name, fit in ((chosen, _fit_used), (birth, _fit_birth)) if name is not None}
    seen: set[int] = set()

    def kept(member: Noun) -> Noun | None:
        return scratch(fits[id(member)], member) if id(member) in fits else None

    result = []
    for branch in walk.each("names", kept):
        if id(branch.noun) not in seen:
            seen.add(id(branch.noun))
            result.append(fits[id(branch.noun)](branch))
    if len(result) > 1 and result[0].use == "birth":
        result.reverse()
        walk.note("approximated", "names", detail="ELMO has the birth name last")
    if chosen is None:
        walk.note("assumed", "names", f"legal.{UNDETERMINED}", detail="ELMO requires a name, which may be empty")
        result.insert(0, Name(given="", family=""))
    return tuple(result)


def _usability(name: Name) -> int:
    """Which name ELMO's one place is for: the legal one in parts before a romanised one, and these before others."""
    in_parts = name.given is not None or name.family is not None
    return {"legal": 0, "romanised": 1}.get(name.use, 2) + (0 if in_parts else 3 if name.full is not None else 6)


def _fit_used(walk: Walk) -> Name:
    always(walk, "use", "legal")
    always(walk, "language", UNDETERMINED)
    family = leaf(walk, "family", token)
    given = leaf(walk, "given", token)
    full = walk.peek("full")
    if family is None and given is None and full is not None and token(full) == full:
        walk.take("full")
        walk.note("moved", "full", to_path=f"{walk.to_path}/family", detail="ELMO has names in parts only")
        family = full
    for field, value in (("given", given), ("family", family)):
        if value is None:
            walk.note("assumed", field, to="", detail="ELMO requires it, and has it empty where it isn't known")
    return Name(given=given or "", family=family or "")


def _whole(name: Name) -> str | None:
    return name.full if name.full is not None else name.family


def _fit_birth(walk: Walk) -> Name:
    always(walk, "language", UNDETERMINED)
    use = walk.take("use")
    full = leaf(walk, "full", token)
    family = walk.peek("family")
    if full is None and family is not None:
        walk.take("family")
        full = token(family)
        if full == family:
            walk.note("moved", "family", to_path=f"{walk.to_path}/full", detail="ELMO has the birth name whole")
        else:
            walk.note("dropped", "family", detail="ELMO has the birth name whole and on one line")
            walk.note("assumed", "full", to=full, detail="the family name on one line")
    return Name(use=use, full=full)


def _birthplace(walk: Walk) -> Place | None:
    """One text without a language: the full address, or else the name of the place."""
    place = walk.one("birthplace")
    if place is None:
        return None
    address = first(place, "addresses", _fit_birth_address, lambda fitted: bool(fitted.full))
    if address is not None:
        return Place(addresses=(address,))
    name = place.peek("name")
    language = next((key for key, value in name.items() if token(value) == value and value), None)
    if language is None:
        return None
    for other in name:
        if other != language:
            place.note("dropped", "name", other, detail="ELMO holds one language of it")
    full = place.take("name")[language]
    to_path = f"{place.to_path}/addresses/{_escaped(key_of(Address(full={UNDETERMINED: full})))}/full/{UNDETERMINED}"
    place.note("moved", "name", language, to_path=to_path, detail="ELMO has one text for the place of birth")
    return Place(addresses=(Address(full={UNDETERMINED: full}),))


def _escaped(segment: str) -> str:
    return segment.replace("~", "~0").replace("/", "~1")


def _fit_birth_address(walk: Walk) -> Address:
    full = walk.peek("full")
    language = UNDETERMINED if UNDETERMINED in full else next(iter(full), "")
    printed = full.get(language, "")
    if not printed or token(printed) != printed:
        return Address()
    walk.take("full")
    for other in full:
        if other != language:
            walk.note("dropped", "full", other, detail="ELMO holds one language of it")
    if language != UNDETERMINED:
        walk.note("moved", "full", language, to_path=f"{walk.to_path}/full/{UNDETERMINED}", detail="without a language")
    return Address(full={UNDETERMINED: printed})


def _home(walk: Walk) -> Place | None:
    place = walk.one("home")
    address = None if place is None else first(place, "addresses", _fit_address)
    return None if address is None else Place(addresses=(address,))


def _fit_address(walk: Walk) -> Address:
    """The parts of the address of Erasmus Without Paper: free lines, or the parts of a street address."""
    address_lines = _lines(walk)
    facts: dict[str, Any] = {"country": leaf(walk, "country", _two_letters), "lines": address_lines}
    facts["recipient"] = words(walk, "recipient", lines)
    for field in ("postal_code", "locality", "region"):
        facts[field] = leaf(walk, field, lines)
    if not address_lines:
        for field in ("building_number", "building_name", "street", "unit", "floor", "post_office_box"):
            facts[field] = leaf(walk, field, lines)
        facts["delivery_point"] = words(walk, "delivery_point", lines)
    return Address(**facts)


def _lines(walk: Walk) -> tuple[str, ...]:
    """At most four free lines; a full address becomes one where there is nothing else."""
    parts = (
        "lines",
        "building_number",
        "building_name",
        "street",
        "unit",
        "floor",
        "post_office_box",
        "delivery_point",
    )
    full = walk.peek("full")
    if any(walk.peek(part) for part in parts) or not full:
        return words(walk, "lines", lines, most=_MOST_LINES)
    language, line = next(iter(full.items()))
    if not line or lines(line) != line:
        return ()
    walk.take("full")
    for other in list(full)[1:]:
        walk.note("dropped", "full", other, detail="ELMO holds one language of it")
    to_path = f"{walk.to_path}/lines/{_escaped(key_of(line))}"
    walk.note("moved", "full", language, to_path=to_path, detail="ELMO has free lines for it")
    return (line,)


def _two_letters(value: str) -> str | None:
    code = country_code(value)
    return code if len(code) == len("NO") and code.isascii() and code.isalpha() and code.isupper() else None


# --- reports ---------------------------------------------------------------------------------------------------------


def _fit_reports(walk: Walk, shared: tuple[Attachment, ...], files: Files, now: When) -> tuple[Report, ...]:
    branches = walk.each("reports", _as_named)
    return tuple(_fit_report(branch, shared, files, now) for branch in branches)


def _as_named(member: Any) -> Report:
    return Report(issuer=scratch(_fit_issuer, member.issuer))


def _fit_report(walk: Walk, shared: tuple[Attachment, ...], files: Files, now: When) -> Report:
    issuer = walk.one("issuer")
    fitted_issuer = Organisation() if issuer is None else _fit_issuer(issuer)
    if not fitted_issuer.legal_name and not fitted_issuer.identifiers:
        raise _required("an issuer with a name or an identifier for each report")
    attachments = every(walk, "attachments", lambda branch: fit_attachment(branch, files))
    schemes, fitted_schemes = _fit_schemes(walk)
    known = _resolvable((*attachments, *shared))
    to = References(schemes=schemes, resolves=lambda key: known.get(key) == key, files=files)
    return Report(
        issuer=fitted_issuer,
        issued=_issued(walk, now),
        achievements=fit_achievements(walk, "achievements", to),
        enrolments=fit_enrolments(walk, to),
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


def _fit_issuer(walk: Walk) -> Organisation:
    return Organisation(
        country=leaf(walk, "country", country_of_list(countries())),
        identifiers=identifiers(walk),
        legal_name=text(walk, "legal_name"),
        homepages=homepage(walk),
    )


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


def _fit_group_type(walk: Walk) -> GroupType:
    return GroupType(
        id=always(walk, "id", lines(walk.peek("id"))),
        title=text(walk, "title"),
        groups=_groups(walk),
    )


def _groups(walk: Walk) -> tuple[Group, ...]:
    """The groups of a type: their ids are different."""
    fitted: dict[str, Group] = {}
    for branch in walk.each("groups", lambda member: scratch(_fit_group, member)):
        group_id = scratch(_fit_group, branch.noun).id
        if group_id not in fitted:
            fitted[group_id] = _fit_group(branch)
    return tuple(fitted.values())


def _fit_group(walk: Walk) -> Group:
    return Group(
        id=always(walk, "id", lines(walk.peek("id"))),
        sorting_key=leaf(walk, "sorting_key", lines),
        title=text(walk, "title"),
    )
