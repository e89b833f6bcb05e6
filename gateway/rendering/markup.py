"""HTML made from values: whatever is text is escaped, and nothing that a document says ever becomes markup.

Elements are made by `element`, whose result is `Markup`; every other child is text. Attribute names come from our own
code alone; values are escaped. No address is ever written as a link, an image or a form: a page that shows a document
can reach nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

_VOID = frozenset({"meta", "wbr"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TURNING = re.compile("[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


class Markup(str):
    """Finished HTML: the only strings that are written as they are."""

    __slots__ = ()


Child = str | None | Iterable["Child"]
"""Text, finished markup, nothing, or several of these."""


def element(tag: str, *children: Child, **attributes: str | bool | None) -> Markup:
    """An element. Attributes: `class_` is `class`, `_` is `-`; None and False leave one out, True writes it bare."""
    written = "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in _VOID:
        return Markup(f"<{tag}{written}>")
    return Markup(f"<{tag}{written}>{together(children)}</{tag}>")


def together(children: Child) -> Markup:
    """Children one after the other."""
    if children is None:
        return Markup("")
    if isinstance(children, Markup):
        return children
    if isinstance(children, str):
        return Markup(escape(shown(children), quote=True))
    return Markup("".join(together(child) for child in children))


def shown(text: str) -> str:
    """A text with nothing invisible that could deceive: what turns the direction of writing, or has no width
    and joins no letters, is named, not obeyed.
    """
    named = _TURNING.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)
    return _CONTROL.sub("\ufffd", named)


def on_one_line(text: str) -> str:
    """The same, where it has one line: what would begin another, or go back in it, is a blank."""
    return " ".join(shown(text).split())


def _attribute(name: str, value: str | bool | None) -> str:  # noqa: FBT001 - True is a bare attribute
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(shown(value), quote=True)}"'
