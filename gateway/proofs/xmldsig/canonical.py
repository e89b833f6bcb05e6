"""Canonical XML as XML signatures need it, with the traps of libxml2's binding stepped around.

Standards: Canonical XML 1.0 and 1.1, Exclusive XML Canonicalization 1.0. Comments never reach the octets: a reference
with `URI=""` leaves them out whatever the method says (XML Signature 1.1, 4.4.3.3), and a SignedInfo with comments is
refused before it comes here.
"""

from __future__ import annotations

import threading
from typing import NamedTuple

from lxml import etree

from gateway.proofs.xmldsig.steps import Unmet

_INCLUSIVE_10 = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_INCLUSIVE_11 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
METHODS = frozenset(
    [
        _INCLUSIVE_10,
        f"{_INCLUSIVE_10}#WithComments",
        _INCLUSIVE_11,
        f"{_INCLUSIVE_11}#WithComments",
        EXCLUSIVE,
        f"{EXCLUSIVE}WithComments",
    ]
)
"""The canonicalization algorithms that we perform, by URI."""

_XML = "{http://www.w3.org/XML/1998/namespace}"
_INHERITED_11 = frozenset([f"{_XML}lang", f"{_XML}space"])


class Canonicalization(NamedTuple):
    """One canonicalization: its algorithm, and the prefixes that the exclusive form treats as the inclusive does."""

    algorithm: str = _INCLUSIVE_10
    prefixes: tuple[str, ...] = ()

    @property
    def exclusive(self) -> bool:
        """Whether it is Exclusive XML Canonicalization."""
        return self.algorithm.startswith(EXCLUSIVE)

    def of_tree(self, tree: etree._ElementTree) -> bytes:
        """The octets of a whole document: of the tree, not its root, so that what stands beside the root is covered.

        Raises `Unmet` where no canonical form exists (a relative namespace URI).
        """
        if "#default" in self.prefixes:
            tree = _knowing_default(tree)
        try:
            octets = etree.tostring(
                tree,
                method="c14n",
                exclusive=self.exclusive,
                inclusive_ns_prefixes=list(self.prefixes) or None,
                with_comments=False,
            )
        except etree.C14NError:
            raise Unmet("signature.digest", "the document has no canonical form (a relative namespace URI?)") from None
        if not octets:
            raise Unmet("signature.digest", "the document's canonical form is empty")
        return octets

    def of_signed_info(self, signed_info: etree._Element) -> bytes:
        """The octets of SignedInfo, a part of a document.

        libxml2's binding copies the element into a document of its own and then takes an inherited default namespace
        for undeclared: it writes `xmlns=""` where nothing stood. Written out and parsed again, the element carries
        its namespaces itself; the xml:* attributes that it inherits are set on it by hand.
        """
        apart = etree.fromstring(etree.tostring(signed_info, with_tail=False), _of_thread.parser)
        if not self.exclusive:
            for name, value in self._inherited(signed_info):
                apart.set(name, value)
        return self.of_tree(apart.getroottree())

    def _inherited(self, element: etree._Element) -> list[tuple[str, str]]:
        """The xml:* attributes in force at `element` (C14N 1.0, 2.4; C14N 1.1, 2.4)."""
        found: dict[str, str] = {}
        for ancestor in element.iterancestors():
            for name in ancestor.keys():  # noqa: SIM118 - an element isn't a mapping
                if isinstance(name, str) and name.startswith(_XML):
                    found.setdefault(name, ancestor.get(name, ""))
        if self.algorithm.startswith(_INCLUSIVE_11):
            found.pop(f"{_XML}id", None)
            if found.keys() - _INHERITED_11:
                raise Unmet("signature.value", "xml:base under Canonical XML 1.1 isn't supported", unsupported=True)
        return list(found.items())


def _knowing_default(tree: etree._ElementTree) -> etree._ElementTree:
    """The same document, parsed in a thread whose dictionary of names holds the string `#default`.

    lxml silently drops a prefix that isn't in the document's dictionary; `#default` (the default namespace) is no
    name, so that the octets would depend on what the thread parsed before.
    """
    etree.fromstring('<a xmlns:x="#default"/>')
    return etree.fromstring(etree.tostring(tree), _of_thread.parser).getroottree()


class _OfThread(threading.local):
    """A thread's own parser for what `gateway.readers.xml` let in: of any length, because that reader bounded it."""

    def __init__(self) -> None:
        self.parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


_of_thread = _OfThread()
