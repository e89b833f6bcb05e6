"""Reading what `--trust` and `[[trust]]` name: files, and folders of files, into trust anchors."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from gateway.errors import ConfigError
from gateway.proofs.dids import Methods
from gateway.trust.anchors import NO_METHODS, Anchor, anchors_of_did, parse_anchors

_LARGEST = 4 * 1024 * 1024


def load_anchors(sources: Iterable[str | Path], methods: Methods = NO_METHODS) -> tuple[Anchor, ...]:
    """All anchors of these DIDs, files and folders, each once, in order (of a folder by name, hidden files left out).

    `methods` are out of the DID documents that were given.

    Raises:
        ConfigError: the fault of the one bad file, or `trust.files_unusable` naming every bad one.
    """
    anchors: dict[tuple[object, ...], Anchor] = {}
    faults: list[ConfigError] = []
    for source in _each(sources, faults):
        try:
            found = _anchors(source, methods)
        except ConfigError as fault:
            faults.append(fault)
            continue
        anchors |= {(one.key_sha256, one.certificate, one.algorithm, one.controller): one for one in found}
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise ConfigError(
            "trust.files_unusable",
            f"{len(faults)} trust files can't be used:\n" + "\n".join(f"  - {f.code}: {f.message}" for f in faults),
            advice="mend them or take them away; nothing is trusted until all can be read",
        )
    return tuple(anchors.values())


def _anchors(source: str | Path, methods: Methods) -> tuple[Anchor, ...]:
    if isinstance(source, str):
        return anchors_of_did(source, methods, place="--trust")
    return parse_anchors(_read(source), place=str(source), methods=methods)


def _each(sources: Iterable[str | Path], faults: list[ConfigError]) -> Iterable[str | Path]:
    """The DIDs as they are, and every file."""
    for source in sources:
        if not str(source).strip():
            advice = "name a certificate, a JWK, a DID or a folder of these (was a variable empty?)"
            faults.append(ConfigError("trust.empty", "got an empty name, expected a file or folder", advice=advice))
            continue
        if str(source).startswith("did:"):
            yield str(source)
            continue
        path = Path(source)
        if not path.is_dir():
            yield path
            continue
        files = sorted(file for file in path.iterdir() if not file.name.startswith("."))
        if not files:
            faults.append(ConfigError("trust.empty", f"the folder {path} is empty", advice="put certificates into it"))
        yield from files


def without_waiting(path: str, flags: int) -> int:
    """Open a file, and never wait for somebody to open the other end of a named pipe: without a writer it is empty."""
    descriptor = os.open(path, flags | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    return descriptor


def _read(file: Path) -> bytes:
    try:
        with open(file, "rb", opener=without_waiting) as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigError(
            "trust.unreadable", f"{file} can't be read: {error.strerror}", advice="check the path and its permissions"
        ) from None
    if len(data) > _LARGEST:
        raise ConfigError(
            "trust.too_large",
            f"{file} is over {_LARGEST} bytes, expected a certificate, a JWK, a JWK set or a DID",
            advice="give the certificates alone",
        )
    return data
