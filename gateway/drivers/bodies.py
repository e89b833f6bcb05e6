"""Bodies: each message's octets in a file, named by their SHA-256, on the disk before any row names it.

    incoming/<random>      being written
    ab/abcdef...           kept: flushed, then renamed, then the folder flushed

A body is never changed. What is read is digested again: a disk that alters what it holds is found out, never passed on.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import re
import secrets
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

from gateway.delivery.problem import Stopped
from gateway.delivery.store import NamedBodies
from gateway.drivers.failpoints import reach
from gateway.drivers.folders import flush_folder, private_folder
from gateway.drivers.store.faults import damaged, failed, full

T = TypeVar("T")
CHUNK_BYTES = 1024 * 1024
_THREADS = 4
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
BODY_NAME = re.compile(r"[0-9a-f]{64}")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Bodies:
    """The bodies in one folder, which the process lock of the store beside it guards.

    `min_free_bytes` of the disk are left to others: what would take them is refused before it is accepted.
    """

    def __init__(self, folder: Path, *, min_free_bytes: int = 0) -> None:
        self.folder = folder
        self._incoming = folder / "incoming"
        for made in (folder, self._incoming):
            private_folder(made)
        self._min_free = min_free_bytes
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="bodies")
        self._lock = threading.Lock()
        self._sweeping = asyncio.Lock()
        self._writing: set[Path] = set()
        self._held: Counter[str] = Counter()
        self._touched: set[str] = set()
        self._flushed: set[Path] = set()

    # --- in

    @contextlib.asynccontextmanager
    async def incoming(self) -> AsyncIterator[IncomingBody]:
        """Write a body: `write` its octets, then `keep` it, then write the row that names it, all inside the block.

        What isn't kept when the block ends is gone. What is kept, and named by no row, is gone at the next `sweep`.
        `write` and `keep` raise Stopped: `store.full`, `store.failed`.
        """
        body = IncomingBody(self)
        try:
            yield body
        finally:
            if body.kept:
                self._let_go(body)
            elif body.begun:
                await asyncio.shield(self.run(self._give_up, body))

    def write_on(self, body: IncomingBody, octets: bytes) -> None:
        """Write to the file of a body; it is begun with the first octets that come here."""
        with body.lock:
            if body.given_up:
                raise failed("the body was given up")
            body.hidden = body.hidden or self._begin()
            body.hidden.write(octets)

    def keep(self, body: IncomingBody, octets: bytes) -> str:
        """Write the last octets, flush the file, and give it its name."""
        self.write_on(body, octets)
        return self._name_it(body)

    def _begin(self) -> _Hidden:
        path = self._incoming / secrets.token_hex(16)
        with self._lock:
            self._writing.add(path)
        hidden = _Hidden(path, self.room_for)
        reach("body.begun")
        return hidden

    def _give_up(self, body: IncomingBody) -> None:
        with body.lock:
            body.given_up = True
            if body.hidden is not None:
                body.hidden.discard()
        self._let_go(body)

    def _let_go(self, body: IncomingBody) -> None:
        with self._lock:
            if body.hidden is not None:
                self._writing.discard(body.hidden.path)
            if body.name is not None:
                self._held[body.name] -= 1
                self._held += Counter()  # forgets what is at nought

    def _name_it(self, body: IncomingBody) -> str:
        """Give a flushed file its name. From now on, until the block ends, no sweep takes it."""
        assert body.hidden is not None  # noqa: S101 - it was written to
        name = body.hidden.flush()
        place = self.place(name)
        with self._lock:
            self._held[name] += 1
            self._touched.add(name)
            body.name = name
            place.parent.mkdir(mode=0o700, exist_ok=True)
            body.hidden.path.replace(place)
        reach("body.renamed")
        flush_folder(place.parent)
        if place.parent not in self._flushed:  # once: afterwards that folder is on the disk for good
            flush_folder(self.folder)
            self._flushed.add(place.parent)
        reach("body.kept")
        return name

    # --- out

    async def read(self, name: str, sha256: str, *, offset: int = 0, size: int | None = None) -> AsyncIterator[bytes]:
        """The octets of a body, or of a part of it, whose digest is `sha256`. The last chunk comes only if that holds.

        Raises:
            Stopped: `body.missing`, `store.damaged`, `store.failed`.
        """
        digest = hashlib.sha256()
        file, held = await self.run(self._open_and_read, name, offset, size, digest)
        try:
            left = None if size is None else size - len(held)
            while file is not None and (chunk := await self.run(_read, file, left, digest)):
                left = None if left is None else left - len(chunk)
                yield held
                held = chunk
            if digest.hexdigest() != sha256:
                raise damaged("a body isn't as it was written")
            if held:
                yield held
        finally:
            if file is not None:
                await asyncio.shield(self.run(file.close))

    def _open_and_read(
        self, name: str, offset: int, size: int | None, digest: hashlib._Hash
    ) -> tuple[BinaryIO | None, bytes]:
        """The first chunk, and the file where there may be more."""
        file = self._open(name, offset)
        try:
            chunk = _read(file, size, digest)
        except BaseException:
            file.close()
            raise
        if len(chunk) < CHUNK_BYTES:
            file.close()
            return None, chunk
        return file, chunk

    def _open(self, name: str, offset: int) -> BinaryIO:
        return _open(self.place(name), offset)

    # --- away

    async def sweep(self, needed: Callable[[], Awaitable[NamedBodies]]) -> int:
        """Delete what was never kept, and what no row names; returns how many files.

        `needed` is the store's `bodies`. It is asked after looking what is there, so that a body whose row is written
        meanwhile stays. Where a damaged row names what isn't there, its own may be any that no other row names: all
        of those stay.
        """
        async with self._sweeping:
            unkept = await self.run(self._unlink_unkept)
            there = await self.run(self._kept)
            named = await needed()
            if not named.doubtful.issubset(there):
                return unkept
            return unkept + await self.run(self._unlink, [name for name in there if name not in named.names])

    async def delete(self, names: Iterable[str], needed: Callable[[], Awaitable[NamedBodies]]) -> int:
        """Delete those of these bodies that no row names any more; returns how many.

        They were named by sound rows: what a damaged row should name isn't among them, for each message has a body of
        its own.
        """
        async with self._sweeping:
            with self._lock:
                self._touched = set(self._held)
            named = (await needed()).names
            return await self.run(self._unlink, [name for name in names if name not in named])

    def _unlink_unkept(self) -> int:
        with self._lock:
            unkept = [path for path in self._incoming.iterdir() if path not in self._writing]
            for path in unkept:
                path.unlink()
        return len(unkept)

    def _kept(self) -> list[str]:
        with self._lock:
            self._touched = set(self._held)
        return [path.name for path in self.folder.glob("??/*") if BODY_NAME.fullmatch(path.name)]

    def _unlink(self, names: Iterable[str]) -> int:
        deleted = 0
        for name in names:
            with self._lock, contextlib.suppress(FileNotFoundError):
                if name not in self._touched:
                    reach("body.deleting")
                    self.place(name).unlink()
                    deleted += 1
        return deleted

    # --- room and place

    def room_for(self, size: int) -> bool:
        """Whether a body of so many octets leaves the disk the octets that it must keep free."""
        return self.free_bytes() - size >= self._min_free

    def free_bytes(self) -> int:
        """What is free for this user on the disk."""
        disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize

    def place(self, name: str) -> Path:
        """Where the body of this name stands.

        Raises:
            Stopped: `body.missing` for what is no name of a body: names never lead elsewhere.
        """
        if not BODY_NAME.fullmatch(name):
            raise missing()
        return self.folder / name[:2] / name

    async def close(self) -> None:
        """Wait for what is being done."""
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)

    async def run(self, work: Callable[..., T], *parts: object) -> T:
        """Do blocking work on a body in a thread. Raises Stopped where the disk fails."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(_guarded, work, *parts))


