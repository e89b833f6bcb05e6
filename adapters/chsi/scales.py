"""The grade scales that the partner profile names: what explains a result. There is no national system of grades.

A scale says nothing of a status: whether a course was passed is stated by the school, or by nobody.

Sources: the bands that the University of Toronto's graduate school publishes for Chinese grades; the words of the
five-step and two-step scales as transcripts print them.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.model.record import GradingScheme, Identifier
from gateway.model.texts import Text

GRADE_SCALE = "chsi-grade-scale"


def _scale(key: str, title: Text, description: Text) -> GradingScheme:
    return GradingScheme(identifiers=(Identifier(scheme=GRADE_SCALE, value=key),), title=title, description=description)


def _percent(key: str, bands: str) -> GradingScheme:
    told = {"zh": f"0–100，60 及格；{bands}", "en": f"0 to 100, pass mark 60; {bands}"}
    return _scale(key, {"zh": "百分制", "en": "Percentage"}, told)


SCALES: Mapping[str, GradingScheme] = {
    "cn-100": _percent("cn-100", "A 90, B 80, C 70, D 60"),
    "cn-100-b": _percent("cn-100-b", "A 85, B 76, C 60"),
    "cn-100-c": _percent("cn-100-c", "A 90, B 75, C 60"),
    "cn-5": _scale(
        "cn-5",
        {"zh": "五级制", "en": "Five steps"},
        {"zh": "优秀、良好、中等、及格、不及格", "en": "Excellent, good, average, pass, fail"},
    ),
    "cn-2": _scale("cn-2", {"zh": "二级制", "en": "Two steps"}, {"zh": "合格、不合格", "en": "Pass, fail"}),
}
