"""Reading a credit bank's document into a record.

What the bank recognised, accumulated or converted is an achievement, and the bank's word alone makes it one: a result
never does. Where the credits come from (a school, a certificate, learning of no set form) is an activity, directed by
whoever provided it. A degree by credits is an achievement of its own, awarded by the Minister or a university; a
programme towards one is an enrolment. Credits are counted in the bank's own unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from adapters.creditbank.banks import BANK, PROFILE
from adapters.creditbank.parts import PartsReading
from adapters.creditbank.words import Word, amount, number, word, words
from gateway.errors import Refused
from gateway.kit import JsonCursor, Origins, Reading
from gateway.kit.json_facts import remember
from gateway.model.document import Derived, DocumentFacts
from gateway.model.leaves import key_of, keys
from gateway.model.record import (
    Achievement,
    Activity,
    Assessment,
    Code,
    Credit,
    Enrolment,
    Identifier,
    Learner,
    Level,
    Name,
    Organisation,
    Outcome,
    Period,
    Record,
    Relation,
    Report,
    Specification,
)
from gateway.model.texts import Text
from gateway.vocabulary.kinds import OPPORTUNITY

CONVERTED = "converted-from"
"""The kind of a relation from an outcome to one that it was converted from."""

PROGRAMME = Code(scheme=OPPORTUNITY, value="Degree Programme")
"""What degrees, and programmes towards them, are; outcomes never."""
_INDICATIVE = "usual practice, claimed by this gateway alone: the bank doesn't refer to this framework"
_SENSITIVE = "sensitive personal information: left out"
_PICTURES = ("data:", "<img")
_USES: Mapping[str, Any] = {use: use for use in ("legal", "birth", "patronymic", "alternative", "romanised")}
_PARTS = ("given", "family", "full", "source")


def is_picture(text: str) -> bool:
    """Whether what stands for words is a picture of them."""
    return number(text).casefold().startswith(_PICTURES)


def read_document(value: Mapping[str, Any], origins: Origins | None = None) -> Reading:
    """Read a whole document.

    Raises:
        Refused: `creditbank.profile`, `creditbank.issuer`, `creditbank.status`, `creditbank.outcome_twice`.
    """
    return DocumentReading(value, origins or Origins()).whole()


def facts_of(value: Mapping[str, Any]) -> DocumentFacts:
    """What a document says of itself: the bank made it; or somebody translated it, if it says anything of that."""
    reading = DocumentReading(value, Origins())
    root = reading.root
    if value.get("translation") is None:
        return DocumentFacts(issuer=reading.issuer(), issued=reading.when(root, "issued"), profile=PROFILE)
    note, other = root.one("translation"), dict[str, str]()
    remember(root, "translation", other)
    by = None if note is None else note.one("by")
    said = {} if note is None else {name: note.scalar(name) or "" for name in ("id", "sha256", "node", "adapter")}
    return DocumentFacts(
        id=said.get("id"),
        issuer=None if by is None else reading.organisation(by),
        issued=None if note is None else reading.when(note, "made"),
        profile=PROFILE,
        derived=Derived(
            source_sha256=said.get("sha256", ""),
            node=said.get("node", ""),
            adapters=(said.get("adapter", ""), "creditbank"),
        ),
        other=other,
    )


class DocumentReading(PartsReading):
    """One reading of one document: what it says of whom."""

    def whole(self) -> Reading:
        """The document as a record with one report."""
        root = self.root
        for name in ("profile", "bank", "translation"):
            root.skip(name)
        achievements, relations = self._achievements()
        report = Report(
            issuer=self.issuer(),
            issued=self.when(root, "issued"),
            identifiers=self._numbers(root),
            title=self._text(root, "title"),
            achievements=achievements,
            enrolments=tuple(self._programme(one) for one in root.each("programmes")),
        )
        self._from(report, root)
        record = Record(learner=self._learner(), reports=(report,), relations=relations)
        return Reading(record=record, document=facts_of(self._value), losses=self._reading.finish().losses)

    # --- who ----------------------------------------------------------------------------------------------------------

    def issuer(self) -> Organisation:
        """The bank: the identifier tells everybody which one, whatever it is called."""
        cursor = self.root.one("issuer")
        named = None if cursor is None else self.organisation(cursor)
        if named is None or cursor is None or not any(named.legal_name.values()):
            raise Refused(
                "creditbank.issuer",
                "got no name of the credit bank, expected one at /issuer/name",
                advice="Ask the bank for a whole document: who speaks is never assumed.",
            )
        known = Identifier(scheme=BANK, value=self.bank.key)
        self.root.skip("bank")
        return self._from(named.model_copy(update={"identifiers": (known, *named.identifiers)}), cursor)

    def _learner(self) -> Learner:
        cursor = self.root.one("learner")
        if cursor is None:
            return Learner()
        if not cursor.value:
            self.root.skip("learner")
        for name in ("idNumber", "photo"):
            if name in cursor.value:
                cursor.lose(name, "dropped", detail=_SENSITIVE)
        said = cursor.value.get("gender")
        gender = word("gender", "", said) if isinstance(said, str) else None
        if gender is not None:
            cursor.skip("gender")
        return Learner(
            names=tuple(form for one in cursor.each("names") if (form := self._name(one)) is not None),
            identifiers=self._numbers(cursor),
            born=self.when(cursor, "born"),
            gender=None if gender is None else gender.key,  # the table holds ISO/IEC 5218
        )

    def _name(self, cursor: JsonCursor) -> Name | None:
        """A form of the name; None for one that says nothing, or is a picture."""
        said = {part: found for part in _PARTS if (found := self._words_of(cursor, part)) is not None}
        if not said.keys() - {"source"}:
            return None
        use = _USES.get(str(cursor.value.get("use")))
        if use is not None:
            cursor.skip("use")
        for part in said:
            cursor.skip(part)
        made = Name(use=use or "legal", language=(cursor.scalar("language") or "und").lower(), **said)
        return self._from(made, cursor)

    def _words_of(self, cursor: JsonCursor, part: str) -> str | None:
        found = cursor.value.get(part)
        return found if isinstance(found, str) and not is_picture(found) else None

    # --- what was reached ---------------------------------------------------------------------------------------------

    def _achievements(self) -> tuple[tuple[Achievement, ...], tuple[Relation, ...]]:
        outcomes = self.root.each("outcomes")
        self._require_each_once(outcomes)
        degrees = [self._degree(one) for one in self.root.each("degrees")]
        achievements = (*degrees, *(self.outcome(one) for one in outcomes))
        names = keys(achievements)[len(degrees) :]
        places = {said: name for one, name in zip(outcomes, names, strict=True) for said in self.outcome_numbers(one)}
        credits_ = {
            said: amount(str(one.value.get("credits"))) for one in outcomes for said in self.outcome_numbers(one)
        }
        relations = [
            relation
            for name, one in zip(names, outcomes, strict=True)
            for relation in self._conversions(name, one, places, credits_)
        ]
        return achievements, tuple(relations)

    def outcome_numbers(self, cursor: JsonCursor) -> list[str]:
        """The bank's own numbers of an outcome."""
        members = cursor.value.get("numbers")
        scheme = self.bank.scheme("outcome")
        several = members if isinstance(members, list) else [members]
        said = (one.get("value") for one in several if isinstance(one, dict) and one.get("scheme") == scheme)
        return [number(one) for one in said if isinstance(one, str)]

    def _require_each_once(self, outcomes: Iterable[JsonCursor]) -> None:
        seen: dict[str, str] = {}
        for cursor in outcomes:
            for said in dict.fromkeys(self.outcome_numbers(cursor)):
                if said in seen:
                    raise Refused(
                        "creditbank.outcome_twice",
                        f"got one number for two outcomes, at {seen[said]} and {cursor.place}; expected one each",
                        advice="Ask the bank for the document again: credits count once; which is meant isn't known.",
                    )
                seen[said] = cursor.place

    def outcome(self, cursor: JsonCursor) -> Achievement:
        """One outcome that the bank recognised, accumulated or converted."""
        status = self._status(cursor)
        classes, sources = self._codes(cursor, "class"), cursor.each("sources")
        activities = tuple(self._source(one) for one in sources)
        rule = cursor.one("conversion")
        number_of_rule = None if rule is None else rule.scalar("rule")
        ruled = (Code(scheme=self.bank.scheme("rule"), value=number_of_rule),) if number_of_rule else ()
        levels = tuple(self._level(one) for one in cursor.each("levels"))
        counted = self._credits(cursor)
        opportunities = [known.note for one in sources if (known := self._known(one, "kind", "source"))]
        specification = Specification(
            title=self._text(cursor, "title"),
            description=self._description(
                cursor,
                ("status", [status.label]),
                ("source", [words for one in activities for words in _told(one)]),
                ("class", [code.label or {"und": code.value} for code in classes]),
                ("level", [level.label or {"und": level.value or ""} for level in levels]),
                ("credits", self._counted(counted)),
                ("rule", [{"und": code.value} for code in ruled]),
            ),
            kinds=tuple(Code(scheme=OPPORTUNITY, value=kind) for kind in dict.fromkeys(opportunities) if kind),
            levels=levels,
            subjects=self._subjects(cursor, "fields"),
            contact_hours=tuple(cursor.scalars("hours")),
            outcomes=tuple(self._learned(one) for one in cursor.each("learned")),
        )
        term = self._text(cursor, "term")
        made = Achievement(
            specification=specification,
            identifiers=self._numbers(cursor),
            kinds=(status, *classes, *ruled),
            awarded_on=self.when(cursor, "recognisedOn"),
            term=Period(title=term) if term else None,
            assessments=tuple(self._result(one) for one in cursor.each("results")),
            credits_earned=counted,
            activities=activities,
        )
        return self._from(made, cursor)

    def _status(self, cursor: JsonCursor) -> Code:
        known = self._known(cursor, "status")
        if known is None:
            told = ", ".join(one.native for one in words("status", self.bank.key))
            raise Refused(
                "creditbank.status",
                f"got {'another word' if cursor.value.get('status') else 'none'}, expected one of {told} at "
                f"{cursor.place}/status",
                advice="Ask the bank: whether it recognised an outcome is never guessed, and follows from no result.",
            )
        cursor.skip("status")
        return known.code(self.bank.scheme("status"))

    def _source(self, cursor: JsonCursor) -> Activity:
        """Where credits come from: what kind of learning, who provided it, the numbers of its certificates."""
        made = Activity(
            kinds=self._codes(cursor, "kind", "source"),
            directed_by=tuple(self._from(self.organisation(one), one) for one in cursor.each("providers")),
            identifiers=self._numbers(cursor),
        )
        return self._from(made, cursor)

    def _level(self, cursor: JsonCursor) -> Level:
        made = Level(
            scheme=cursor.scalar("framework") or "", value=cursor.scalar("value"), label=self._text(cursor, "label")
        )
        return self._from(made, cursor)

    def _learned(self, cursor: JsonCursor) -> Outcome:
        return self._from(Outcome(title=self._text(cursor, "title"), identifiers=self._numbers(cursor)), cursor)

    def _result(self, cursor: JsonCursor) -> Assessment:
        return self._from(Assessment(grade=self._text(cursor, "grade")), cursor)

    # --- conversions --------------------------------------------------------------------------------------------------

    def _conversions(
        self, name: str, cursor: JsonCursor, places: Mapping[str, str], credits_: Mapping[str, str | None]
    ) -> Iterator[Relation]:
        """From which outcomes one was converted: by their keys, those of other documents by their numbers."""
        conversion = cursor.one("conversion")
        if conversion is None:
            return
        given = [number(one) for one in conversion.scalars("from")]
        if adds_up(conversion.value.get("creditsIn"), [credits_.get(said) for said in given]):
            conversion.skip("creditsIn")  # repeats what the outcomes say
        for at, said in enumerate(given):
            elsewhere = key_of(Identifier(scheme=self.bank.scheme("outcome"), value=said))
            relation = Relation(kind=CONVERTED, source=name, target=places.get(said, elsewhere))
            self._origins.read_back(relation, conversion.value, str(at))
            yield relation

    # --- degrees ------------------------------------------------------------------------------------------------------

    def _degree(self, cursor: JsonCursor) -> Achievement:
        awarded = tuple(self._from(self.organisation(one), one) for one in cursor.each("conferredBy"))
        if not any(one.legal_name for one in awarded):
            raise Refused(
                "creditbank.conferred",
                f"got no name of who conferred a degree, expected one at {cursor.place}/conferredBy/0/name",
                advice="Ask the bank: the Minister or a university confers it, the bank never does.",
            )
        made = Achievement(
            specification=self.towards(cursor, awarded=awarded),
            identifiers=self._numbers(cursor),
            awarded_by=awarded,
            awarded_on=self.when(cursor, "conferredOn"),
            credits_earned=(*self._credits(cursor), *self._credits_by_class(cursor)),
        )
        return self._from(made, cursor)

    def _programme(self, cursor: JsonCursor) -> Enrolment:
        since = self.when(cursor, "since")
        made = Enrolment(
            specification=self.towards(cursor, awarded=None),
            identifiers=self._numbers(cursor),
            period=Period(start=since) if since is not None else None,
            credits_earned=(*self._credits(cursor), *self._credits_by_class(cursor)),
        )
        return self._from(made, cursor)

    def towards(self, cursor: JsonCursor, *, awarded: tuple[Organisation, ...] | None) -> Specification:
        """The degree that credits lead to: `awarded` is who conferred it, None where nobody did yet."""
        known, counted = self._known(cursor, "degree"), self._credits(cursor)
        codes = self._codes(cursor, "degree")
        return Specification(
            title=self._text(cursor, "title"),
            description=self._description(
                cursor,
                ("degree", [code.label or {"und": code.value} for code in codes]),
                ("conferred", [one.legal_name for one in awarded or ()]),
                ("credits", self._counted(counted)),
            ),
            kinds=(PROGRAMME, *codes),
            levels=() if awarded is None else self._claims(cursor, known),
            subjects=self._subjects(cursor, "majors"),
        )

    def _claims(self, cursor: JsonCursor, known: Word | None) -> tuple[Level, ...]:
        """The levels of other frameworks that are usually put to a degree, as this gateway's own claim."""
        told = [] if known is None else [(scheme, known.noted(scheme)) for scheme in ("eqf", "isced")]
        for scheme, value in told:
            cursor.note("assumed", "degree", to=f"{scheme} {value}", detail=_INDICATIVE)
        return tuple(Level(scheme=scheme, value=value, claimed_by="gateway") for scheme, value in told)

    def _credits_by_class(self, cursor: JsonCursor) -> tuple[Credit, ...]:
        found = []
        for one in cursor.each("creditsBy"):
            counted, printed = amount(str(one.value.get("credits"))), one.value.get("class")
            if not isinstance(printed, str) or counted is None:
                continue
            for name in ("class", "credits"):
                one.skip(name)
            known = word("class", self.bank.key, printed)
            unit = self.bank.unit_of(printed, {}) if known is None else self.bank.unit_of(known.native, known.label)
            found.append(self._from(Credit(scheme=unit, value=counted), one))
        return tuple(found)


def adds_up(said: Any, parts: Iterable[str | None]) -> bool:
    """Whether an amount is the sum of its parts, all of which are known."""
    whole, several = amount(str(said)), list(parts)
    known = [Decimal(part) for part in several if part is not None]
    return whole is not None and bool(several) and len(known) == len(several) and sum(known) == Decimal(whole)


def _told(source: Activity) -> list[Text]:
    """The words of a source: its kind, and who provided it."""
    return [code.label or {"und": code.value} for code in source.kinds] + [one.legal_name for one in source.directed_by]
