"""Whether a document keeps the profile, and whether what it says agrees with its bank and with itself.

Findings are WARNING at most: a sum that doesn't add up is a reason to ask the bank, not a proof of forgery. Messages
name places and kinds, never what stands there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from adapters.creditbank.banks import BANK, BANKS, PROFILE, Bank, bodies
from adapters.creditbank.reading import is_picture
from adapters.creditbank.scripts import is_in_another_script, is_misread
from adapters.creditbank.words import amount, date, number, word
from gateway.kit import Finding, Status
from gateway.kit.findings import conformity, deviation, schema_deviations
from gateway.kit.json_facts import objects_of
from gateway.model.leaves import pointer

SCHEMA = "credit-bank.schema.json"
_DATES = ("issued", "born", "recognisedOn", "conferredOn", "since")
_LISTED = {"kind": "source", "class": "class", "degree": "degree"}

Node = Mapping[str, Any]


def is_known(value: Node) -> bool:
    """Whether a document is in a profile, and of a bank, that can be read."""
    bank = value.get("bank")
    return value.get("profile") == PROFILE and isinstance(bank, str) and bank in BANKS


def conform(value: Node) -> tuple[Finding, ...]:
    """The findings about a document."""
    if not is_known(value):
        return (Finding(check="conformity.schema", status=Status.NOT_CHECKED, about="/profile"),)
    return conformity(_found(value, BANKS[value["bank"]]), SCHEMA)


def _found(value: Node, bank: Bank) -> Iterator[Finding]:
    yield from schema_deviations(value, SCHEMA)
    own = {name: member for name, member in value.items() if name != "translation"}
    for check in (_issuer, _outcomes_once, _objects, _order, _sums):
        yield from check(own, bank)


# --- who --------------------------------------------------------------------------------------------------------------


def _issuer(value: Node, bank: Bank) -> Iterator[Finding]:
    """Whether the bank is called as it is, or was at the time, and was there at all."""
    year = _year(value.get("issued"))
    if year is not None and year < bank.first_year:
        yield deviation("age", "/issued", f"is of before {bank.first_year}, when this bank began")
    issuer = value.get("issuer")
    yield from _called(issuer, bank, "bank", year, "/issuer/name", "isn't a name that this bank has or had")
    for n, degree in enumerate(_members(value, "degrees")):
        conferred = _year(degree.get("conferredOn"))
        for m, body in enumerate(_members(degree, "conferredBy")):
            place = pointer("/degrees", str(n), "conferredBy", str(m), "name")
            yield from _called(body, bank, "minister", conferred, place, "")


def _called(body: Any, bank: Bank, of: str, year: int | None, place: str, unknown: str) -> Iterator[Finding]:
    """`unknown` is said where no body of the list has the name; "" where that is nothing to warn of (a university)."""
    names = _texts(body.get("name")) if isinstance(body, dict) else {}
    known = bodies(of, names)
    if known and all(one.bank != bank.key for one in known):
        yield deviation("bank", place, "is the name of another bank")
    elif not known and names and unknown:
        yield deviation("bank", place, unknown)
    elif known and year is not None and not any(one.had_it_in(year) for one in known):
        yield deviation("age", place, f"isn't what it was called in {year}")


# --- everything in turn -----------------------------------------------------------------------------------------------


def _objects(value: Node, bank: Bank) -> Iterator[Finding]:
    for node, place in objects_of(value, ""):
        yield from _numbers(node, place, bank)
        yield from _dates(node, place)
        yield from _amounts(node, place)
        yield from _words(node, place, bank)
        yield from _scripts(node, place)
        yield from _pictures(node, place)


def _numbers(node: Node, place: str, bank: Bank) -> Iterator[Finding]:
    """A number in a list of the other bank's; which bank somebody is, no list of numbers says."""
    scheme = node.get("scheme")
    if scheme == BANK:
        yield deviation("number", pointer(place, "scheme"), "says which bank it is: the member `bank` alone does")
    if isinstance(scheme, str) and any(scheme.startswith(f"{key}-") for key in BANKS if key != bank.key):
        yield deviation("number", pointer(place, "scheme"), "is a number, or code, of another bank")