class IncomingBody:
    """A body that is being written. `size` is how many octets came; `name` its digest, once it was kept."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self.lock = threading.Lock()
        self.hidden: _Hidden | None = None
        self.given_up = False
        self.begun = False
        self.kept = False
        self.name: str | None = None
        self.size = 0
        self._gathered = bytearray()

    async def write(self, octets: bytes) -> None:
        """More octets. They are written a mebibyte at a time: a small body has no file until it is kept."""
        self._gathered += octets
        self.size += len(octets)
        if len(self._gathered) >= CHUNK_BYTES:
            await self._bodies.run(self._bodies.write_on, self, self._take())

    async def so_far(self) -> bytes | Path:
        """What was written so far: its octets, or, where they are many, the file that holds them."""
        if self.hidden is None:
            return bytes(self._gathered)
        await self._bodies.run(self._bodies.write_on, self, self._take())
        return self.hidden.path

    async def again(self) -> AsyncIterator[bytes]:
        """What was written so far, from its beginning: of a body that is looked at and not kept."""
        so_far = await self.so_far()
        if isinstance(so_far, bytes):
            yield so_far
            return
        offset = 0
        while chunk := await self._bodies.run(_read_at, so_far, offset):
            offset += len(chunk)
            yield chunk

    async def keep(self) -> str:
        """Flush it to the disk under its name, the SHA-256 of its octets, and return that."""
        name = await self._bodies.run(self._bodies.keep, self, self._take())
        self.kept = True
        return name

    def _take(self) -> bytes:
        gathered, self._gathered = self._gathered, bytearray()
        self.begun = True
        return bytes(gathered)


class _Hidden:
    """The file behind an incoming body. Its methods block, and may be called from any thread."""

    def __init__(self, path: Path, room_for: Callable[[int], bool]) -> None:
        self.path = path
        self._room_for = room_for
        self._digest = hashlib.sha256()
        self._lock = threading.Lock()
        self._file: BinaryIO | None = os.fdopen(os.open(path, _NEW, 0o600), "wb", buffering=0)

    def write(self, octets: bytes) -> None:
        with self._lock:
            if self._file is None:
                raise failed("the body was given up")
            if not self._room_for(len(octets)):
                raise full()
            view = memoryview(octets)
            self._digest.update(view)
            while view:
                view = view[self._file.write(view) :]

    def flush(self) -> str:
        """The digest of what is now on the disk."""
        with self._lock:
            if self._file is None:
                raise failed("the body was given up")
            reach("body.written")
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
        reach("body.flushed")
        return self._digest.hexdigest()

    def discard(self) -> None:
        """Close it; what wasn't renamed is deleted."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
            self.path.unlink(missing_ok=True)


