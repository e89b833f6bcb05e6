"""What a second validator, which shares no code with libxml2, says of a document that libxml2 refuses."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import Any

import xmlschema
from lxml import etree

from adapters.elmo.schema import SCHEMA
from gateway.kit.schemas import schema_path

_NAMES_ONLY = (
    "missing required attribute",
    "Unexpected child",
    "The content of element",
    "character data between child elements",
    "a simple content element can't",
    "element is not nillable",
)
"""How the reasons of the second validator begin that name elements and attributes, and quote no value."""
_FEW = 10


def explain(tree: etree._ElementTree, most: int) -> list[tuple[etree._Element, str]] | None:
    """Its complaints, at most so many, each with the element; None where it can't judge the document.

    It is told not to follow xsi:schemaLocation (attack: a request to anywhere).
    """
    if _larger_than_explained(tree):
        return None
    errors = _schema().iter_errors(tree, use_location_hints=False)
    try:
        return [(_element(error, tree), _sentence(error)) for error in islice(errors, most)]
    except (xmlschema.XMLSchemaException, RecursionError, OverflowError):  # it stumbles over depth, years, xsi:type
        return None


_MOST_ELEMENTS = 3_000  # real files have hundreds; its cost may grow with the square of the elements that don't fit
_larger_than_explained = etree.XPath(f"count(//*) > {_MOST_ELEMENTS}")


@cache
def _schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(schema_path(SCHEMA), allow="local")


def _element(error: xmlschema.XMLSchemaValidationError, tree: etree._ElementTree) -> etree._Element:
    element: Any = error.elem  # the element of lxml that we gave it, or None
    return tree.getroot() if element is None else element


def _sentence(error: xmlschema.XMLSchemaValidationError) -> str:
    """What is wrong, from the reason given, without the values that it may quote."""
    reason = re.sub(r"\{[^}]*\}", "", error.reason or "")
    if reason.startswith(_NAMES_ONLY) or reason.endswith("not an element of the schema"):
        return reason
    if reason.endswith("attribute not allowed for element"):
        return reason
    if reason.startswith("value must be one of"):
        words = reason.count("', '") + 1
        return (
            f"got another word: {reason}"
            if words <= _FEW
            else f"got a value that isn't one of the {words} allowed here"
        )
    if "cannot substitute" in reason:
        return "got an xsi:type that can't stand here"
    attribute = re.match(r"attribute (\w+)=", reason)
    if attribute:
        return f"got a value that isn't allowed in the attribute {attribute[1]}"
    expected = getattr(error.validator, "prefixed_name", None) or "its type"
    return f"got a value that isn't allowed here, expected {expected}: ask the issuer"
