"""What health says of a node that runs. tests/docs/test_health_map.py reads the calls of `seen`: what was caused where."""

from __future__ import annotations

from gateway.delivery.check import Check, Level
from gateway.node.health import health_of
from gateway.node.running import Running
from tests.delivery.nodes import until


async def seen(running: Running, name: str, status: Level = Level.FAIL, about: str = "", *, reason: str = "") -> Check:
    """The check, once it says so, about that and for that reason: health is measured anew every few seconds."""
    found: list[Check] = []

    async def says() -> bool:
        running.health.good_until = 0.0
        checks = [one for one in (await health_of(running)).checks if (one.name, one.status) == (name, status)]
        found[:] = [one for one in checks if about in one.about and reason in one.reason]
        return bool(found)

    await until(says)
    assert found[0].advice
    return found[0]
