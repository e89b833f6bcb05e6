"""A part of 200 MB (here of 100) goes through two nodes, and neither grows by more than 64 MiB."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from gateway.node.demo_nodes import free_port
from tests.faults.world import Process, World, world

GROWTH = 64 * 1024 * 1024
_CHUNK = bytes(1_000_000)


def peak(node: Process) -> int:
    """Octets that a process had in memory at most."""
    status = Path(f"/proc/{node.pid}/status").read_text("ascii")
    return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status)[1])


async def octets(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // len(_CHUNK)):
        yield _CHUNK


async def submit(made: World, port: int, body: AsyncIterator[bytes] | bytes) -> str:
    """Through the local API, as a registry does."""
    token = (made.north.participant.folder / "local.token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300)) as session,
        session.post(
            f"http://127.0.0.1:{port}/v1/deliveries", params={"to": made.south.name}, headers=headers, data=body
        ) as answer,
    ):
        assert answer.status == 202, await answer.text()
        return (await answer.json())["id"]


@pytest.mark.parametrize("size", [100_000_000, pytest.param(200_000_000, marks=pytest.mark.long)])
async def test_a_large_part_passes_through_in_64_mib(tmp_path: Path, size: int) -> None:
    port = free_port()
    async with world(tmp_path, seed=7, read_seconds=300, direct=True) as made:
        settings = made.north.participant.folder / "node.toml"
        settings.write_text(
            settings.read_text().replace('local_listen = "127.0.0.1:0"', f'local_listen = "127.0.0.1:{port}"')
        )
        made.north.stop()
        made.north.start()
        await made.north.until_up()
        await submit(made, port, b"something small, so that everything is loaded")
        await made.drained()
        before = {node.name: peak(node) for node in made.nodes}
        name = await submit(made, port, octets(size))
        async with asyncio.timeout(120):
            while not [one for one in made.south.inbox.glob("[!.]*") if name in one.name]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        (folder,) = [one for one in made.south.inbox.glob("[!.]*") if name in one.name]
        assert json.loads((folder / "account.json").read_text())["original"]["sub_indication"] == "TOO_LARGE"
        assert max(file.stat().st_size for file in folder.iterdir()) == size
        grown = {node.name: peak(node) - before[node.name] for node in made.nodes}
        assert max(grown.values()) <= GROWTH, grown
