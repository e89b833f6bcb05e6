"""One process has a store: the second is refused, and a process that ends, however it ends, gives it free."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from gateway.errors import ConfigError


class ProcessLock:
    """The lock on a folder, held until `release` or the end of this process."""

    def __init__(self, file: Path) -> None:
        self._handle = os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._handle, 20).decode("ascii", "replace").strip()
            os.close(self._handle)
            raise ConfigError(
                "store.in_use",
                f"another process ({holder or 'of unknown number'}) has the store {file.parent}",
                advice="end it first: two nodes on one store would send everything twice",
            ) from None
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give it free. Again does nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
