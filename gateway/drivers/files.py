"""Writing results: readable by their owner alone, and never half.

A file is written beside its place under a hidden name, flushed, and renamed. A folder that isn't there yet appears
whole, by one rename; in a folder that is there, nothing that stands is replaced.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from gateway.errors import RequestError

_OWNER_ONLY = 0o600


def write_file(path: Path, octets: bytes) -> None:
    """Write one file, replacing what stands there; a device or pipe is written to, never replaced.

    Raises:
        RequestError: `request.not_writable`.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(octets)
            return
        _put(_hidden(path.parent, octets), path)
    except OSError as error:
        raise _not_writable(path, error) from error


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, all or none; the folder is made where it isn't there.

    Raises:
        RequestError: `request.out_in_use` where one of them is there already, `request.not_writable`.
    """
    taken = [name for name in files if (folder / name).exists()]
    if taken:
        raise RequestError(
            "request.out_in_use",
            f"{folder} already holds {', '.join(taken)}",
            advice="name a folder that isn't there yet: results of two runs must not mix",
        )
    try:
        if folder.is_dir():
            _into(folder, files)
        else:
            _as(folder, files)
    except OSError as error:
        raise _not_writable(folder, error) from error


def _as(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder, whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".testamur-", dir=folder.parent))
    try:
        _into(making, files)
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise


def _into(folder: Path, files: Mapping[str, bytes]) -> None:
    """All files are on disk under hidden names before the first gets its name."""
    hidden: dict[str, Path] = {}
    try:
        for name, octets in files.items():
            hidden[name] = _hidden(folder, octets)
        for name in files:
            _put(hidden.pop(name), folder / name)
    finally:
        for left in hidden.values():
            left.unlink(missing_ok=True)


def _hidden(folder: Path, octets: bytes) -> Path:
    handle, name = tempfile.mkstemp(prefix=".testamur-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(octets)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _put(hidden: Path, path: Path) -> None:
    try:
        hidden.chmod(_OWNER_ONLY)
        hidden.replace(path)
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise


def _not_writable(path: Path, error: OSError) -> RequestError:
    return RequestError(
        "request.not_writable",
        f"{path} can't be written: {error.strerror}",
        advice="check the path, its permissions, and the room on the disk",
    )
