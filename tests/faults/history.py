"""The history checker: whatever happened, each submission has exactly one end, and both sides hold the other's word.

For each submission exactly one of: delivered once, refused, still queued. Receipts verify. No row names a file that
isn't there, no file is there that no row names, nothing is half written.
"""

from __future__ import annotations

from gateway.delivery.peers import Peer
from gateway.delivery.signing import (
    check_business_receipt,
    read_business_receipt,
    read_envelope,
    read_transport_receipt,
)
from tests.delivery.nodes import node_private_key
from tests.faults.world import Process, World

TAKEN = {"accepted", "handed_over"}


def peer(name: str) -> Peer:
    """A participant as the other one pinned it."""
    from gateway.delivery.peers import key_id

    key = node_private_key(name).public_key()
    return Peer(id=name, url="http://127.0.0.1", keys={key_id(key): key})


def check(world: World, histories: dict[str, dict], *, restored: bool = False) -> None:
    """Raise AssertionError where the history can't be. A receiver that was `restored` may have receipted twice."""
    for sender, receiver in ((world.north, world.south), (world.south, world.north)):
        sent, came = histories[sender.name], histories[receiver.name]
        _submissions(world, sender.name, sent, came)
        for delivery in sent["deliveries"]:
            if delivery["id"] not in world.discarded:
                _delivery(delivery, sender.name, receiver.name, came, restored=restored)
        _effects(receiver, came)
        _nothing_extra(sent, came)
    for name, history in histories.items():
        _files(name, history)


def _submissions(world: World, sender: str, sent: dict, came: dict) -> None:
    """Each is one delivery, under the id that the registry was told, and arrived at most once."""
    for one in world.submitted:
        if one.sender != sender:
            continue
        rows = [delivery for delivery in sent["deliveries"] if delivery["key"] == one.key]
        assert [row["id"] for row in rows] == [one.id], f"{one.key} is {len(rows)} deliveries"
        arrivals = [arrival for arrival in came["arrivals"] if arrival["original"] == one.sha256]
        assert len(arrivals) <= 1, f"{one.key} arrived {len(arrivals)} times"
        if rows[0]["state"] in {"accepted", "refused"}:
            assert [arrival["id"] for arrival in arrivals] == [one.id], f"{one.key} is lost"


def _delivery(delivery: dict, sender: str, receiver: str, came: dict, *, restored: bool) -> None:
    """What the sender believes is what the receiver signed."""
    signed = read_envelope(delivery["envelope"].encode(), peer(sender))
    arrival = next((one for one in came["arrivals"] if one["id"] == delivery["id"]), None)
    state = delivery["state"]
    assert state in {"accepted", "refused"}, f"{delivery['id']} is {state} ({delivery['problem']})"
    if delivery["transport"] is not None:
        read_transport_receipt(delivery["transport"].encode(), peer(receiver), signed)
        assert arrival is not None, f"{delivery['id']} has a receipt, and is lost"
        assert restored or arrival["transport"] == delivery["transport"], "not the receipt that was made for it"
    receipt = read_business_receipt(delivery["business"].encode(), peer(receiver))
    check_business_receipt(receipt, peer(receiver), signed)
    assert receipt.decision == state
    assert arrival is not None
    assert arrival["business"] == delivery["business"]
    assert (arrival["state"] in TAKEN) is (state == "accepted")


def _effects(receiver: Process, came: dict) -> None:
    """What the registry was handed is what was accepted: each once."""
    accepted = sorted(arrival["id"] for arrival in came["arrivals"] if arrival["state"] in TAKEN)
    taken = sorted(name[-36:] for name in receiver.taken)
    twice = {name for name in taken if taken.count(name) > 1}
    assert not twice, f"{receiver.name} handed over twice: {twice}"
    assert taken == accepted, f"{receiver.name}: handed over, not accepted {set(taken) ^ set(accepted)}"


def _nothing_extra(sent: dict, came: dict) -> None:
    """Nothing arrived that wasn't sent, octet for octet."""
    envelopes = {delivery["id"]: delivery["envelope"] for delivery in sent["deliveries"]}
    for arrival in came["arrivals"]:
        assert envelopes.get(arrival["id"]) == arrival["envelope"], f"{arrival['id']} was never sent so"


def _files(name: str, history: dict) -> None:
    files, named = set(history["files"]), set(history["named"])
    assert not named - files, f"{name}: {len(named - files)} rows name a body that isn't there"
    assert not files - named, f"{name}: {len(files - named)} bodies that no row names"
    assert history["incoming"] == 0, f"{name}: {history['incoming']} bodies half written"
    assert history["begun"] == [], f"{name}: {history['begun']} is left of hand-overs that are done"
