"""Fields of education and training: ISCED-F 2013.

Source: UNESCO Institute for Statistics, ISCED-F 2013; EU Vocabularies, scheme "isced-f" (220 concepts, English
labels, CC BY 4.0). Codes have two digits (broad), three (narrow) or four (detailed).
"""

from __future__ import annotations

from functools import cache

from gateway.vocabulary.tables import read_rows


@cache
def _labels() -> dict[str, str]:
    return {code: label for code, label in read_rows("isced_f.csv")}  # noqa: C416 - rows have two cells


def label_of(code: str) -> str | None:
    """The English label of an ISCED-F 2013 code ("0613"), None when there is no such code."""
    return _labels().get(code)
