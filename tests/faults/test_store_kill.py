"""R1: killed at any named point, a store holds what it acknowledged, and of the rest all or nothing."""

from __future__ import annotations

import ast
import asyncio
import hashlib
import itertools
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.delivery.states import DeliveryState
from gateway.drivers import failpoints
from gateway.drivers.bodies import Bodies
from gateway.drivers.failpoints import COMMITS, POINTS, VARIABLE
from gateway.drivers.store.database import NAME, migrations, statements
from gateway.drivers.store.sqlite import open_store
from gateway.errors import ConfigError
from tests.delivery.store_laws import everything
from tests.delivery.store_makers import NOW, after, delivery
from tests.faults.store_life import killed_after, live, steps, until_killed
from tests.quick_disk import quick_folder
from tests.reference import ROOT

STATEMENTS = sum(len(list(statements(script))) + 1 for script in migrations().values())  # and their numbers


async def told_by(folder: Path) -> list[object]:
    store = open_store(folder)
    assert await store.faults(thorough=True) == ()
    told = await everything(store)
    await store.close()
    return told


@pytest.fixture(scope="module")
def expected() -> Callable[[int], list[object]]:
    """What a store tells that took so many steps, and was never disturbed."""
    known: dict[int, list[object]] = {}

    def after(count: int) -> list[object]:
        if count not in known:
            with quick_folder() as folder:
                asyncio.run(live(folder / "store", count))
                known[count] = asyncio.run(told_by(folder / "store"))
        return known[count]

    return after


async def life(folder: Path, told: Callable[[int], None]) -> None:
    await live(folder, 99, told)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("commit", COMMITS)
def test_r1_killed_around_a_commit_it_is_there_whole_or_not_at_all(quick_path, expected, commit, times):
    for when in ("committing", "committed"):
        folder = quick_path / when
        acknowledged = until_killed(life, f"{commit}.{when}:{times}", folder)
        taken = len(acknowledged) + (when == "committed")
        assert taken < len(steps()) + (when == "committed")
        assert asyncio.run(told_by(folder)) == expected(taken)


@pytest.mark.parametrize("commit", COMMITS)
def test_each_kind_of_commit_is_in_the_life_twice(commit):
    """Else the test above would wait for a point that is never reached."""
    source = ast.unparse(ast.parse((ROOT / "tests" / "faults" / "store_life.py").read_text("utf-8")))
    assert f"store.{commit}(" in source


@pytest.mark.parametrize("statement", range(1, STATEMENTS + 1))
def test_r19_migrations_killed_at_any_statement_are_there_whole_or_not_at_all_and_go_on(
    quick_path, expected, statement
):
    folder = quick_path / "store"
    assert until_killed(life, f"migration.statement:{statement}", folder) == []
    asyncio.run(live(folder, 5))
    assert asyncio.run(told_by(folder)) == expected(5)


def test_r19_a_migration_killed_when_it_is_committed_is_there_and_runs_no_more(quick_path, expected):
    folder = quick_path / "store"
    until_killed(life, f"migration.committed:{max(migrations())}", folder)
    plain = sqlite3.connect(folder / NAME)
    assert plain.execute("PRAGMA user_version").fetchone() == (max(migrations()),)
    plain.close()
    assert asyncio.run(told_by(folder)) == expected(0)


async def submit_without_end(folder: Path, told: Callable[[object], None]) -> None:
    """Twenty clients submit, and take what they submitted further; each acknowledgement is told."""
    store = open_store(folder)

    async def client(number: int) -> None:
        for n in itertools.count():
            one = delivery((number, n))
            await store.submit(one)
            told((one.id, DeliveryState.QUEUED))
            await store.receipted(one.id, b"t", NOW, after(1))
            told((one.id, DeliveryState.RECEIPTED))
            await store.decided(one.id, b"b", DeliveryState.ACCEPTED, NOW)
            told((one.id, DeliveryState.ACCEPTED))

    await asyncio.gather(*(client(number) for number in range(20)))


ORDER = [DeliveryState.QUEUED, DeliveryState.RECEIPTED, DeliveryState.ACCEPTED]
STORY = ["queued", "receipted", "accepted"]


