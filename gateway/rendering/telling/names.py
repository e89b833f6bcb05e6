"""How a person is called on a page."""

from __future__ import annotations

import re

from gateway.model.record import Learner, Name
from gateway.model.texts import UNDETERMINED
from gateway.rendering.telling.teller import shortened

_LONGEST = 300
_FAMILY_FIRST = re.compile("[\u3005\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3041-\u30ff]+")


def name_of(learner: Learner, language: str = UNDETERMINED) -> str:
    """The name that a page is headed with, empty where there is none: a legal one, in the page's language if it can."""
    wanted = (language, UNDETERMINED)
    names = sorted(learner.names, key=lambda name: (name.use != "legal", name.language not in wanted))
    return shortened(next((written(name) for name in names if written(name)), ""), _LONGEST)


def written(name: Name) -> str:
    """A name as the document has it; of parts, in the order of its script: in Han and Hangul the family comes first."""
    parts = (name.family, name.given) if _is_family_first(name) else (name.given, name.family)
    return name.full or " ".join(part for part in parts if part)


def _is_family_first(name: Name) -> bool:
    """Whether a family's name is in Han or Hangul, and a given one too, or in kana."""
    given, family = name.given or "", name.family or ""
    return bool(_FAMILY_FIRST.match(family) and (_FAMILY_FIRST.match(given) or _KANA.fullmatch(given)))
