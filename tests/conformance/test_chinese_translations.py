"""Chinese reports out to Europass, ELMO, learner records and badges: what arrives, and that no loss is silent."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.chsi import ADAPTER
from gateway.errors import Refused
from gateway.kit import Reading
from gateway.kit.discovery import discover
from gateway.kit.laws import read_with
from gateway.kit.laws.differ import compare
from gateway.kit.laws.trip import request_for, there_and_back
from gateway.model.record import Record
from tests.adapters.chsi.documents import CODE, HEQC, PROFILES, octets

TARGETS = ("clr", "elmo", "europass", "openbadges")
BY_ID = {adapter.manifest.id: adapter for adapter in discover().adapters}
NOTHING_TO_WRITE = {("gaokao", "clr"), ("gaokao", "openbadges")}
"""Results that nothing calls a pass are assessments: these systems hold achievements alone, and refuse."""


def record(name: str) -> Record:
    return read_with(ADAPTER, octets(PROFILES[name])).record


def written(source: Record, target: str) -> list[bytes]:
    adapter = BY_ID[target]
    return [d.body for d in adapter.write(source, request_for(source, b"{}", "application/json", adapter))]


def back(source: Record, target: str) -> Record:
    adapter = BY_ID[target]
    request = request_for(source, b"{}", "application/json", adapter)
    return there_and_back(adapter, source, request, lambda body: body, _reader(target)).record


def _reader(target: str) -> Any:
    def read(body: bytes) -> Reading:
        return read_with(BY_ID[target], body)

    return read


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", PROFILES)
def test_every_difference_is_told_and_every_loss_is_true(name: str, target: str) -> None:
    source, adapter = record(name), BY_ID[target]
    request = request_for(source, b"{}", "application/json", adapter)
    if (name, target) in NOTHING_TO_WRITE:
        with pytest.raises(Refused, match="require"):
            adapter.write(source, request)
        return
    trip = there_and_back(adapter, source, request, lambda body: body, _reader(target))
    assert compare(source, trip.record, trip.losses, trip.stands) == []


@pytest.mark.parametrize("target", TARGETS)
def test_the_type_of_the_report_and_the_level_arrive_in_the_issuers_words(target: str) -> None:
    """In Chinese and English where the target holds both, else in one of them."""
    whole = b"".join(written(record("heqc"), target)).decode()
    assert "教育部学历证书电子注册备案表" in whole
    assert "层次：本科" in whole
    assert "理工大学" in whole
    assert "987651202405000321" in whole or target in ("clr", "openbadges")


@pytest.mark.parametrize("target", TARGETS)
def test_the_code_and_sensitive_facts_arrive_nowhere(target: str) -> None:
    for name in ("heqc", "student record"):
        whole = b"".join(written(record(name), target)).decode()
        assert CODE not in whole
        assert "汉族" not in whole
        assert "320***0000" not in whole


@pytest.mark.parametrize("target", TARGETS)
def test_the_gateways_own_levels_never_stand_as_the_issuers(target: str) -> None:
    levels = [
        level
        for report in back(record("heqc"), target).reports
        for study in report.achievements
        for level in study.specification.levels
    ]
    assert not [level for level in levels if level.scheme in ("eqf", "isced") and level.claimed_by is None]


@pytest.mark.parametrize("target", TARGETS)
def test_credits_arrive_and_never_as_ects(target: str) -> None:
    whole = b"".join(written(record("transcript"), target)).decode()
    assert "3.5" in whole
    assert "ects" not in whole.casefold()


@pytest.mark.parametrize("target", TARGETS)
def test_what_was_not_graduated_arrives_as_no_achievement(target: str) -> None:
    source = read_with(ADAPTER, octets({**HEQC, "conclusion": "结业"})).record
    if target in ("clr", "openbadges"):
        with pytest.raises(Refused, match="require"):
            written(source, target)
        return
    assert not [study for report in back(source, target).reports for study in report.achievements]


def test_a_failed_course_is_nowhere_passed() -> None:
    for target in TARGETS:
        studies = [study for report in back(record("transcript"), target).reports for study in report.achievements]
        failed = [s for s in studies if "结绳" in (*s.specification.title.values(), *s.title.values())]
        assert all(study.status == "failed" for study in failed)
