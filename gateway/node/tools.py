"""What this node translates with, as a derivation names it: versions, and digests of packaged tables.

Tables are the data files of a package (everything but code and caches): two nodes whose adapters have one version and
one digest read and write alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from gateway.kit.contract import Adapter
from gateway.packaged import data_folder
from gateway.translate.derivation import AdapterUsed, GatewayUsed

_CODE = {".py", ".pyc", ".pyi", ".so", ".pyd", ".typed"}


def adapter_used(adapter: Adapter) -> AdapterUsed:
    """An adapter's id and version, and the digest of its package's tables and of the schemas it names."""
    manifest = adapter.manifest
    schemas = tuple(data_folder("schemas") / name for name in manifest.schemas)
    return AdapterUsed(
        id=manifest.id, version=manifest.version, tables_sha256=_digest(_folder_of(_package_of(adapter)), schemas)
    )


@cache
def gateway_used() -> GatewayUsed:
    """The version of the gateway, and the digest of the code tables that adapters look things up in."""
    return GatewayUsed(version=version("testamur"), tables_sha256=_digest(_folder_of("gateway.vocabulary"), ()))


def _package_of(adapter: Adapter) -> str:
    """The package of an adapter: `adapters.<family>` in the tree, the package of its module elsewhere."""
    parts = type(adapter).__module__.split(".")
    return ".".join(parts[:2] if parts[0] == "adapters" else parts[:-1])


def _folder_of(package: str) -> Path | None:
    """The folder of a package; None for a module that stands alone, which has no tables."""
    spec = find_spec(package) if package else None
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


@cache
def _digest(folder: Path | None, more: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for name, file in sorted((*(_tables(folder, folder) if folder is not None else ()), *_named(more))):
        octets = file.read_bytes()
        digest.update(f"{name}\0{len(octets)}\0".encode())
        digest.update(octets)
    return digest.hexdigest()


def _tables(folder: Path, root: Path) -> Iterator[tuple[str, Path]]:
    for file in folder.iterdir():
        if file.is_dir():
            if file.name not in ("__pycache__", "_data"):
                yield from _tables(file, root)
        elif file.suffix not in _CODE and not file.name.startswith("."):
            yield file.relative_to(root).as_posix(), file


def _named(files: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    return ((f"schemas/{file.name}", file) for file in files if file.is_file())
