"""Fitting attachments and the Diploma Supplement into ELMO."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.elmo import names
from adapters.elmo.attachments import INTERNAL, KIND, RULES, decode
from adapters.elmo.dates import as_day
from adapters.elmo.fit import (
    always,
    every,
    fit_foreign,
    fit_identifier,
    leaf,
    lines,
    spoken,
    text,
    token,
    words,
)
from adapters.elmo.fit_issuer import left_empty
from gateway.kit.walk import Walk
from gateway.model.dates import as_moment
from gateway.model.leaves import key_of
from gateway.model.record import (
    Attachment,
    Code,
    Content,
    DiplomaSupplement,
    Identifier,
    SupplementSection,
)
from gateway.model.texts import When


@dataclass(frozen=True, slots=True)
class Files:
    """What may travel: the bytes at hand within the limit; and the keys of attachments that are referred to."""

    blobs: Mapping[str, bytes]
    referred: frozenset[str]
    today: When

    def fits(self, content: Content) -> bool:
        """Whether a content can be written: its bytes may travel, or it is text that isn't taken for bytes."""
        if content.sha256:
            return content.sha256 in self.blobs
        return content.text is not None and decode(content.text) is None


def fit_attachment(walk: Walk, files: Files) -> Attachment:
    """An attachment with its contents."""
    return Attachment(
        identifiers=_identifiers(walk, files),
        title=text(walk, "title"),
        description=text(walk, "description", lines),
        kind=_kind(walk),
        contents=_contents(walk, files),
        passthrough=every(walk, "passthrough", fit_foreign),
    )


def _identifiers(walk: Walk, files: Files) -> tuple[Identifier, ...]:
    """The identifiers; an attachment without one that a study refers to gets its key as one."""
    held = every(walk, "identifiers", _fit_identifier, lambda identifier: bool(identifier.value))
    name = token(key_of(walk.noun))
    if held or name not in files.referred:
        return held
    walk.note("assumed", "identifiers", name, detail="ELMO refers to attachments by an identifier")
    return (Identifier(value=name),)


def _fit_identifier(walk: Walk) -> Identifier:
    if walk.peek("scheme") != INTERNAL:
        return fit_identifier(walk)
    return Identifier(scheme=always(walk, "scheme", ""), value=leaf(walk, "value", token) or "")


def _kind(walk: Walk) -> Code | None:
    kind = walk.one("kind")
    if kind is None or kind.peek("scheme") != KIND or kind.peek("value") not in names.ATTACHMENT_KINDS:
        return None
    return Code(scheme=kind.take("scheme"), value=kind.take("value"))


def _contents(walk: Walk, files: Files) -> tuple[Content, ...]:
    held = every(walk, "contents", lambda content: _fit_content(content, files), files.fits)
    for left in walk.each("contents"):
        if left.peek("sha256") and left.peek("sha256") not in files.blobs:
            left.take_all()
            left.note("dropped", detail=f"not at hand, or over the limit for attachments: sha256 {left.peek('sha256')}")
    return held


def _fit_content(walk: Walk, files: Files) -> Content:
    """The bytes as they are; or the text that stands where bytes should."""
    language = leaf(walk, "language", spoken)
    sha256 = walk.take("sha256")
    octets = files.blobs.get(sha256) if sha256 else None
    if octets is None:
        media_type, size = always(walk, "media_type", ""), always(walk, "size", "0")
        return Content(
            sha256=sha256, media_type=media_type, size=int(size), language=language, text=leaf(walk, "text", token)
        )
    media_type = always(walk, "media_type", _media_type(walk.peek("media_type")))
    size = always(walk, "size", str(len(octets)))
    return Content(sha256=sha256, media_type=media_type, size=int(size), language=language)


def _media_type(value: str) -> str:
    """A media type as a data URI can hold it (RFC 2397)."""
    return "".join(lines(value).split()).replace(",", "").replace(";base64", "")


def fit_supplement(walk: Walk, files: Files, place: str = "") -> DiplomaSupplement:
    """A Diploma Supplement at a place: ELMO wants a version, a date, an introduction and at least one section."""
    introduction = leaf(walk, "introduction", _introduction)
    if introduction is None:
        left_empty(walk, "introduction", f"{place}/introduction[1]")
    return DiplomaSupplement(
        language=leaf(walk, "language", spoken),
        version=_version(walk),
        issued=_issued(walk, files),
        introduction=introduction,
        sections=_sections(walk, files),
    )


def _version(walk: Walk) -> str:
    if walk.peek("version") is None:
        walk.note("assumed", "version", to=RULES, detail="the rules that ELMO takes where none are named")
        return RULES
    return always(walk, "version", token(walk.peek("version")) or RULES)


def _issued(walk: Walk, files: Files) -> When:
    issued = leaf(walk, "issued", lambda when: as_day(when) or as_day(as_moment(when)))
    if issued is not None:
        return issued
    walk.note("assumed", "issued", to=files.today, detail="ELMO requires a date: the day of this translation")
    return files.today


def _introduction(value: str) -> str | None:
    return lines(value) if value.strip() else None


def _sections(walk: Walk, files: Files) -> tuple[SupplementSection, ...]:
    """The sections that have a number; what hangs on one is left out of the trial, or each level would double it."""

    def kept(member: SupplementSection) -> SupplementSection | None:
        number = token(member.number)
        return SupplementSection(number=number) if number and not number.strip("0123456789.") else None

    return tuple(_fit_section(section, files) for section in walk.each("sections", kept))


def _fit_section(walk: Walk, files: Files) -> SupplementSection:
    content = leaf(walk, "content", token)
    return SupplementSection(
        number=leaf(walk, "number", token) or "",
        title=always(walk, "title", token(walk.peek("title"))),
        content=content,
        content_type=None if content is None else leaf(walk, "content_type", token),
        additional=words(walk, "additional", lines),
        attachments=every(walk, "attachments", lambda attachment: fit_attachment(attachment, files)),
        sections=_sections(walk, files),
    )
