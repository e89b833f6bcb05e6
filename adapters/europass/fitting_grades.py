"""Grades as the European Learning Model can hold them: schemes, distributions, shares in whole numbers."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from adapters.europass.fitting import Fitting
from gateway.model.leaves import keys
from gateway.model.record import (
    Assessment,
    Distribution,
    GradingScheme,
    Report,
    ResultCategory,
    ShortenedGrading,
)
from gateway.model.texts import UNDETERMINED

POSITIVE = re.compile(r"0*[1-9][0-9]*")
"""A number of one or more."""
_AS_TEXT = "the model has no list of values: from low to high they became one text"
_NO_PLACE: dict[str, Any] = {
    "values": (),
    "minimum": None,
    "maximum": None,
    "required": None,
    "levels": (),
    "alignments": (),
}


class GradeFitting:
    """The grading schemes of one report, in the order in which they are used, and what stands beside a grade."""

    def __init__(self, fitting: Fitting, report: Report) -> None:
        self.fit = fitting
        self._scales = dict(zip(keys(report.grading_schemes), report.grading_schemes, strict=True))
        self._fitted: dict[int, GradingScheme] = {}
        self.schemes: list[GradingScheme] = []

    def scheme(self, given: Assessment) -> str | None:
        """The key of the grading scheme in the fitted report, where schemes stand as they are first used."""
        scale = self._scales.get(given.scheme or "")
        if scale is None:
            return None
        fitted = self._scale(scale)
        if fitted not in self.schemes:
            self.schemes.append(fitted)
        return keys(self.schemes)[self.schemes.index(fitted)]

    def _scale(self, given: GradingScheme) -> GradingScheme:
        known = self._fitted.get(id(given))
        if known is None:
            known = self._fitted[id(given)] = self._fit_scale(given)
        return known

    def _fit_scale(self, given: GradingScheme) -> GradingScheme:
        title, description = given.title, given.description
        if description and not title:
            title, description = description, title
            self.fit.drop(given, "description", "the model wants a title: the description became it")
            self.fit.origins.rename(given, "description", "title")
        if given.values and title and not description:
            description = {UNDETERMINED: ", ".join(given.values)}
            self.fit.drop(given, "values", _AS_TEXT)
            self.fit.drop(given, "description", _AS_TEXT)
        return self.fit.changed(
            given,
            identifiers=self.fit.identifiers(given.identifiers),
            title=title,
            description=description,
            documents=self.fit.links(given.documents),
            **_NO_PLACE,
        )

    def distribution(self, given: Distribution) -> Distribution:
        """A histogram of results; a bar of nobody has no place."""
        return self.fit.changed(given, categories=self.fit.each(given.categories, self._category))

    def _category(self, given: ResultCategory) -> ResultCategory | None:
        if given.count is None or not POSITIVE.fullmatch(given.count):
            self.fit.drop(given, "", "the model wants a count of one or more")
            return None
        return self.fit.changed(given, count=str(int(given.count)))

    def shortened(self, given: ShortenedGrading) -> ShortenedGrading | None:
        """The shares of others in whole numbers."""
        shares = [_decimal(value) for value in (given.lower, given.equal, given.higher)]
        whole = largest_remainder([share for share in shares if share is not None])
        if len(whole) < len(shares):
            self.fit.drop(given, "", "the model wants all three shares")
            return None
        for name in ("lower", "equal", "higher"):
            self.fit.drop(given, name, "the model has whole numbers here; the largest remainders keep the sum")
        lower, equal, higher = map(str, whole)
        return self.fit.changed(given, lower=lower, equal=equal, higher=higher)


def largest_remainder(shares: list[Decimal]) -> list[int]:
    """Whole numbers for shares, so that their sum is the rounded sum (the method of Hare and Niemeyer)."""
    whole = [int(share) for share in shares]
    missing = int(sum(shares, Decimal(0)).to_integral_value()) - sum(whole)
    by_remainder = sorted(range(len(shares)), key=lambda i: whole[i] - shares[i])
    for i in by_remainder[:missing]:
        whole[i] += 1
    return whole


def _decimal(text: str | None) -> Decimal | None:
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= 100 else None  # noqa: PLR2004 - per cent