async def check_acknowledged(folder: Path, told: list[tuple[str, DeliveryState]]) -> int:
    """Each delivery is at least as far as was acknowledged, at most one step further, and its timeline says the same."""
    store = open_store(folder)
    assert await store.faults(thorough=True) == ()
    there = {one.id: ORDER.index(one.state) for one in await store.deliveries(limit=10**6)}
    acknowledged = {name: ORDER.index(state) for name, state in told}
    for name, state in acknowledged.items():
        assert there[name] in (state, state + 1)
    for name, state in there.items():
        assert name in acknowledged or state == 0
        assert [event.what for event in await store.timeline(name)] == STORY[: state + 1]
    await store.close()
    return len(acknowledged)


def kill_at_random(folder: Path, runs: int, seed: int) -> None:
    chance = random.Random(seed)
    for run in range(runs):
        told = killed_after(submit_without_end, chance.uniform(0, 0.1), folder / str(run))
        assert asyncio.run(check_acknowledged(folder / str(run), told))
        shutil.rmtree(folder / str(run))


def test_r2_killed_at_any_time_under_load_what_was_acknowledged_is_there(quick_path):
    kill_at_random(quick_path, 10, 2)


@pytest.mark.long
def test_r2_killed_a_thousand_times(quick_path):
    kill_at_random(quick_path, 1000, 2002)


async def keep_three(folder: Path, told: Callable[[str], None]) -> None:
    """Write three bodies, with a row for each."""
    store, bodies = open_store(folder / "store"), Bodies(folder / "bodies")
    for n in range(3):
        async with bodies.incoming() as body:
            await body.write(bytes([n]) * 3_000_000)
            name = await body.keep()
            await store.submit(replace(delivery(n), body=name))
        told(name)


BODY_POINTS = ["body.begun", "body.written", "body.flushed", "body.renamed", "body.kept", "submit.committing"]


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("point", [*BODY_POINTS, "submit.committed"])
def test_r1_killed_around_a_body_every_row_has_its_body_and_a_sweep_leaves_no_other(quick_path, point, times):
    acknowledged = until_killed(keep_three, f"{point}:{times}", quick_path)
    assert len(acknowledged) == times - 1
    held = asyncio.run(look_and_sweep(quick_path))
    assert held == set(acknowledged) | ({_name(times - 1)} if point == "submit.committed" else set())


def _name(n: int) -> str:
    return hashlib.sha256(bytes([n]) * 3_000_000).hexdigest()


async def look_and_sweep(folder: Path) -> set[str]:
    """The bodies that stand after a sweep: each read, and each named by a row."""
    store, bodies = open_store(folder / "store"), Bodies(folder / "bodies")
    await bodies.sweep(store.bodies)
    there = {path.name for path in (folder / "bodies").rglob("*") if path.is_file()}
    assert there == (await store.bodies()).names
    for name in there:
        async for _ in bodies.read(name, name):
            pass
    await bodies.close()
    await store.close()
    return there


async def sweep_while_killed(folder: Path, told: Callable[[str], None]) -> None:
    store, bodies = open_store(folder / "store"), Bodies(folder / "bodies")
    for n in range(3):
        async with bodies.incoming() as body:
            await body.write(bytes([n]))
            told(await body.keep())
    await bodies.sweep(store.bodies)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_r1_killed_while_it_sweeps_the_next_sweep_ends_it(quick_path, times):
    assert len(until_killed(sweep_while_killed, f"body.deleting:{times}", quick_path)) == 3
    assert asyncio.run(look_and_sweep(quick_path)) == set()


def test_every_point_is_reached_somewhere_and_no_other_is():
    named = set()
    for file in (ROOT / "gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reach":
                named |= {part.value for part in node.args if isinstance(part, ast.Constant)}
    commits = {f"{commit}.{when}" for commit in COMMITS for when in ("committing", "committed")}
    assert named | commits <= set(POINTS)
    assert set(POINTS) - named - commits <= {"hand_over.begun", "hand_over.done"}
    assert len(POINTS) == len(set(POINTS))


def test_the_environment_arms_a_point():
    code = "from gateway.drivers.failpoints import reach; reach('body.kept'); print('once', flush=True); reach('body.kept')"
    environment = {**os.environ, VARIABLE: "body.kept:2"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "once\n")


def test_a_point_of_no_such_name_is_refused():
    with pytest.raises(ConfigError) as caught:
        failpoints._Armed("body.never")
    assert caught.value.code == "config.kill_point"
