"""From a reading to drafts: pages, writing, and the list of what was lost on the way.

    reading ─▶ page images, where the target carries them ─▶ write ─▶ drafts + losses

Pure: the time, the issuer and the languages are inputs; equal inputs give equal octets on any machine. Nothing is
converted: without a recognition agreement between registries every value stays as its issuer wrote it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from gateway.errors import AdapterError, ConfigError, RequestError
from gateway.kit.contract import Adapter, Draft, Form, PageImage, Reading, Source, WriteRequest
from gateway.kit.guard import guarded
from gateway.model.losses import Loss
from gateway.model.record import Organisation, Record
from gateway.model.texts import When
from gateway.readers.limits import DEFAULT_LIMITS, Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a translation depends on beside the source and the adapters; the derivation carries all of it.

    `form` is how the results are packed, where their format leaves a choice.
    """

    issuer: Organisation
    now: When
    languages: tuple[str, ...]
    node: str
    draft: bool
    limits: Limits = DEFAULT_LIMITS
    form: Form | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Pages of a record: each report in each of the languages; `missing` are characters that they can't show."""

    images: tuple[PageImage, ...]
    missing: tuple[str, ...] = ()


Draw = Callable[[Record, Source, Inputs], Pages]
"""Draws the pages of a record, with the draft mark and what vouches for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """The port to whatever draws pages. Two nodes whose renderers have one name and version draw the same octets."""

    name: str
    version: str
    draw: Draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """The results of one translation.

    drafts    unsealed bodies, in the order of the record's reports
    bodies    SHA-256 of each body
    cores     SHA-256 of each body without its page images
    losses    of reading, then of writing
    renderer  (name, version) of who drew the pages; None where there are none
    missing   characters that the page images can't show (the data has them)
    """

    drafts: tuple[Draft, ...]
    bodies: tuple[str, ...]
    cores: tuple[str, ...]
    losses: tuple[Loss, ...]
    renderer: tuple[str, str] | None = None
    missing: tuple[str, ...] = ()


def translate(
    reading: Reading, *, source: Source, target: Adapter, inputs: Inputs, renderer: Renderer | None
) -> Translation:
    """Translate what was read into the format of `target`.

    Without a renderer the results carry no pages, even where the format has them: two nodes can still compare cores.

    Raises:
        Refused: `target.requires` and what else the adapter refuses to write.
        AdapterError: the adapter broke its contract.
    """
    used = renderer if target.manifest.pages else None
    drawn = used.draw(reading.record, source, inputs) if used is not None else Pages(images=())
    request = WriteRequest(
        issuer=inputs.issuer,
        now=inputs.now,
        languages=inputs.languages,
        source=source,
        node=inputs.node,
        draft=inputs.draft,
        blobs=reading.blobs,
        pages=drawn.images,
        limits=inputs.limits,
    )
    drafts = guarded(target, lambda a: a.write(reading.record, request))
    _require_kept(target, drafts)
    bodies = tuple(sha256(draft.body) for draft in drafts)
    return Translation(
        drafts=drafts,
        bodies=bodies,
        cores=tuple(sha256(core_of(target, draft)) for draft in drafts) if drawn.images else bodies,
        losses=reading.losses + tuple(loss for draft in drafts for loss in draft.losses),
        renderer=(used.name, used.version) if used is not None else None,
        missing=drawn.missing,
    )


def choose_target(adapters: tuple[Adapter, ...], wanted: str) -> Adapter:
    """The adapter to write with. Raises RequestError `request.unknown_adapter`."""
    for adapter in adapters:
        if adapter.manifest.id == wanted:
            return adapter
    known = ", ".join(sorted(a.manifest.id for a in adapters if a.manifest.writes)) or "none"
    raise RequestError(
        "request.unknown_adapter",
        f"got target {wanted!r}, expected one of: {known}",
        advice="`testamur adapters list` shows what can be written",
    )


def require_renderer(target: Adapter, renderer: Renderer | None) -> None:
    """Refuse to begin where the target's documents need pages and nothing can draw them."""
    if target.manifest.pages and renderer is None:
        raise ConfigError(
            "pages.not_installed",
            f"documents of {target.manifest.id!r} carry a page image, and nothing that draws pages is installed",
            advice="install it with: pip install 'testamur[pages]'",
        )


def core_of(target: Adapter, draft: Draft) -> bytes:
    """A draft's body without its page images."""
    return draft.core if draft.core is not None else guarded(target, lambda a: a.core(draft.body))


def sha256(octets: bytes) -> str:
    """The SHA-256 of octets, lower-case hexadecimal."""
    return hashlib.sha256(octets).hexdigest()


def _require_kept(target: Adapter, drafts: tuple[Draft, ...]) -> None:
    """What core relies on: at least one result, each to be sealed as the manifest says."""
    if not drafts or any(draft.seal != target.manifest.seal for draft in drafts):
        raise AdapterError(
            "adapter.drafts",
            f"got {len(drafts)} draft(s) from {target.manifest.id!r}, expected at least one, each with the seal "
            f"profile {target.manifest.seal!r} of the manifest",
            advice="this is a fault of the adapter, not of the document: please report it",
        )
