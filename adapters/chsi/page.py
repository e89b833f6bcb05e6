"""The verification page, saved by somebody: what its labels say, and which answer it is.

Read by label, never by position: a label is a text that the label list knows, alone in its element; its value is the
text of the next element, or what follows it in its own. A picture instead of a text is no value (older pages show the
name so). What is hidden, and what no label names, isn't read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from lxml import etree

from adapters.chsi.labelled import LONGEST_LABEL, UNNAMED, Shown, calls_itself_sample, put
from adapters.chsi.lists import fold, key_of_label, word, words
from gateway.errors import Refused

MOST_NODES = 20_000
"""Elements of a page: the register's have some hundred, a saved one with all around it some thousand."""

_SILENT = frozenset(("script", "style", "template", "noscript", "head", "select", "option", "textarea"))
_HIDDEN = re.compile(r"display:none|visibility:hidden|opacity:0(?![.\d])|font-size:0")
_INLINE = frozenset(("b", "i", "em", "strong", "span", "font", "u", "small", "a", "br", "label"))
_COLONS = re.compile(r"[:：]")
_CHALLENGE = ("capachatok", "capacha")
_TAG = re.compile(r"<[^<>]*>")
_ENOUGH_LABELS = 3
_OF_THE_REGISTER = frozenset(("vcode", "updateDate"))
_LINKS = ("href", "src", "action")
_HOST = re.compile(r"(?:https?:)?//([^/?#]+)", re.IGNORECASE)
_REGISTER = "chsi.com.cn"


def is_page(html: str) -> bool:
    """Whether the text of a page is one of the online check: a title, an answer, or at least three labels.

    One of them has to be the register's own: "name", "level" and "date of birth" stand on pages of every school, and on
    those that Testamur makes.
    """
    texts = [text for text in _TAG.split(html) if text.strip() and len(text) < 4 * LONGEST_LABEL]
    labels = {key for text in texts if (key := key_of_label(_split(text)[0])) is not None}
    told = {fold(one.zh).rstrip("!.。") for one in words("answer")}
    return (len(labels) >= _ENOUGH_LABELS and not labels.isdisjoint(_OF_THE_REGISTER)) or any(
        word("report", text) is not None or fold(text).rstrip("!.。") in told for text in texts
    )


