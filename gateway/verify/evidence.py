"""Answers from outside, gathered before a document is judged; what isn't there stays an open question."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from gateway.errors import Refused
from gateway.proofs.dids import VerificationMethod, methods_of_document
from gateway.readers.json import parse_json

_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d{1,5})?|localhost(?::\d{1,5})?")
_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered at an address, when, with which status of HTTP (200 where another way was taken).

    attestation   a JWS in which somebody attests to have fetched it: for answers that nothing else vouches for
    fetched_here  whether this gateway fetched it itself, from an address that it made
    posted        whether something was posted to get it, such as a secret, which the answer may repeat
    """

    url: str
    fetched_at: dt.datetime
    octets: bytes
    status: int = 200
    media_type: str = ""
    attestation: bytes = b""
    fetched_here: bool = False
    posted: bool = False

    @property
    def is_success(self) -> bool:
        """Whether it is what was asked for, and no refusal or redirection."""
        return self.status in _SUCCESS


Answers = Mapping[str, Answer]
"""Answers by the address that was asked, or by the name that `gateway.verify.asking.name_of` gives a question."""


def methods_in(answers: Iterable[Answer]) -> dict[str, VerificationMethod]:
    """The keys of every DID document among the answers, each only where its DID is looked up there.

    A document that an https address names as its own (Controlled Identifiers 1.0) counts like that of a DID.

    An answer to something else, or a document of another DID, gives none.
    """
    methods: dict[str, VerificationMethod] = {}
    for answer in answers:
        try:
            document = parse_json(answer.octets) if answer.is_success else None
            named = document.get("id") if isinstance(document, dict) else None
            if isinstance(named, str) and answer.url in (named, address_of_did(named)):
                methods |= methods_of_document(document, named)
        except Refused:
            continue
    return methods


def address_of_did(did: str) -> str | None:
    """Where the document of a did:web stands (did:web method, section 3.2); None for another DID, or a wrong one."""
    if not did.startswith("did:web:"):
        return None
    host, *path = [unquote(part) for part in did.removeprefix("did:web:").split(":")]
    if not _HOST.fullmatch(host) or not all(re.fullmatch(r"[A-Za-z0-9._~-]+", step) for step in path):
        return None
    if any(set(step) == {"."} for step in path):
        return None
    return f"https://{host}/{'/'.join(path) if path else '.well-known'}/did.json"
