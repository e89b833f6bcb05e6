"""Nothing that a document says of a person stands in logs, metrics, health, errors or URLs, at either node."""

from __future__ import annotations

import io
import json
from contextlib import AsyncExitStack
from pathlib import Path

from lxml import etree

from tests.delivery.nodes import SOUTH, document, ended, forged, two_nodes
from tests.local_api import Api, api_of

LEAST = 3
"""Characters of the shortest value that is looked for: shorter ones stand everywhere."""


def personal_values() -> set[str]:
    """Every text of the document: of the learner, and all that was learned."""
    found = set()
    for element in etree.fromstring(document()).iter("{*}learner", "{*}report"):
        for leaf in element.iter():
            if isinstance(leaf.tag, str):
                found |= {str(text).strip() for text in (leaf.text, *leaf.attrib.values()) if text}
    return {value for value in found if len(value) > LEAST and not value.isdigit()}


WORDS_OF_OURS = {"failed", "passed", "local", "other"}
"""Values of the document that are words of the format and of our logs too."""


async def everything_told(api: Api) -> str:
    answers = [await api.get(path) for path in ("/metrics", "/readyz?verbose", "/livez", "/openapi.json")]
    return "\n".join(answer.body.decode() for answer in answers)


async def test_a_delivery_leaves_no_personal_value_in_what_both_nodes_tell(tmp_path: Path, logged: io.StringIO):
    values = personal_values() - WORDS_OF_OURS
    assert {"Ελένη", "Θαλασσινού", "2001-03-14"} <= values
    async with AsyncExitStack() as stack:
        nodes = await stack.enter_async_context(two_nodes(tmp_path))
        north, south = [await stack.enter_async_context(api_of(node)) for node in nodes]
        sent = await north.post("/v1/deliveries", document(), params={"to": SOUTH})
        await ended(nodes[0], sent.json["id"])
        errors = [
            await north.post("/v1/deliveries", forged(), params={"to": SOUTH}),
            await north.post("/v1/deliveries", document()[:-40], params={"to": SOUTH}),
            await north.post("/v1/deliveries", document(), params={"to": "Ελένη"}),
            await north.post("/v1/translate", document(), params={"to": "nothing"}),
            await north.get("/v1/deliveries/Θαλασσινού"),
            await north.get("/v1/Ελένη?Θαλασσινού=2001-03-14"),
            await south.post(f"/v1/inbox/{sent.json['id']}/done?sender=Ελένη"),
        ]
        assert all(answer.status >= 400 for answer in errors)
        assert all(answer.code for answer in errors)
        told = {
            "north": await everything_told(north),
            "south": await everything_told(south),
            "errors": "\n".join(answer.body.decode() for answer in errors),
            "headers": "\n".join(str(dict(answer.headers)) for answer in errors),
        }
    told["logs"] = "\n".join(str(json.loads(line)) for line in logged.getvalue().splitlines())
    assert told["logs"].count("\n") > 10
    assert {(place, value) for place, text in told.items() for value in values if value in text} == set()


async def test_one_trace_id_follows_a_document_through_the_logs_of_both_nodes(tmp_path: Path, logged: io.StringIO):
    async with two_nodes(tmp_path) as nodes, api_of(nodes[0]) as north:
        sent = (await north.post("/v1/deliveries", document(), params={"to": SOUTH})).json
        await ended(nodes[0], sent["id"])
    entries = [json.loads(line) for line in logged.getvalue().splitlines()]
    events = [entry["event"] for entry in entries if entry.get("trace") == sent["trace"]]
    ours = {"delivery.queued", "delivery.receipted", "delivery.decided"}
    theirs = {"arrival.received", "arrival.decided"}
    assert ours <= set(events), events
    assert theirs <= set(events), events
