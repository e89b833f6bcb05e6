"""Who issues a translation: the node, by its seal's certificate or DID, or a marked placeholder."""

from __future__ import annotations

from gateway.model.record import Identifier, Organisation

EIDAS = "eidas"
"""The scheme of an organizationIdentifier (ETSI EN 319 412-1, section 5.1.4)."""

DID = "uri"
"""The scheme of an identifier that is an address; the DID of a seal leads the identifiers of its issuer."""

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


def issuer_by_did(
    did: str, name: str, country: str | None = None, organisation_identifier: str | None = None
) -> Organisation:
    """The identity that a seal of credentials states: the DID, whose key it is, and what its node says of itself."""
    named = issuer_by_certificate(name, country, organisation_identifier)
    return named.model_copy(update={"identifiers": (Identifier(scheme=DID, value=did),)})
