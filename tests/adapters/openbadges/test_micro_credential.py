"""A micro-credential of Japan is an Open Badge 3.0 with descriptors of its own: it passes with no code of its own.

Descriptors by the framework of the Japan Micro-Credential Platform: learning outcomes, study hours, level, assessment.
All words and persons are fictional.
"""

from __future__ import annotations

import json

import pytest

from gateway.kit.discovery import discover
from gateway.kit.laws.trip import read_with, request_for
from tests.adapters.openbadges.documents import OB, VC2, octets

ADAPTERS = {adapter.manifest.id: adapter for adapter in discover().adapters}
MICRO = {
    "@context": [VC2, OB],
    "id": "urn:uuid:00000000-0000-4000-8000-00000000beef",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "データの基礎",
    "issuer": {"id": "https://minato.example/issuers/1", "type": ["Profile"], "name": "みなと大学"},
    "validFrom": "2026-03-31T00:00:00+09:00",
    "credentialSubject": {
        "type": ["AchievementSubject", "Profile"],
        "name": "灯台 花子",
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": "hanako@minato.example",
                "identityType": "emailAddress",
            }
        ],
        "creditsEarned": 1,
        "result": [{"type": ["Result"], "value": "秀"}],
        "achievement": {
            "id": "https://minato.example/achievements/data",
            "type": ["Achievement"],
            "achievementType": "MicroCredential",
            "inLanguage": "ja",
            "name": "データの基礎",
            "description": "表計算から統計までの入門。15時間の学修。",
            "criteria": {"narrative": "課題を三つ提出し、試験に合格する。"},
            "creditsAvailable": 1,
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetName": "データを要約できる",
                    "targetUrl": "https://minato.example/outcomes/1",
                    "targetType": "ceasn:Competency",
                },
                {
                    "type": ["Alignment"],
                    "targetName": "EQF level 6",
                    "targetUrl": "http://data.europa.eu/snb/eqf/6",
                    "targetType": "ext:EQF",
                },
            ],
        },
    },
}


def test_it_is_read_with_nothing_lost():
    reading = read_with(ADAPTERS["openbadges"], octets(MICRO))
    [achievement] = reading.record.reports[0].achievements
    assert reading.losses == ()
    assert achievement.specification.title == {"ja": "データの基礎"}
    assert achievement.specification.outcomes[0].title == {"ja": "データを要約できる"}
    assert [level.value for level in achievement.specification.levels] == ["6"]
    assert achievement.assessments[0].grade == {"ja": "秀"}
    assert reading.record.learner.names[0].full == "灯台 花子"


@pytest.mark.parametrize("target", ["clr", "elmo", "europass", "ler", "openbadges"])
def test_it_is_translated_into_every_system(target):
    record = read_with(ADAPTERS["openbadges"], octets(MICRO)).record
    request = request_for(record, octets(MICRO), "application/json", ADAPTERS[target])
    drafts = ADAPTERS[target].write(record, request)
    assert all("データの基礎" in draft.body.decode() for draft in drafts)
    back = read_with(ADAPTERS[target], drafts[0].body).record
    assert "データの基礎" in json.dumps(back.model_dump(), ensure_ascii=False)
