"""The only parser of whole HTML pages: one parse, nothing fetched, no script run, bounded.

A page is no document of a format: its markup says nothing, and only what a person would see in it is read. Encodings
are UTF-8 and the Chinese ones, all of which GB18030 holds; what a page declares is held to, and what can't be read in
it is refused, never guessed.
"""

from __future__ import annotations

import codecs
import re

from lxml import etree

from gateway.errors import Refused
from gateway.readers.limits import DEFAULT_LIMITS, Limits

PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[ \t\r\n]|<!--(?:[^-]|-(?!->))*+-->)*+(?:<!doctype[ \t\r\n]+html[ \t\r\n>]|<html[ \t\r\n>])",
    re.IGNORECASE,
)
"""How a page begins: with the doctype or the root of HTML, perhaps behind a comment of the browser that saved it."""

_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset[ \t\r\n]*=[ \t\r\n]*["']?([A-Za-z0-9_\-]{1,40})""", re.IGNORECASE)
_HEAD = 4096
_UTF8_BOM = b"\xef\xbb\xbf"
_CHINESE = ("gb2312", "gbk", "gb18030", "hz-gb-2312", "gb_2312-80", "x-gbk", "cp936")
_MEND = "Save the page again as it is shown, in UTF-8."


def parse_page(data: bytes, limits: Limits = DEFAULT_LIMITS) -> etree._ElementTree:
    """The tree of a page, without comments and instructions.

    Raises:
        Refused: `limit.bytes`, `limit.nodes`, `limit.depth`, `html.encoding`, `html.character`, `html.malformed`.
    """
    text = page_text(data, limits)
    if text.count("<") > limits.nodes:
        raise Refused("limit.nodes", f"got more than {limits.nodes} tags")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError, AssertionError):
        root = None
    if root is None:
        raise Refused("html.malformed", "got a page that can't be read", advice=_MEND)
    if _is_deeper(root, limits.depth):
        raise Refused("limit.depth", f"got a page of more than {limits.depth} nested elements")
    return root.getroottree()


def page_text(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    """The characters of a page, tags and all, in the encoding that it declares, else in UTF-8."""
    if len(data) > limits.document_bytes:
        raise Refused("limit.bytes", f"got {len(data)} octets of HTML, expected at most {limits.document_bytes}")
    if b"\x00" in data:
        raise Refused("html.character", "got a NUL octet in a page, expected text", advice=_MEND)
    name = _encoding(data)
    try:
        return data.removeprefix(_UTF8_BOM).decode(name)
    except UnicodeDecodeError as error:
        message = f"got octets that are not {name} at octet {error.start}, expected one encoding throughout"
        raise Refused("html.encoding", message, advice=_MEND) from None


def _encoding(data: bytes) -> str:
    """The encoding that counts: a byte order mark, the first declaration, UTF-8; GB18030 for all Chinese ones."""
    if data.startswith(_UTF8_BOM):
        return "utf-8"
    found = _DECLARED.search(data, 0, _HEAD)
    named = found[1].decode("ascii").lower() if found is not None else "utf-8"
    if named in _CHINESE:
        return "gb18030"
    try:
        known = codecs.lookup(named).name
    except LookupError:
        known = ""
    if known not in ("utf-8", "ascii"):
        raise Refused("html.encoding", f"got a page in {named[:40]}, expected UTF-8 or GB18030", advice=_MEND)
    return "utf-8"


def _is_deeper(root: etree._Element, depth: int) -> bool:
    return bool(etree.XPath(f"boolean({'/*' * (depth + 1)})")(root.getroottree()))
