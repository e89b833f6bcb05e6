"""Tells a write-ahead log that the disk altered from one that was merely cut off (SQLite's file format, section 4).

SQLite reads its log up to the first frame that isn't sound, and takes the rest for what a crash left unfinished. That
is right at the end of a log. But each commit is flushed before the next is begun: where a sound frame stands behind a
later commit, what is unsound before it was once on the disk, and acknowledged.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MASK = 0xFFFFFFFF
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Frame:
    """One page as a commit wrote it. `checksum` continues that of the frame before."""

    head: bytes
    page: bytes

    @property
    def commits(self) -> bool:
        return bool(_FRAME.unpack(self.head)[1])

    @property
    def salts(self) -> Pair:
        return _FRAME.unpack(self.head)[2:4]

    @property
    def checksum(self) -> Pair:
        return _FRAME.unpack(self.head)[4:6]

    def sound_after(self, before: Pair) -> bool:
        """Whether its checksum continues that one, in either order of octets."""
        octets = self.head[:8] + self.page
        return any(_checksum(octets, before, order) == self.checksum for order in ("<", ">"))


def keep_if_damaged(database: sqlite3.Connection, log: Path) -> None:
    """Copy a log that the disk altered to where `damaged_copy` finds it, before anything is written over it."""
    if not log.exists():
        return
    believed = database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]
    size = database.execute("PRAGMA page_size").fetchone()[0]
    if _is_damaged(log, size, believed):
        copy = damaged_copy(log)
        shutil.copyfile(log, copy)
        copy.chmod(0o600)


def damaged_copy(log: Path) -> Path:
    """Where a damaged log is kept until somebody has looked at it."""
    return log.with_name(log.name + ".damaged")


def _is_damaged(log: Path, page_size: int, believed: int) -> bool:
    """Whether a sound frame stands behind a flushed commit, and that behind the frames that SQLite believes."""
    with log.open("rb") as file:
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return False
        fields = _HEADER.unpack(header)
        intact = any(_checksum(header[:24], (0, 0), order) == fields[6:8] for order in ("<", ">"))
        file.seek(believed * (_FRAME.size + page_size), os.SEEK_CUR)
        frames = list(_frames(file, page_size))
    if not frames:
        return False
    salts = fields[4:6] if intact else frames[0].salts
    flushed = not intact  # the header is, before the first frame
    for before, frame in itertools.pairwise(frames):
        flushed = flushed or (before.commits and before.salts == salts)
        if flushed and frame.salts == salts and frame.sound_after(before.checksum):
            return True
    return False


def _frames(file: BinaryIO, page_size: int) -> Iterator[_Frame]:
    while len(octets := file.read(_FRAME.size + page_size)) == _FRAME.size + page_size:
        yield _Frame(octets[: _FRAME.size], octets[_FRAME.size :])


def _checksum(octets: bytes, before: Pair, order: str) -> Pair:
    first, second = before
    words = struct.unpack(f"{order}{len(octets) // 4}I", octets)
    for at in range(0, len(words), 2):
        first = (first + words[at] + second) & _MASK
        second = (second + words[at + 1] + first) & _MASK
    return first, second
