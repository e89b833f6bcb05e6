"""Who issues a translation: the node, by the name in its seal's certificate, or a marked placeholder."""

from __future__ import annotations

from gateway.model.record import Identifier, Organisation

EIDAS = "eidas"
"""The scheme of an organizationIdentifier (ETSI EN 319 412-1, section 5.1.4)."""

PLACEHOLDER = Organisation(
    legal_name={"en": "Unsealed draft, no issuer"},
    eidas_identifier=Identifier(scheme=EIDAS, value="DRAFT"),
    country="OP_DATPRO",
)
"""The issuer of an unsealed translation: never the institution (rulings, 4.2). OP_DATPRO is the "provisional data" of
the European Union's country list, which the shapes of the European Learning Model accept."""


def issuer_by_certificate(name: str, country: str | None, organisation_identifier: str | None) -> Organisation:
    """The identity that a seal's certificate states: O, C and organizationIdentifier (2.5.4.97)."""
    identifier = None
    if organisation_identifier is not None:
        identifier = Identifier(scheme=EIDAS, value=organisation_identifier)
    return Organisation(legal_name={"und": name}, eidas_identifier=identifier, country=country)