class Page:
    """What a page shows: its values by field, the type of the report, the answer that it is. It has no wordings apart.

    Raises:
        Refused: `chsi.label_twice`, `chsi.title_twice`: it says two different things in one place; `limit.nodes`.
    """

    def __init__(self, tree: etree._ElementTree) -> None:
        self.wordings: Mapping[str, Shown] = {}
        self._root = tree.getroot()
        if next(islice(self._root.iter(), MOST_NODES, None), None) is not None:
            raise Refused("limit.nodes", f"got a page of more than {MOST_NODES} elements")
        self._seen: set[etree._Element] = set()
        self.shown: dict[str, Shown] = {}
        for element in self._visible():
            self._look_at(element)
        self.texts = [(element, _own(element)) for element in self._visible() if _own(element)]
        self.type = self._type()

    @property
    def answer(self) -> str:
        """One of: verified | expired | closed | not_found | malformed | challenge | unavailable."""
        for element in self._root.iter("input", "img", "form"):
            named = " ".join(str(value) for value in element.attrib.values())
            if any(mark in named for mark in _CHALLENGE):
                return "challenge"
        everything = fold(" ".join(text for _, text in self.texts))
        for told in words("answer"):
            if fold(told.zh).rstrip("!.。") in everything or (told.code == "malformed" and "不合要求的" in everything):
                return told.code
        return "verified" if self.type is not None or len(self.shown) > 1 else "unavailable"

    @property
    def is_sample(self) -> bool:
        """Whether the page says that it wasn't made by the register."""
        return calls_itself_sample(
            [text for _, text in self.texts] + [str(t.text or "") for t in self._root.iter("title")]
        )

    @property
    def title(self) -> str | None:
        """The title, as it is printed."""
        return next((text for _, text in self.texts if word("report", text) is not None), None)

    @property
    def other_hosts(self) -> set[str]:
        """The hosts other than the register's that links and pictures of the page name."""
        named = [
            element.get(name) or "" for element in self._root.iter("a", "img", "form", "iframe") for name in _LINKS
        ]
        hosts = {match[1].casefold() for url in named if (match := _HOST.match(url.strip())) is not None}
        return {host for host in hosts if not host.endswith(("." + _REGISTER, "@" + _REGISTER)) and host != _REGISTER}

    @property
    def loose(self) -> tuple[str, ...]:
        """The texts that no label names."""
        return tuple(text for element, text in self.texts if element not in self._seen and word("report", text) is None)

    def unread(self) -> Iterator[tuple[str, str]]:
        """The texts that no label names."""
        yield from ((text, UNNAMED) for text in self.loose)

    # --- looking --------------------------------------------------------------------------------------------------

    def _visible(self) -> Iterator[etree._Element]:
        """Every element that a reader of the page sees."""
        waiting = [self._root]
        while waiting:
            element = waiting.pop()
            if element.tag in _SILENT or "hidden" in element.attrib or _hides(element):
                continue
            yield element
            waiting += reversed(list(element.iterchildren(etree.Element)))

    def _look_at(self, element: etree._Element) -> None:
        """Take a label and its value, where this element is or begins with a label."""
        text = _own(element)
        if not text or len(text) > 4 * LONGEST_LABEL:
            return
        label, colon, rest = _split(text)
        if (key := key_of_label(text)) is not None:
            value = next(element.iterchildren(etree.Element), None)
            value = value if value is not None and not _is_empty(value) else _next(element)
            self._keep(key, text, element, value)
        elif colon and rest and (key := key_of_label(label)) is not None:
            self._seen.add(element)
            put(self.shown, key, Shown(label.strip(), rest.strip()))

    def _keep(self, key: str, label: str, element: etree._Element, value: etree._Element | None) -> None:
        self._seen.add(element)
        shown = Shown(label.rstrip(":：").strip(), "")
        if value is not None and (text := _whole(value)):
            if key_of_label(text) is None:
                self._seen.update(value.iter(etree.Element))
                shown = Shown(shown.label, text)
        elif value is not None and next(value.iter("img", "canvas", "svg"), None) is not None:
            shown = Shown(shown.label, None)
        put(self.shown, key, shown)

    def _type(self) -> str | None:
        found = {known.code for _, text in self.texts if (known := word("report", text)) is not None}
        if len(found) > 1:
            raise Refused(
                "chsi.title_twice",
                "got a page with the titles of two kinds of reports, expected one",
                advice="Have the page of one report fetched again.",
            )
        return next(iter(found), None)


def _split(text: str) -> tuple[str, str, str]:
    found = _COLONS.search(text)
    return (text, "", "") if found is None else (text[: found.start()], found[0], text[found.end() :])


def _own(element: etree._Element) -> str:
    """The text of an element itself, blanks collapsed; of an element of mere words, with those in its inline parts."""
    inner = list(element.iterchildren(etree.Element))
    if inner and not (element.text or "").strip() and all(child.tag == "br" for child in inner):
        return _whole(element)
    pieces = [element.text or ""] + [child.tail or "" for child in element]
    return " ".join("".join(pieces).split())


def _whole(element: etree._Element) -> str:
    """The text of an element and all that is visible in it."""
    pieces: list[str] = []

    def gather(node: etree._Element) -> None:
        if node.tag in _SILENT or "hidden" in node.attrib or _hides(node):
            return
        pieces.append(node.text or "")
        for child in node.iterchildren(etree.Element):
            gather(child)
            pieces.append(child.tail or "")

    gather(element)
    return " ".join("".join(pieces).split())


def _next(element: etree._Element) -> etree._Element | None:
    """The element that follows; of a label that stands alone in others, that which follows them."""
    here: etree._Element | None = element
    while here is not None:
        following = here.getnext()
        if following is not None:
            return following
        over = here.getparent()
        if over is None or over.tag not in _INLINE | {"td", "th", "dt", "div", "p", "h3", "h4"} or len(over) > 1:
            return None
        here = over
    return None


def _is_empty(element: etree._Element) -> bool:
    return not _whole(element) and next(element.iter("img"), None) is None


def _hides(element: etree._Element) -> bool:
    style = element.get("style")
    return style is not None and _HIDDEN.search("".join(style.split()).casefold()) is not None
