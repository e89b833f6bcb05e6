"""The classes of the European Learning Model as data: what the schema is made of and the reader and writer go by.

Source: `profile.txt` beside this module, our writing of the application profile EDC generic-full 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal, NamedTuple, cast

from gateway.vocabulary.tables import read_text

Cardinality = Literal["1", "?", "+", "*"]

UNIONS: Mapping[str, tuple[str, ...]] = {
    "AnyAgent": ("Organisation", "Person", "Agent"),
    "AnyIdentifier": ("Identifier", "LegalIdentifier"),
    "AnyAchievementSpec": ("LearningAchievementSpecification", "Qualification"),
    "AnyClaim": ("LearningAchievement", "LearningActivity", "LearningAssessment", "LearningEntitlement", "Claim"),
    "Issuer": ("Organisation", "Person", "Agent"),
}
DATATYPES = frozenset(
    [
        "string",
        "literal",
        "anyURI",
        "IRI",
        "dateTime",
        "duration",
        "integer",
        "positiveInteger",
        "decimal",
        "boolean",
        "texts",
        "words",
    ]
)
OLD_SPELLINGS: Mapping[str, str] = {"resultDestribution": "resultDistribution"}
"""Keys of ELM 3.1 that 3.2 spells otherwise."""


class Property(NamedTuple):
    """One property of a class: how often it stands, what it holds, and the list that its concepts must be of."""

    name: str
    cardinality: Cardinality
    range: str
    scheme: str

    @property
    def required(self) -> bool:
        """Whether a node without it breaks the profile."""
        return self.cardinality in "1+"

    @property
    def single(self) -> bool:
        """Whether a node with two of it breaks the profile."""
        return self.cardinality in "1?"

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that may stand here; empty for plain values."""
        if self.range in DATATYPES:
            return ()
        return UNIONS.get(self.range, (self.range,))


@cache
def classes() -> Mapping[str, Mapping[str, Property]]:
    """Every class of the profile with its properties by name."""
    return dict(_parse(read_text("profile.txt", package="adapters.europass")))


def _parse(text: str) -> Iterator[tuple[str, Mapping[str, Property]]]:
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    name, properties = "", dict[str, Property]()
    for line in lines:
        if line.startswith(" "):
            words = [*line.split(), ""]
            properties[words[0]] = Property(words[0], cast("Cardinality", words[1]), words[2], words[3])
            continue
        if name:
            yield name, properties
        name, properties = line.strip(), {}
    yield name, properties
