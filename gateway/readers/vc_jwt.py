"""The credential in the claims of a JSON Web Token (VC Data Model 1.1, section 6.3.1; Open Badges 3.0, section 8.2).

Two forms: the credential under the claim `vc`, whose id, issuer, subject and life may stand in registered claims alone;
or the credential as the payload itself, with registered claims beside it that repeat it. Either way the credential
comes out with these claims in their places, and what two places state differently is named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.readers.json import JsonValue, dump_json
from gateway.readers.jws import ParsedJws

_REGISTERED = ("iss", "sub", "jti", "nbf", "exp", "iat")
_VERSION_2 = "https://www.w3.org/ns/credentials/v2"
_TYPES = {"jwt", "vc+jwt", "vc+ld+jwt", "vc+ld+json+jwt", "vc-ld+jwt"}
_LATEST = 253_402_300_799  # the last second of the year 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtCredential:
    """A credential out of a token.

    octets     the credential as JSON, the registered claims in the places that they stand for
    issued_at  `iat` (RFC 3339), or None
    faults     what contradicts itself, or is no claim of that name
    """

    octets: bytes
    issued_at: str | None
    faults: tuple[str, ...]


def credential_in(claims: JsonValue, header: Mapping[str, JsonValue]) -> JwtCredential | None:
    """The credential in a token's claims, or None where they are no credential of either form."""
    if not isinstance(claims, dict):
        return None
    inside = claims.get("vc")
    if isinstance(inside, dict):
        return _Mapping(claims, dict(inside), header).credential()
    if "@context" in claims and not claims.keys().isdisjoint(_REGISTERED):
        return _Mapping(claims, {}, header).credential()
    return None


def is_token(jws: ParsedJws) -> bool:
    """Whether a JWS calls itself a token: one signature, of a type that credentials have."""
    return len(jws.signatures) == 1 and _type_of(jws.signatures[0].header) in _TYPES


def _type_of(header: Mapping[str, JsonValue]) -> str:
    typed = header.get("typ", "")
    return typed.casefold().removeprefix("application/") if isinstance(typed, str) else ""


class _Mapping:
    """One token being brought into the form of a credential."""

    def __init__(
        self, claims: Mapping[str, JsonValue], credential: dict[str, JsonValue], header: Mapping[str, JsonValue]
    ) -> None:
        self.claims = claims
        self.faults: list[str] = []
        self._check_type(header, enclosed=bool(credential))
        for name, value in claims.items():
            if name not in (*_REGISTERED, "vc"):
                self._put(credential, name, value)
        self.result = credential

    def credential(self) -> JwtCredential:
        self._identity("jti", self.result)
        self._issuer()
        self._subject()
        second = _VERSION_2 in _list(self.result.get("@context"))
        self._date("nbf", "validFrom" if second else "issuanceDate")
        self._date("exp", "validUntil" if second else "expirationDate")
        return JwtCredential(
            octets=dump_json(self.result), issued_at=self._time("iat"), faults=tuple(dict.fromkeys(self.faults))
        )

    def _check_type(self, header: Mapping[str, JsonValue], *, enclosed: bool) -> None:
        name = _type_of({"typ": "jwt", **header})
        if name not in _TYPES:
            self.faults.append("typ names another kind of token")
        elif enclosed and name.startswith("vc"):
            self.faults.append("vc stands in a token whose typ says that the payload is the credential")

    def _put(self, place: dict[str, JsonValue], name: str, value: JsonValue) -> None:
        if name not in place:
            place[name] = value
        elif place[name] != value:
            self.faults.append(f"{name} stands there twice, with different values")

    def _text(self, claim: str) -> str | None:
        value = self.claims.get(claim)
        if isinstance(value, str):
            return value
        if claim in self.claims:
            self.faults.append(f"{claim} is no text")
        return None

    def _identity(self, claim: str, place: dict[str, JsonValue]) -> None:
        value = self._text(claim)
        if value is None:
            return
        if place.get("id", value) != value:
            self.faults.append(f"{claim} names another than the credential does")
        place.setdefault("id", value)

    def _issuer(self) -> None:
        issuer = self.result.get("issuer")
        if isinstance(issuer, dict):
            self.result["issuer"] = issuer = dict(issuer)
            self._identity("iss", issuer)
            return
        named = self._text("iss")
        if named is not None:
            self._put(self.result, "issuer", named)

    def _subject(self) -> None:
        subject = self.result.get("credentialSubject")
        if isinstance(subject, dict):
            self.result["credentialSubject"] = subject = dict(subject)
            self._identity("sub", subject)
            return
        named = self._text("sub")
        ids = [member.get("id") for member in _list(subject) if isinstance(member, dict)]
        if named is not None and named not in ids:
            self.faults.append("sub names another than the credential does")

    def _date(self, claim: str, name: str) -> None:
        stated = self._time(claim)
        if stated is None:
            return
        if _seconds(self.result.setdefault(name, stated)) != _seconds(stated):
            self.faults.append(f"{claim} states another time than {name}")

    def _time(self, claim: str) -> str | None:
        """A NumericDate (RFC 7519, section 2) as RFC 3339, its fraction of a second left out."""
        value = self.claims.get(claim)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LATEST:
            return dt.datetime.fromtimestamp(int(value), dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if claim in self.claims:
            self.faults.append(f"{claim} is no time")
        return None


def _seconds(text: JsonValue) -> int | None:
    """A time as whole seconds; None where it is no time with a zone."""
    try:
        moment = dt.datetime.fromisoformat(text)
        return int(moment.timestamp()) if moment.tzinfo else None
    except (TypeError, ValueError, OverflowError):
        return None


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]
