"""Reading XML so that nothing is lost unseen: a cursor that remembers what was taken from a tree.

A leaf is an attribute, the text of an element, or an element that is empty. What the reader never takes becomes a
`dropped` loss by itself when the reading ends, named at the highest element of which nothing was taken. Comments and
processing instructions are no leaves: a comment inside a text doesn't split it (attack A11).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from lxml import etree

from gateway.kit.ledger import Ledger
from gateway.model.losses import Kind
from gateway.model.texts import UNDETERMINED, is_when

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_UNREAD_NAMESPACES = ("{http://www.w3.org/2001/XMLSchema-instance}",)  # hints for validators: structural everywhere


class XmlReading:
    """One reading of one tree: the root cursor, and at the end the losses."""

    def __init__(self, tree: etree._ElementTree, namespaces: frozenset[str]) -> None:
        """`namespaces` are those in which elements are looked for by local name ("" for none)."""
        self.ledger = Ledger()
        self.namespaces = namespaces
        self._taken: dict[etree._Element, set[str]] = {}
        self._whole: set[etree._Element] = set()
        self._positions: dict[etree._Element, dict[etree._Element, int]] = {}
        self._root = tree.getroot()
        self.root = XmlCursor(self._root, self)

    def take(self, element: etree._Element, leaf: str) -> None:
        """Remember that a leaf was taken: "" is the text, else the attribute's name."""
        self._taken.setdefault(element, set()).add(leaf)

    def take_whole(self, element: etree._Element) -> None:
        """Remember that everything at and under an element was taken."""
        self._whole.add(element)

    def finish(self) -> Ledger:
        """Turn whatever was never taken into `dropped` losses."""
        self._finish(self._root, self.place(self._root))
        return self.ledger

    def place(self, element: etree._Element) -> str:
        """The place of an element: local names with positions among equal names, the root without one."""
        steps = []
        here = element
        while (parent := here.getparent()) is not None:
            if parent not in self._positions:
                self._positions[parent] = _positions(parent)
            steps.append(f"{local_name(here.tag)}[{self._positions[parent][here]}]")
            here = parent
        return "/" + "/".join([local_name(here.tag), *reversed(steps)])

    def _finish(self, element: etree._Element, place: str) -> None:
        if element in self._whole:
            return
        if not self._anything_taken(element):
            self._drop(place, own_text(element).strip() or None)
            return
        taken = self._taken.get(element, set())
        if "" not in taken and has_text_leaf(element):
            self._drop(place, own_text(element))
        for name in attributes(element):
            if name not in taken:
                self._drop(f"{place}/@{local_name(name)}", element.get(name))
        for child, position in _positions(element).items():
            self._finish(child, f"{place}/{local_name(child.tag)}[{position}]")

    def _drop(self, place: str, value: str | None) -> None:
        self.ledger.lose("dropped", place, **{"from": value}, detail="no place in the record")

    def _anything_taken(self, element: etree._Element) -> bool:
        return any(e in self._whole or e in self._taken for e in element.iter(etree.Element))


