"""Bodies: on the disk before they have a name, believed only when they are as they were written."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import stat
from pathlib import Path

import pytest

from gateway.delivery.problem import Stopped
from gateway.delivery.store import NamedBodies
from gateway.drivers import bodies as module
from gateway.drivers.bodies import CHUNK_BYTES, Bodies, read_part

OCTETS = bytes(range(256)) * 40_000  # ten chunks, about
NAME = hashlib.sha256(OCTETS).hexdigest()


@pytest.fixture
async def bodies(tmp_path: Path):
    made = Bodies(tmp_path / "bodies")
    yield made
    await made.close()


async def keep(bodies: Bodies, octets: bytes, step: int = 65_536) -> str:
    async with bodies.incoming() as body:
        for at in range(0, len(octets), step):
            await body.write(octets[at : at + step])
        return await body.keep()


async def as_one(bodies: Bodies, name: str, sha256: str, size: int) -> bytes:
    return read_part(bodies.place(name), sha256, offset=0, size=size)


async def everything(bodies: Bodies, name: str, sha256: str, **part: int) -> bytes:
    return b"".join([chunk async for chunk in bodies.read(name, sha256, **part)])


def files(bodies: Bodies) -> list[Path]:
    return [path for path in bodies.folder.rglob("*") if path.is_file()]


async def code_of(awaitable) -> str:
    with pytest.raises(Stopped) as caught:
        await awaitable
    assert caught.value.advice
    return caught.value.code


async def write_and_fail(bodies: Bodies) -> None:
    async with bodies.incoming() as body:
        await body.write(OCTETS)
        raise ZeroDivisionError


async def nothing() -> NamedBodies:
    return NamedBodies(names=frozenset())


@pytest.mark.parametrize("octets", [b"", b"x", b"y" * CHUNK_BYTES, OCTETS])
async def test_what_was_kept_comes_back(bodies, octets):
    name = await keep(bodies, octets)
    assert name == hashlib.sha256(octets).hexdigest()
    assert await everything(bodies, name, name) == octets


async def test_a_part_comes_back_as_chunks_and_as_one_value(bodies):
    name = await keep(bodies, OCTETS)
    for offset, size in ((0, 10), (1000, 0), (7, 3 * CHUNK_BYTES + 5), (len(OCTETS) - 3, 3)):
        part = OCTETS[offset : offset + size]
        sha256 = hashlib.sha256(part).hexdigest()
        assert await everything(bodies, name, sha256, offset=offset, size=size) == part
        assert read_part(bodies.place(name), sha256, offset=offset, size=size) == part


async def test_files_are_for_their_owner_alone(bodies):
    name = await keep(bodies, b"x")
    assert stat.S_IMODE(bodies.place(name).stat().st_mode) == 0o600
    for folder in (bodies.folder, bodies.place(name).parent, bodies.folder / "incoming"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_what_is_not_kept_is_gone(bodies):
    async with bodies.incoming() as body:
        await body.write(OCTETS)
    with pytest.raises(ZeroDivisionError):
        await write_and_fail(bodies)
    assert files(bodies) == []


async def test_the_same_body_twice_is_one_file(bodies):
    assert await asyncio.gather(*(keep(bodies, OCTETS) for _ in range(5))) == [NAME] * 5
    assert files(bodies) == [bodies.place(NAME)]


async def test_a_body_is_flushed_before_it_has_its_name_and_the_folder_after(bodies, monkeypatch):
    seen = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (seen.append(kind_of(handle)), fsync(handle)))
    monkeypatch.setattr(Path, "replace", lambda path, to: (seen.append("name"), replace(path, to)))
    await keep(bodies, b"x")
    assert seen == ["file", "name", "folder", "folder"]


def kind_of(handle: int) -> str:
    return "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"


async def test_whoever_is_cancelled_while_writing_leaves_nothing(bodies):
    started = asyncio.Event()

    async def write_for_ever():
        async with bodies.incoming() as body:
            while True:
                await body.write(b"x" * CHUNK_BYTES)
                started.set()

    task = asyncio.create_task(write_for_ever())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert files(bodies) == []


@pytest.mark.parametrize("at", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, len(OCTETS) - 1])
async def test_r20_a_flipped_bit_is_found_before_the_last_chunk_is_given(bodies, at):
    name = await keep(bodies, OCTETS)
    flipped = bytearray(OCTETS)
    flipped[at] ^= 1
    bodies.place(name).write_bytes(flipped)
    given = []

    async def read() -> None:
        async for chunk in bodies.read(name, name):
            given.extend(chunk)

    assert await code_of(read()) == "store.damaged"
    assert len(given) < len(OCTETS)
    assert await code_of(as_one(bodies, name, name, len(OCTETS))) == "store.damaged"


@pytest.mark.parametrize("length", [0, CHUNK_BYTES, len(OCTETS) - 1])
async def test_r20_a_body_that_was_cut_is_found(bodies, length):
    name = await keep(bodies, OCTETS)
    os.truncate(bodies.place(name), length)
    assert await code_of(everything(bodies, name, name)) == "store.damaged"


async def test_a_damaged_body_is_healed_by_the_same_body_coming_again(bodies):
    await keep(bodies, OCTETS)
    bodies.place(NAME).write_bytes(b"rot")
    await keep(bodies, OCTETS)
    assert await everything(bodies, NAME, NAME) == OCTETS


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64, "0" * 63 + "\n", "0" * 65])
async def test_g6_a_name_leads_nowhere_else(bodies, name):
    assert await code_of(everything(bodies, name, "")) == "body.missing"
    assert await code_of(as_one(bodies, name, "", 1)) == "body.missing"


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "store.full"), (errno.EDQUOT, "store.full"), (errno.EIO, "store.failed")]
)
@pytest.mark.parametrize("where", ["fsync", "replace"])
async def test_r10_a_disk_that_is_full_or_fails_leaves_nothing_and_works_again_later(
    bodies, monkeypatch, number, code, where
):
    def fail(*_):
        raise OSError(number, "as told")

    with monkeypatch.context() as broken:
        broken.setattr(os if where == "fsync" else Path, where, fail)
        assert await code_of(keep(bodies, OCTETS)) == code
    assert files(bodies) == []
    assert await keep(bodies, OCTETS) == NAME


async def test_a_sweep_takes_what_no_row_names_and_what_another_life_left(bodies):
    kept, orphan = await keep(bodies, b"kept"), await keep(bodies, b"orphan")
    (bodies.folder / "incoming" / "left").write_bytes(b"half")

    async def named():
        return NamedBodies(names=frozenset({kept}))

    assert await bodies.sweep(named) == 2
    assert files(bodies) == [bodies.place(kept)]
    assert orphan != kept


async def test_r20_what_a_damaged_row_names_stays_and_every_other_orphan_goes(bodies):
    kept, orphan = await keep(bodies, b"kept"), await keep(bodies, b"orphan")

    async def named():
        return NamedBodies(names=frozenset({kept}), doubtful=frozenset({kept}))

    assert await bodies.sweep(named) == 1
    assert files(bodies) == [bodies.place(kept)]
    assert orphan != kept


async def test_r20_where_a_damaged_row_names_nothing_that_is_there_no_orphan_is_deleted(bodies):
    """Its own may be any of them. What never was kept is nobody's."""
    orphan = await keep(bodies, b"orphan")
    (bodies.folder / "incoming" / "left").write_bytes(b"half")

    async def named():
        return NamedBodies(names=frozenset({"f" * 64}), doubtful=frozenset({"f" * 64}))

    assert await bodies.sweep(named) == 1
    assert files(bodies) == [bodies.place(orphan)]
    assert await bodies.delete([orphan], named) == 1


