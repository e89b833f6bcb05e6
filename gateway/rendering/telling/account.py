"""The whole page of an account: what it is, whether it is genuine, what it states, what was lost, how to check it."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.model.verdict import Indication
from gateway.rendering import words
from gateway.rendering.account import Account, Making, Paper
from gateway.rendering.description import (
    Commands,
    Description,
    Fact,
    Facts,
    Mark,
    Note,
    Said,
    Section,
    Sign,
    Span,
    plain,
    said,
)
from gateway.rendering.telling.losses import losses_parts
from gateway.rendering.telling.names import name_of
from gateway.rendering.telling.record import record_parts
from gateway.rendering.telling.teller import Teller, code, foreign, joined, lines
from gateway.rendering.telling.verdict import TONES, answer_of, capital, checks_of


def describe_account(account: Account) -> Description:
    """The page of an account. Equal accounts have equal descriptions."""
    teller = Teller(account.languages)
    marks = tuple(_marks(account, teller))
    sections = [_verdict(account, teller), _record(account, teller)]
    if account.record is not None:
        sections.append(_losses(account, teller))
    sections.append(_provenance(account, teller))
    return Description(
        languages=teller.languages,
        title=_title(account, marks[0], teller),
        marks=marks,
        name=_who(account, teller),
        subtitle=_subtitle(account, teller),
        sections=tuple(sections),
        footer=tuple(_footer(account, teller)),
    )


def _who(account: Account, teller: Teller) -> Said:
    if account.record is None:
        return teller.word("unreadable")
    name = name_of(account.record.learner)
    return said(foreign(name)) if name else teller.word("not_named")


def _title(account: Account, mark: Mark, teller: Teller) -> str:
    what = plain(teller.word("translation" if account.making is not None else "record"))
    loud = f"{plain(mark.word)} – " if mark.loud else ""
    return f"{loud}{what}: {plain(_who(account, teller))} – {account.verdict.verdict.value}"


def _marks(account: Account, teller: Teller) -> Iterator[Mark]:
    if account.draft:
        yield Mark("draft", teller.word("draft"), teller.word("draft_note"))
    if account.verdict.verdict is Indication.FAILED:
        yield Mark("failed", teller.word("mark_failed"), teller.word("mark_failed_note"))
    elif account.verdict.verdict is Indication.INDETERMINATE:
        yield Mark("unverified", teller.word("mark_unverified"), teller.word("mark_unverified_note"))
    if _is_derived(account):
        yield Mark("derived", teller.word("mark_derived"), teller.word("mark_derived_note"))
    yield Mark("rendering", teller.word("mark_rendering"), teller.word("mark_rendering_note"))


def _is_derived(account: Account) -> bool:
    """Whether the page tells of a translation: one just sealed, or a document that says or shows that it is one."""
    made = account.making is not None and account.making.sealed
    encloses = any(inner.role == "original" for inner in account.verdict.inner)
    return made or encloses or account.document.derived is not None


def _subtitle(account: Account, teller: Teller) -> Said:
    form = foreign(account.verdict.format)
    making = account.making
    if making is None:
        return teller.phrase("in_the_form", form=form)
    target = foreign(making.target)
    if not making.sealed:
        return teller.phrase("translated_as_draft", form=form, target=target)
    return teller.phrase("translated_and_sealed", form=form, target=target, who=foreign(making.made_by))


# --- the four parts


def _verdict(account: Account, teller: Teller) -> Section:
    verdict = account.verdict
    inside = Note(teller.sentence("about_enclosed", place=Span(account.inside, "", "code"))) if account.inside else None
    checks = Section(teller.word("all_checks"), tuple(checks_of(verdict, teller)), level=3, kind="checks")
    blocks = (answer_of(verdict, teller), inside, checks if checks.blocks else None)
    kept = tuple(block for block in blocks if block is not None)
    return Section(teller.word("is_it_genuine"), kept, level=2, name="verdict", tone=TONES[verdict.verdict])


def _record(account: Account, teller: Teller) -> Section:
    heading = teller.word("what_it_states")
    if account.record is None:
        return Section(
            heading, (Note(said(foreign(capital(account.unread), "en")), "nothing"),), level=2, name="record"
        )
    reliance = Note(teller.sentence("reliance", answer=Span(account.verdict.verdict.value, "", "strong")))
    marks = [Note(joined(_loud(account, teller)), "caution")] if account.draft else []
    return Section(heading, (reliance, *marks, *record_parts(account.record, teller)), level=2, name="record")


def _loud(account: Account, teller: Teller) -> Said:
    mark = next(_marks(account, teller))
    return lines(
        joined(word_span, ": ", note_span)
        for word_span, note_span in zip(_each(mark.word), _each(mark.text), strict=False)
    )


def _each(what: Said) -> Iterator[Span]:
    return (span for line in what for span in line.spans)


def _losses(account: Account, teller: Teller) -> Section:
    translated = account.making is not None
    assert account.record is not None  # noqa: S101 - the caller looked
    parts = tuple(losses_parts(account.losses, account.record, teller, translated=translated))
    return Section(teller.word("what_changed" if translated else "what_is_lost"), parts, level=2, name="losses")


def _provenance(account: Account, teller: Teller) -> Section:
    parts = [Section(teller.word("the_original"), (Facts(tuple(_of_original(account, teller))),), level=3)]
    if account.making is not None:
        parts.append(_of_making(account.making, teller))
    if account.enclosed or account.left_out:
        parts.append(_of_files(account, teller))
    parts.append(_of_checking(account, teller))
    return Section(teller.word("how_to_check"), tuple(parts), level=2, name="provenance")


# --- how it came to be


def _of_original(account: Account, teller: Teller) -> Iterator[Fact]:
    original, document, derived = account.original, account.document, account.document.derived
    yield teller.fact("file", joined(code(original.name), " ", *_sized(original)))
    yield teller.fact("digest", _digest(original))
    yield teller.fact("format", said(foreign(account.verdict.format)))
    if document.issued:
        yield teller.fact("own_time", joined(foreign(document.issued), " (", teller.short("own_claim"), ")"))
    if document.id:
        yield teller.fact("own_id", said(foreign(document.id)))
    if derived is not None:
        who = teller.phrase("says_translated_by", who=foreign(derived.node)) if derived.node else None
        yield teller.fact("a_translation", who or teller.word("says_translated"))
    yield teller.fact(
        "judged", teller.phrase("judged_as", when=foreign(account.judged_at), policy=foreign(account.policy))
    )
    yield teller.fact("judged_by", said(Span(f"Testamur {account.gateway}"), *_of_node(account)))


def _of_node(account: Account) -> tuple[Span, ...]:
    return (Span(", "), foreign(account.node)) if account.node else ()


def _of_making(making: Making, teller: Teller) -> Section:
    facts = [
        teller.fact("kind_of_result", teller.word("sealed", look="strong") if making.sealed else _draft(teller)),
        teller.fact("issuer", said(foreign(making.made_by))),
        teller.fact("node", said(foreign(making.node))),
        teller.fact("adapters", lines(foreign(adapter) for adapter in making.adapters)),
        *(Fact("paper", said(Span(paper.name)), _paper(paper)) for paper in making.papers),
    ]
    if making.undrawn:
        named = ", ".join(f"U+{ord(character):04X}" for character in making.undrawn)
        facts.append(teller.fact("careful", teller.sentence("undrawn", letters=Span(named))))
    return Section(teller.word("the_translation"), (Facts(tuple(facts)),), level=3)


def _draft(teller: Teller) -> Said:
    return joined(teller.short("draft", look="strong"), ": ", teller.short("draft_note", look="strong"))


def _of_files(account: Account, teller: Teller) -> Section:
    facts = [Fact("paper", said(Span(paper.name)), _paper(paper)) for paper in account.enclosed]
    for paper in account.left_out:
        value = lines([teller.sentence("too_large_to_enclose"), _paper(paper)])
        facts.append(Fact("left_out", said(Span(paper.name)), value))
    return Section(teller.word("files_inside"), (Facts(tuple(facts)),), level=3, kind="files")


def _paper(paper: Paper) -> Said:
    return lines([said(*_sized(paper)), _digest(paper)])


def _sized(paper: Paper) -> tuple[Span, ...]:
    return (Span(f"{paper.media_type}, {paper.size:,} octets"),)


def _digest(paper: Paper) -> Said:
    return said(Span(paper.sha256, "", "digest"))


def _of_checking(account: Account, teller: Teller) -> Section:
    typed = [f"testamur verify {account.original.name} --trust CERTIFICATE"]
    if account.making is not None:
        derivation = next((p.name for p in account.making.papers if p.name.startswith("derivation.")), None)
        if derivation is not None:
            typed.append(f"testamur reproduce {derivation} --source {account.original.name}")
    blocks = (Note(teller.word("check_it"), "note"), Commands(tuple(typed)), _sign(account, teller))
    return Section(teller.word("check_yourself"), blocks, level=3, kind="checking")


def _sign(account: Account, teller: Teller) -> Sign:
    """What a checker needs to find and compare the original: its digest, and the node to ask. Nobody's data."""
    import segno

    payload = f"testamur:sha256:{account.original.sha256}" + (f"@{account.node}" if account.node else "")
    made = segno.make_qr(payload, error="m", boost_error=False)
    modules = tuple("".join("1" if dark else "0" for dark in row) for row in made.matrix_iter(border=0))
    return Sign(payload, modules, teller.word("sign"))


def _footer(account: Account, teller: Teller) -> Iterator[Said]:
    answer = account.verdict.verdict.value
    yield joined(
        Span(f"{answer}: ", "", "strong"),
        teller.sentence(words.meaning_name(account.verdict)),
        " " if account.draft else None,
        _draft(teller) if account.draft else None,
    )
    yield teller.word("foot")
