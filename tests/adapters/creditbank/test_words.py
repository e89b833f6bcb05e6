"""Words, dates and amounts as credit banks and their partners print them; tables that name their sources."""

from __future__ import annotations

import unicodedata

import pytest

from adapters.creditbank.banks import BANKS, bodies
from adapters.creditbank.scripts import is_in_another_script, is_misread
from adapters.creditbank.words import amount, date, number, word
from gateway.vocabulary.tables import read_rows


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("2024-03-05", "2024-03-05"),
        ("2024-03-05T00:00:00+09:00", "2024-03-05T00:00:00+09:00"),
        ("2024年3月5日", "2024-03-05"),
        ("2024년 3월 5일", "2024-03-05"),
        ("2024. 3. 5.", "2024-03-05"),
        ("２０２４．０３．０５", "2024-03-05"),
        ("20240305", "2024-03-05"),
        ("2024年3月", "2024-03"),
        ("2024년", "2024"),
        ("2024年2月30日", None),
        ("2023-02-29", None),
        ("2024-13", None),
        ("20241301", None),
        ("昨天", None),
        ("", None),
        ("24-03-05", None),
        ("٢٠٢٤-٠٣-٠٥", None),
    ],
)
def test_dates_in_both_languages_and_widths(printed: str, said: str | None) -> None:
    assert date(printed) == said


@pytest.mark.parametrize(
    ("printed", "said"),
    [("3", "3"), ("3.0", "3.0"), ("３．５", "3.5"), (" 4 ", "4"), ("0", "0"), ("-3", None), ("－３", None), ("3학점", None),
     ("", None), ("NaN", None), ("1e3", None), ("9999999", None), ("٣", None), ("None", None), ("true", None)],
)  # fmt: skip
def test_amounts_are_never_negative_and_keep_their_form(printed: str, said: str | None) -> None:
    assert amount(printed) == said


@pytest.mark.parametrize(
    ("of", "bank", "printed", "key"),
    [
        ("status", "ncb", "认定", "recognised"),
        ("status", "ncb", "認定", "recognised"),
        ("status", "ncb", " 已 转 换 ", "converted"),
        ("status", "ncb", "ＡＣＣＵＭＵＬＡＴＥＤ", "accumulated"),
        ("status", "acbs", unicodedata.normalize("NFD", "학점인정"), "recognised"),
        ("status", "acbs", "认定", None),
        ("status", "ncb", "학점인정", None),
        ("status", "ncb", "A+", None),
        ("source", "acbs", "평가인정학습과정", "accredited_course"),
        ("source", "acbs", "국가무형문화재", "heritage"),
        ("source", "ncb", "X证书", "certificate"),
        ("source", "ncb", "Ｘ证书", "certificate"),
        ("degree", "acbs", "전문학사", "associate"),
        ("degree", "acbs", "전문학사（3년제）", "associate_3"),
    ],
)
def test_words_in_both_scripts_and_widths(of: str, bank: str, printed: str, key: str | None) -> None:
    known = word(of, bank, printed)
    assert (None if known is None else known.key) == key


def test_no_spelling_of_a_list_means_two_words() -> None:
    for name in ("words.csv",):
        seen: dict[tuple[str, str, str], str] = {}
        for of, bank, key, native, aliases, en, _, _ in read_rows(name, package="adapters.creditbank"):
            for spelling in filter(None, (key, native, en, *aliases.split("|"))):
                place = (of, bank, "".join(unicodedata.normalize("NFKC", spelling).split()).casefold())
                assert seen.setdefault(place, key) == key, place


@pytest.mark.parametrize("table", ["words.csv", "bodies.csv"])
def test_every_row_of_the_tables_names_its_source(table: str) -> None:
    rows = read_rows(table, package="adapters.creditbank")
    assert rows
    assert [row for row in rows if not row[-1].strip()] == []


def test_the_units_are_the_banks_own_and_never_ects() -> None:
    for bank in BANKS.values():
        said = (bank.unit.scheme, bank.unit.value, *bank.unit.label.values())
        assert "ects" not in " ".join(said).casefold()
        assert bank.unit.value in ("学分", "학점")


@pytest.mark.parametrize(("year", "name", "had"), [(2005, "교육인적자원부장관", True), (2015, "교육인적자원부장관", False),
                                                   (2010, "교육부장관", False), (1999, "교육부장관", True),
                                                   (2024, "Ministry of Education", True)])  # fmt: skip
def test_a_minister_is_called_as_at_the_time(year: int, name: str, had: bool) -> None:
    assert any(body.had_it_in(year) for body in bodies("minister", {"und": name})) is had


@pytest.mark.parametrize(
    ("text", "misread"),
    [
        ("数据库原理".encode("gb18030").decode("latin-1"), True),
        ("자료구조".encode("euc-kr").decode("latin-1"), True),
        ("数据\ufffd库", True),
        ("数据库原理", False),
        ("자료구조", False),
        ("Ångström & naïve façade", False),
        ("Œuvre déjà vue", False),
        ("", False),
    ],
)
def test_octets_read_as_another_encoding_are_seen(text: str, misread: bool) -> None:
    assert is_misread(text) is misread


@pytest.mark.parametrize(
    ("language", "text", "other"),
    [("zh", "Databases", True), ("zh", "数据库 Databases", False), ("ko", "데이터베이스", False), ("ko", "資料構造", False),
     ("zh", "데이터", True), ("zh-latn", "Shujuku", False), ("en", "数据库", False), ("ko", "2024-1", False)],
)  # fmt: skip
def test_texts_in_another_script_than_their_languages(language: str, text: str, other: bool) -> None:
    assert is_in_another_script(language, text) is other


def test_numbers_are_kept_half_width() -> None:
    assert number("　ＬＯ－０００３ ") == "LO-0003"
