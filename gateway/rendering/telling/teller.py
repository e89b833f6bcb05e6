"""How things are said: our own words in each language of the page, a document's words as they are.

Nothing of a document is ever translated: a text stands in those languages of the page that it has, else in what it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from string import Formatter

from gateway.model.texts import UNDETERMINED, Text
from gateway.rendering import labels
from gateway.rendering.description import Fact, Line, Look, Said, Span, said

LONGEST = 4000
"""Characters of one text that a page shows; the data beside the page has all."""

_APOSTROPHES = dict.fromkeys(map(ord, "'’"))


class Teller:
    """Says things in the languages of a page, the first being its own."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = tuple(languages) or ("en",)

    # --- our own words

    def word(self, key: str, *, look: Look = "plain") -> Said:
        """A phrase of the wording in each language of the page; what is equal stands once."""
        return self._told(key, look, {})

    def phrase(self, key: str, **values: Span | str) -> Said:
        """As `word`, its {gaps} filled."""
        return self._told(key, "plain", values)

    def _told(self, key: str, look: Look, values: dict[str, Span | str]) -> Said:
        lines = dict.fromkeys(self._phrase(key, language, look, values) for language in self.languages)
        told: dict[str, tuple[Span, ...]] = {}
        for spans in lines:
            told.setdefault("".join(span.text for span in spans).casefold(), spans)
        return tuple(Line(spans, also=number > 0) for number, spans in enumerate(told.values()))

    def sentence(self, key: str, **values: Span | str) -> Said:
        """As `word`, with a capital at the head and a full stop at the end of each line that is made so."""
        return tuple(Line(_as_sentence(line.spans), line.also) for line in self.phrase(key, **values))

    def heading(self, key: str) -> Said:
        """As `word`, with a capital at its head."""
        return tuple(Line(_with_capital(line.spans), line.also) for line in self.word(key))

    def short(self, key: str, *, look: Look = "plain") -> Span:
        """A phrase in the page's own language alone."""
        return _spans(key, self.languages[0], look)[0]

    def _phrase(self, key: str, language: str, look: Look, values: dict[str, Span | str]) -> tuple[Span, ...]:
        if not values:
            return _spans(key, language, look)
        filled = (
            values[span.text[1:-1]] if span.text[:1] == "\ue000" else span for span in _spans(key, language, look)
        )
        return tuple(Span(one, "") if isinstance(one, str) else one for one in filled)

    # --- words of a document

    def text(self, words: Text, *, look: Look = "plain") -> Said:
        """A text in the languages of the page, each on a line; where it has none of them, in the first that it has."""
        if not words:
            return ()
        chosen = [language for language in self.languages if words.get(language)]
        if not chosen:
            chosen = [UNDETERMINED] if words.get(UNDETERMINED) else [*words][:1]
        return tuple(
            Line((foreign(words[language], language, look=look),), also=number > 0)
            for number, language in enumerate(chosen)
        )

    def one(self, words: Text) -> Span | None:
        """A short text once: a grade, a label."""
        if not words:
            return None
        wanted = (*self.languages, UNDETERMINED)
        language = next((language for language in wanted if words.get(language)), next(iter(words), None))
        return None if language is None else foreign(words[language], language)

    # --- facts

    def fact(self, key: str, value: Said) -> Fact:
        """A fact under the label of that key."""
        return Fact(key, self.word(key), value)

    def facts(self, *pairs: tuple[str, Said]) -> list[Fact]:
        """The facts that say anything."""
        return [self.fact(key, value) for key, value in pairs if value]


def foreign(text: str, language: str = "", *, look: Look = "plain") -> Span:
    """Words of a document. What is longer than a page should show is cut, and says how long it is."""
    language = "" if language == UNDETERMINED else language
    return Span(text if len(text) <= LONGEST else shortened(text), language, look, True)  # noqa: FBT003 - a field


def shortened(text: str, most: int = LONGEST) -> str:
    """The text, or its beginning and how many characters it has."""
    return text if len(text) <= most else f"{text[:most]} … [{len(text):,}]"


def lines(parts: Iterable[Said | Span | None]) -> Said:
    """What several parts say, one below the other."""
    told: list[Line] = []
    for part in parts:
        if isinstance(part, Span):
            told.append(Line((part,)))
        elif part:
            told += part
    return tuple(told)


def joined(*parts: Said | Span | str | None) -> Said:
    """Parts on one line; of those with several lines the first, the others follow."""
    head: list[Span] = []
    rest: list[Line] = []
    for part in parts:
        if isinstance(part, Span):
            head.append(part)
        elif isinstance(part, str):
            head.append(Span(part))
        elif part:
            head += part[0].spans
            rest += part[1:]
    return (Line(tuple(head)), *rest) if head else ()


def code(text: str) -> Said:
    """A name of code, a digest, a file."""
    return said(Span(text, "", "code"))


@lru_cache(maxsize=4096)
def _spans(key: str, language: str, look: Look) -> tuple[Span, ...]:
    """A phrase in pieces; a gap is a span whose text is U+E000, its name and U+E001."""
    template, tongue = labels.template(key, language)
    spans: list[Span] = []
    for literal, name, _, _ in Formatter().parse(template):
        if literal:
            spans.append(Span(literal, tongue, look))
        if name is not None:
            spans.append(Span(f"\ue000{name}\ue001", tongue))
    return tuple(spans) or (Span("", tongue, look),)


def _as_sentence(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    tongue, last = spans[0].language, spans[-1]
    spans = _with_capital(spans)
    if not last.foreign and last.text[-1:] in ".!?。．؟！？":
        return spans
    stop = "。" if labels.primary_of(tongue) in ("zh", "ja") else "."
    if last.foreign or last.look != "plain":
        return (*spans, Span(stop, tongue))
    return (*spans[:-1], spans[-1]._replace(text=spans[-1].text + stop))


def _with_capital(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    first = spans[0]
    head = first.text[:1].upper() + first.text[1:] if _may_have_capital(first.text) else first.text
    return (first._replace(text=head), *spans[1:])


def _may_have_capital(text: str) -> bool:
    """A sentence that begins with a name of code keeps it as it is."""
    return text.partition(" ")[0].strip(",:").translate(_APOSTROPHES).isalpha()
