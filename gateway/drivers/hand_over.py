"""Giving a message to the registry's own system: as a folder that appears whole, or by a signed notice over HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

from gateway.delivery.problem import Stopped
from gateway.drivers.folders import flush_folder, private_folder
from gateway.drivers.http_client import Outgoing, PeerClient
from gateway.drivers.token import Token

SIGNATURE = "Testamur-Signature"
TIMESTAMP = "Testamur-Timestamp"
_BEGUN = ".testamur"
_READY = ".ready"
_DONE = 200, 300


class FolderHandOver:
    """Folders that appear under a name, once, by renaming.

    A folder is written and flushed out of sight, then a mark says that it is ready, then it is renamed. Where the mark
    is there and the folder isn't, it was renamed before: whoever took it away since doesn't get it again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun = folder / _BEGUN
        for made in (folder, self._begun):
            private_folder(made)

    async def put(self, name: str, files: Mapping[str, Callable[[], AsyncIterator[bytes]]]) -> None:
        """Let a folder appear. Done again, nothing happens until `forget`.

        Raises:
            Stopped: `hand_over.failed` (retryable), and what the files' octets raise.
        """
        begun, ready = self._begun / name, self._begun / f"{name}{_READY}"
        try:
            if not await asyncio.to_thread(ready.exists):
                await self._write(begun, files)
                await asyncio.to_thread(_mark, ready)
            await asyncio.to_thread(self._rename, begun, self._folder / name)
        except OSError as error:
            raise _failed(f"the folder of hand-over can't be written: {error.strerror}") from error

    async def forget(self, name: str) -> None:
        """It is known elsewhere that this one was handed over: what was begun, and the mark, aren't needed any more."""
        await asyncio.to_thread(self._forget, name)

    async def begun(self) -> frozenset[str]:
        """The names of what was begun or marked, and not forgotten."""
        return frozenset(await asyncio.to_thread(self._left))

    def _left(self) -> list[str]:
        return [place.name.removesuffix(_READY) for place in self._begun.iterdir()]

    def _forget(self, name: str) -> None:
        shutil.rmtree(self._begun / name, ignore_errors=True)
        (self._begun / f"{name}{_READY}").unlink(missing_ok=True)

    async def _write(self, begun: Path, files: Mapping[str, Callable[[], AsyncIterator[bytes]]]) -> None:
        await asyncio.to_thread(_make_anew, begun)
        for name, chunks in files.items():
            with open(begun / name, "xb", opener=_owner_only) as file:  # noqa: ASYNC230 - what takes long is awaited
                async for chunk in chunks():
                    await asyncio.to_thread(file.write, chunk)
                file.flush()
                await asyncio.to_thread(os.fsync, file.fileno())
        await asyncio.to_thread(flush_folder, begun)

    def _rename(self, begun: Path, place: Path) -> None:
        if begun.exists():
            begun.rename(place)
        for folder in (self._folder, self._begun):
            flush_folder(folder)


def _make_anew(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)


def _mark(ready: Path) -> None:
    ready.touch(mode=0o600)
    flush_folder(ready.parent)


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class HookHandOver:
    """Signed notices to one address. The receiver answers 2xx once it has what it needs; else it is told again."""

    def __init__(self, client: PeerClient, url: str, secret: Token) -> None:
        self._client = client
        self._url = url
        self._secret = secret

    async def put(self, key: str, notice: bytes, timestamp: int) -> None:
        """Send one notice. `key` is the same whenever it is sent again; `timestamp` in seconds since 1970.

        Raises:
            Stopped: `hand_over.refused` for any answer but 2xx (retryable), and what the client raises.
        """

        async def body() -> AsyncIterator[bytes]:
            yield notice

        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(notice)),
            "Idempotency-Key": key,
            TIMESTAMP: str(timestamp),
            SIGNATURE: f"sha256={signature(self._secret, timestamp, notice)}",
        }
        outgoing = Outgoing(method="POST", url=self._url, headers=headers, size=len(notice), open_body=body)
        answer = await self._client.send(outgoing)
        if not _DONE[0] <= answer.status < _DONE[1]:
            raise Stopped(
                "hand_over.refused",
                f"the hook answered {answer.status}, expected 2xx",
                status=502,
                stage="local",
                retryable=True,
                advice="look at the log of the system behind [hand_over] hook",
            )


def signature(secret: Token, timestamp: int, notice: bytes) -> str:
    """HMAC-SHA256 over the timestamp, a full stop, and the notice's octets; in hex."""
    return hmac.new(secret.secret.encode(), b"%d." % timestamp + notice, hashlib.sha256).hexdigest()


def _failed(message: str) -> Stopped:
    return Stopped(
        "hand_over.failed",
        message,
        status=503,
        stage="local",
        retryable=True,
        advice="check [hand_over] folder: its owner, and the room on its disk",
    )
