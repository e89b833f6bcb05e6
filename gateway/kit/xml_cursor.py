"""Reading XML so that nothing is lost unseen: a cursor that remembers what was taken from a tree.

A leaf is an attribute, the text of an element, or an element that is empty. What the reader never takes becomes a
`dropped` loss by itself when the reading ends, named at the highest element of which nothing was taken. Comments and
processing instructions are no leaves: a comment inside a text doesn't split it (attack A11).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Self

from lxml import etree

from gateway.kit.ledger import Ledger
from gateway.model.losses import Kind
from gateway.model.texts import UNDETERMINED, is_when
from gateway.readers.xml import parse_xml

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_BLANKS = re.compile(r"[ \t\r\n]+")
_UNREAD_NAMESPACES = ("{http://www.w3.org/2001/XMLSchema-instance}",)  # hints for validators: structural everywhere


class XmlReading:
    """One reading of one tree: the root cursor, and at the end the losses."""

    def __init__(self, tree: etree._ElementTree, namespaces: frozenset[str]) -> None:
        """`namespaces` are those in which elements are looked for by local name ("" for none)."""
        self.ledger = Ledger()
        self._texts: set[etree._Element] = set()
        self._attributes: set[tuple[etree._Element, str]] = set()
        self._whole: set[etree._Element] = set()
        self._positions: dict[etree._Element, tuple[str, dict[etree._Element, int]]] = {}
        self.local_names = _LocalNames(namespaces)
        self._root = tree.getroot()

    @property
    def root(self) -> XmlCursor:
        """The cursor of the root: made when asked for, so that no cycle keeps the tree in memory after the reading."""
        return XmlCursor(self._root, self)

    def take(self, element: etree._Element, leaf: str) -> None:
        """Remember that a leaf was taken: "" is the text, else the attribute's name."""
        if leaf:
            self._attributes.add((element, leaf))
        else:
            self._texts.add(element)

    def take_whole(self, element: etree._Element) -> None:
        """Remember that everything at and under an element was taken."""
        self._whole.add(element)

    def finish(self) -> Ledger:
        """Turn whatever was never taken into `dropped` losses, in document order."""
        touched, settled = self._touched(), self._settled()
        for element in self._root.iter(etree.Element):
            if element in settled or (element in self._texts and not element.keys()):
                continue
            if element in touched:
                self._finish_leaves(element)
            elif (over := element.getparent()) is None or over in touched:
                self._drop(self.place(element), own_text(element).strip() or None)
        return self.ledger

    def place(self, element: etree._Element) -> str:
        """The place of an element: local names with positions among equal names, the root without one."""
        over = element.getparent()
        if over is None:
            return "/" + local_name(element.tag)
        if over not in self._positions:
            self._positions[over] = self.place(over), _positions(over)
        base, positions = self._positions[over]
        return f"{base}/{local_name(element.tag)}[{positions[element]}]"

    def _finish_leaves(self, element: etree._Element) -> None:
        if element not in self._texts and has_text_leaf(element):
            self._drop(self.place(element), own_text(element))
        for name in element.keys():  # noqa: SIM118 - an element is no mapping
            if (element, name) not in self._attributes and not str(name).startswith(_UNREAD_NAMESPACES):
                self._drop(f"{self.place(element)}/@{local_name(name)}", str(element.get(name)))

    def _settled(self) -> set[etree._Element]:
        """Every element that was taken whole, and all under them."""
        settled: set[etree._Element] = set()
        for element in self._whole:
            if element not in settled:
                settled.update(element.iter(etree.Element))
        return settled

    def _touched(self) -> set[etree._Element]:
        """Every element of which, or under which, something was taken: each is looked at once, however deep."""
        touched: set[etree._Element] = set()
        for start in (*self._texts, *self._whole, *(element for element, _ in self._attributes)):
            here: etree._Element | None = start
            while here is not None and here not in touched:
                touched.add(here)
                here = here.getparent()
        return touched

    def _drop(self, place: str, value: str | None) -> None:
        self.ledger.lose("dropped", place, **{"from": value}, detail="no place in the record")


class _LocalNames(dict[object, str | None]):
    """The local name of a tag in one of the namespaces, None for any other and for comments; each looked at once."""

    def __init__(self, namespaces: frozenset[str]) -> None:
        super().__init__()
        self._namespaces = namespaces

    def __missing__(self, tag: object) -> str | None:
        known = isinstance(tag, str) and _namespace(tag) in self._namespaces
        name = self[tag] = local_name(tag) if known else None
        return name


