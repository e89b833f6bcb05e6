"""The contract between the gateway and an adapter, the code for one credential system.

An adapter is pure and stateless: values in, values out; no network, no clock, no files but its own packaged tables.
What it needs from outside it asks for (`EvidenceRequest`). The gateway calls, in this order:

    recognise   is this document of your system?            sees the first 64 KiB and the root
    open        what does it state of itself, what is inside?
    conform     does it keep its format's rules?            findings of WARNING at most
    read        Record, blobs, losses                       from content that a proof covers, or marked unverified
    write       drafts, losses                              from a Record alone
    core        the unsealed body without page images       what two nodes compare

and, of an adapter whose documents are vouched for by an online check alone:

    compare     does the document say what the check answered?   (`Comparing`)
    revoked     does the host say that it took the document back? (`Revoking`)
    enclose     put in place what it names by address            (`Enclosing`)

docs/your-first-adapter.md builds one from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, cast, runtime_checkable

from gateway.model.document import DocumentFacts
from gateway.model.losses import Loss
from gateway.model.record import Organisation, Record
from gateway.model.texts import When
from gateway.model.verdict import Caveat, Finding, Indication, Role
from gateway.readers.document import Document, Media
from gateway.readers.limits import DEFAULT_LIMITS, Limits

CONTRACT = 1
"""The version of this contract; discovery refuses adapters made for another."""

HEAD_BYTES = 64 * 1024
SealProfile = Literal["xmldsig", "jades", "vc", "pades"]
"""Kinds of seal; "pades" is on pages for people alone: no adapter writes PDF."""
Form = Literal["json", "jwt", "png"]
"""How a sealed credential is packed: with its proof embedded, as a token, or with it embedded in a picture's text."""
Vouched = Literal["proof", "outer", "online", "channel", "unverified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A leaf of a document as a rule on structural leaves sees it.

    `place` is the place in the document, `name` the member or attribute name ("" for an element's text), `value` the
    text, `owner` the class of the object that holds it (JSON: its `type`; XML: the element's local name).
    """

    place: str
    name: str
    value: str
    owner: str


def nothing_structural(_leaf: Leaf) -> bool:
    """The rule of a format without structural leaves."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an adapter says of itself.

    id            short and stable, used on the command line ("elmo")
    family        the package; several adapters may share one
    title         the human name of the system
    version       of the adapter; a derivation can only be run again by the same version
    formats       the formats it knows, the first being the one it writes
    writes        False for an adapter that refuses to write (`target.requires`)
    schemas       names of files under schemas/ that its conformity uses
    seal          how a result of it is sealed, None when it can't be
    forms         how a sealed result of the profile "vc" may be packed, the usual form first
    baked_as      the keyword of the text chunk that a credential stands under in a picture (form "png")
    pages         whether a result carries page images (WriteRequest.pages)
    structural    which leaves say nothing about the learner and may change unseen: a rule over class and value
    isolation     "process": every call runs in a killable worker (always so for adapters from outside)
    sources       the standards it follows
    """

    id: str
    family: str
    title: str
    version: str
    formats: tuple[str, ...]
    writes: bool = True
    schemas: tuple[str, ...] = ()
    seal: SealProfile | None = None
    forms: tuple[Form, ...] = ()
    baked_as: str = ""
    pages: bool = False
    structural: Callable[[Leaf], bool] = nothing_structural
    isolation: Literal["inline", "process"] = "inline"
    sources: tuple[str, ...] = ()
    contract: int = CONTRACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What recognition sees: the first 64 KiB, an XML root in Clark notation, the members of a JSON object.

    `text` is the beginning of an HTML page as characters, tags and all; of a PDF the lines that it shows, where those
    can be read.
    """

    media: Media
    start: bytes
    root: str = ""
    text: str = ""
    members: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """A claim of a document: the format by its name, and why, in a few words."""

    format: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class InnerDocument:
    """A document inside another, with its place and role; core recognises, verifies and reads it apart."""

    path: str
    role: Role
    octets: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRequest:
    """A question to the outside, and why it matters, without personal data ("whether it was revoked").

    One that no evidence answers leaves the verdict INDETERMINATE, TRY_LATER. What core can judge by itself, the status
    lists that `credentialStatus` names, needs no question: it asks that whether an adapter does or not.

    form     fields to be posted, where asking takes a secret that no address may hold; never logged, never kept. An
             empty one: what it would take to ask isn't known, and only an answer that was given counts
    vouches  its answer is the content, and the document a claim (an online check; `Comparing` holds one against the
             other): a page for people may be the answer, and only a host that the settings name is asked
    """

    url: str
    why: str
    form: Mapping[str, str] | None = field(default=None, repr=False)
    vouches: bool = False

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells it from other questions: the address, and what is posted there. Never shown, never kept."""
        return (self.url, *(f"{name}={value}" for name, value in sorted((self.form or {}).items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a document says of its issuer and its own life: believed only as far as its proof goes.

    `other_issuers` are further ones where a document holds statements of several: the sealer has to be all of them.
    """

    issuer: Organisation | None = None
    other_issuers: tuple[Organisation, ...] = ()
    issued: When | None = None
    valid_from: When | None = None
    valid_until: When | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A document opened: what it states, what is inside, what must be asked outside.

    `findings` list what is inside and isn't judged (attachments: NOT_CHECKED). Proofs that core finds by itself (an XML
    signature under the root, a JWS around the whole) are not the adapter's business.
    """

    stated: Stated = field(default_factory=Stated)
    inner: tuple[InnerDocument, ...] = ()
    findings: tuple[Finding, ...] = ()
    questions: tuple[EvidenceRequest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a reader is given: the octets that were vouched for, as a document of their own.

    `vouched` says by what; "unverified" content may be read and translated, and is never sealed. Of an online check it
    is the answer; of a channel the file of an authenticated peer that the node's policy lets vouch for it.
    """

    document: Document
    format: str
    vouched: Vouched = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reading:
    """A document read: the record, the facts of the document itself, blobs by SHA-256, and what couldn't be carried."""

    record: Record
    document: DocumentFacts = field(default_factory=DocumentFacts)
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Source:
    """The document that a translation is made from: the untouched original and what was found of it."""

    original: bytes
    sha256: str
    media_type: str
    format: str
    adapter: str
    verdict: Indication
    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PageImage:
    """A page for people: a PNG of one report (by its key) in one language."""

    report: str
    language: str
    png: bytes
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRequest:
    """All that `write` may use beside the record; the derivation carries every bit of it but the source.

    issuer     the identity that the seal states (its certificate, or its DID), or the marked placeholder of a draft
    now        the time of writing (UTC, whole seconds, RFC 3339)
    languages  the languages wanted, the first being the primary one; never empty
    """

    issuer: Organisation
    now: When
    languages: tuple[str, ...]
    source: Source
    node: str
    draft: bool
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    pages: tuple[PageImage, ...] = ()
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Draft:
    """One result of `write`: the unsealed body, what seals it, and what couldn't be carried.

    `reports` are the keys of the record's reports that it holds. `core` is what `Adapter.core` makes of the body,
    where the writer has it at hand; None asks for that call. `inner` are the places (JSON Pointers) of the credentials
    inside that are sealed apart, each before whatever it stands in.
    """

    body: bytes
    media_type: str
    extension: str
    seal: SealProfile | None
    core: bytes | None = None
    inner: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()


@runtime_checkable
class Adapter(Protocol):
    """The code for one credential system."""

    @property
    def manifest(self) -> Manifest:
        """What the adapter says of itself."""

    def recognise(self, head: Head) -> Recognition | None:
        """Say whether this is a document of the system, and why; None when it isn't."""

    def open(self, document: Document) -> Opened:
        """Find inner documents and what the document states of its issuer and its own life."""

    def conform(self, content: Content) -> tuple[Finding, ...]:
        """Check the format's own rules: findings `conformity.*`: PASSED, WARNING, or NOT_CHECKED."""

    def read(self, content: Content, inner: Mapping[str, Reading]) -> Reading:
        """Read content into a record; every leaf is in the record, in a loss, or the document is refused."""

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:
        """Write a record; every leaf is in a draft or in a loss. `Refused("target.requires", …)` where it can't be."""

    def core(self, body: bytes) -> bytes:
        """The unsealed body without page images (the body itself where there are none)."""


class Comparing(Protocol):
    """An adapter whose documents an online check vouches for: one function more, which others haven't."""

    def compare(self, claim: Content, answer: Content) -> tuple[Finding, ...]:
        """Hold a document, the claim, against the answer of the check, which is the content.

        Findings: FAILED for a field that both have and that differs; NOT_CHECKED, `about` its place in the claim, for a
        field that the answer doesn't show: it isn't handed on, and becomes a loss; INDETERMINATE where the answer isn't
        one. No finding holds what stands in a field.
        """


class Revoking(Protocol):
    """An adapter whose documents their host takes back by its answer: one function more, which others haven't."""

    def revoked(self, claim: Content, status: int, answer: Document | None) -> bool:
        """Whether an answer with this status of HTTP says that the document, the claim, was revoked.

        `answer` is None where its body is no JSON; of another document than the claim it says nothing.
        """


Answered = Callable[[str], bytes | None]
"""What an address answered, where somebody is believed to have fetched it; None where that is still to be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A document with what it names by address put in place, what must still be asked for that, and what was seen."""

    document: Document
    questions: tuple[EvidenceRequest, ...] = ()
    findings: tuple[Finding, ...] = ()


class Enclosing(Protocol):
    """An adapter whose documents name parts of themselves by address: one function more, which others haven't."""

    def enclose(self, document: Document, answered: Answered) -> Enclosed:
        """Put what is answered in the place of its address; answers may name further addresses.

        Called again when more was answered; how often is bounded, so chains of addresses have to be short.
        """


def enclosing(adapter: Adapter) -> Enclosing | None:
    """The adapter as one that can enclose; None where it can't."""
    return cast("Enclosing", adapter) if callable(getattr(adapter, "enclose", None)) else None


def comparing(adapter: Adapter) -> Comparing | None:
    """The adapter as one that can compare; None where it can't."""
    return cast("Comparing", adapter) if callable(getattr(adapter, "compare", None)) else None


def revoking(adapter: Adapter) -> Revoking | None:
    """The adapter as one that can tell what was revoked; None where it can't."""
    return cast("Revoking", adapter) if callable(getattr(adapter, "revoked", None)) else None
