"""A process that gives birth to others by forking: made once, while this one has a single thread and nothing open.

A child that is forked has everything imported and made, so that it begins within milliseconds, and what a node read at
its start (keys, trust, policies) is what all its children work with, whatever becomes of the files. But to fork is
safe only where no other thread can hold a lock, so a node forks this process first of all, and that forks the rest: it
has one thread, and does nothing else. When its parent ends, however it does, it ends with all its children.

A child's temporary files stand in a folder of its own, which goes with it: what a document left there when its process
was ended would stay for good.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import secrets
import shutil
import signal
import socket
import struct
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.delivery.problem import Stopped

_REQUEST = struct.Struct("!q")
"""0, with a line beside it: begin a child. Else: end this child, if it hasn't ended, and say how it did."""
_ANSWER = struct.Struct("!q")
_NOT_BEGUN = -1
_PATIENCE = 30.0
"""Seconds for an answer, which takes a few milliseconds: after that the process is as good as dead."""
_FIRST_OURS = 3
_Children = dict[int, Path]
"""The children that were begun, and the folder of each one's temporary files."""
_KILLED_BEFORE_US = "500"
"""Of 1,000: where memory runs out, the system ends a child sooner than the node."""


@dataclass(frozen=True, slots=True)
class Child:
    """A child and the line to it (this end is non-blocking)."""

    pid: int
    line: socket.socket


class ForkServer:
    """The handle on such a process; made by `fork`. `close` ends it and all its children."""

    def __init__(self, pid: int, line: socket.socket) -> None:
        self.pid = pid
        self._line = line
        self._turn = asyncio.Lock()
        self._ended = False

    @classmethod
    def fork(cls, live: Callable[[socket.socket], None]) -> ForkServer:
        """Fork it. Each child calls `live` with its line, and ends when that returns."""
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            _end_with(lambda: _give_birth(theirs, live))
        theirs.close()
        ours.setblocking(False)  # noqa: FBT003 - the standard library's own
        return cls(pid, ours)

    @property
    def alive(self) -> bool:
        """Whether it can still give birth."""
        try:
            return not self._ended and self._line.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True

    async def begin(self) -> Child:
        """A new child.

        Raises:
            Stopped: `work.no_process` (503) where there can't be one.
        """
        birth = asyncio.ensure_future(self._begin())
        try:
            return await asyncio.shield(birth)
        except asyncio.CancelledError:
            birth.add_done_callback(_unwanted)
            raise

    async def _begin(self) -> Child:
        try:
            ours, theirs = socket.socketpair()
        except OSError:
            raise _no_process("this node has no further file for the line to a process") from None
        try:
            with theirs:
                pid = await self._ask(0, theirs)
            if pid == _NOT_BEGUN:
                raise _no_process("the system gives this node no further process")
        except Stopped:
            ours.close()
            raise
        ours.setblocking(False)  # noqa: FBT003
        return Child(pid, ours)

    async def end(self, child: Child) -> int | None:
        """End a child, whatever it does; its exit code (minus the signal that ended it), None where nobody knows."""
        child.line.close()
        try:
            return await asyncio.shield(self._ask(child.pid))
        except Stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)  # an orphan now: the one who forked it is gone
            return None

    async def close(self) -> None:
        """End it, and so its children."""
        self._ended = True
        self._line.close()
        await asyncio.to_thread(os.waitpid, self.pid, 0)

    async def _ask(self, request: int, line: socket.socket | None = None) -> int:
        loop = asyncio.get_running_loop()
        async with self._turn:
            try:
                socket.send_fds(self._line, [_REQUEST.pack(request)], [] if line is None else [line.fileno()])
                async with asyncio.timeout(_PATIENCE):
                    octets = await loop.sock_recv(self._line, _ANSWER.size)
                return int(_ANSWER.unpack(octets)[0])
            except (OSError, struct.error, TimeoutError):
                self._ended = True
                raise _no_process("the process that begins others has ended") from None


def _unwanted(birth: asyncio.Future[Child]) -> None:
    """A child that nobody waits for any more ends when its line does."""
    if not birth.cancelled() and birth.exception() is None:
        birth.result().line.close()


def _no_process(message: str) -> Stopped:
    return Stopped(
        "work.no_process",
        message,
        status=503,
        stage="capacity",
        retryable=True,
        retry_after=30,
        advice="see how many processes and how much memory the node may have; start it again, if it doesn't go on",
    )


# --- the process itself ----------------------------------------------------------------------------------------------


def _end_with(life: Callable[[], None]) -> None:
    """Live, and end without going back to what the parent was doing when it forked."""
    code = 1
    try:
        life()
        code = 0
    finally:
        os._exit(code)


def _give_birth(line: socket.socket, live: Callable[[socket.socket], None]) -> None:
    _forget_parent(line)
    children: _Children = {}
    try:
        while octets := _request(line, children, live):
            line.sendall(octets)
    finally:
        for pid in tuple(children):
            _put_to_end(pid, children)


def _forget_parent(line: socket.socket) -> None:
    """Nothing of the parent's is kept open, or handled here; what it made is never searched for garbage."""
    gc.freeze()
    signal.set_wakeup_fd(-1)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    mine = line.fileno()
    os.closerange(_FIRST_OURS, mine)
    os.closerange(mine + 1, os.sysconf("SC_OPEN_MAX"))
    _forget_tracker()


def _forget_tracker() -> None:
    """Where the parent begot processes by multiprocessing, that keeps the number of a file which is closed here."""
    used = sys.modules.get("multiprocessing.resource_tracker")
    if used is not None:
        tracker = used._resource_tracker  # noqa: SLF001 - the library has no public way
        tracker._fd = tracker._pid = None  # noqa: SLF001


def _request(line: socket.socket, children: _Children, live: Callable[[socket.socket], None]) -> bytes:
    """Do one request; the answer, empty where the parent has ended."""
    octets, descriptors, _, _ = socket.recv_fds(line, _REQUEST.size, 1)
    if not octets:
        return b""
    if descriptors:
        return _ANSWER.pack(_begin(line, descriptors[0], children, live))
    (pid,) = _REQUEST.unpack(octets)
    return _ANSWER.pack(_put_to_end(pid, children))


def _put_to_end(pid: int, children: _Children) -> int:
    """End a child, and what it left; its exit code."""
    folder = children.pop(pid)
    os.kill(pid, signal.SIGKILL)  # it is our child, and nobody else's, until it is waited for
    status = os.waitpid(pid, 0)[1]
    shutil.rmtree(folder, ignore_errors=True)
    return os.waitstatus_to_exitcode(status)


def _begin(line: socket.socket, descriptor: int, children: _Children, live: Callable[[socket.socket], None]) -> int:
    folder = Path(tempfile.gettempdir(), f"testamur-{secrets.token_hex(8)}")
    try:
        pid = os.fork()
    except OSError:
        os.close(descriptor)
        return _NOT_BEGUN
    if pid == 0:
        line.close()
        _offer_to_the_system()
        _keep_files_in(folder)
        _end_with(lambda: live(socket.socket(fileno=descriptor)))
    os.close(descriptor)
    children[pid] = folder
    return pid


def _keep_files_in(folder: Path) -> None:
    """Where it can't be made, what needs it fails by itself; not all work does."""
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700)
    tempfile.tempdir = str(folder)


def _offer_to_the_system() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_KILLED_BEFORE_US, "ascii")
