"""Pages that hold one key each, and whether it is their owner's: anybody can name an owner, so he has to name the key.

Sources: Controlled Identifiers 1.0, sections 2.2 and 3.3; Open Badges 2.0, CryptographicKey and Profile; Open Badges
3.0, section 8.2.4 (`kid` leads to a JWK).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gateway.errors import Refused
from gateway.proofs.dids import RELATIONSHIPS, VerificationMethod, key_in, text_of
from gateway.proofs.jwk import read_jwk
from gateway.proofs.proof import PublicKey
from gateway.readers.json import JsonValue

_LONGEST_PEM = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPage:
    """What stands at a key's own address; `owner` is whom it names as such, "" where it names nobody."""

    method: VerificationMethod
    owner: str

    def owned(self, owner_page: JsonValue) -> VerificationMethod | None:
        """The key as its owner's, where the owner's own page names it, for what that lets it do; None where not."""
        if not isinstance(owner_page, dict) or owner_page.get("id") != self.owner:
            return None
        purposes = frozenset(name for name in RELATIONSHIPS if self.method.id in _ids(owner_page.get(name)))
        if purposes or self.method.id in _ids(owner_page.get("verificationMethod")):
            return replace(self.method, controller=self.owner, purposes=purposes)
        if self.method.id in _ids(owner_page.get("publicKey")):
            return replace(self.method, controller=self.owner)
        return None


def key_page(document: JsonValue, address: str) -> KeyPage | None:
    """The key that a document at an address is; None where it is none, or calls itself otherwise.

    A JWK says nothing of where it stands or whose it is: its host's word makes it that of the address, and nobody's.
    """
    if not isinstance(document, dict):
        return None
    if "kty" in document:
        key = _jwk(document)
        return None if key is None else KeyPage(method=VerificationMethod(id=address, key=key), owner="")
    owner = document.get("controller", document.get("owner"))
    key = key_in(document) or _pem(document.get("publicKeyPem"))
    if document.get("id") != address or not isinstance(owner, str) or not owner or key is None:
        return None
    expires, revoked = (text_of(document, name) for name in ("expires", "revoked"))
    method = VerificationMethod(id=address, key=key, expires=expires, revoked=revoked)
    return KeyPage(method=method, owner=owner)


def _jwk(document: Mapping[str, JsonValue]) -> PublicKey | None:
    try:
        return read_jwk(document).key
    except Refused:
        return None


def _pem(text: JsonValue) -> PublicKey | None:
    if not isinstance(text, str) or len(text) > _LONGEST_PEM:
        return None
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) else None


def _ids(value: JsonValue) -> list[JsonValue]:
    """The addresses that a member lists, of things that stand there too by theirs."""
    members = value if isinstance(value, list) else [value]
    return [member.get("id") if isinstance(member, dict) else member for member in members]
