"""What a document is judged by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from gateway.errors import Refused
from gateway.proofs.dataintegrity.contexts import Contexts
from gateway.proofs.dids import Methods
from gateway.proofs.pdf.examine import Examined
from gateway.proofs.proof import PublicKey
from gateway.readers.limits import DEFAULT_LIMITS, Limits
from gateway.readers.pdf_text import PdfText
from gateway.trust.anchors import Anchor
from gateway.trust.policies import Policy
from gateway.verify.asking import OF_THIS_PROCESS, Unanswered
from gateway.verify.evidence import Answers

PdfExaminer = Callable[[bytes, Limits], Examined]
"""Who parses PDF: `gateway.proofs.pdf.examine`, in a process that can be ended."""

PdfReader = Callable[[bytes], PdfText | Refused]
"""Who reads the text of PDF: `gateway.readers.pdf_text`, in that same process."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Who is trusted, under which policy, as of when, within which limits; whether conformity is checked too.

    `witnesses` are those who may attest that they fetched an answer; an anchor is none by itself. `methods` are keys
    out of DID documents that were given: known by name, and not by that trusted. `contexts` are the only ones that a
    document of linked data may name; None: the pinned ones. `evidence` are answers from outside, gathered before;
    `unanswered` tells why others didn't come. `channel` are the adapters for whose documents the peer that sent this
    one may vouch, by the node's policy. What may not be kept plain is kept under its HMAC by `secret`, which is this
    process's own where a node gives none. `pdf` examines PDF; None: nobody does, and whether one is signed can't be
    told. `pdf_text` reads what one says; None: nobody does.
    """

    now: dt.datetime
    policy: Policy
    anchors: tuple[Anchor, ...] = ()
    witnesses: tuple[Anchor, ...] = ()
    limits: Limits = DEFAULT_LIMITS
    conformity: bool = True
    methods: Methods = field(default_factory=dict)
    contexts: Contexts | None = None
    evidence: Answers = field(default_factory=dict)
    unanswered: Unanswered = field(default_factory=dict)
    channel: frozenset[str] = frozenset()
    secret: bytes = field(default=OF_THIS_PROCESS, repr=False)
    pdf: PdfExaminer | None = None
    pdf_text: PdfReader | None = None

    @cached_property
    def keys(self) -> tuple[PublicKey, ...]:
        """The keys of the anchors: tried where a proof names no certificate."""
        return tuple(anchor.key for anchor in self.anchors)
