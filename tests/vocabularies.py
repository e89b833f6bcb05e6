"""The official code lists of the reference, read apart from our own tables."""

from __future__ import annotations

from lxml import etree

from tests.reference import reference

_XS = "{http://www.w3.org/2001/XMLSchema}"


def official_list(name: str) -> dict[str, str]:
    """Code and English label of every concept of an official list (an XSD enumeration)."""
    found: dict[str, str] = {}
    for concept in etree.parse(reference(f"europass/vocab_xsd/{name}.xsd")).iter(f"{_XS}enumeration"):
        label = " ".join((concept.findtext(f"{_XS}annotation/{_XS}documentation") or "").split())
        found.setdefault(concept.get("value").rpartition("/")[2], label)
    return found
