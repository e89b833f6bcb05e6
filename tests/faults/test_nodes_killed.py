"""R1, R2: nodes killed at every named point and at any moment: nothing lost, nothing doubled, nothing half done."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.drivers.failpoints import POINTS
from tests.faults.history import check
from tests.faults.troubles import both_killed, killed, killed_on_a_bad_line, one_run, until_dead
from tests.faults.world import Process, World, world
from tests.quick_disk import quick_folder

AT_START = ("migration.statement", "migration.committed")
ELSEWHERE = (
    "store.checkpoint",
    "hand_over.begun",
    "hand_over.done",
    "hand_over_failed.committing",
    "hand_over_failed.committed",
)
"""Reached by a database of many megabytes, and by handing over: tests/faults/test_store_kill.py kills there."""
IN_THE_FLOW = tuple(point for point in POINTS if point not in AT_START + ELSEWHERE)
GROUPS = [IN_THE_FLOW[start::4] for start in range(4)]


@pytest.fixture
def quick_path():
    with quick_folder() as folder:
        yield folder


async def provoke(world: World, node: Process, point: str) -> None:
    """Do what leads a node to a point."""
    name, other = point.partition(".")[0], world.other(node)
    if name in {"attempted", "receipt_attempted"}:
        world.bad_lines("busy", share=1.0)
        await world.submit(node if name == "attempted" else other)
    elif name == "alarm":
        world.bad_lines("altered answer", share=1.0)
        await world.submit(node)
    elif name in {"retry", "discard"}:
        await dead_letter(world, node, name)
    elif name == "receipt_again":
        await asked_again(world, node)
    elif name == "handed_over" or point == "body.deleting" or name in {"release_bodies", "forget"}:
        await finish(world, node, name)
    else:
        await asyncio.gather(world.submit(node), world.submit(other))


async def dead_letter(world: World, node: Process, name: str) -> None:
    """A delivery that its peer refused for good; the operator says what becomes of it."""
    await armed_for(node, None)
    world.bad_lines("altered request", share=1.0)
    one = await world.submit(node)
    while (await node.ask("GET", "/waits"))[1]["dead"] == 0:
        await asyncio.sleep(0.01)
    world.bad_lines()
    await armed_for(node, f"{name}.{world.chance.choice(['committing', 'committed'])}")
    await call(node, name, id=one.id)
    await world.revive(node)
    if name == "discard":
        await call(node, "discard", id=one.id)
    await call(node, "retry", id=one.id)


async def asked_again(world: World, node: Process) -> None:
    """A message comes again that was decided, because its business receipt doesn't get through."""
    other = world.other(node)
    other.line.faults, other.line.share = ("busy",), 1.0
    one = await world.submit(other)
    async with asyncio.timeout(20):
        while True:
            arrivals = (await node.ask("GET", "/history"))[1]["arrivals"]
            if any(arrival["id"] == one.id and arrival["business"] for arrival in arrivals):
                break
            await asyncio.sleep(0.01)
    await world.skip(1000)


async def finish(world: World, node: Process, name: str) -> None:
    """What a registry and the clock do after a delivery."""
    await armed_for(node, None)
    other = world.other(node)
    await world.submit(other)
    await world.drained()
    point = {"body": "body.deleting"}.get(name, f"{name}.{world.chance.choice(['committing', 'committed'])}")
    (arrival, *_) = (one for one in (await node.ask("GET", "/history"))[1]["arrivals"] if one["state"] == "accepted")
    if name == "body":
        await call(node, "handed_over", sender=other.name, id=arrival["id"])
    await armed_for(node, point)
    await call(node, "release_bodies" if name == "body" else name, sender=other.name, id=arrival["id"])


async def call(node: Process, name: str, **query: str) -> None:
    """Call it, whether or not the node lives to answer."""
    from aiohttp import ClientError

    try:
        await node.call(f"/call/{name}", **query)
    except (ClientError, ConnectionError):
        return


async def armed_for(node: Process, point: str | None) -> None:
    await node.call("/arm", **({} if point is None else {"point": point}))


async def kill_at(world: World, node: Process, point: str) -> None:
    """One run: killed at a point, started again; the history is one that can be."""
    starts = node.starts
    await armed_for(node, point)
    provoking = asyncio.create_task(provoke(world, node, point))
    if point.partition(".")[0] not in {"retry", "discard"}:
        await until_dead(node)
    world.bad_lines()
    await provoking
    world.bad_lines()
    await world.drained()
    assert node.starts > starts, f"{point} was never reached"
    discarded = [one for one in world.submitted if point.startswith("discard")]
    histories = await world.histories()
    check(world, histories)
    assert discarded == [] or histories


@pytest.mark.parametrize("points", GROUPS, ids=range(len(GROUPS)))
async def test_r1_killed_at_every_named_point_a_node_goes_on_as_if_nothing_had_been(quick_path: Path, points) -> None:
    async with world(quick_path, seed=1) as made:
        for number, point in enumerate(points):
            try:
                await kill_at(made, made.nodes[number % 2], point)
            except BaseException as error:
                error.add_note(f"at {point} of {made.nodes[number % 2].name}")
                raise


@pytest.mark.parametrize("point", AT_START)
async def test_r1_a_node_killed_while_it_makes_its_store_makes_it_at_the_next_start(quick_path: Path, point) -> None:
    async with world(quick_path, seed=2) as made:
        made.north.stop()
        for file in made.north.store.glob("messages.db*"):
            file.unlink()
        made.north.start(kill_at=point)
        await until_dead(made.north)
        await made.revive(made.north)
        await made.some(2)
        await made.drained()
        check(made, await made.histories())


@pytest.mark.parametrize("seed", range(2))
async def test_r2_killed_at_any_moment_under_load_nothing_is_lost_or_doubled(quick_path: Path, seed) -> None:
    async with world(quick_path, seed=seed) as made:
        for _ in range(12):
            await one_run(made, made.chance.choice([killed, killed, both_killed, killed_on_a_bad_line]))