def _dates(node: Node, place: str) -> Iterator[Finding]:
    for name in _DATES:
        if name in node and (not isinstance(node[name], str) or date(node[name]) is None):
            yield deviation("date", pointer(place, name), "is no date")


def _amounts(node: Node, place: str) -> Iterator[Finding]:
    for name in ("credits", "creditsIn"):
        if name in node and amount(str(node[name])) is None:
            yield deviation("credits", pointer(place, name), "is no amount of credits: they aren't taken")


def _words(node: Node, place: str, bank: Bank) -> Iterator[Finding]:
    for name, of in _LISTED.items():
        said = node.get(name)
        if isinstance(said, str) and word(of, bank.key, said) is None:
            yield deviation("word", pointer(place, name), "isn't a word of the bank's list: it is kept as printed")


def _scripts(node: Node, place: str) -> Iterator[Finding]:
    for language, text in node.items():
        if not isinstance(text, str):
            continue
        if is_misread(text):
            told = "holds octets of GB18030 or EUC-KR read as another encoding, or characters lost by that"
            yield deviation("encoding", pointer(place, language), told)
        elif is_in_another_script(language, text):
            yield deviation("script", pointer(place, language), "holds no character of the script of its language")


def _pictures(node: Node, place: str) -> Iterator[Finding]:
    for part in ("given", "family", "full"):
        if isinstance(node.get(part), str) and is_picture(node[part]):
            yield deviation(
                "name", pointer(place, part), "is a picture of a name, which nobody reads: there is no name"
            )


# --- what agrees with what --------------------------------------------------------------------------------------------


def _order(value: Node, _bank: Bank) -> Iterator[Finding]:
    """Nothing is recognised after the document that says so, or before the learner was born."""
    learner = value.get("learner")
    born = _date(learner.get("born")) if isinstance(learner, dict) else None
    issued = _date(value.get("issued"))
    for of, name in (("outcomes", "recognisedOn"), ("degrees", "conferredOn"), ("programmes", "since")):
        for n, node in enumerate(_members(value, of)):
            when, place = _date(node.get(name)), pointer("", of, str(n), name)
            if _is_before(issued, when):
                yield deviation("order", place, "is later than the document itself")
            if _is_before(when, born):
                yield deviation("order", place, "is before the learner was born")


def _is_before(first: str | None, second: str | None) -> bool:
    """Whether one date is before another as far as both are precise."""
    if first is None or second is None:
        return False
    precise = min(len(first[:10]), len(second[:10]))
    return first[:precise] < second[:precise]


def _outcomes_once(value: Node, bank: Bank) -> Iterator[Finding]:
    scheme = bank.scheme("outcome")
    said = Counter(
        number(str(one.get("value")))
        for outcome in _members(value, "outcomes")
        for one in _members(outcome, "numbers")
        if one.get("scheme") == scheme
    )
    if any(times > 1 for times in said.values()):
        yield deviation("duplicate", "/outcomes", "two outcomes have one number: the document isn't read")


def _sums(value: Node, bank: Bank) -> Iterator[Finding]:
    outcomes = _members(value, "outcomes")
    counted = _Counted.of(outcomes, bank)
    for of in ("programmes", "degrees"):
        for n, node in enumerate(_members(value, of)):
            place = pointer("", of, str(n))
            yield from _totals(node, counted, place, bank)
            if of == "degrees":
                yield from _required(node, place, bank)
    yield from _conversions(outcomes, bank)


@dataclass(frozen=True, slots=True)
class _Counted:
    """The credits of all outcomes, where each says its own; and of each class, where each says its class."""

    whole: Decimal | None
    by_class: Mapping[str, Decimal] | None

    @classmethod
    def of(cls, outcomes: list[Node], bank: Bank) -> _Counted:
        said = [(one, found) for one in outcomes if (found := _amount(one)) is not None]
        if not said or len(said) < len(outcomes):
            return cls(None, None)
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for one, found in said:
            for name in dict.fromkeys((_class(one, bank), _counts_as(one, bank))):
                sums[name] += found
        classed = all("class" in one for one in outcomes)
        return cls(sum((found for _, found in said), Decimal(0)), sums if classed else None)


