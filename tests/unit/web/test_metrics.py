"""/metrics: what was counted, what is state now; few labels, and of closed sets."""

from __future__ import annotations

import math
import uuid
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from gateway.delivery.store import Retry
from gateway.node.submit import submit
from tests.delivery.nodes import NORTH, SOUTH, document, ended, submission, two_nodes
from tests.local_api import Api, api_of, lonely_node

MOST_SERIES = 400


async def scraped(api: Api) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by its name and labels."""
    answer = await api.get("/metrics", token=None)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.body.decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def of(samples, name: str, **labels: str) -> float | None:
    return samples.get((f"testamur_{name}", frozenset(labels.items())))


async def test_a_delivery_is_counted_at_both_ends(tmp_path: Path):
    async with two_nodes(tmp_path) as (north, south), api_of(north) as sender, api_of(south) as receiver:
        await ended(north, (await submit(north, submission())).id)
        await receiver.post("/v1/verify", document())
        sent, received = await scraped(sender), await scraped(receiver)
    assert of(sent, "deliveries_total", peer=SOUTH, result="accepted") == 1
    assert of(sent, "delivery_seconds_count", peer=SOUTH) == 1
    assert of(sent, "attempts_total", peer=SOUTH, kind="message", result="done") == 1
    assert of(sent, "verdicts_total", verdict="PASSED") == 1
    assert of(sent, "losses_total", kind="dropped")
    assert of(sent, "key_expiry_seconds", key="seal xmldsig")
    assert of(received, "arrivals_total", peer=NORTH, result="received") == 1
    assert of(received, "arrivals_total", peer=NORTH, result="accepted") == 1
    assert of(received, "verdicts_total", verdict="PASSED") == 2
    assert of(received, "depth", queue="inbox") == 1
    assert of(received, "health", check="database") == 0


async def test_state_is_that_of_the_store_at_the_moment_of_asking(tmp_path: Path):
    async with lonely_node(tmp_path) as node, api_of(node) as api:
        assert of(await scraped(api), "depth", queue="outbox") == 0
        delivery = await submit(node, submission())
        found = await scraped(api)
        assert of(found, "depth", queue="outbox") == 1
        assert (of(found, "oldest_seconds", queue="outbox") or 0) >= 0
        await node.store.attempted(delivery.id, node.now(), Retry(code="delivery.expired", at=None))
        found = await scraped(api)
        assert of(found, "depth", queue="outbox") == 0
        assert of(found, "dead_letters") == 1


async def test_a_store_that_cannot_be_read_leaves_no_old_figure(tmp_path: Path):
    async with lonely_node(tmp_path) as node, api_of(node) as api:
        assert of(await scraped(api), "depth", queue="outbox") == 0
        await node.store.close()
        node.health.good_until = 0.0
        found = await scraped(api)
        assert of(found, "depth", queue="outbox") is None
        assert math.isnan(of(found, "dead_letters") or 0)
        assert of(found, "health", check="database") == 2


async def test_whatever_is_asked_the_number_of_series_stays_small(tmp_path: Path):
    async with lonely_node(tmp_path) as node, api_of(node) as api:
        for number in range(30):
            await api.get(f"/v1/deliveries/{uuid.uuid4()}")
            await api.get(f"/nothing/{number}")
            await api("PROPFIND", "/v1/verify")
            await api.post(f"/v1/deliveries?to=peer{number}.example", b"x")
        found = await scraped(api)
        assert len(found) < MOST_SERIES
        assert of(found, "http_requests_total", api="local", route="other", method="other", status="405") == 30
        assert of(found, "http_requests_total", api="local", route="other", method="GET", status="404") == 30
