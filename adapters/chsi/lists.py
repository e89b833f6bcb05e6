"""The words of Chinese reports: value lists, labels, codes of places and schools.

The tables are our own. Their sources: the values and labels that public readers of the reports meet, and the pages of
CHSI and receiving universities (docs/reference/chsi.md names them); GB/T 2260 (provinces), GB/T 2261.1 (gender),
GB/T 6864-2003 (degrees), GB/T 4658-2006 (conclusions of schooling), the Ministry's ten-digit school codes (2011).

Words are compared folded: half and full width are one (NFKC), blanks don't count, traditional characters that occur in
these lists count as simplified ones, and capitals as small letters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gateway.vocabulary.tables import read_rows

_PACKAGE = "adapters.chsi"
_SIMPLIFIED = str.maketrans(
    "畢業結學歷碩專層類別證書編號長驗碼網絡開電時間離職雙讀國課績稱獲級單錄檔據圍際閉過無請輸個續當測試報備註冊認團體東陝廣區臺門",
    "毕业结学历硕专层类别证书编号长验码网络开电时间离职双读国课绩称获级单录档据围际闭过无请输个续当测试报备注册认团体东陕广区台门",
)
NOT_KNOWN = ("*", "＊")
"""What stands where the register doesn't know a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A value of a list: as the registers write it, in English, its code, and the levels that are usually put to it."""

    zh: str
    en: str
    code: str
    eqf: str
    isced: str


def fold(text: str) -> str:
    """A word as it is compared."""
    return "".join(unicodedata.normalize("NFKC", text).split()).translate(_SIMPLIFIED).casefold()


def squeezed(text: str) -> str:
    """A number or code as it is kept: half width, capitals, without blanks and hyphens."""
    return "".join(unicodedata.normalize("NFKC", text).replace("-", "").split()).upper()


def word(of: str, text: str) -> Word | None:
    """The word of a list that a text means; None where the list hasn't it."""
    return _words(of).get(fold(text))


@cache
def _words(of: str) -> Mapping[str, Word]:
    found: dict[str, Word] = {}
    for name, zh, aliases, en, code, eqf, isced in read_rows("lists.csv", package=_PACKAGE):
        if name == of:
            one = Word(zh=zh, en=en, code=code, eqf=eqf, isced=isced)
            found |= {fold(spelling): one for spelling in (zh, *aliases.split("|")) if spelling}
    return found


def words(of: str) -> tuple[Word, ...]:
    """The words of a list, each once, in its order."""
    return tuple(dict.fromkeys(_words(of).values()))


def of_code(of: str, code: str) -> Word | None:
    """The first word of a list that has a code."""
    return next((one for one in words(of) if one.code == code), None)


def degree(name: str) -> Word | None:
    """A degree by its name (工学学士, 工学学士学位): field and level, in English too; None for other names."""
    bare = fold(name).removesuffix("学位")
    for level in words("degree"):
        if bare.endswith(level.zh):
            field = word("degree_field", bare.removesuffix(level.zh))
            english = level.en if field is None else f"{level.en} of {field.en}"
            return Word(zh=bare, en=english, code=level.code, eqf=level.eqf, isced=level.isced)
    return None


@cache
def _labels() -> Mapping[str, str]:
    return {
        fold(label): key
        for key, zh, en, variants in read_rows("labels.csv", package=_PACKAGE)
        for label in (zh, en, *variants.split("|"))
        if label
    }


def key_of_label(text: str) -> str | None:
    """The field that a printed label names; None for other text."""
    return _labels().get(fold(text).rstrip(":"))


@cache
def labelled() -> Mapping[str, tuple[str, str]]:
    """The label of each field, in Chinese and English."""
    return {key: (zh, en) for key, zh, en, _ in read_rows("labels.csv", package=_PACKAGE)}


@cache
def codes(of: str) -> frozenset[str]:
    """The codes of a table of places: "province" or "school"."""
    return frozenset(code for name, code, _ in read_rows("places.csv", package=_PACKAGE) if name == of)
