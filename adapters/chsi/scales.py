"""The grade scales that the partner profile names. There is no national system; a scale counts where a report names it.

Sources: the bands that the University of Toronto's graduate school publishes for Chinese grades; the words of the
five-step and two-step scales as transcripts print them. The floors of the five steps are inferred, and not used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.chsi.lists import fold
from gateway.model.record import GradingScheme, Identifier
from gateway.model.texts import Text

GRADE_SCALE = "chsi-grade-scale"
_DECIMAL = re.compile(r"\d{1,3}(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A scale: its name, what it is, the mark from which a result is a pass, and what its words mean."""

    key: str
    title: Text
    description: Text
    pass_mark: float | None = None
    words: Mapping[str, bool | None]

    def passed(self, grade: str) -> bool | None:
        """Whether the scale calls a grade a pass; None where it doesn't say."""
        bare = fold(grade)
        if bare in self.words:
            return self.words[bare]
        if self.pass_mark is None or not _DECIMAL.fullmatch(bare):
            return None
        return float(bare) >= self.pass_mark

    def noun(self) -> GradingScheme:
        """The scale as a record has it."""
        known = (Identifier(scheme=GRADE_SCALE, value=self.key),)
        return GradingScheme(identifiers=known, title=self.title, description=self.description)


_PERCENT = {"zh": "百分制", "en": "Percentage"}
_TWO = {"合格": True, "通过": True, "不合格": False, "免修": None, "缓考": None, "缺考": None}
_FIVE = {"优秀": True, "优": True, "良好": True, "良": True, "中等": True, "中": True, "及格": True, "不及格": False}


def _percent(key: str, bands: str) -> Scale:
    told = {"zh": f"0–100，60 及格；{bands}", "en": f"0 to 100, pass mark 60; {bands}"}
    return Scale(key=key, title=_PERCENT, description=told, pass_mark=60, words={**_TWO, **_FIVE})


SCALES: Mapping[str, Scale] = {
    scale.key: scale
    for scale in (
        _percent("cn-100", "A 90, B 80, C 70, D 60"),
        _percent("cn-100-b", "A 85, B 76, C 60"),
        _percent("cn-100-c", "A 90, B 75, C 60"),
        Scale(
            key="cn-5",
            title={"zh": "五级制", "en": "Five steps"},
            description={
                "zh": "优秀、良好、中等、及格、不及格",
                "en": "Excellent, good, average, pass, fail",
            },
            words=_FIVE,
        ),
        Scale(
            key="cn-2",
            title={"zh": "二级制", "en": "Two steps"},
            description={"zh": "合格、不合格", "en": "Pass, fail"},
            words=_TWO,
        ),
    )
}
