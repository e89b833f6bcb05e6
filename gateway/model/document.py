"""Facts of a document that are not facts of the record (rulings, 2.1)."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.model.noun import Noun
from gateway.model.record import Organisation
from gateway.model.texts import When


class Derived(Noun):
    """The note that a document is a translation: of what, by which node, with which adapters ("": not said)."""

    source_sha256: str
    node: str
    adapters: tuple[str, ...] = ()


class DocumentFacts(Noun):
    """What a document says about itself.

    `issued` is the document's own time; `issuer` whoever the file names as its issuer; `valid_from` and `valid_until`
    its own life. `other` keeps the remaining facts under the place where they stand in the document.
    """

    id: str | None = None
    issued: When | None = None
    issuer: Organisation | None = None
    valid_from: When | None = None
    valid_until: When | None = None
    profile: str | None = None
    derived: Derived | None = None
    other: Mapping[str, str] = {}
