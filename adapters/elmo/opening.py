"""What an ELMO document states of its issuers and of itself, found without reading it.

Every verification asks this, also of a document that nobody reads, so the few elements are looked up in the tree:
nothing is remembered as taken, and only what an issuer is known by is gathered. Of these the reader says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lxml import etree

from adapters.elmo.elements import country_code
from gateway.kit.xml_cursor import collapsed, own_text
from gateway.model.record import Identifier, Organisation
from gateway.model.texts import UNDETERMINED, Text, When, is_when

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Named = Callable[[str], str]
"""From a local name to the tag, in the namespace of the root."""


def stated_by(tree: etree._ElementTree) -> tuple[tuple[Organisation, ...], When | None]:
    """Whom a document names as issuers, one for each report and each once, and the time that it states for itself.

    An issuer has its names, identifiers and country: no more is compared with a certificate.
    """
    root = tree.getroot()
    named = in_namespace_of(root)
    tag = named("issuer")
    issuers = [_first(report, tag) for report in root.iterchildren(named("report"))]
    organisations = tuple([_organisation(found, named) for found in issuers if found is not None])
    if len(organisations) > 1:
        organisations = tuple({o.model_dump_json(): o for o in organisations}.values())
    return organisations, _when(_first(root, named("generatedDate")))


def in_namespace_of(root: etree._Element) -> Named:
    """How elements are called in the namespace of the root, if it has one."""
    start, brace, _ = str(root.tag).rpartition("}")
    prefix = start + brace
    return lambda name: prefix + name


def _first(parent: etree._Element, tag: str) -> etree._Element | None:
    return next(parent.iterchildren(tag), None)


def _organisation(issuer: etree._Element, named: Named) -> Organisation:
    children = list(issuer)
    title, identifier, country = named("title"), named("identifier"), named("country")
    return Organisation.made(
        legal_name=_names([child for child in children if child.tag == title]),
        identifiers=tuple(
            [
                Identifier.made(scheme=collapsed(child.get("type", "")), value=value)
                for child in children
                if child.tag == identifier and (value := collapsed(own_text(child)))
            ]
        ),
        country=_country(next((child for child in children if child.tag == country), None)),
    )


def _names(titles: Iterable[etree._Element]) -> Text:
    """The titles by language, the first of each; an empty one without attributes says nothing."""
    names: dict[str, str] = {}
    for title in titles:
        text = own_text(title)
        if text or title.attrib:
            names.setdefault(_language(title), collapsed(text))
    return names


def _language(element: etree._Element | None) -> str:
    """The language in force at an element, lower case."""
    while element is not None:
        said = element.get(_XML_LANG)
        if said is not None:
            return said.strip().lower() or UNDETERMINED
        element = element.getparent()
    return UNDETERMINED


def _country(element: etree._Element | None) -> str | None:
    word = "" if element is None else collapsed(own_text(element))
    return country_code(word) if word else None


def _when(element: etree._Element | None) -> When | None:
    value = "" if element is None else collapsed(own_text(element))
    return value if is_when(value) else None
