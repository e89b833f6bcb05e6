"""The nouns of a record as objects of a credit bank's document.

What isn't the bank's to say (failed, awarded by others, levels that a gateway claims) is left out, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.creditbank.banks import BANK, PROFILE, Bank
from adapters.creditbank.reading import PROGRAMME, DocumentReading
from adapters.creditbank.words import amount, number, word, words
from gateway.kit import JsonReading, Origins
from gateway.model.leaves import key_of, keys
from gateway.model.record import (
    Achievement,
    Activity,
    Code,
    Credit,
    Enrolment,
    Identifier,
    Learner,
    Organisation,
    Relation,
    Report,
    Study,
)
from gateway.vocabulary.kinds import opportunity_of

Node = dict[str, Any]

ANOTHERS = "awarded by another body: a credit bank's document holds what the bank recognised"
UNTITLED = "the profile requires a title, and the record has none"
FAILED = "a credit bank's document holds nothing that was failed"
NO_OUTCOME = "a degree is no outcome: credits would count twice; and which it is, or who conferred it, isn't known"
NO_PROGRAMME = "the profile holds degrees and programmes that are under way, and no courses"
ONCE = "the bank's number of an outcome stands for one outcome alone"
RECOGNISED = "a credit bank's report holds what it recognised: its more exact word isn't known"


class Emitting:
    """The nouns of one report as objects of a document of one bank."""

    def __init__(self, bank: Bank, origins: Origins, conversions: Mapping[str, list[Relation]]) -> None:
        """`conversions` are those of the record, by what was converted."""
        self._bank, self._origins, self._conversions = bank, origins, conversions
        self._numbered: set[str] = set()

    def report(self, report: Report, learner: Learner) -> Node:
        """What the bank states, and of whom."""
        names = dict(zip(map(id, report.achievements), keys(report.achievements), strict=False))
        degrees = [one for one in report.achievements if self._is_degree(one)]
        outcomes = [one for one in report.achievements if not self._is_degree(one) and self._is_outcome(one)]
        programmes = [one for one in report.enrolments if self._is_under_way(one)]
        places = {names[id(one)]: said for one in outcomes for said in self._own_numbers(one)[:1]}
        return {"learner": self._learner(learner)} | _some(
            numbers=self._numbers(report.identifiers),
            title=dict(report.title),
            issued=report.issued,
            issuer=self.organisation(report.issuer),
            programmes=[self._programme(one) for one in programmes],
            degrees=[self._degree(one) for one in degrees],
            outcomes=[self._outcome(one, names[id(one)], places) for one in outcomes],
        )

    # --- who ----------------------------------------------------------------------------------------------------------

    def organisation(self, given: Organisation) -> Node:
        """An organisation by name, numbers and country."""
        node = _some(name=dict(given.legal_name), numbers=self._numbers(given.identifiers), country=given.country)
        return self._origins.wrote(node, given)

    def _organisations(self, given: Iterable[Organisation]) -> list[Node]:
        return [self.organisation(one) for one in given]

    def _learner(self, learner: Learner) -> Node:
        genders = {one.key: one.en for one in words("gender", "")}
        return _some(
            names=[
                self._origins.wrote(_some(use=n.use, language=n.language, **self._parts(n)), n) for n in learner.names
            ],
            numbers=self._numbers(learner.identifiers),
            born=learner.born,
            gender=genders.get(learner.gender or ""),
        )

    def _parts(self, name: Any) -> Node:
        return {part: getattr(name, part) for part in ("given", "family", "full", "source")}

    # --- what was reached ---------------------------------------------------------------------------------------------

    def _is_programme(self, one: Study) -> bool:
        """Whether it is a degree, or a programme towards one."""
        scheme, kinds = self._bank.scheme("degree"), one.specification.kinds
        return any(
            code.scheme == scheme or opportunity_of(code.scheme, code.value) == PROGRAMME.value for code in kinds
        )

    def _is_degree(self, one: Achievement) -> bool:
        """Whether it is a degree by credits, with a name of who conferred it: the bank never does."""
        scheme, learned = self._bank.scheme("degree"), one.specification
        if self._bank.key != "acbs" or one.status != "passed" or not learned.title:
            return False
        named = any(body.legal_name for body in one.awarded_by)
        return named and any(code.scheme == scheme for code in learned.kinds)

    def _is_under_way(self, one: Enrolment) -> bool:
        if not self._is_programme(one):
            self._origins.because(one, "", NO_PROGRAMME)
            return False
        return one.status == "in-progress" and self._has_title(one)

    def _is_outcome(self, one: Achievement) -> bool:
        """Whether the bank can be said to have recognised it, and nobody else to have awarded it."""
        if one.status != "passed" or one.awarded_by:
            self._origins.because(one, "", FAILED if one.status != "passed" else ANOTHERS)
            return False
        if self._is_programme(one):
            self._origins.because(one, "", NO_OUTCOME)
            return False
        own = set(self._own_numbers(one))
        if own & self._numbered:
            self._origins.because(one, "", ONCE)
            return False
        self._numbered |= own
        return self._has_title(one)

    def _has_title(self, one: Study) -> bool:
        if not one.specification.title:
            self._origins.because(one, "", UNTITLED)
        return bool(one.specification.title)

    def _own_numbers(self, one: Study) -> list[str]:
        """The bank's own numbers of an outcome, as a reader has them."""
        scheme = self._bank.scheme("outcome")
        return [number(said.value) for said in one.identifiers if said.scheme == scheme]

    def _outcome(self, one: Achievement, key: str, places: Mapping[str, str]) -> Node:
        learned = one.specification
        status = self._word(one.kinds, "status")
        if status is None:
            self._origins.because(one, "kinds", RECOGNISED)
        node = _some(
            numbers=self._numbers(one.identifiers),
            title=dict(learned.title),
            status=status or self._native("status", "recognised"),
            **{"class": self._word(one.kinds, "class")},
            levels=[self._level(level) for level in learned.levels if level.claimed_by is None],
            fields=self._subjects(learned.subjects),
            credits=self._credits(one.credits_earned),
            hours=list(learned.contact_hours),
            results=[self._origins.wrote({"grade": dict(said.grade)}, said) for said in one.assessments if said.grade],
            term=dict(one.term.title) if one.term is not None else None,
            recognisedOn=one.awarded_on,
            learned=[
                self._origins.wrote(_some(title=dict(said.title), numbers=self._numbers(said.identifiers)), said)
                for said in learned.outcomes
            ],
            sources=[source for activity in one.activities if (source := self._source(activity))],
            conversion=self._conversion(one, key, places),
        )
        return self._described(node, one)

    def _described(self, node: Node, one: Achievement | Enrolment) -> Node:
        """The description where it is another than a reader makes of the rest."""
        again = DocumentReading({"profile": PROFILE, "bank": self._bank.key}, Origins())
        cursor = JsonReading(node).root
        read = again.outcome(cursor) if "status" in node else again.towards(cursor, awarded=_awarded(one))
        made = read.specification if isinstance(read, Achievement) else read
        if dict(made.description) != dict(one.specification.description):
            node["description"] = dict(one.specification.description)
        return self._origins.wrote(node, one)

    def _level(self, level: Any) -> Node:
        return self._origins.wrote(
            _some(framework=level.scheme or None, value=level.value, label=dict(level.label)), level
        )

    def _source(self, activity: Activity) -> Node:
        node = _some(
            kind=self._word(activity.kinds, "source"),
            providers=self._organisations(activity.directed_by),
            numbers=self._numbers(activity.identifiers),
        )
        return self._origins.wrote(node, activity) if node else node

    def _conversion(self, one: Achievement, key: str, places: Mapping[str, str]) -> Node:
        """By which rule an outcome was converted, and from which others."""
        scheme = self._bank.scheme("rule")
        node: Node = _some(rule=next((code.value for code in one.kinds if code.scheme == scheme), None))
        prefix = key_of(Identifier(scheme=self._bank.scheme("outcome"), value=""))
        given: list[str] = []
        for relation in self._conversions.get(key, ()):
            said = places.get(relation.target) or relation.target.removeprefix(prefix)
            if said and (relation.target in places or relation.target.startswith(prefix)):
                self._origins.wrote(node, relation, str(len(given)))
                given.append(said)
        if given:
            node["from"] = given
        return node

    # --- degrees ------------------------------------------------------------------------------------------------------

    def _degree(self, one: Achievement) -> Node:
        node = self._towards(one)
        return self._described(
            node | _some(conferredBy=self._organisations(one.awarded_by), conferredOn=one.awarded_on), one
        )

    def _programme(self, one: Enrolment) -> Node:
        since = one.period.start if one.period is not None else None
        return self._described(self._towards(one) | _some(since=since), one)

    def _towards(self, one: Study) -> Node:
        learned = one.specification
        return _some(
            numbers=self._numbers(one.identifiers),
            title=dict(learned.title),
            degree=self._word(learned.kinds, "degree"),
            majors=self._subjects(learned.subjects),
            credits=self._credits(one.credits_earned),
            creditsBy=self._credits_by_class(one.credits_earned),
        )

    def _credits_by_class(self, given: Iterable[Credit]) -> list[Node]:
        before, after = f"{self._bank.unit.value}(", ")"
        return [
            self._origins.wrote(
                {"class": said.removeprefix(before).removesuffix(after), "credits": credit.value}, credit
            )
            for credit in given
            if (said := credit.scheme.value).startswith(before) and said.endswith(after)
            if amount(credit.value or "") is not None
        ]

    # --- small parts --------------------------------------------------------------------------------------------------

    def _credits(self, given: Iterable[Credit]) -> str | None:
        """The credits in the bank's own unit: no other is ever written as it."""
        own = [one.value for one in given if one.scheme.value == self._bank.unit.value and not one.scheme.scheme]
        return next((value for value in own if value is not None and amount(value) is not None), None)

    def _numbers(self, given: Iterable[Identifier]) -> list[Node]:
        return [
            self._origins.wrote(_some(scheme=one.scheme or None, issued=one.issued) | {"value": one.value}, one)
            for one in given
            if one.scheme != BANK
        ]

    def _subjects(self, given: Iterable[Code]) -> list[Node]:
        return [
            self._origins.wrote(_some(scheme=one.scheme or None, label=dict(one.label)) | {"code": one.value}, one)
            for one in given
        ]

    def _word(self, given: Iterable[Code], of: str) -> str | None:
        """The first code of a list as the bank writes it; one that the list hasn't as it is."""
        scheme = self._bank.scheme(of)
        value = next((code.value for code in given if code.scheme == scheme), None)
        if value is None or (of == "status" and word(of, self._bank.key, value) is None):
            return None
        return self._native(of, value)

    def _native(self, of: str, key: str) -> str:
        return next((one.native for one in words(of, self._bank.key) if one.key == key), key)


def _awarded(one: Achievement | Enrolment) -> tuple[Organisation, ...] | None:
    return one.awarded_by if isinstance(one, Achievement) else None


def _some(**members: Any) -> Node:
    """The members that say something."""
    return {name: value for name, value in members.items() if value not in (None, [], {})}
