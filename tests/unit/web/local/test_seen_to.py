"""What an operator sees to through the local API: alarms, and arrivals that were set aside."""

from __future__ import annotations

from dataclasses import replace

from gateway.delivery.states import Alarm
from gateway.delivery.store import Retry
from tests.delivery.nodes import SOUTH
from tests.delivery.store_makers import arrival
from tests.local_api import Api

NEVER = Retry(code="internal.failed", at=None)


async def set_aside(api: Api) -> str:
    """A document about which this node couldn't decide; its id."""
    store, now = api.running.store, api.running.now()
    one = await store.admit(replace(arrival(), sender=SOUTH, received=now, body="0" * 64, next_attempt=None))
    await store.hand_over_failed(SOUTH, one.id, now, NEVER)
    return one.id


async def checks(api: Api, name: str) -> set[str]:
    api.running.health.good_until = 0.0
    told = (await api.get("/readyz?verbose")).json["checks"]
    return {check["status"] for check in told if check["name"] == name}


async def test_an_alarm_is_listed_until_it_is_acknowledged_and_health_names_it_no_more(api: Api):
    await api.running.store.alarm(Alarm(at=api.running.now(), code="envelope.conflict", peer=SOUTH, message=None))
    assert await checks(api, "alarms") == {"warn"}
    [alarm] = (await api.get("/v1/alarms")).json["alarms"]
    assert (alarm["code"], alarm["peer"], alarm["acknowledged"]) == ("envelope.conflict", SOUTH, None)
    seen = (await api.post(f"/v1/alarms/{alarm['number']}/acknowledge")).json
    assert seen["acknowledged"] is not None
    assert (await api.post(f"/v1/alarms/{alarm['number']}/acknowledge")).json == seen
    assert (await api.get("/v1/alarms")).json["alarms"] == [seen]
    assert await checks(api, "alarms") == {"pass"}


async def test_an_alarm_that_is_none_is_unknown(api: Api):
    for number in ("7", "999999999999"):
        answer = await api.post(f"/v1/alarms/{number}/acknowledge")
        assert (answer.status, answer.code) == (404, "alarm.unknown")


async def test_what_was_set_aside_is_listed_with_the_reason_and_tried_again(api: Api):
    message = await set_aside(api)
    assert (await api.get("/v1/inbox")).json["arrivals"] == []
    [left] = (await api.get("/v1/inbox?set_aside=true")).json["arrivals"]
    assert (left["id"], left["problem"], left["next_attempt"]) == (message, "internal.failed", None)
    answer = await api.post(f"/v1/inbox/{message}/retry")
    assert (answer.status, answer.json["problem"]) == (200, None)
    told = await api.running.store.timeline(message, sender=SOUTH)
    assert "again" in [event.what for event in told]


async def test_what_was_set_aside_and_is_discarded_keeps_no_node_from_being_ready(api: Api):
    message = await set_aside(api)
    answer = await api.post(f"/v1/inbox/{message}/discard?reason=broken&sender={SOUTH}")
    assert (answer.status, answer.json["state"]) == (200, "discarded")
    assert (await api.running.store.depth()).undecided == 0
    for verb in ("discard", "retry", "done"):
        again = await api.post(f"/v1/inbox/{message}/{verb}")
        assert again.status == 409
        assert again.code in {"arrival.not_set_aside", "arrival.not_accepted"}