def _totals(node: Node, counted: _Counted, place: str, bank: Bank) -> Iterator[Finding]:
    """Whether the classes add up to the whole, and the outcomes to the classes and to the whole."""
    whole = _amount(node)
    by_class = [(_class(one, bank), _amount(one)) for one in _members(node, "creditsBy")]
    if whole is not None and by_class and sum(said or 0 for _, said in by_class) != whole:
        yield deviation("sum", pointer(place, "creditsBy"), "don't add up to the credits of the whole")
    if whole is not None and counted.whole not in (None, whole):
        yield deviation("sum", pointer(place, "credits"), "isn't the sum of the credits of the outcomes")
    for n, (of, said) in enumerate(by_class):
        if counted.by_class is not None and said is not None and counted.by_class.get(of, 0) != said:
            told = "isn't the sum of the credits of the outcomes of that class"
            yield deviation("sum", pointer(place, "creditsBy", str(n), "credits"), told)


def _required(node: Node, place: str, bank: Bank) -> Iterator[Finding]:
    """Whether the credits are enough for the degree."""
    said = node.get("degree")
    known = word("degree", bank.key, said) if isinstance(said, str) else None
    if known is None:
        return
    if (whole := _amount(node)) is not None and whole < Decimal(known.noted("total") or 0):
        yield deviation("requirement", pointer(place, "credits"), "are fewer credits than the degree requires")
    for n, one in enumerate(_members(node, "creditsBy")):
        least, counted = known.noted(_counts_as(one, bank)), _amount(one)
        if least is not None and counted is not None and counted < Decimal(least):
            told = "are fewer credits of that class than the degree requires"
            yield deviation("requirement", pointer(place, "creditsBy", str(n), "credits"), told)


def _conversions(outcomes: list[Node], bank: Bank) -> Iterator[Finding]:
    """Whether the credits that a conversion takes in are those of the outcomes that it converts, where all are here."""
    scheme = bank.scheme("outcome")
    known = {
        number(str(one.get("value"))): _amount(outcome)
        for outcome in outcomes
        for one in _members(outcome, "numbers")
        if one.get("scheme") == scheme
    }
    for n, outcome in enumerate(outcomes):
        for conversion in _members(outcome, "conversion"):
            given = conversion.get("from")
            names = [number(str(one)) for one in given] if isinstance(given, list) else []
            taken, place = _amount(conversion, "creditsIn"), pointer("/outcomes", str(n), "conversion")
            if any(name not in known for name in names):
                yield deviation("conversion", pointer(place, "from"), "names an outcome that the document doesn't hold")
            elif taken is not None and sum(known[name] or 0 for name in names) != taken:
                told = "isn't the sum of the credits of the outcomes that were converted"
                yield deviation("sum", pointer(place, "creditsIn"), told)


# --- small parts ------------------------------------------------------------------------------------------------------


def _members(value: Any, name: str) -> list[Node]:
    """The objects under a member, whether it holds one or a list."""
    member = value.get(name) if isinstance(value, dict) else None
    several = member if isinstance(member, list) else [member]
    return [one for one in several if isinstance(one, dict)]


def _texts(said: Any) -> dict[str, str]:
    if isinstance(said, str):
        return {"und": said}
    return (
        {language: text for language, text in said.items() if isinstance(text, str)} if isinstance(said, dict) else {}
    )


def _class(node: Node, bank: Bank) -> str:
    """The class of a curriculum that something is of: its key, or as printed."""
    said = str(node.get("class"))
    known = word("class", bank.key, said)
    return number(said) if known is None else known.key


def _counts_as(node: Node, bank: Bank) -> str:
    """The class in which it counts: what a curriculum requires of a major is a part of the major."""
    known = word("class", bank.key, str(node.get("class")))
    return _class(node, bank) if known is None else known.note


def _amount(node: Node, name: str = "credits") -> Decimal | None:
    found = amount(str(node.get(name)))
    return None if found is None else Decimal(found)


def _date(said: Any) -> str | None:
    return date(said) if isinstance(said, str) else None


def _year(said: Any) -> int | None:
    found = _date(said)
    return None if found is None else int(found[:4])
