"""The fixed words of pages: in each promised language all of them, with the same gaps, and none that nobody says."""

from __future__ import annotations

import ast
import re

import pytest

from gateway.model.verdict import Finding, Status, conclude
from gateway.rendering import labels, words
from gateway.rendering.description import plain
from gateway.rendering.telling.teller import Teller
from gateway.rendering.telling.verdict import checks_of
from tests.reference import ROOT

PROMISED = ("de", "fr", "es", "nl", "nb", "fi", "zh", "ja", "ko", "el", "ar")
WAITING: frozenset[str] = frozenset()
"""Words that stand in English until somebody who speaks the others has written them: named here, never counted."""


@pytest.mark.parametrize("language", PROMISED)
def test_a_promised_language_has_every_word_with_the_same_gaps(language: str) -> None:
    english, own = labels.table("en"), labels.table(language)
    assert own.keys() - english.keys() == set()
    assert english.keys() - own.keys() == WAITING
    for key in own:
        assert sorted(re.findall(r"\{\w*\}", own[key])) == sorted(re.findall(r"\{\w*\}", english[key])), key
        assert own[key].strip(), key


@pytest.mark.parametrize("language", PROMISED)
def test_no_sentence_of_a_language_was_left_in_english(language: str) -> None:
    """Sentences that are equal to the English ones were not written."""
    english, own = labels.table("en"), labels.table(language)
    assert [key for key in own if own[key] == english[key] and " " in own[key]] == []


@pytest.mark.parametrize("language", PROMISED)
def test_questions_are_questions_and_advice_is_a_sentence_in_every_language(language: str) -> None:
    own = labels.table(language)
    for key in own:
        if key.startswith("check."):
            assert own[key].endswith(("?", "？", ";", "؟", "か。", "까?")), key
        if key.startswith("what_to_do."):
            assert own[key].endswith((".", "。")), key


def checks_in(folder: str) -> set[str]:
    """Names of checks that the code writes as they are."""
    named: set[str] = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "check" and isinstance(node.value, ast.Constant):
                named.add(str(node.value.value))
    return named - {"False"}  # a switch of another function


@pytest.mark.parametrize("folder", ["gateway", "adapters"])
def test_every_check_is_a_question_of_the_table_or_a_rule_of_a_format(folder: str) -> None:
    named = checks_in(folder)
    assert len(named) > 3
    assert {name for name in named if name not in words.CHECKS and not name.startswith("conformity.")} == set()


@pytest.mark.parametrize("language", [*PROMISED, "sv"])
def test_what_stands_in_english_on_a_page_in_another_language_is_marked_so(language: str) -> None:
    """Questions of an adapter from outside, and explanations: whatever a page of findings says in Latin letters."""
    findings = [
        Finding(check="toy.petals", status=Status.WARNING, explanation="Two petals are missing"),
        Finding(check="conformity.toy.petals", status=Status.PASSED, explanation="It has petals"),
        Finding(check="conformity.toy.stem", status=Status.PASSED),
        Finding(check="trust.anchor", status=Status.NOT_CHECKED, explanation="Nobody looked"),
    ]
    told = [check for part in checks_of(conclude(findings), Teller((language,))) for check in part.blocks[0].checks]
    for check in told:
        assert {span.language for line in check.answer for span in line.spans} <= {"en"}
    questions = {check.where[0].spans[0].text: check.question[0].spans[0].language for check in told}
    own = language if language in PROMISED else "en"
    assert questions == {
        "toy.petals": "en",
        "conformity.toy.petals": "en",
        "conformity.toy.stem": own,
        "trust.anchor": own,
    }


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
