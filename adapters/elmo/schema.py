"""Our XSD for ELMO 1.7, asked of libxml2, and explained by a second validator where libxml2 says no."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from lxml import etree

from gateway.kit import Document
from gateway.kit.schemas import schema_bytes, xml_schema

SCHEMA = "elmo-1.7.xsd"
COUNTRIES = "elmo-1.7/country.xsd"
_XSD = "http://www.w3.org/2001/XMLSchema"
_DATES = ("generatedDate", "issueDate", "bday", "start", "date", "end")


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
    first = xml_schema(SCHEMA)
    if first.validate(tree):
        return []
    log: Any = first.error_log  # the stubs of lxml don't know that it is a sequence
    complaints: list[etree._LogEntry] = list(log)
    from adapters.elmo.second_opinion import explain  # its validator takes long to load, and is seldom asked

    explained = explain(tree, most)
    if explained:
        return [Fault(element, sentence) for element, sentence in explained]
    if explained is not None:
        complaints = [e for e in complaints if not _of_a_date(e)]
    return [Fault(tree.getroot(), _unexplained(e)) for e in complaints[:most]]


@cache
def countries() -> tuple[str, ...]:
    """The countries that ELMO 1.x knows."""
    values = Document(schema_bytes(COUNTRIES), "xml").tree.iter(f"{{{_XSD}}}enumeration")
    return tuple(value.get("value", "") for value in values)


def _of_a_date(error: etree._LogEntry) -> bool:
    is_value = error.type == etree.ErrorTypes.SCHEMAV_CVC_DATATYPE_VALID_1_2_1
    return is_value and any(f"}}{name}'" in error.message for name in _DATES)


def _unexplained(error: etree._LogEntry) -> str:
    return f"libxml2 refuses line {error.line} ({error.type_name}), and the second validator can't tell why"
