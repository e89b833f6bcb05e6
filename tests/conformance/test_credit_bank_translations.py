"""Documents of credit banks out to all other systems and back: what arrives, and that no loss is silent."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.creditbank import ADAPTER
from gateway.kit import Reading
from gateway.kit.discovery import discover
from gateway.kit.laws import read_with
from gateway.kit.laws.differ import compare
from gateway.kit.laws.places import VARIANTS, without
from gateway.kit.laws.trip import Trip, document_of, request_for, there_and_back
from gateway.model.record import Record
from gateway.model.verdict import Indication
from gateway.node import startup
from gateway.node.reproduce import Claim, reproduce
from gateway.node.startup import Node
from gateway.node.translate import Order, Translated, translate_file
from gateway.translate.reproduction import Outcome
from gateway.verify.engine import VerifiedDocument, verify
from tests.adapters.creditbank.documents import PROFILES, octets
from tests.conformance.leaf_journeys import Journey
from tests.toy_node import NOW, anchor, node_key, sealed
from tests.toy_node import node as toy_node

TARGETS = ("clr", "creditbank", "elmo", "europass", "ler", "openbadges")
OTHERS = tuple(target for target in TARGETS if target != "creditbank")
MADE_FROM_THE_DIGEST = {"id", "sourceId", "targetId", "targetUrl", "narrative"}
"""Members of badges that hold ids of ours, made from the digest of the source: each object has one."""
BY_ID = {adapter.manifest.id: adapter for adapter in discover().adapters}


def record(name: str) -> Record:
    return read_with(ADAPTER, octets(PROFILES[name])).record


def trip(source: Record, target: str) -> Trip:
    adapter = BY_ID[target]

    def read(body: bytes) -> Reading:
        return read_with(adapter, body)

    request = request_for(source, b"{}", "application/json", adapter)
    return there_and_back(adapter, source, request, lambda body: body, read)


def written(name: str, target: str) -> str:
    return b"".join(draft.body for draft in trip(record(name), target).drafts).decode()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", PROFILES)
def test_every_difference_is_told_and_every_loss_is_true(name: str, target: str) -> None:
    source = record(name)
    there = trip(source, target)
    assert compare(source, there.record, there.losses, there.stands) == []


@pytest.mark.parametrize("target", TARGETS)
def test_levels_and_sources_arrive_in_the_issuers_words(target: str) -> None:
    """In both languages where the target holds both, else in one of them."""
    chinese, korean = written("ncb", target), written("acbs", target)
    assert "第五级" in chinese
    assert "虚构职业技术学院" in chinese
    assert "평가인정 학습과정" in korean
    assert "교육부장관" in korean
    if target in ("creditbank", "elmo", "europass"):
        assert "Level five" in chinese
        assert "Minister of Education" in korean


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("name", "unit"), [("ncb", "学分"), ("acbs", "학점")])
def test_credits_arrive_in_the_banks_unit_and_never_as_ects(name: str, unit: str, target: str) -> None:
    whole = written(name, target)
    assert unit in whole
    assert "ects" not in whole.casefold()
    assert "ecvet" not in whole.casefold()


@pytest.mark.parametrize("target", TARGETS)
def test_the_gateways_own_levels_never_stand_as_the_issuers(target: str) -> None:
    back = trip(record("acbs"), target).record
    levels = [level for report in back.reports for study in report.achievements for level in study.specification.levels]
    assert not [level for level in levels if level.scheme in ("eqf", "isced") and level.claimed_by is None]


@pytest.mark.parametrize("target", TARGETS)
def test_a_degree_that_is_under_way_arrives_as_no_achievement(target: str) -> None:
    back = trip(record("on the way"), target).record
    titles = {
        words for report in back.reports for one in report.achievements for words in one.specification.title.values()
    }
    assert "경영학사 과정" not in titles


@pytest.mark.parametrize("target", ["elmo", "europass"])
@pytest.mark.parametrize("name", ["ncb", "acbs"])
def test_through_another_system_and_back_the_bank_still_speaks(name: str, target: str) -> None:
    """Which bank it is travels in the issuer's identifier, so that what comes back can be written as the bank's."""
    source = record(name)
    there = trip(source, target).record
    back = trip(there, "creditbank")
    assert compare(there, back.record, back.losses, back.stands) == []
    assert back.record.reports[0].issuer.identifiers[0].value == name
    mine, theirs = _credits_of_outcomes(source), _credits_of_outcomes(back.record)
    assert mine
    assert theirs == mine  # a degree that lost who conferred it adds none to them


def _credits_of_outcomes(given: Record) -> list[str | None]:
    studies = [
        one for one in given.reports[0].achievements if any(code.scheme.endswith("-status") for code in one.kinds)
    ]
    return [credit.value for one in studies for credit in one.credits_earned]


@pytest.mark.parametrize("target", OTHERS)
def test_what_no_record_of_a_bank_says_is_refused_as_a_credit_banks(target: str) -> None:
    """A record that lost which bank it is of can't be written as one."""
    there: Any = trip(record("ncb"), target).record
    issuer = there.reports[0].issuer.changed({"identifiers": ()})
    nobody = there.changed({"reports": tuple(one.changed({"issuer": issuer}) for one in there.reports)})
    with pytest.raises(Exception, match="a credit bank issued"):
        trip(nobody, "creditbank")


