"""Texts whose characters can't be what was written: octets of another encoding, another script than the language's."""

from __future__ import annotations

import re

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_SCRIPTS = {"zh": re.compile(f"[{_HAN}]"), "ko": re.compile(f"[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f{_HAN}]")}
_HIGH_OCTETS = re.compile(r"[\x80-\xff]{4,}")
_READ_SO = ("gb18030", "euc-kr")
_LOST = "\ufffd"


def is_in_another_script(language: str, text: str) -> bool:
    """Whether a Chinese or Korean text holds letters, and none of its script ("zh-Latn" names a script of its own)."""
    script = _SCRIPTS.get(language.casefold())
    return script is not None and any(map(str.isalpha, text)) and script.search(text) is None


def is_misread(text: str) -> bool:
    """Whether a text is octets of GB18030 or EUC-KR read as Latin-1, or holds the mark of a lost character."""
    return _LOST in text or any(_is_two_octets(run) for run in _HIGH_OCTETS.findall(text))


def _is_two_octets(run: str) -> bool:
    """Whether a run of high octets gives Chinese or Korean alone: accented letters of Europe rarely do."""
    for encoding in _READ_SO:
        try:
            read = run.encode("latin-1").decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(map(_SCRIPTS["ko"].search, read)):
            return True
    return False
