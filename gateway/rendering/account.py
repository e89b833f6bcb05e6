"""All that a page tells of one document: what is proven, what it states, what a translation changed, how it came to be.

Values only: whoever has them (a command, a node) fills this in, and gateway.rendering.telling makes a page of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.model.document import DocumentFacts
from gateway.model.losses import Loss
from gateway.model.record import Record
from gateway.model.texts import When
from gateway.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file by what can be checked of it; `name` is the one that the gateway gives it, never a caller's path."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How a translation came to be.

    target    the system written for, by its human name
    made_by   who issues it: the node by its seal, or the marked placeholder
    node      the node's own name
    sealed    whether the results carry the node's seal; else they are drafts
    adapters  reader and writer, with their versions
    papers    the results and what travels beside them
    undrawn   characters that the page images of the results can't show; the data has them
    """

    target: str
    made_by: str
    node: str
    sealed: bool
    adapters: tuple[str, ...]
    papers: tuple[Paper, ...]
    undrawn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A document judged, read where it could be, and perhaps translated.

    original   the document that the verdict is about
    inside     where it stood in the file that was given; "" for the file itself
    judged_at  as of when
    languages  the languages asked for, the first being the primary one
    unread     why it couldn't be read, where `record` is None
    making     None where nothing was translated
    node       whose account this is; "" where nobody configured one
    enclosed   the files that the page itself carries, where it can carry any
    left_out   the files that it doesn't carry because they are too large
    unsealed   the page lacks the seal that its node puts on such pages
    """

    original: Paper
    verdict: Verdict
    judged_at: When
    policy: str
    languages: tuple[str, ...]
    gateway: str
    inside: str = ""
    record: Record | None = None
    document: DocumentFacts = field(default_factory=DocumentFacts)
    losses: tuple[Loss, ...] = ()
    unread: str = ""
    making: Making | None = None
    node: str = ""
    enclosed: tuple[Paper, ...] = ()
    left_out: tuple[Paper, ...] = ()
    unsealed: bool = False

    @property
    def draft(self) -> bool:
        """Whether the page, or the translation that it tells of, is one that proves nothing."""
        return self.unsealed or (self.making is not None and not self.making.sealed)
