"""Answers from outside, gathered before a document is judged; what isn't there stays an open question."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from gateway.errors import Refused
from gateway.proofs.dids import VerificationMethod, methods_of_document
from gateway.proofs.key_pages import KeyPage, key_page
from gateway.readers.json import JsonValue, parse_json

_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d{1,5})?|localhost(?::\d{1,5})?")
_SUCCESS = range(200, 300)
_LARGEST_PAGE = 64 * 1024


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
    """The keys of every DID document among the answers, each only where its DID is looked up there; and of key pages.

    A document that an https address names as its own (Controlled Identifiers 1.0) counts like that of a DID. A page of
    one key counts once its owner's page is there and names the key; a JWK alone counts, as nobody's.

    An answer to something else, or a document of another DID, gives none.
    """
    answered = {answer.url: answer for answer in answers}
    methods: dict[str, VerificationMethod] = {}
    for answer in answered.values():
        methods |= _methods_of(answer)
    for answer in answered.values():
        page = None if answer.url in methods else page_in(answer)
        method = None if page is None else _owned(page, answered)
        if method is not None:
            methods[method.id] = method
    return methods


def _methods_of(answer: Answer) -> dict[str, VerificationMethod]:
    document = _value(answer)
    named = document.get("id") if isinstance(document, dict) else None
    if not isinstance(named, str) or answer.url not in (named, address_of_did(named)):
        return {}
    return methods_of_document(document, named)


def page_in(answer: Answer) -> KeyPage | None:
    """The page of one key that an answer is; None where it is none, or larger than one is."""
    return key_page(_value(answer), answer.url) if len(answer.octets) <= _LARGEST_PAGE else None


def _owned(page: KeyPage, answered: Answers) -> VerificationMethod | None:
    if not page.owner:
        return page.method
    owner = answered.get(address_of_name(page.owner))
    return None if owner is None else page.owned(_value(owner))


def _value(answer: Answer) -> JsonValue:
    """What an answer holds; None where it is a refusal, or can't be read."""
    try:
        return parse_json(answer.octets) if answer.is_success else None
    except Refused:
        return None


def address_of_name(name: str) -> str:
    """Where the document of a DID, or of an address, stands; a name that leads nowhere stays itself."""
    return address_of_did(name) or name.partition("#")[0]


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
