"""Two nodes on loopback: what one sends, the other verifies by itself, and both hold the other's word for it."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.delivery.signing import SignedEnvelope, read_business_receipt, read_transport_receipt
from gateway.delivery.states import ArrivalState, DeliveryState
from gateway.node.submit import submit
from tests.delivery.nodes import NORTH, SOUTH, ended, submission, two_nodes


async def test_a_document_goes_over_and_both_receipts_come_back(tmp_path: Path):
    async with two_nodes(tmp_path) as (north, south):
        queued = await submit(north, submission())
        done = await ended(north, queued.id)
        assert done.state is DeliveryState.ACCEPTED, done.problem
        sent = SignedEnvelope(jws=done.envelope_jws, envelope=done.envelope)
        read_transport_receipt(done.transport_receipt, north.peers[SOUTH], sent)
        receipt = read_business_receipt(done.business_receipt, north.peers[SOUTH])
        assert receipt.original.verdict == "PASSED"
        assert [one.outcome for one in receipt.translations] == ["reproduced"]
        arrival = await south.store.arrival(NORTH, queued.id)
        assert arrival.state is ArrivalState.ACCEPTED
        assert json.loads(arrival.account)["original"]["verdict"] == "PASSED"
        roles = [part.role for part in arrival.envelope.parts]
        assert roles == ["original", "verdict", "translation", "derivation", "losses"]


async def test_a_bilingual_dossier_goes_over_and_is_reproduced(tmp_path: Path):
    """Towards a Chinese receiver, whose node runs the translation again like any other."""
    async with two_nodes(tmp_path, wants="dossier") as (north, south):
        queued = await submit(north, submission())
        done = await ended(north, queued.id)
        assert done.state is DeliveryState.ACCEPTED, done.problem
        receipt = read_business_receipt(done.business_receipt, north.peers[SOUTH])
        assert [one.outcome for one in receipt.translations] == ["reproduced"]
        assert (await south.store.arrival(NORTH, queued.id)).state is ArrivalState.ACCEPTED
