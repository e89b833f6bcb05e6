"""Keys by the names that proofs give them: did:key, did:jwk, DID documents, and keys in the fragment of an address.

Nothing is fetched. A did:key or did:jwk is its own document; the document of any other DID must be given. The key in a
fragment (`https://…#z6Mk…`, as 1EdTech's validator reads it) is known, but nobody says whose it is: it has no
controller. Sources: Decentralized Identifiers 1.0; Controlled Identifiers 1.0, section 2; did:key 0.9; did:jwk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.errors import Refused
from gateway.proofs.jwk import read_jwk
from gateway.proofs.multikey import read_multikey
from gateway.proofs.proof import PublicKey
from gateway.readers.base64 import decode_base64url
from gateway.readers.json import JsonValue, parse_json
from gateway.readers.limits import Limits

LONGEST_DID = 4096
"""Characters; a did:jwk of an RSA key of 4096 bits has about 1,000."""

_MOST_METHODS = 64
_JWK_LIMITS = Limits(document_bytes=LONGEST_DID, depth=4, nodes=64)
RELATIONSHIPS = ("assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationMethod:
    """A key and what is known of it.

    id          as proofs name it
    key         None where it is of no kind that proofs are checked with here
    controller  the DID whose key it is; "" where nobody says
    purposes    the relationships that its controller's document lists it under; None: any
    expires, revoked   when its controller ended it (RFC 3339), or None
    """

    id: str
    key: PublicKey | None
    controller: str = ""
    purposes: frozenset[str] | None = None
    expires: str | None = None
    revoked: str | None = None


Methods = Mapping[str, VerificationMethod]
"""Verification methods by id, out of DID documents that were given."""


def method_named(name: str, known: Methods) -> VerificationMethod | None:
    """The verification method of that name, or None where only a document that isn't given could tell.

    Raises:
        Refused: `did.invalid`, `jwk.*`, `multikey.invalid` or `multibase.invalid`: a name that holds a broken key.
    """
    if len(name) > LONGEST_DID:
        raise Refused("did.invalid", f"got a key's name of more than {LONGEST_DID} characters")
    did, _, fragment = name.partition("#")
    if did.startswith("did:key:"):
        return _did_key(name, did, fragment)
    if did.startswith("did:jwk:"):
        return _did_jwk(name, did, fragment)
    if name in known:
        return known[name]
    if did.startswith(("https://", "http://")) and fragment.startswith("z"):
        return VerificationMethod(id=name, key=read_multikey(fragment))
    return None


def key_of_did(did: str) -> PublicKey | None:
    """The key that a DID holds in itself, or None for a DID whose document must be given; `Refused` as above."""
    method = method_named(did, {}) if did.startswith(("did:key:", "did:jwk:")) else None
    return None if method is None else method.key


def _did_key(name: str, did: str, fragment: str) -> VerificationMethod:
    text = did.removeprefix("did:key:")
    if fragment not in ("", text):
        raise Refused("did.invalid", "got a did:key whose fragment isn't its own key")
    return VerificationMethod(id=name, key=read_multikey(text), controller=did)


def _did_jwk(name: str, did: str, fragment: str) -> VerificationMethod:
    if fragment not in ("", "0"):
        raise Refused("did.invalid", "got a did:jwk with another fragment than 0, the only one that it has")
    octets = decode_base64url(did.removeprefix("did:jwk:"), "a did:jwk")
    return VerificationMethod(id=name, key=read_jwk(parse_json(octets, _JWK_LIMITS)).key, controller=did)


# --- DID documents ----------------------------------------------------------------------------------------------------


def methods_of_document(document: JsonValue, did: str) -> dict[str, VerificationMethod]:
    """The verification methods of the document of `did`, by their full names.

    A document speaks for its own DID alone: methods of other controllers, or of names elsewhere, are left out.

    Raises:
        Refused: `did.document`.
    """
    if not isinstance(document, dict) or document.get("id") != did:
        raise Refused("did.document", "got no DID document, or one of another DID than was asked for")
    methods = {}
    for method, purposes in _listed(document, did).values():
        name = _full(method.get("id"), did)
        if method.get("controller", did) == did and name.partition("#")[0] == did:
            methods[name] = VerificationMethod(
                id=name,
                key=key_in(method),
                controller=did,
                purposes=frozenset(purposes),
                expires=text_of(method, "expires"),
                revoked=text_of(method, "revoked"),
            )
    return methods


def _listed(document: Mapping[str, JsonValue], did: str) -> dict[str, tuple[Mapping[str, JsonValue], set[str]]]:
    """Every method with the relationships that name it or hold it."""
    found: dict[str, tuple[Mapping[str, JsonValue], set[str]]] = {
        _full(method.get("id"), did): (method, set()) for method in _objects(document.get("verificationMethod"))
    }
    for relationship in RELATIONSHIPS:
        for member in _list(document.get(relationship)):
            embedded = member if isinstance(member, dict) else None
            name = _full(embedded.get("id") if embedded else member, did)
            if embedded is not None and name not in found:
                found[name] = (embedded, set())
            if name in found:
                found[name][1].add(relationship)
    return dict(list(found.items())[:_MOST_METHODS])


def key_in(method: Mapping[str, JsonValue]) -> PublicKey | None:
    """The key that a verification method holds; None where it holds none of a kind that proofs are checked with."""
    multibase, jwk = text_of(method, "publicKeyMultibase"), method.get("publicKeyJwk")
    try:
        if multibase is not None:
            return read_multikey(multibase)
        return read_jwk(jwk).key if jwk is not None else None
    except Refused:
        return None


def _full(name: JsonValue, did: str) -> str:
    if not isinstance(name, str):
        return ""
    return did + name if name.startswith("#") else name


def text_of(member: Mapping[str, JsonValue], name: str) -> str | None:
    """A member that is a text; None where it isn't there, or is none."""
    value = member.get(name)
    return value if isinstance(value, str) else None


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _objects(value: JsonValue) -> Iterator[Mapping[str, JsonValue]]:
    return (member for member in _list(value) if isinstance(member, dict))
