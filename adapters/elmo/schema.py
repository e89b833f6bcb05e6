"""Our XSD for ELMO 1.7, asked of libxml2, and explained by a second validator where libxml2 says no."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

import xmlschema
from lxml import etree

from gateway.packaged import data_folder

SCHEMA = "elmo-1.7.xsd"
COUNTRIES = "elmo-1.7/country.xsd"
_XSD = "http://www.w3.org/2001/XMLSchema"
_LOCAL = threading.local()
_DATES = ("generatedDate", "issueDate", "bday", "start", "date", "end")
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


@dataclass(frozen=True, slots=True)
class Fault:
    """One deviation from the schema: where, and in a sentence what, without any value of the document."""

    element: etree._Element
    sentence: str


def faults(tree: etree._ElementTree, most: int) -> list[Fault]:
    """The deviations from the schema, at most so many; none when it is followed.

    libxml2 refuses blanks around a date or time, which the XSD type allows (XML Schema part 2, 3.2.7: whiteSpace is
    "collapse"): where it complains of nothing else and the second validator of nothing at all, the document conforms.
    """
    first = _libxml2()
    if first.validate(tree):
        return []
    log: Any = first.error_log  # the stubs of lxml don't know that it is a sequence
    complaints: list[etree._LogEntry] = list(log)
    try:
        explained = [Fault(_element(e, tree), _sentence(e)) for e in islice(_errors(tree), most)]
    except (xmlschema.XMLSchemaException, RecursionError):  # it stumbles over xsi:type that names nothing, and depth
        explained = []
    else:
        complaints = [e for e in complaints if not _of_a_date(e)]
    return explained or [Fault(tree.getroot(), _unexplained(e)) for e in complaints[:most]]


def _libxml2() -> etree.XMLSchema:
    """One schema a thread: its error log is shared otherwise."""
    if not hasattr(_LOCAL, "schema"):
        parser = etree.XMLParser(no_network=True, load_dtd=False)
        _LOCAL.schema = etree.XMLSchema(etree.parse(data_folder("schemas") / SCHEMA, parser))
    schema: etree.XMLSchema = _LOCAL.schema
    return schema


@cache
def _second() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(data_folder("schemas") / SCHEMA, allow="local")


@cache
def countries() -> tuple[str, ...]:
    """The countries that ELMO 1.x knows."""
    path = data_folder("schemas") / COUNTRIES
    values = etree.parse(path, etree.XMLParser(no_network=True, load_dtd=False)).iter(f"{{{_XSD}}}enumeration")
    return tuple(value.get("value", "") for value in values)


def _errors(tree: etree._ElementTree) -> Iterator[xmlschema.XMLSchemaValidationError]:
    """What the second validator says; it is told not to follow xsi:schemaLocation (attack: a request to anywhere)."""
    errors: Iterator[xmlschema.XMLSchemaValidationError] = _second().iter_errors(tree, use_location_hints=False)
    return errors


def _of_a_date(error: etree._LogEntry) -> bool:
    is_value = error.type == etree.ErrorTypes.SCHEMAV_CVC_DATATYPE_VALID_1_2_1
    return is_value and any(f"}}{name}'" in error.message for name in _DATES)


def _unexplained(error: etree._LogEntry) -> str:
    return f"libxml2 refuses line {error.line} ({error.type_name}), and the second validator can't tell why"


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
    return (
        f"got a value that isn't allowed here, expected {getattr(error.validator, 'prefixed_name', None) or 'its type'}"
    )
