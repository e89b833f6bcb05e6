"""What the members of a dossier are called, in Chinese and English: `dossier.csv` beside this file, our own words."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

NOTICE: Mapping[str, str] = {
    "zh": "本档案由网关根据所附（或其中注明的）原件转换而成，标签为中英双语，颁发机构的原文一律保留，未作翻译；"
    "学分与层次未作换算。本档案不是中国高等教育学生信息网（学信网）的报告，也不是任何认证书；以原件为准。",
    "en": "A gateway made this dossier from the original enclosed or named in it. Labels are in Chinese and English; "
    "the issuer's own words are kept and never translated; credits and levels aren't converted. It is no report of "
    "China's register (CHSI) and no recognition of a degree. The original alone counts.",
}


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    text = (files("adapters.chsi") / "dossier.csv").read_text("utf-8")
    return {row["name"]: {"zh": row["zh"], "en": row["en"]} for row in csv.DictReader(text.splitlines())}


def labels(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """What members ("awarded_on") and words of closed lists ("status=passed") are called; unknown ones are left out."""
    return {name: dict(_table()[name]) for name in sorted(names) if name in _table()}