class XmlCursor:
    """One element, and the way to its leaves and children. Asking for a leaf takes it."""

    __slots__ = ("_named", "_reading", "element")

    def __init__(self, element: etree._Element, reading: XmlReading) -> None:
        self.element = element
        self._reading = reading
        self._named: dict[str, list[etree._Element]] | None = None

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
        return collapsed(self.text())

    def filled(self) -> str | None:
        """Take the text as a token where there is one; blanks alone stay untaken: a loss."""
        value = collapsed(own_text(self.element))
        if not value:
            return None
        self._reading.take(self.element, "")
        return value

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

    @property
    def namespace(self) -> str:
        """The namespace, "" for none."""
        return _namespace(self.element.tag)

    def foreign(self) -> list[XmlCursor]:
        """The child elements of whatever namespace, in order: for extensions, which are kept inert."""
        return [XmlCursor(child, self._reading) for child in self.element.iterchildren(etree.Element)]

    def children(self, name: str) -> list[XmlCursor]:
        """The child elements of a local name, in one of the reading's namespaces."""
        named = self._named if self._named is not None else self._by_name()
        found = named.get(name)
        return [] if found is None else [XmlCursor(child, self._reading) for child in found]

    def child(self, name: str) -> XmlCursor | None:
        """The first child of a local name; further ones stay untaken and become losses."""
        named = self._named if self._named is not None else self._by_name()
        found = named.get(name)
        return None if found is None else XmlCursor(found[0], self._reading)

    def _first(self, name: str) -> etree._Element | None:
        named = self._named if self._named is not None else self._by_name()
        found = named.get(name)
        return None if found is None else found[0]

    def __iter__(self) -> Iterator[XmlCursor]:
        """The child elements in the reading's namespaces, in order."""
        return (cursor for cursor in self.foreign() if self._reading.local_names[cursor.element.tag] is not None)

    def _by_name(self) -> dict[str, list[etree._Element]]:
        """The children by local name, gathered once: a reader asks for many names that aren't there."""
        local_names = self._reading.local_names
        named: dict[str, list[etree._Element]] = {}
        for child in self.element:
            name = local_names[child.tag]
            if name is None:
                continue
            if name in named:
                named[name].append(child)
            else:
                named[name] = [child]
        self._named = named
        return named

    def token_of(self, name: str) -> str | None:
        """Take the text of the first child of a name as a token, None when there is no such child."""
        element = self._first(name)
        if element is None:
            return None
        self._reading.take(element, "")
        return collapsed(own_text(element))

    def filled_of(self, name: str) -> str | None:
        """As `filled` of the first child of a name."""
        element = self._first(name)
        value = None if element is None else collapsed(own_text(element))
        if element is None or not value:
            return None
        self._reading.take(element, "")
        return value

    def when_of(self, name: str) -> str | None:
        """Take the first child of a name where it is a date or time."""
        child = self.child(name)
        return None if child is None else child.when()

    def skip(self) -> Self:
        """Take everything at and under this element without keeping it: structural, or read by other means."""
        self._reading.take_whole(self.element)
        return self

    def inert(self) -> str:
        """Take the whole element as inert text, never live nodes: its exclusive canonical form (W3C 2002).

        So the text is the same however the document around it was written. The element is parsed apart first, for
        libxml2 canonicalises a part of a tree with namespaces that aren't there.
        """
        self.skip()
        apart = parse_xml(etree.tostring(self.element, encoding="UTF-8", with_tail=False))
        return etree.tostring(apart, method="c14n", exclusive=True).decode()

    def lose(self, kind: Kind, **facts: str | None) -> None:
        """Take everything at and under this element and note one explicit loss for it."""
        self.skip()
        self._reading.ledger.lose(kind, self.place, **facts)

    def note(self, kind: Kind, leaf: str = "", **facts: str | None) -> None:
        """Note a loss at this element, or at one of its attributes, and take nothing by it."""
        self._reading.ledger.lose(kind, f"{self.place}/@{local_name(leaf)}" if leaf else self.place, **facts)


def collapsed(text: str) -> str:
    """A text as xs:token has it: the four blanks of XML collapsed, all others (U+3000 in a name) kept."""
    if text.isascii():
        return " ".join(text.split())
    return _BLANKS.sub(" ", text).strip(" ")


def own_text(element: etree._Element) -> str:
    """The text of an element itself: its text and that after its comments and instructions, not that of children."""
    if not len(element):
        return element.text or ""
    return (element.text or "") + "".join([node.tail or "" for node in element])


def has_text_leaf(element: etree._Element) -> bool:
    """Whether the element's own text is a leaf: it says something, or the element is empty altogether."""
    text = own_text(element)
    if text and not text.isspace():
        return True
    return next(element.iterchildren(etree.Element), None) is None and not attributes(element)


def attributes(element: etree._Element) -> list[str]:
    """The names of the attributes that are leaves."""
    return [name for name in map(str, element.keys()) if not name.startswith(_UNREAD_NAMESPACES)]


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
