"""Folders: nobody but the node's own user may look into them, and what they name is on the disk."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from gateway.errors import ConfigError


def private_folder(folder: Path) -> None:
    """Make a folder for its owner alone, or see that it is one.

    Raises:
        ConfigError: `store.unwritable`, `store.permissions`.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = stat.S_IMODE(folder.stat().st_mode)
    except OSError as error:
        raise ConfigError(
            "store.unwritable",
            f"the folder {folder} can't be made or read: {error.strerror}",
            advice="check the path and its owner",
        ) from None
    if mode & 0o077:
        raise ConfigError(
            "store.permissions",
            f"the folder {folder} has mode {mode:04o}, expected 0700: others on this machine may look into it",
            advice=f"chmod 700 {folder}",
        )


def flush_folder(folder: Path) -> None:
    """Bring to the disk what names a folder holds: a file that was renamed into it isn't there before."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
