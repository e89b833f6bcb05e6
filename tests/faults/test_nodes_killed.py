"""R1, R2: nodes killed at every named point and at any moment: nothing lost, nothing doubled, nothing half done."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.drivers.failpoints import POINTS
from tests.faults.history import check
from tests.faults.troubles import both_killed, killed, killed_on_a_bad_line, one_run
from tests.faults.world import STANDSTILL, Process, World, world

AT_START = ("migration.statement", "migration.committed")
BY_HAND = ("acknowledge", "arrival_again", "arrival_discard")
ELSEWHERE = ("store.checkpoint", *(f"{one}.{when}" for one in BY_HAND for when in ("committing", "committed")))
"""Reached by a database of many megabytes, or by an operator: tests/faults/test_store_kill.py kills there."""
IN_THE_FLOW = tuple(point for point in POINTS if point not in AT_START + ELSEWHERE)
GROUPS = [IN_THE_FLOW[start::4] for start in range(4)]


async def provoke(world: World, node: Process, point: str) -> None:
    """Do what leads a node to a point."""
    name, other = point.partition(".")[0], world.other(node)
    if name in {"attempted", "receipt_attempted"}:
        other.line.faults, other.line.share = ("busy",), 1.0
        await world.submit(node if name == "attempted" else other)
    elif name == "alarm":
        world.bad_lines("altered answer", share=1.0)
        await world.submit(node)
    elif name in {"retry", "discard"}:
        await dead_letter(world, node, point)
    elif name == "receipt_again":
        await asked_again(world, node)
    elif name == "hand_over_failed":
        await nowhere_to_hand_over(world, node)
    elif name == "note":
        await node.ended_by("/round")
    elif point == "body.deleting" or name in {"release_bodies", "forget"}:
        await finish(world, node, point)
    else:
        await asyncio.gather(world.submit(node), world.submit(other))


async def dead_letter(world: World, node: Process, point: str) -> None:
    """A delivery that its peer refused for good; the operator says what becomes of it."""
    name = point.partition(".")[0]
    await armed_for(node, None)
    world.bad_lines("altered request", share=1.0)
    one = await world.submit(node)
    async with asyncio.timeout(STANDSTILL):
        while (await node.ask("GET", "/waits"))[1]["dead"] == 0:  # noqa: ASYNC110 - another process has no event
            await asyncio.sleep(0.01)
    world.bad_lines()
    await armed_for(node, point)
    starts = node.starts
    await call(node, name, id=one.id)
    await node.until_dead(starts)
    await world.revive(node)
    await call(node, name, id=one.id)  # the operator didn't see whether it was done
    if name == "discard":
        world.discarded.add(one.id)


async def asked_again(world: World, node: Process) -> None:
    """A message comes again that was decided, because its business receipt doesn't get through."""
    other = world.other(node)
    other.line.faults, other.line.share = ("busy",), 1.0
    one = await world.submit(other)
    async with asyncio.timeout(STANDSTILL):
        while True:
            arrivals = (await node.ask("GET", "/history"))[1]["arrivals"]
            if any(arrival["id"] == one.id and arrival["business"] for arrival in arrivals):
                break
            await asyncio.sleep(0.01)
    await world.skip(1000)


async def finish(world: World, node: Process, point: str) -> None:
    """What retention does after a delivery."""
    await armed_for(node, None)
    await world.submit(world.other(node))
    await world.drained()
    await armed_for(node, point)
    await call(node, "forget" if point.startswith("forget") else "release_bodies")


async def nowhere_to_hand_over(world: World, node: Process) -> None:
    """The registry's folder can't be written."""
    hidden, away = node.inbox / ".testamur", node.inbox / ".away"
    hidden.rename(away)
    hidden.touch()
    starts = node.starts
    await world.submit(world.other(node))
    await node.until_dead(starts)
    hidden.unlink()
    away.rename(hidden)


async def call(node: Process, name: str, **query: str) -> None:
    """Call it, whether or not the node lives to answer."""
    await node.ended_by(f"/call/{name}", **query)


async def armed_for(node: Process, point: str | None) -> None:
    await node.call("/arm", **({} if point is None else {"point": point}))


async def kill_at(world: World, node: Process, point: str) -> None:
    """One run: killed at a point, started again; the history is one that can be."""
    try:
        starts = node.starts
        await armed_for(node, point)
        provoking = asyncio.create_task(provoke(world, node, point))
        if point.partition(".")[0] not in {"retry", "discard"}:
            await node.until_dead(starts)
        world.bad_lines()
        await provoking
        world.bad_lines()
        await world.drained()
        assert node.starts > starts, f"{point} was never reached"
        check(world, await world.histories())
    except BaseException as error:
        error.add_note(f"killed at {point}: {node.name}")
        raise


@pytest.mark.parametrize("points", GROUPS, ids=range(len(GROUPS)))
async def test_r1_killed_at_every_named_point_a_node_goes_on_as_if_nothing_had_been(quick_path: Path, points) -> None:
    async with world(quick_path, seed=1) as made:
        for number, point in enumerate(points):
            await kill_at(made, made.nodes[number % 2], point)


@pytest.mark.parametrize("point", AT_START)
async def test_r1_a_node_killed_while_it_makes_its_store_makes_it_at_the_next_start(quick_path: Path, point) -> None:
    async with world(quick_path, seed=2) as made:
        made.north.stop()
        for file in made.north.store.glob("messages.db*"):
            file.unlink()
        made.north.start(kill_at=point)
        await made.north.until_dead(made.north.starts)
        await made.revive(made.north)
        await made.some(2)
        await made.drained()
        check(made, await made.histories())


@pytest.mark.parametrize("seed", range(2))
async def test_r2_killed_at_any_moment_under_load_nothing_is_lost_or_doubled(quick_path: Path, seed) -> None:
    async with world(quick_path, seed=seed) as made:
        for _ in range(12):
            await one_run(made, made.chance.choice([killed, killed, both_killed, killed_on_a_bad_line]))
