"""What one active context defines: which words of a document it gives a meaning that a proof covers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gateway.readers.json import JsonValue

_UNCOVERED = frozenset({"@index", "@id", "@type"})  # containers whose keys, or part of them, don't reach the RDF
_LANGUAGE = frozenset({"@language", "@direction"})
_ABSOLUTE = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|\\^`]*')


def is_iri(text: JsonValue) -> bool:
    """Whether a text is an absolute IRI that N-Quads can hold; not a blank node's label."""
    return isinstance(text, str) and _ABSOLUTE.fullmatch(text) is not None


class Vocabulary:
    """The words of an active context.

    The keys of a document must be terms: a whole or compact IRI in a term's place means the same to a processor of
    JSON-LD, and nothing to a reader of JSON, who would look for `validUntil` in vain.
    """

    def __init__(self, active: Mapping[str, Any]) -> None:
        self._mappings: Mapping[str, Mapping[str, Any] | None] = active["mappings"]
        self._shared = _shared_meanings(self._mappings)
        self.keys = {
            term
            for term, made in self._mappings.items()
            if made and _covers(made) and not (_is_class(term) and made["@id"] in self._shared)
        }
        self.ordered = {term for term, made in self._mappings.items() if made and "@list" in _containers(made)}
        self.texts = _texts(active)
        self.types = [term for term, made in self._mappings.items() if made and made["@id"] == "@type"]
        self._ids = [term for term, made in self._mappings.items() if made and made["@id"] == "@id"]
        self._meanings = {made["@id"] for made in self._mappings.values() if made}

    def id_of(self, node: Mapping[str, JsonValue]) -> JsonValue:
        """What a node calls itself, as it stands in the document; None where it has no name."""
        return next((node[term] for term in self._ids if term in node), None)

    def types_of(self, node: Mapping[str, JsonValue]) -> list[JsonValue]:
        """The types of a node, as they stand in the document."""
        found: JsonValue = next((node[term] for term in self.types if term in node), [])
        return found if isinstance(found, list) else [found]

    def says(self, word: JsonValue) -> bool:
        """Whether a type or a value out of a vocabulary is a term, or an IRI for which there is no term."""
        if not isinstance(word, str):
            return False
        made = self._mappings.get(word)
        if made:
            return _is_class(word) or made["@id"] not in self._shared
        return is_iri(word) and word not in self._meanings


def _texts(active: Mapping[str, Any]) -> dict[str, str | None]:
    """The terms under which a text is that text, in no language, with its datatype (None: a bare text)."""
    if "@language" in active or "@direction" in active:
        return {}
    return {
        term: made.get("@type")
        for term, made in active["mappings"].items()
        if made and made["@id"][:1] != "@" and made.get("@type", "")[:1] != "@" and _LANGUAGE.isdisjoint(made)
    }


def _is_class(term: str) -> bool:
    return term[:1].isupper() or term[:1].isdigit()


def _shared_meanings(mappings: Mapping[str, Mapping[str, Any] | None]) -> set[str]:
    """IRIs that name a class and a property at once (Open Badges has several): there the spelling tells which it is."""
    names: dict[str, set[bool]] = {}
    for term, made in mappings.items():
        if made:
            names.setdefault(made["@id"], set()).add(_is_class(term))
    return {meaning for meaning, kinds in names.items() if len(kinds) > 1}


def _covers(made: Mapping[str, Any]) -> bool:
    """Whether what stands under a term reaches the RDF: no reverse, nested or keyed one, none that means nothing."""
    if made.get("reverse") or not _UNCOVERED.isdisjoint(_containers(made)):
        return False
    meaning = made["@id"]
    return meaning in ("@id", "@type") or is_iri(meaning)


def _containers(made: Mapping[str, Any]) -> list[str]:
    container = made.get("@container") or []
    return [container] if isinstance(container, str) else list(container)
