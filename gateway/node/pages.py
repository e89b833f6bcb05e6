"""The page images of a translation: our own drawing, where the extra `pages` is installed."""

from __future__ import annotations

from importlib.metadata import version

from gateway.errors import ConfigError
from gateway.kit.contract import PageImage, Source
from gateway.model.leaves import keys
from gateway.model.record import Record
from gateway.model.texts import in_language
from gateway.model.verdict import Indication
from gateway.rendering import fonts
from gateway.rendering.image import draw
from gateway.rendering.labels import word
from gateway.rendering.record_page import describe
from gateway.translate.engine import Inputs, Pages, Renderer


def find_renderer() -> Renderer | None:
    """Whoever draws pages in this installation; None without the extra `pages`."""
    try:
        engine = fonts.renderer()
    except ConfigError:
        return None
    return Renderer(name="testamur", version=f"{version('testamur')} {engine}", draw=draw_pages)


def draw_pages(record: Record, source: Source, inputs: Inputs) -> Pages:
    """One page for each report in each language."""
    images: list[PageImage] = []
    missing: dict[str, None] = {}
    for key, report in zip(keys(record.reports), record.reports, strict=True):
        for language in inputs.languages:
            foot = footer(source, inputs, language)
            drawn = draw(describe(record, report, language=language, draft=inputs.draft, footer=foot))
            images.append(PageImage(report=key, language=language, png=drawn.png))
            missing |= dict.fromkeys(drawn.missing)
    return Pages(images=tuple(images), missing=tuple(missing))


def footer(source: Source, inputs: Inputs, language: str) -> tuple[str, ...]:
    """What vouches for the page: who issued it, and from what it was made."""
    issuer = f"{word('issuer', language)}: {in_language(inputs.issuer.legal_name, language)} · {inputs.node}"
    derived = word("derived", language, what=source.format)
    if source.verdict is Indication.PASSED:
        derived += ", " + word("verified", language, day=inputs.now[:10])
    return issuer, derived, f"SHA-256 {source.sha256}"
