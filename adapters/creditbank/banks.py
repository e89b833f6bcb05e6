"""The two banks of the family, and the names that they and Korea's ministers have had.

China's National Credit Bank (国家学分银行) places learning outcomes in a framework, adds them up and converts them
by published rules. Korea's Academic Credit Bank System (학점은행제) recognises credits from six sources, towards
degrees that the Minister of Education or the head of a university confers. Neither publishes a format: the profile is
our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.creditbank.words import fold
from gateway.model.record import Code
from gateway.model.texts import Text
from gateway.vocabulary.tables import read_rows

PROFILE = "testamur-credit-bank-1"
FAMILY_OF_PROFILES = "testamur-credit-bank-"
BANK = "credit-bank"
"""The scheme of the identifier that says which credit bank an organisation is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """One of the two: its key in documents, its language and country, what it counts in, and its first year."""

    key: str
    format: str
    language: str
    country: str
    unit: Code
    first_year: int
    colon: str
    comma: str

    def scheme(self, of: str) -> str:
        """The name of a list or kind of number of this bank: "ncb-outcome"."""
        return f"{self.key}-{of}"

    def unit_of(self, printed: str, label: Text) -> Code:
        """The unit of credits that the bank counts apart: those of a class of its curriculum."""
        said = {self.language: f"{self.unit.value}({printed})"} if not label else {}
        said |= {language: f"{self.unit.label[language]}: {words}" for language, words in label.items()}
        return Code(value=f"{self.unit.value}({printed})", label=said)


BANKS: Mapping[str, Bank] = {
    "ncb": Bank(
        key="ncb",
        format="Credit bank profile 1: National Credit Bank (China)",
        language="zh",
        country="CN",
        unit=Code(value="学分", label={"zh": "学分", "en": "NCB credits (China)"}),
        first_year=2020,
        colon="：",
        comma="；",
    ),
    "acbs": Bank(
        key="acbs",
        format="Credit bank profile 1: Academic Credit Bank System (Korea)",
        language="ko",
        country="KR",
        unit=Code(value="학점", label={"ko": "학점", "en": "ACBS credits (Korea)"}),
        first_year=1998,
        colon=": ",
        comma="; ",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A name of a body, whose it is, and in which years it had it (the last one None: it has it still)."""

    bank: str
    first: int
    last: int | None

    def had_it_in(self, year: int) -> bool:
        """Whether the body had the name in a year."""
        return self.first <= year and (self.last is None or year <= self.last)


def bodies(of: str, names: Text) -> tuple[Body, ...]:
    """The bodies of a list ("bank", "minister") that are called by one of these names, in whatever language."""
    spoken = {fold(name) for name in names.values()}
    return tuple(body for spelling, body in _named(of) if spelling in spoken)


def _named(of: str) -> Iterator[tuple[str, Body]]:
    for listed, bank, name, aliases, english, first, last, _ in read_rows("bodies.csv", package="adapters.creditbank"):
        if listed == of:
            body = Body(bank=bank, first=int(first), last=int(last) if last else None)
            yield from ((fold(one), body) for one in (name, *aliases.split("|"), *english.split("|")) if one)
