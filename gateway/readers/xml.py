"""The only XML parser: one parse, no entities, no DTD, UTF-8 only, bounded.

Everyone uses the tree made here; nobody parses the same octets a second time with other eyes (CVE-2025-25291 and its
kin were two parsers that saw two documents). What is refused, and why:

- DOCTYPE, whole: entities, attribute defaults and external subsets all live there, and no credential needs one.
- encodings but UTF-8 (and US-ASCII, its subset): libxml2 reads UTF-7 and UTF-16 without complaint.
- XML 1.1: other rules for control characters and line ends than Canonical XML knows.
- more depth or nodes than the limits: counted in the octets, before anything is built.
"""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import islice

from lxml import etree

from gateway.errors import Refused
from gateway.readers.limits import DEFAULT_LIMITS, Limits

_HUGE_FROM = 10_000_000  # libxml2 refuses longer text nodes without its "huge" option (XML_MAX_TEXT_LENGTH)
_COMMON_DEPTH = 16  # elements: few credentials nest deeper
_SMALLEST_NODE = 4  # octets of `<a/>`; an attribute needs one more
_ASK_AGAIN = "The file is damaged or cut off: ask for it again."
_UTF8_BOM = b"\xef\xbb\xbf"
_FOREIGN_STARTS = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00", b"\x4c\x6f\xa7\x94")  # UTF-16, UTF-32, EBCDIC
_DECLARATION = re.compile(rb"<\?xml[ \t\r\n][^>]*?\?>")
_NAMESPACE_ERRORS = range(200, 206)  # libxml2's XML_NS_ERR_*
_APART_FROM = 65_536  # octets; starting a thread takes about 0.2 ms
_VERSION = re.compile(rb"""\bversion[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']""")
_ENCODING = re.compile(rb"""\bencoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']""")
_PROLOG = re.compile(rb"(?>[ \t\r\n]+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_XMLNS = re.compile(rb"xmlns")
_ATTRIBUTE = re.compile(rb"""=[ \t\r\n]*["']""")


def parse_xml(data: bytes, limits: Limits = DEFAULT_LIMITS) -> etree._ElementTree:
    """The document's tree, top-level comments and processing instructions included.

    Raises `Refused`: limit.bytes, limit.nodes, limit.depth, limit.attributes, limit.namespaces,
    xml.empty, xml.encoding, xml.version, xml.doctype,
    xml.character, xml.namespace, xml.malformed.
    """
    _check_octets(data, limits)
    try:
        tree = _parse(data) if len(data) < _APART_FROM else _parse_apart(data)
    except etree.XMLSyntaxError as error:
        raise _refusal(error) from None
    _check_tree(tree, limits)
    _check_width(data, tree, limits)
    return tree


def _parse(data: bytes) -> etree._ElementTree:
    parser = _parsers.huge if len(data) > _HUGE_FROM else _parsers.usual
    return etree.fromstring(data, parser).getroottree()


def _parse_apart(data: bytes) -> etree._ElementTree:
    """Parse in a thread of its own: lxml keeps every name that a thread ever parsed until that thread ends.

    A document of ten megabytes of ever new names would cost a long-lived thread as much memory for good.
    """
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(_parse, data).result()


def _parser(*, huge: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, collect_ids=False, huge_tree=huge, remove_pis=False
    )


class _Parsers(threading.local):
    """The parsers of one thread: with the same ones, threads would wait for each other."""

    def __init__(self) -> None:
        self.usual = _parser(huge=False)
        self.huge = _parser(huge=True)


_parsers = _Parsers()


def _check_octets(data: bytes, limits: Limits) -> None:
    """Refuse what can be refused before a node is built."""
    if len(data) > limits.document_bytes:
        raise Refused("limit.bytes", f"got {len(data)} octets of XML, expected at most {limits.document_bytes}")
    if not data or data.isspace():
        raise Refused("xml.empty", "got no content, expected an XML document", advice="Send the file again.")
    start = _declared(data)
    if b"\x00" in data:
        raise Refused("xml.character", "got a NUL octet, which XML doesn't allow", advice=_ASK_AGAIN)
    after = _PROLOG.match(data, start)
    if after is not None and data.startswith(b"<!", after.end()):
        raise Refused(
            "xml.doctype",
            f"got a DOCTYPE at octet {after.end()}, expected none",
            advice="A DOCTYPE can pull in files and grow without bound, so it is never read: ask for the file without.",
        )
    _check_node_count(data, limits)


def _declared(data: bytes) -> int:
    """Check encoding and version; the offset at which the prolog goes on."""
    start = len(_UTF8_BOM) if data.startswith(_UTF8_BOM) else 0
    if data.startswith(_FOREIGN_STARTS):
        raise _foreign_encoding("the first octets of another encoding")
    declaration = _DECLARATION.match(data, start)
    if declaration is None:
        return start
    name = _encoding(declaration[0])
    if name not in (b"utf-8", b"us-ascii", b"ascii") or (name != b"utf-8" and not data.isascii()):
        raise _foreign_encoding(name[:40].decode("latin-1"))
    return declaration.end()


def _encoding(declaration: bytes) -> bytes:
    """The encoding that an XML declaration names, in lower case."""
    version, encoding = _VERSION.search(declaration), _ENCODING.search(declaration)
    if version is None or version[1] != b"1.0":
        raise Refused("xml.version", "got another XML version, expected 1.0", advice="Ask for the file as XML 1.0.")
    return encoding[1].lower() if encoding else b"utf-8"


def _foreign_encoding(what: str) -> Refused:
    return Refused("xml.encoding", f"got {what}, expected UTF-8", advice="Ask the issuer for the file in UTF-8.")


def _check_node_count(data: bytes, limits: Limits) -> None:
    """An upper bound from the octets: text that looks like markup (in CDATA, in comments) counts too."""
    if len(data) // _SMALLEST_NODE <= limits.nodes:
        return
    count = data.count(b"<") - data.count(b"</")
    equals = data.count(b"=")
    if count + equals > limits.nodes:  # "=" is common in text: look closer before refusing
        equals = sum(1 for _ in _ATTRIBUTE.finditer(data)) if count <= limits.nodes else equals
        if count + equals > limits.nodes:
            raise Refused("limit.nodes", f"got more than {limits.nodes} elements and attributes")


def _check_tree(tree: etree._ElementTree, limits: Limits) -> None:
    """Hold the parser's own view against ours, and measure the depth."""
    info = tree.docinfo
    if getattr(info, "doctype", ""):  # the stubs of lxml don't know it
        raise Refused("xml.doctype", "got a DOCTYPE, expected none")
    if (info.encoding or "UTF-8").upper() not in ("UTF-8", "US-ASCII", "ASCII"):
        raise _foreign_encoding(f"{info.encoding}")
    if info.xml_version != "1.0":
        raise Refused("xml.version", f"got XML {info.xml_version}, expected 1.0")
    if limits.depth < _COMMON_DEPTH or _deeper_than(_COMMON_DEPTH)(tree):  # the short walk spares most the long one
        _check_depth(tree, limits)


def _check_depth(tree: etree._ElementTree, limits: Limits) -> None:
    if _deeper_than(limits.depth)(tree):
        raise _too_deep(limits.depth)


@lru_cache(maxsize=8)
def _deeper_than(depth: int) -> etree.XPath:
    """Whether an element has more than `depth` - 1 ancestors: one walk down in C, none per node in Python."""
    return etree.XPath(f"boolean({'/*' * (depth + 1)})")


def _check_width(data: bytes, tree: etree._ElementTree, limits: Limits) -> None:
    """Refuse what makes libxml2's canonical form take minutes: its cost grows with the square of these counts."""
    equals = _count(data, b"=")
    if equals <= min(limits.attributes, limits.namespaces):
        return
    if equals > limits.attributes and _wider_than(limits.attributes)(tree):
        raise Refused("limit.attributes", f"got an element with more than {limits.attributes} attributes")
    declared = islice(_XMLNS.finditer(data), limits.namespaces, None)  # a third faster than `count`
    if next(declared, None) is not None and _most_namespaces(tree) > limits.namespaces:
        raise Refused("limit.namespaces", f"got more than {limits.namespaces} namespace declarations in scope at once")


def _count(data: bytes, octet: bytes) -> int:
    """How often an octet stands in `data`: taking it out of a copy is several times as fast as `count`."""
    return len(data) - len(data.replace(octet, b"")) if len(data) < _APART_FROM else data.count(octet)


@lru_cache(maxsize=8)
def _wider_than(attributes: int) -> etree.XPath:
    """Whether an element has more than so many attributes."""
    return etree.XPath(f"boolean(//@*[{attributes + 1}])")


def _most_namespaces(tree: etree._ElementTree) -> int:
    """The most namespace declarations that stand at one element and its ancestors."""
    most = in_scope = 0
    for event, _ in etree.iterwalk(tree, events=("start-ns", "end-ns")):
        in_scope += 1 if event == "start-ns" else -1
        most = max(most, in_scope)
    return most


def _too_deep(depth: int | None = None) -> Refused:
    bound = f"more than {depth} nested elements" if depth else "too many nested elements"
    return Refused(
        "limit.depth",
        f"got {bound}",
        advice="No credential nests so deep: the file is broken or hostile. Don't use it.",
    )


def _refusal(error: etree.XMLSyntaxError) -> Refused:
    """The refusal that fits libxml2's complaint; its message may quote the document, so it isn't passed on."""
    line, column = error.position
    where = f"at line {line}, column {column}"
    code = getattr(error, "code", None)
    if code == etree.ErrorTypes.ERR_INVALID_CHAR:
        return Refused("xml.character", f"got a character that XML doesn't allow {where}")
    if code in (etree.ErrorTypes.ERR_INVALID_ENCODING, etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING):
        return Refused("xml.encoding", f"got octets that are not UTF-8 {where}, expected UTF-8")
    if code in _NAMESPACE_ERRORS:
        return Refused("xml.namespace", f"got names that break the rules of XML namespaces {where}", advice=_ASK_AGAIN)
    if "depth" in (error.msg or ""):
        return _too_deep()
    return Refused(
        "xml.malformed",
        f"got XML that isn't well-formed {where} (libxml2 error {code})",
        advice=_ASK_AGAIN,
    )