# --- leaf by leaf -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", PROFILES)
def test_every_leaf_shows_in_the_translation_or_its_losses(name: str, target: str) -> None:
    way = Journey(source=ADAPTER, target=BY_ID[target], octets=octets(PROFILES[name]))
    assert way.is_mask_small or {place.rpartition("/")[2] for _, place in way.mask} <= MADE_FROM_THE_DIGEST
    assert [p.leaf for n, p in enumerate(way.leaves) if way.is_silent(p, n % VARIANTS)] == []
    assert way.white_space_is_silent()  # else this test couldn't fail


# --- sealed, and run again --------------------------------------------------------------------------------------------


def the_node(**changes: Any) -> Node:
    return toy_node(**{"adapters": startup.adapters(), **changes})


async def translated(body: bytes, to: str) -> Translated:
    done = await translate_file(the_node(), Order(octets=body, to=to), now=NOW)
    assert isinstance(done, Translated), done
    return done


@pytest.mark.parametrize(("target", "name"), [("europass", "ncb"), ("elmo", "acbs")])
async def test_a_sealed_document_becomes_a_sealed_translation_that_runs_again(name: str, target: str) -> None:
    done = await translated(sealed(octets(PROFILES[name]), "jades"), target)
    await _seen_and_run_again(done)


async def test_what_a_bank_says_in_elmo_becomes_a_sealed_document_of_the_bank() -> None:
    body = trip(record("ncb"), "elmo").bodies[0]
    own = without(document_of(body), lambda place: place.startswith("/elmo/extension"))  # no translation, its own
    done = await translated(sealed(own), "creditbank")
    document = await _seen_and_run_again(done)
    assert document.verdict.format.endswith("National Credit Bank (China)")
    assert document.inner["/translation/original"].role == "original"


async def test_back_into_its_own_family_the_original_is_given_back() -> None:
    original = sealed(octets(PROFILES["ncb"]), "jades")
    there = await translated(original, "europass")
    back = await translated(there.results[0].octets, "creditbank")
    assert back.returned
    assert back.results[0].octets == original


async def _seen_and_run_again(done: Translated) -> VerifiedDocument:
    """A translation as somebody sees it who trusts the node, having run it again."""
    octets_ = done.results[0].octets
    document = verify(octets_, adapters=startup.adapters(), terms=the_node(anchors=(anchor(node_key()),)).terms(NOW))
    assert document.verdict.verdict is Indication.PASSED, document.verdict
    assert document.read().document.derived is not None
    claim = Claim(derivation=done.derivation_octets, source=done.source.original, result=octets_)
    assert (await reproduce(the_node(), claim, now=NOW)).reproduction.outcome is Outcome.REPRODUCED
    return document
