"""The fixed words of pages: in each promised language all of them, with the same gaps, and none that nobody says."""

from __future__ import annotations

import re

import pytest

from gateway.rendering import labels, words
from gateway.rendering.description import plain
from gateway.rendering.telling.teller import Teller
from tests.reference import ROOT

PROMISED = ("de", "fr", "es", "nl", "nb", "fi", "zh", "ja", "ko", "el", "ar")
MAY_WAIT = 4  # new reasons and caveats that stand in English until their words are written
ENGLISH_ONLY = ("what_to_do", "check")  # groups of sentences that stand in English on every page


@pytest.mark.parametrize("language", PROMISED)
def test_a_promised_language_has_every_word_with_the_same_gaps(language: str) -> None:
    english, own = labels.table("en"), labels.table(language)
    wanted = {key for key in english if key.partition(".")[0] not in ENGLISH_ONLY}
    assert own.keys() - english.keys() == set()
    missing = wanted - own.keys()
    assert {key.partition(".")[0] for key in missing} <= {"reason", "caveat"}, missing
    assert len(missing) <= MAY_WAIT, missing
    for key in wanted - missing:
        assert sorted(re.findall(r"\{\w*\}", own[key])) == sorted(re.findall(r"\{\w*\}", english[key])), key
        assert own[key].strip(), key


def test_every_phrase_of_verdicts_and_losses_is_a_word_of_the_table() -> None:
    assert words.phrases().keys() <= labels.table("en").keys()


def test_no_word_is_kept_that_no_page_says() -> None:
    """Keys are named in the code, or made of a group and a code of the model."""
    files = [*(ROOT / "gateway" / "rendering").rglob("*.py"), ROOT / "gateway" / "node" / "pages.py"]
    said = "".join(file.read_text("utf-8") for file in files)
    groups = ("gender_", "name_")
    for key in labels.table("en"):
        group = key.partition(".")[0]
        assert f'"{key}"' in said or f'"{group}.' in said or key.startswith(groups) or key in STATUSES, key


STATUSES = {"failed", "in_progress", "interrupted", "left", "completed_without_award"}


def test_a_word_that_a_language_lacks_is_english_and_marked_so() -> None:
    assert labels.template("check.trust.anchor", "sv")[1] == "en"
    (line,) = Teller(("sv",)).word("is_it_genuine")
    assert line.spans[0].language == "en"
    assert plain(Teller(("de",)).word("learner")) == "Lernende Person"


def test_labels_stand_in_every_language_of_the_page_and_equal_ones_once() -> None:
    told = Teller(("de", "en")).word("digest")
    assert ["".join(span.text for span in line.spans) for line in told] == ["SHA-256"]
    told = Teller(("de", "en")).word("born")
    assert [line.also for line in told] == [False, True]
    assert [line.spans[0].language for line in told] == ["de", "en"]
