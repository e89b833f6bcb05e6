"""The leaves of a document, each with a way to change its value: what the law "reading covers" walks over.

A leaf is an attribute, an element's text, an element that is empty; in JSON a string, number, boolean, null, or a list
or object that is empty. Places are those of losses: `/elmo/report[1]/title[2]/@lang`, or a JSON Pointer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from gateway.kit.contract import Leaf
from gateway.kit.json_cursor import lexical
from gateway.kit.xml_cursor import XmlReading, attributes, has_text_leaf, local_name, own_text
from gateway.model.leaves import pointer
from gateway.model.losses import Loss
from gateway.readers.document import Document
from gateway.readers.json import dump_json, parse_json
from gateway.readers.xml import parse_xml

VARIANTS = 2
"""How many ways there are to change a leaf: a little, and altogether."""


@dataclass(frozen=True, slots=True)
class Place:
    """A leaf of a document; `changed(n)` is the whole document with this leaf alone changed in the n-th way."""

    leaf: Leaf
    changed: Callable[[int], bytes]


def normal(document: Document) -> bytes:
    """The document as the functions here write it, nothing changed."""
    if document.media == "xml":
        return _bytes(document.tree.getroot())
    return dump_json(document.value)


def places(document: Document) -> list[Place]:
    """Every leaf of an XML or JSON document, in document order."""
    if document.media == "xml":
        return list(_of_xml(document))
    return list(_of_json(parse_json(document.octets)))


def without(document: Document, gone: Callable[[str], bool]) -> bytes:
    """The document without the elements, or JSON members, at the places that `gone` accepts."""
    if document.media == "xml":
        root = parse_xml(document.octets).getroot()  # a tree of our own: the document's is never changed
        reading = XmlReading(root.getroottree(), frozenset())
        for element in [e for e in root.iter(etree.Element) if gone(reading.place(e))]:
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
        return _bytes(root)
    return dump_json(_pruned(document.value, "", gone))


def covers(loss: Loss, place: str) -> bool:
    """Whether a loss speaks of the leaf at `place`: it names the leaf, or drops an ancestor of it whole."""
    if loss.source == place:
        return True
    return loss.kind == "dropped" and place.startswith(loss.source.rstrip("/") + "/")


# --- XML -------------------------------------------------------------------------------------------------------------


def _of_xml(document: Document) -> Iterator[Place]:
    root = parse_xml(document.octets).getroot()
    reading = XmlReading(root.getroottree(), frozenset())
    for element in root.iter(etree.Element):
        at, owner = reading.place(element), local_name(element.tag)
        for name in attributes(element):
            leaf = Leaf(
                place=f"{at}/@{local_name(name)}", name=local_name(name), value=str(element.attrib[name]), owner=owner
            )
            yield Place(leaf, _attribute_changer(root, element, name))
        if has_text_leaf(element):
            leaf = Leaf(place=at, name="", value=own_text(element), owner=owner)
            yield Place(leaf, _text_changer(root, element))


def _attribute_changer(root: etree._Element, element: etree._Element, name: str) -> Callable[[int], bytes]:
    def changed(variant: int) -> bytes:
        was = str(element.attrib[name])
        element.set(name, _other(was, variant))
        try:
            return _bytes(root)
        finally:
            element.set(name, was)

    return changed


def _text_changer(root: etree._Element, element: etree._Element) -> Callable[[int], bytes]:
    def changed(variant: int) -> bytes:
        was = element.text
        element.text = _other(was or "", variant)
        try:
            return _bytes(root)
        finally:
            element.text = was

    return changed


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)


# --- JSON ------------------------------------------------------------------------------------------------------------


def _of_json(value: Any) -> Iterator[Place]:
    def walk(holder: Any, at: str, owner: str) -> Iterator[Place]:
        members = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for key, member in members:
            place = pointer(at, str(key))
            if isinstance(member, dict | list) and member:
                yield from walk(member, place, _class_of(member, owner))
            else:
                shown = lexical(member) if not isinstance(member, dict | list) else ""
                leaf = Leaf(place=place, name=str(key), value=shown, owner=owner)
                yield Place(leaf, _member_changer(value, holder, key))

    return walk(value, "", _class_of(value, ""))


def _class_of(member: Any, owner: str) -> str:
    """The class that a JSON object states, the first where there are several; a list has its owner's."""
    kind = member.get("type", owner) if isinstance(member, dict) else owner
    return str(kind[0]) if isinstance(kind, list) and kind else str(kind)


def _member_changer(root: Any, holder: Any, key: Any) -> Callable[[int], bytes]:
    def changed(variant: int) -> bytes:
        was = holder[key]
        holder[key] = _other_value(was, variant)
        try:
            return dump_json(root)
        finally:
            holder[key] = was

    return changed


def _other_value(was: Any, variant: int) -> Any:
    if isinstance(was, bool):
        return not was
    if isinstance(was, int | float):
        return int(was) + 1 + variant
    if isinstance(was, str):
        return _other(was, variant)
    return "changed"  # null, [] and {}


def _pruned(value: Any, at: str, gone: Callable[[str], bool]) -> Any:
    if isinstance(value, dict):
        return {k: _pruned(v, pointer(at, k), gone) for k, v in value.items() if not gone(pointer(at, k))}
    if isinstance(value, list):
        places = [(pointer(at, str(i)), v) for i, v in enumerate(value)]
        return [_pruned(v, place, gone) for place, v in places if not gone(place)]
    return value


# --- values ----------------------------------------------------------------------------------------------------------


def _other(was: str, variant: int) -> str:
    """Another text: a little different and, where it can be, of the same kind; or another text altogether."""
    if variant == 1 or not was.strip():
        return "changed" if was != "changed" else "changed again"
    i = len(was.rstrip()) - 1
    return was[:i] + _next(was[i]) + was[i + 1 :]


def _next(character: str) -> str:
    if character.isdecimal() and character.isascii():
        return str((int(character) + 1) % 10)
    return "b" if character == "a" else "a"
