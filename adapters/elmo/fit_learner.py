"""Fitting a learner into ELMO 1.7: one name in parts, one birth name, one address."""

from __future__ import annotations

from typing import Any

from adapters.elmo.dates import as_birthday
from adapters.elmo.elements import country_code
from adapters.elmo.fit import (
    always,
    country_of_list,
    every,
    first,
    fit_identifier,
    leaf,
    lines,
    scratch,
    token,
    words,
)
from adapters.elmo.schema import countries
from gateway.kit.walk import Walk
from gateway.model.leaves import key_of, pointer
from gateway.model.noun import Noun
from gateway.model.record import Address, Identifier, Learner, Name, Place
from gateway.model.texts import UNDETERMINED

NATIONAL = "nationalIdentifier"
_MOST_LINES = 4


def fit_learner(walk: Walk) -> Learner:
    """The learner as ELMO holds them."""
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
    key = key_of(Address(full={UNDETERMINED: full}))
    to_path = pointer(place.to_path, "addresses", key, "full", UNDETERMINED)
    place.note("moved", "name", language, to_path=to_path, detail="ELMO has one text for the place of birth")
    return Place(addresses=(Address(full={UNDETERMINED: full}),))


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
    to_path = pointer(walk.to_path, "lines", key_of(line))
    walk.note("moved", "full", language, to_path=to_path, detail="ELMO has free lines for it")
    return (line,)


def _two_letters(value: str) -> str | None:
    code = country_code(value)
    return code if len(code) == len("NO") and code.isascii() and code.isalpha() and code.isupper() else None