class XmlCursor:
    """One element, and the way to its leaves and children. Asking for a leaf takes it."""

    __slots__ = ("_reading", "element")

    def __init__(self, element: etree._Element, reading: XmlReading) -> None:
        self.element = element
        self._reading = reading

    @property
    def name(self) -> str:
        """The local name."""
        return local_name(self.element.tag)

    @property
    def place(self) -> str:
        """Where it stands: local names with positions, `/elmo/report[1]/issuer[1]`."""
        return self._reading.place(self.element)

    def text(self) -> str:
        """Take the text as printed, comments left out."""
        self._reading.take(self.element, "")
        return own_text(self.element)

    def token(self) -> str:
        """Take the text with white space collapsed (xs:token)."""
        return " ".join(self.text().split())

    def when(self) -> str | None:
        """Take the text where it is a date or time; one that can't be (the 31st of June) stays untaken: a loss."""
        text = own_text(self.element).strip()
        if not is_when(text):
            return None
        self._reading.take(self.element, "")
        return text

    def attribute(self, name: str) -> str | None:
        """Take an attribute, None when it isn't there."""
        value = self.element.get(name)
        if value is not None:
            self._reading.take(self.element, name)
        return value

    def language(self) -> str:
        """Take the language in force here (own or inherited `xml:lang`), lower case; `und` when none is said."""
        own = self.attribute(_XML_LANG)
        if own is not None:
            return own.strip().lower() or UNDETERMINED
        for ancestor in self.element.iterancestors():
            inherited = ancestor.get(_XML_LANG)
            if inherited is not None:
                self._reading.take(ancestor, _XML_LANG)
                return inherited.strip().lower() or UNDETERMINED
        return UNDETERMINED

    def children(self, name: str) -> list[XmlCursor]:
        """The child elements of a local name, in one of the reading's namespaces."""
        return [child for child in self if child.name == name]

    def child(self, name: str) -> XmlCursor | None:
        """The first child of a local name; further ones stay untaken and become losses."""
        return next((child for child in self if child.name == name), None)

    def __iter__(self) -> Iterator[XmlCursor]:
        """The child elements in the reading's namespaces, in order."""
        for child in self.element.iterchildren(etree.Element):
            if _namespace(child.tag) in self._reading.namespaces:
                yield XmlCursor(child, self._reading)

    def token_of(self, name: str) -> str | None:
        """Take the text of the first child of a name as a token, None when there is no such child."""
        child = self.child(name)
        return None if child is None else child.token()

    def when_of(self, name: str) -> str | None:
        """Take the first child of a name where it is a date or time."""
        child = self.child(name)
        return None if child is None else child.when()

    def skip(self) -> Self:
        """Take everything at and under this element without keeping it: structural, or read by other means."""
        self._reading.take_whole(self.element)
        return self

    def inert(self) -> str:
        """Take the whole element as inert text: its serialised form, never live nodes."""
        self.skip()
        return etree.tostring(self.element, encoding="unicode", with_tail=False)

    def lose(self, kind: Kind, **facts: str | None) -> None:
        """Take everything at and under this element and note one explicit loss for it."""
        self.skip()
        self._reading.ledger.lose(kind, self.place, **facts)

    def note(self, kind: Kind, leaf: str = "", **facts: str | None) -> None:
        """Note a loss at this element, or at one of its attributes, and take nothing by it."""
        self._reading.ledger.lose(kind, f"{self.place}/@{local_name(leaf)}" if leaf else self.place, **facts)


def own_text(element: etree._Element) -> str:
    """The text of an element itself: its text and that after its comments and instructions, not that of children."""
    parts = [element.text or ""]
    parts += [node.tail or "" for node in element]
    return "".join(parts)


def has_text_leaf(element: etree._Element) -> bool:
    """Whether the element's own text is a leaf: it says something, or the element is empty altogether."""
    if own_text(element).strip():
        return True
    return next(element.iterchildren(etree.Element), None) is None and not attributes(element)


def attributes(element: etree._Element) -> list[str]:
    """The names of the attributes that are leaves."""
    return [str(name) for name in element.attrib if not str(name).startswith(_UNREAD_NAMESPACES)]


def _positions(parent: etree._Element) -> dict[etree._Element, int]:
    """Each child element's position among its siblings of the same local name, counted from 1, in one pass."""
    seen: dict[str, int] = {}
    result = {}
    for child in parent.iterchildren(etree.Element):
        name = local_name(child.tag)
        result[child] = seen[name] = seen.get(name, 0) + 1
    return result


def local_name(tag: object) -> str:
    """The name without its namespace."""
    return str(tag).rpartition("}")[2]


def _namespace(tag: object) -> str:
    return str(tag)[1:].partition("}")[0] if str(tag).startswith("{") else ""
