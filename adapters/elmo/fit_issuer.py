"""Fitting an issuer into ELMO 1.7, which requires of it an identifier, a title and an address on the web.

What the record lacks is taken from what it has (another number of the organisation, its schac domain); what can't be
had stands empty, is told as assumed, and is read back as nothing.
"""

from __future__ import annotations

import re

from adapters.elmo.fit import country_of_list, fit_identifier, homepage, identifiers, leaf, of_one, text, token
from adapters.elmo.schema import countries
from gateway.kit.walk import Walk
from gateway.model.leaves import key_of, pointer
from gateway.model.record import Identifier, Link, Organisation

_NUMBERS = (
    ("eidas_identifier", "eidas"),
    ("registration", "registration"),
    ("vat_identifiers", "vat"),
    ("tax_identifiers", "tax"),
)
"""Where else an organisation has a number, and the type of one that names no scheme; the first one is taken."""
SCHAC = "schac"
"""The type of an identifier that is an organisation's domain name (schacHomeOrganization)."""
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]")


def fit_issuer(walk: Walk, place: str = "") -> Organisation:
    """The issuer as ELMO holds it; `place` is where it will stand in the document."""
    held = identifiers(walk) or of_one(_number(walk))
    issuer = Organisation(
        country=leaf(walk, "country", country_of_list(countries())),
        identifiers=held,
        legal_name=text(walk, "legal_name"),
        homepages=homepage(walk) or of_one(_domain(walk, held)),
    )
    for field, stands in (("identifiers", "identifier[1]/@type"), ("legal_name", "title[1]"), ("homepages", "url[1]")):
        if not getattr(issuer, field):
            left_empty(walk, field, f"{place}/{stands}")
    return issuer


def left_empty(walk: Walk, field: str, target: str) -> None:
    """Tell that an empty element stands where ELMO requires what the record hasn't.

    Where the record has something that ELMO can't hold, its `dropped` loss tells it already.
    """
    if not walk.peek(field):
        walk.note(
            "assumed", field, target=target, to="", detail="ELMO requires it; it stands empty, as nobody knows it"
        )


def _number(walk: Walk) -> Identifier | None:
    """The organisation's first other number, as its identifier."""
    for field, kind in _NUMBERS:
        for number in _at(walk, field):
            if token(number.peek("value")):
                return _moved(walk, number, kind)
    return None


def _at(walk: Walk, field: str) -> list[Walk]:
    """The numbers of a field that holds one, or a list of them."""
    if isinstance(walk.peek(field), tuple):
        return walk.each(field)
    one = walk.one(field)
    return [] if one is None else [one]


def _moved(walk: Walk, number: Walk, kind: str) -> Identifier:
    """A number as the identifier; one that names no scheme is of the kind that its place in the record says."""
    fitted = fit_identifier(number)
    if not fitted.scheme:
        number.note("approximated", "scheme", from_=number.peek("scheme"), to=kind, detail="what kind of number it is")
        fitted = Identifier(scheme=kind, value=fitted.value)
    to_path = pointer(walk.to_path, "identifiers", key_of(fitted))
    number.note("moved", to_path=to_path, detail="ELMO requires an identifier, and has one place for all")
    return fitted


def _domain(walk: Walk, held: tuple[Identifier, ...]) -> Link | None:
    """The address that an organisation's schac domain makes, where its home page isn't known."""
    domain = next((i.value for i in held if i.scheme.casefold() == SCHAC and _DOMAIN.fullmatch(i.value)), None)
    if domain is None:
        return None
    link = Link(url=f"https://{domain}")
    walk.note("assumed", "homepages", key_of(link), detail="ELMO requires an address: that of the schac domain")
    return link
