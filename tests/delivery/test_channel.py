"""A peer whose word counts: an unsigned Chinese report from it is PASSED where the policy says so, and nowhere else."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.node.submit import submit
from tests.adapters.chsi.documents import HEQC, octets
from tests.adapters.creditbank import documents as credit_bank
from tests.delivery.nodes import NORTH, Participant, ended, pair, submission


async def account(folder: Path, policy: str, document: bytes = octets(HEQC)) -> dict[str, object]:
    """What the southern node found of a document that the northern one sent."""
    north, south = pair(folder, wants=None)
    south.peer(north, more=policy)
    async with AsyncExitStack() as stack:
        sender = await stack.enter_async_context(north.running())
        receiver = await stack.enter_async_context(south.running())
        queued = await submit(sender, submission(document))
        await ended(sender, queued.id)
        arrival = await receiver.store.arrival(NORTH, queued.id)
        assert arrival is not None
        assert arrival.account is not None
        return json.loads(arrival.account)["original"]


async def test_an_authenticated_peer_vouches_by_policy(tmp_path: Path) -> None:
    found = await account(tmp_path, 'vouches_for = ["chsi"]\n')
    assert found["verdict"] == "PASSED"
    assert found["caveats"] == ["vouched_by_channel", "online_check_open"]


async def test_a_peer_vouches_for_a_credit_banks_document_too(tmp_path: Path) -> None:
    found = await account(tmp_path, 'vouches_for = ["creditbank"]\n', credit_bank.octets(credit_bank.ACBS))
    assert (found["verdict"], found["caveats"]) == ("PASSED", ["vouched_by_channel"])


@pytest.mark.parametrize("policy", ["", 'vouches_for = ["elmo"]\n'])
async def test_without_that_policy_a_peers_word_counts_for_nothing(tmp_path: Path, policy: str) -> None:
    found = await account(tmp_path, policy)
    assert (found["verdict"], found["sub_indication"]) == ("INDETERMINATE", "NO_PROOF_FOUND")


@pytest.mark.parametrize("policy", ['vouches_for = ["chsy"]', 'wants = "elmoo"', 'wants = "chsi"'])
async def test_an_adapter_in_the_policy_that_is_unknown_or_writes_nothing_stops_the_start(
    tmp_path: Path, policy: str
) -> None:
    north, south = Participant(tmp_path, "north.example.org"), Participant(tmp_path, "south.example.org")
    south.peer(north, more=f"{policy}\n")
    with pytest.raises(ConfigError) as refused:
        async with south.running():
            pass
    assert refused.value.code == "config.unknown_adapter"