def read_part(file: Path, sha256: str, *, offset: int, size: int) -> bytes:
    """The octets of a part of a body as one value, for a process that works on it and knows the limit of `size`.

    Raises:
        Stopped: as `Bodies.read`.
    """
    return _guarded(_read_part, file, sha256, offset, size)


def _read_part(file: Path, sha256: str, offset: int, size: int) -> bytes:
    with _open(file, offset) as stream:
        octets = stream.read(size)
    if hashlib.sha256(octets).hexdigest() != sha256:
        raise damaged("a body isn't as it was written")
    return octets


def _open(file: Path, offset: int) -> BinaryIO:
    try:
        stream = file.open("rb", buffering=0)
    except FileNotFoundError:
        raise missing() from None
    stream.seek(offset)
    return stream


def missing() -> Stopped:
    """The file isn't there."""
    return Stopped(
        "body.missing",
        "the octets of this message aren't here",
        status=410,
        stage="store",
        advice="they are deleted when a delivery is finished; otherwise restore a backup",
    )


def _read_at(path: Path, offset: int) -> bytes:
    with path.open("rb", buffering=0) as file:
        file.seek(offset)
        return file.read(CHUNK_BYTES)


def _read(file: BinaryIO, left: int | None, digest: hashlib._Hash) -> bytes:
    chunk = file.read(CHUNK_BYTES if left is None else min(left, CHUNK_BYTES))
    digest.update(chunk)
    return chunk


def _guarded(work: Callable[..., T], *parts: object) -> T:
    try:
        return work(*parts)
    except OSError as error:
        raise (full() if error.errno in _NO_ROOM else failed(f"the disk failed: {error.strerror}")) from error
