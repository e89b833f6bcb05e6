"""Who says, and who seals: the issuer that a document names, compared with the organisation that a certificate names.

The official Europass viewer doesn't make this comparison; without it anybody under a trusted CA could issue in anybody
else's name. All that both sides have must agree: a true identifier under a false name is a false name, and a true name
with another number of the same register (organizationIdentifier, ETSI EN 319 412-1, 5.1.4, "VATXX-123…") is another
organisation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from cryptography.x509 import Certificate, ObjectIdentifier
from cryptography.x509.oid import NameOID

_LONGEST_KEPT = 256  # characters: no document fills the memory with what it calls a name
_ETSI_PREFIX = 6
"""Three letters of scheme, two of country, a hyphen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerClaim:
    """Whom the document names as its issuer: names by language, identifiers, country (ISO 3166-1 alpha-2)."""

    names: Mapping[str, str] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    country: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing by which an issuer could be known."""
        return not (any(map(_plain, self.names.values())) or any(map(_plain, self.identifiers)))


@dataclass(frozen=True)
class Sealer:
    """The organisation as a certificate names it; never its common name, which may be a person's."""

    names: tuple[str, ...]
    identifiers: tuple[str, ...]
    country: str | None

    @classmethod
    @lru_cache(maxsize=1024)
    def of(cls, certificate: Certificate) -> Sealer:
        """O, organizationIdentifier (2.5.4.97) and C of the subject."""
        countries = _attributes(certificate, NameOID.COUNTRY_NAME)
        return cls(
            names=_attributes(certificate, NameOID.ORGANIZATION_NAME),
            identifiers=_attributes(certificate, NameOID.ORGANIZATION_IDENTIFIER),
            country=countries[0] if len(countries) == 1 else None,
        )

    @cached_property
    def plain_names(self) -> frozenset[str]:
        """The names, ready to compare."""
        return frozenset(_all_plain(self.names))

    @cached_property
    def plain_identifiers(self) -> frozenset[str]:
        """The identifiers, ready to compare."""
        return frozenset(_all_plain(self.identifiers))

    def is_issuer(self, claim: IssuerClaim) -> bool:
        """Whether the certificate names the very organisation that the document names.

        Name, country and identifier mustn't differ where both sides have them, and one of name and identifier must be
        equal. Of a name in several languages one has to be the certificate's; the others are the document's word.
        """
        names = _all_plain(claim.names.values())
        if names and not names & self.plain_names:
            return False
        if self.country and claim.country and _plain(self.country) != _plain(claim.country):
            return False
        ours, theirs = self.plain_identifiers, _all_plain(claim.identifiers)
        if ours & theirs:
            return True
        schemes = {identifier[:_ETSI_PREFIX] for identifier in ours if identifier[_ETSI_PREFIX - 1 :][:1] == "-"}
        same_register = any(identifier.startswith(scheme) for identifier in theirs for scheme in schemes)
        return bool(names) and not same_register

    def vouches_for_every_name(self, claim: IssuerClaim) -> bool:
        """Whether all that the document calls its issuer is in the certificate, or an equal identifier stands for it.

        Else a name in one language is the certificate's, and the others are only the document's word.
        """
        if self.plain_identifiers & _all_plain(claim.identifiers):
            return True
        return _all_plain(claim.names.values()) <= self.plain_names


def is_named(claim: IssuerClaim, allowed: Iterable[str]) -> bool:
    """Whether the document's issuer is one of the names or identifiers that an anchor is limited to."""
    return bool(_all_plain(allowed) & _all_plain((*claim.names.values(), *claim.identifiers)))


def _attributes(certificate: Certificate, oid: ObjectIdentifier) -> tuple[str, ...]:
    return tuple(str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(oid))


def _all_plain(texts: Iterable[str]) -> set[str]:
    return {_plain(text) for text in texts} - {""}


def _plain(text: str) -> str:
    """Ready to compare: compatibility forms, case and runs of spaces don't count; other scripts stay apart."""
    return _plain_name(text) if len(text) <= _LONGEST_KEPT else _normalised(text)


@lru_cache(maxsize=2048)
def _plain_name(text: str) -> str:
    """Kept, because the same few organisations issue what a gateway sees."""
    return _normalised(text)


def _normalised(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
