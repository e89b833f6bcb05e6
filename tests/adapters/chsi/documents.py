"""Reports and pages of invented people, schools and numbers, and those of the reference where they are at hand."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

from gateway.node.demo_report import LABELS, REPORT
from tests.reference import REFERENCE

CODE = "AZ00TEST00FAKE01"

HEQC: dict[str, Any] = {
    **REPORT,
    "language": "zh",
    "validUntil": "2025-01-10",
    "vcode": CODE,
    "institution": {**REPORT["institution"], "moeCode": "4132098765", "schoolCode": "98765", "location": "江苏省"},
    "presidentName": "虚构校长",
}
DEGREE: dict[str, Any] = {
    "reportType": "degree",
    "titleEn": "Online Verification Report of Higher Education Degree Certificate",
    "issueDate": "2024-07-20",
    "vcode": "AZ00TEST00FAKE02",
    "holder": {"name": "吕思远", "nameEn": "LYU Siyuan", "gender": "女", "birthDate": "2001-10-03"},
    "degreeUnit": "虚构理工大学",
    "degreeName": "理学学士",
    "degreeDate": "2024-06-30",
    "major": "应用海洋学",
    "degreeCertificateNo": "9876542024000321",
}
STUDENT: dict[str, Any] = {
    "reportType": "student_record",
    "title": "教育部学籍在线验证报告",
    "updateDate": "2026-03-01",
    "vcode": "AZ00TEST00FAKE03",
    "holder": {
        "name": "单明",
        "gender": "男",
        "birthDate": "2005-04-01",
        "ethnicity": "汉族",
        "idNumber": "320***0000",
    },
    "institution": {"name": "虚构理工大学"},
    "level": "硕士研究生",
    "branch": "工学院",
    "department": "机械系",
    "classNo": "3班",
    "studentNo": "S77",
    "educationType": "研究生教育",
    "studyForm": "全日制",
    "major": "机械工程",
    "duration": "2.5",
    "enrollDate": "2025-09-01",
    "studentStatus": "在籍（注册学籍）",
    "expectedGraduationDate": "2028-03",
}
TRANSCRIPT: dict[str, Any] = {
    "reportType": "transcript",
    "language": "zh+en",
    "reportNo": "1234567",
    "holder": {"name": "欧阳明月"},
    "institution": {"name": "虚构理工大学", "nameEn": "Fictional Institute of Technology"},
    "level": "本科",
    "major": "应用海洋学",
    "enrollDate": "2020-09-01",
    "totalCredits": 160,
    "courses": [
        {"term": "2020-2021-1", "name": "潮汐学", "nameEn": "Tides", "category": "必修", "credits": 3.5, "hours": 56,
         "grade": "91", "gradeScale": "cn-100", "passed": True},
        {"term": "2020-2021-1", "name": "结绳", "credits": 2, "hours": 32, "grade": "不及格", "gradeScale": "cn-5",
         "passed": False},
        {"term": "2020-2021-2", "name": "航海", "credits": 2, "hours": 32, "grade": "A-"},
        {"name": "游泳", "credits": 1, "grade": "通过", "gradeScale": "cn-2"},
    ],
}  # fmt: skip
FLAT: dict[str, Any] = {
    "name": "曾小强",
    "gender": "男",
    "birthday": "2000-02-29",
    "school": "虚构理工大学",
    "major": "应用海洋学",
    "edu_level": "专科（高职）",
    "edu_category": "成人",
    "training_mode": "函授",
    "study_duration": "3",
    "enroll_date": "2019-03-01",
    "graduate_date": "2022-01-20",
    "graduate_conclusion": "毕业",
    "cert_no": "987655202206000123",
}
GAOKAO: dict[str, Any] = {
    "reportType": "gaokao",
    "reportNo": "7654321",
    "issueDate": "2020-07-01",
    "holder": {"name": "吕思远"},
    "courses": [{"name": "语文", "nameEn": "Chinese", "grade": "120"}, {"name": "数学", "grade": "131"}],
}
UPPER: dict[str, Any] = {
    "reportType": "upper_secondary",
    "reportNo": "7654322",
    "holder": {"name": "吕思远"},
    "institution": {"name": "虚构中学"},
    "graduationDate": "2020-06",
    "conclusion": "毕业",
    "courses": [{"name": "物理", "grade": "优", "gradeScale": "cn-5"}],
}
PROFILES = {
    "heqc": HEQC,
    "degree": DEGREE,
    "student record": STUDENT,
    "transcript": TRANSCRIPT,
    "flat": FLAT,
    "gaokao": GAOKAO,
    "upper secondary": UPPER,
    "authentication": {**HEQC, "reportType": "heqc_authentication", "title": "中国高等教育学历认证报告"},
    "degree authentication": {**DEGREE, "reportType": "degree_authentication", "reportNo": "12345678"},
}


def octets(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def page(report: dict[str, Any] = HEQC, *, code: str | None = None, extra: str = "", **changed: str) -> bytes:
    """The verification page of a graduation: what the register would show, with fields changed or left out ("")."""
    said = {**report, **report["holder"], "institution": report["institution"]["name"], **changed}
    items = "".join(
        f'<div class="report-info-item"><div class="label">{label}</div><div class="value">'
        f"{html.escape(str(said.get(key, '')))}</div></div>"
        for key, label in LABELS.items()
        if said.get(key) != ""
    )
    shown = report["vcode"] if code is None else code
    return (
        '<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>t</title></head><body><div id="resultTable">'
        f"<h4>{said['title']}</h4><div>更新日期：{said['updateDate']}</div>{items}</div>"
        f'<div>在线验证码 <span class="yzm">{shown}</span></div>{extra}</body></html>'
    ).encode()


def error(text: str) -> bytes:
    """An answer of the register without a report."""
    return f'<!doctype html><html><body><div class="result-error"><h2>{text}</h2></div></body></html>'.encode()


SAMPLES = REFERENCE / "chsi" / "samples"
REFERENCE_JSON: list[Path] = sorted((SAMPLES / "json").glob("*.json"))
REFERENCE_HTML: list[Path] = sorted((SAMPLES / "html").glob("*.html"))