async def test_a_sweep_leaves_what_is_being_written(bodies):
    async with bodies.incoming() as body, bodies.incoming() as half:
        await half.write(OCTETS)
        await body.write(b"x")
        name = await body.keep()
        assert await bodies.sweep(nothing) == 0
        assert bodies.place(name).exists()
        await half.keep()
    assert await bodies.sweep(nothing) == 2


async def test_a_sweep_leaves_what_is_kept_after_the_rows_were_read(bodies):
    """The row of a body may be committed between the sweep's question and its deletion."""
    name = await keep(bodies, b"x")

    async def named_before_it_came_again():
        assert await keep(bodies, b"x") == name
        return NamedBodies(names=frozenset())

    assert await bodies.sweep(named_before_it_came_again) == 0
    assert await bodies.delete([name], named_before_it_came_again) == 0
    assert bodies.place(name).exists()
    assert await bodies.delete([name, "0" * 64], nothing) == 1


async def test_two_writers_of_one_body_hold_it_until_the_last_is_done(bodies):
    async with bodies.incoming() as one:
        async with bodies.incoming() as two:
            await one.keep()
            await two.keep()
        assert await bodies.sweep(nothing) == 0
    assert await bodies.sweep(nothing) == 1


async def test_there_is_room_only_above_what_must_stay_free(bodies, monkeypatch):
    monkeypatch.setattr(Bodies, "free_bytes", lambda _: 1000)
    assert bodies.room_for(1000)
    assert not bodies.room_for(1001)
    assert not Bodies(bodies.folder, min_free_bytes=500).room_for(501)


async def test_free_octets_are_those_of_the_disk(bodies):
    assert 0 < bodies.free_bytes() <= module.os.statvfs("/").f_blocks * module.os.statvfs("/").f_frsize * 1000
