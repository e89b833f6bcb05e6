"""The parts of which a credit bank's document is made: texts, numbers, organisations, codes, credits, dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from adapters.creditbank.banks import BANK, BANKS, PROFILE, Bank
from adapters.creditbank.words import Word, amount, date, number, word
from gateway.errors import Refused
from gateway.kit import JsonCursor, JsonReading, Origins
from gateway.model.noun import Noun
from gateway.model.record import Code, Credit, Identifier, Organisation
from gateway.model.texts import UNDETERMINED, Text, When, in_language

N = TypeVar("N", bound=Noun)


def bank_of(value: Mapping[str, Any]) -> Bank:
    """The bank whose profile a document is in.

    Raises:
        Refused: `creditbank.profile`.
    """
    bank = value.get("bank")
    if value.get("profile") != PROFILE or not isinstance(bank, str) or bank not in BANKS:
        raise Refused(
            "creditbank.profile",
            f"got another profile, expected {PROFILE} at /profile and {' or '.join(BANKS)} at /bank",
            advice="Ask the sender for a document in that profile, or for a newer gateway.",
        )
    return BANKS[bank]


class PartsReading:
    """One reading of one document, part by part; `origins` are told which noun each object became."""

    def __init__(self, value: Mapping[str, Any], origins: Origins) -> None:
        self.bank = bank_of(value)
        self._value, self._origins = value, origins
        self._reading = JsonReading(value)
        self.root = self._reading.root

    def organisation(self, cursor: JsonCursor) -> Organisation:
        """An organisation by name, numbers and country."""
        return Organisation(
            legal_name=self._text(cursor, "name"), identifiers=self._numbers(cursor), country=cursor.scalar("country")
        )

    def _credits(self, cursor: JsonCursor) -> tuple[Credit, ...]:
        """Credits in the bank's own unit; what can't be an amount stays untaken, and is a loss."""
        counted = amount(str(cursor.value.get("credits")))
        if counted is None:
            return ()
        cursor.skip("credits")
        return (Credit(scheme=self.bank.unit, value=counted),)

    def _counted(self, given: tuple[Credit, ...]) -> list[Text]:
        """Credits in words, with whose they are: some systems hold a bare number."""
        return [{language: f"{one.value} {words}" for language, words in one.scheme.label.items()} for one in given]

    def _numbers(self, cursor: JsonCursor) -> tuple[Identifier, ...]:
        """Numbers with their schemes. Which bank somebody is, a document says once, in a member of its own."""
        several = [one for one in cursor.each("numbers") if isinstance(one.value.get("value"), str)]
        return tuple(self._number(one) for one in several if one.value.get("scheme") != BANK)

    def _number(self, cursor: JsonCursor) -> Identifier:
        made = Identifier(
            scheme=cursor.scalar("scheme") or "",
            value=number(cursor.scalar("value") or ""),
            issued=self.when(cursor, "issued"),
        )
        return self._from(made, cursor)

    def _text(self, cursor: JsonCursor, name: str) -> Text:
        """A text by language; a bare string is in a language that the document doesn't say."""
        said = cursor.value.get(name)
        if not isinstance(said, str):
            return cursor.text(name)
        cursor.skip(name)
        return {UNDETERMINED: said}

    def _subjects(self, cursor: JsonCursor, name: str) -> tuple[Code, ...]:
        """Subject areas, in the words and codes of the issuer."""
        return tuple(self._subject(one) for one in cursor.each(name))

    def _subject(self, cursor: JsonCursor) -> Code:
        label = self._text(cursor, "label")
        value = cursor.scalar("code")
        made = Code(
            scheme=cursor.scalar("scheme") or "", value=in_language(label, "") if value is None else value, label=label
        )
        return self._from(made, cursor)

    def _codes(self, cursor: JsonCursor, name: str, of: str = "") -> tuple[Code, ...]:
        """A word of a list as a code; a word that the list hasn't stands as printed."""
        scheme, known = self.bank.scheme(of or name), self._known(cursor, name, of)
        printed = cursor.scalar(name)
        if known is not None:
            return (known.code(scheme),)
        return () if printed is None else (Code(scheme=scheme, value=printed),)

    def _known(self, cursor: JsonCursor, name: str, of: str = "") -> Word | None:
        """What a list of the bank (the one of that name, where `of` names no other) knows of a word; takes nothing."""
        said = cursor.value.get(name)
        return word(of or name, self.bank.key, said) if isinstance(said, str) else None

    def when(self, cursor: JsonCursor, name: str) -> When | None:
        """Take a date; one that can't be stays untaken, and is a loss."""
        said = cursor.value.get(name)
        found = date(said) if isinstance(said, str) else None
        if found is not None:
            cursor.skip(name)
        return found

    def _description(self, cursor: JsonCursor, *parts: tuple[str, list[Text]]) -> Text:
        """As given; else what it is in the words of the document, for systems that have no place for each of them."""
        if isinstance(cursor.value.get("description"), dict | str):
            return self._text(cursor, "description")
        bank = self.bank
        marks = {bank.language: (bank.colon, bank.comma), "en": (": ", "; ")}
        return {
            language: comma.join(f"{self._label(of, language)}{colon}{', '.join(said)}" for of, said in told)
            for language, (colon, comma) in marks.items()
            if (told := [(of, said) for of, texts in parts if (said := _in(texts, language))])
        }

    def _label(self, of: str, language: str) -> str:
        known = word("label", self.bank.key, of)
        return of if known is None else known.label[language]

    def _from(self, made: N, cursor: JsonCursor) -> N:
        self._origins.read_back(made, cursor.value)
        return made


def _in(texts: Iterable[Text], language: str) -> list[str]:
    return [words for text in texts if (words := in_language(text, language))]
