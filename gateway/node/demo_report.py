"""A Chinese report of an invented graduate, as a partner has it, and as the register shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gateway.node.demo_register import Shown

REPORT: Mapping[str, Any] = {
    "reportType": "heqc",
    "title": "教育部学历证书电子注册备案表",
    "updateDate": "2024-07-15",
    "vcode": "AZ00DEMO00FAKE01",
    "holder": {"name": "吕思远", "gender": "女", "birthDate": "2001-10-03"},
    "institution": {"name": "虚构理工大学"},
    "level": "本科",
    "educationType": "普通高等教育",
    "studyForm": "普通全日制",
    "major": "应用海洋学",
    "duration": 4,
    "enrollDate": "2020-09-01",
    "graduationDate": "2024-06-28",
    "conclusion": "毕业",
    "certificateNo": "987651202405000321",
}
EXPIRED = "AZ00DEMO00FAKE02"
"""The code of the same report where its holder let it expire."""

LABELS = {
    "name": "姓名",
    "gender": "性别",
    "birthDate": "出生日期",
    "enrollDate": "入学日期",
    "graduationDate": "毕（结）业日期",
    "institution": "学校名称",
    "major": "专业",
    "duration": "学制",
    "level": "层次",
    "educationType": "学历类别",
    "studyForm": "学习形式",
    "conclusion": "毕（结）业",
    "certificateNo": "证书编号",
    "presidentName": "校（院）长姓名",
}
"""What the register prints over each field of a graduation."""


def octets(**changed: object) -> bytes:
    """The report as a partner's system sends it, with members changed."""
    return json.dumps({**REPORT, **changed}, ensure_ascii=False).encode()


def shown() -> Shown:
    """The same as the register writes it: years, months and days have their characters."""
    said = {**REPORT, **REPORT["holder"], "institution": REPORT["institution"]["name"], "duration": "4 年"}
    items = {label: _printed(key, str(said[key])) for key, label in LABELS.items() if key in said}
    return Shown(title=REPORT["title"], updated=_printed("updateDate", REPORT["updateDate"]), items=items)


def _printed(key: str, value: str) -> str:
    if not key.endswith("Date"):
        return value
    year, month, day = value.split("-")
    return f"{year}年{month}月{day}日"
