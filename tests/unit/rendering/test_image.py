"""The page image: every script right, nothing silently lost, the same bytes each time."""

from __future__ import annotations

import random
import struct
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.errors import ConfigError
from gateway.rendering import fonts, sheet
from gateway.rendering.image import draw
from gateway.rendering.labels import languages, word
from gateway.rendering.page import Award, Course, Fact, Page
from gateway.rendering.typesetting import Face, Style, _ink, _shape, cleaned, one_line, paragraph

BODY = Face(Style(13 * 64, 400), "en", right=False)
SCRIPTS = {
    "latin": "Žofie Łucja Nguyễn-Þórsdóttir",
    "greek": "Ἀλέξανδρος Παπαδόπουλος",
    "cyrillic": "Їжакевич Ґалина",
    "arabic": "محمد عبد الرحمن",
    "hebrew": "אוניברסיטה",
    "han": "王小明",
    "kana": "やまだ ハナコ",
    "hangul": "김하늘",
    "devanagari": "क्षत्रिय",
    "thai": "มหาวิทยาลัย",
}


def page(count: int = 3, **fields: object) -> Page:
    courses = tuple(Course(f"Course {n}", f"C{n}", "5", "A", "2024-01-15") for n in range(count))
    return Page(**{"language": "en", "title": "Degree", "learner": "Ada Example", "courses": courses} | fields)


def pixels(png: bytes) -> bytes:
    """The rows of the image, with every checksum of the file checked."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    found, at = {}, 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        name, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert zlib.crc32(name + body) == int.from_bytes(png[at + 8 + size : at + 12 + size])
        found[name] = body
        at += 12 + size
    assert struct.unpack(">II", found[b"IHDR"][:8]) == (827, 1169)
    rows = zlib.decompress(found[b"IDAT"])
    assert len(rows) == 1169 * 208
    assert not any(rows[::208]), "each row begins with filter 0"
    return rows


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_drawn_with_glyphs_of_its_own(script):
    text = SCRIPTS[script]
    assert cleaned(text)[1] == ()
    shaped = _shape(text, BODY)
    assert all(number for _, _, number, _, _ in shaped.glyphs), "glyph 0 is the box of a missing character"
    assert _ink(text, BODY).bits


@pytest.mark.parametrize("language", sorted(languages()))
def test_the_fixed_words_of_each_language_can_be_drawn(language):
    drawn = draw(page(60, language=language, draft=True, awards=(Award("A"),)))
    pixels(drawn.png)
    assert drawn.missing == ()
    assert word("page", language, page=1, of=2) != word("page", language, page=2, of=2)


def test_arabic_letters_are_joined_and_run_from_right_to_left():
    joined = [glyph[2] for glyph in _shape("كتب", BODY).glyphs]
    alone = [_shape(letter, BODY).glyphs[0][2] for letter in "كتب"]
    assert joined != alone[::-1]
    assert _shape("\u05d0\u05d1", BODY).glyphs[0][2] == _shape("\u05d1", BODY).glyphs[0][2]


def test_a_latin_code_inside_arabic_keeps_its_own_direction():
    glyphs = [glyph[2] for glyph in _shape("مقدمة CS-101", BODY._replace(right=True)).glyphs]
    code = [glyph[2] for glyph in _shape("CS-101", BODY).glyphs]
    assert glyphs[: len(code)] == code


def test_han_takes_the_form_of_the_language():
    assert _ink("直", BODY._replace(language="ja")) != _ink("直", BODY._replace(language="zh"))


def test_decomposed_letters_are_drawn_like_composed_ones():
    assert one_line("e\u0301", BODY, 100) == one_line("é", BODY, 100)


def test_a_character_that_no_font_has_is_reported_and_shown_as_such():
    drawn = draw(page(learner="A\ue000B\U0001fffd"))
    assert drawn.missing == ("\ue000", "\U0001fffd")
    assert cleaned("A\ue000B") == ("A\ufffdB", ("\ue000",))


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "\x00", "\x07", "\ud800"])
def test_control_characters_and_overrides_are_reported_never_obeyed(char):
    assert draw(page(learner=f"A{char}B")).missing == (char,)


def test_markup_is_text():
    for text in ("<b>x</b>", '#eval("1")', "$x^2$", "{n}", "%s", "&amp;"):
        assert cleaned(text) == (text, ())
        pixels(draw(page(title=text, footer=(text,))).png)


def test_equal_pages_have_equal_bytes_in_any_order_and_thread():
    pages = [page(n, learner=text, title=text) for n, text in enumerate(SCRIPTS.values())]
    first = [draw(each).png for each in pages]
    order = list(range(len(pages)))
    random.Random(5).shuffle(order)
    for cached in (_ink, _shape):
        cached.cache_clear()
    again = {index: draw(pages[index]).png for index in order}
    assert [again[index] for index in range(len(pages))] == first
    with ThreadPoolExecutor(4) as pool:
        assert [drawn.png for drawn in pool.map(draw, pages * 3)] == first * 3


def test_what_does_not_fit_is_counted_honestly():
    few, many = draw(page(10)), draw(page(500))
    assert few.left_out == 0
    assert 0 < many.left_out < 500
    assert draw(page(501)).left_out in (many.left_out + 1, many.left_out + 2)


def test_long_texts_end_in_an_ellipsis_within_their_width():
    line = one_line("Wolfeschlegelstein" * 600, BODY, 300)
    assert 280 < line.ink.width <= 300
    lines = paragraph("a word " * 2000, BODY, 300, 3)
    assert len(lines) == 3
    assert all(line.ink.width <= 300 for line in lines)


@pytest.mark.parametrize("size", [0, 1, 10_000])
def test_hostile_sizes_fill_one_page_at_most(size):
    long = "Ḁ́ محاضرة 课程 " * size
    facts = (Fact(long, long),) * min(size, 200)
    awards = (Award(long, facts),) * min(size, 50)
    pixels(
        draw(
            page(
                size,
                title=long,
                learner=long,
                issuers=(long,) * 9,
                facts=facts,
                learner_facts=facts,
                awards=awards,
                footer=(long,) * 9,
                draft=True,
            )
        ).png
    )


def test_stacked_marks_stay_inside_their_own_line():
    zalgo = "H" + "\u0323\u0301\u0302" * 60
    pixels(draw(page(learner=zalgo, title=zalgo, facts=(Fact(zalgo, zalgo),), courses=(Course(zalgo),) * 90)).png)


def test_ink_never_leaves_the_page_or_its_filter_octet():
    wide = sheet.octets((1 << sheet.STRIDE * sheet.BITS * 4) - 1, 3)
    assert len(wide) == 3 * 208
    assert not any(wide[::208])


def test_a_draft_is_marked():
    rows = pixels(draw(page(draft=True)).png)
    assert rows[1:100] == b"\xff" * 99
    assert not any(pixels(draw(page()).png)[:208])


def test_without_the_extra_the_operator_is_told_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "uharfbuzz", None)
    with pytest.raises(ConfigError) as caught:
        fonts.engine()
    assert caught.value.code == "pages.not_installed"
    assert "testamur[pages]" in caught.value.advice


@pytest.mark.parametrize("rounds", [60, pytest.param(1000, marks=pytest.mark.long)])
def test_memory_does_not_grow_with_the_pages_drawn(rounds):
    for n in range(20):
        draw(page(30, learner=f"Warm {n}"))
    tracemalloc.start()
    try:
        for _ in range(rounds):
            draw(page(30, learner="Ada Example"))
        assert tracemalloc.get_traced_memory()[0] < 4_000_000
    finally:
        tracemalloc.stop()
