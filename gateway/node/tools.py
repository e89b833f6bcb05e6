"""What this node translates with, as a derivation names it: versions, and digests of packaged tables.

Tables are the data files of a package (everything but code and caches): two nodes whose adapters have one version and
one digest read and write alike. Schemas aren't among them: they judge a source, and change no result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from gateway.drivers.workers import IsolatedAdapter
from gateway.kit.contract import Adapter
from gateway.translate.derivation import AdapterUsed, GatewayUsed

_CODE = {".py", ".pyc", ".pyi", ".so", ".pyd", ".typed"}


def adapter_used(adapter: Adapter) -> AdapterUsed:
    """An adapter's id and version, and the digest of its package's tables."""
    manifest = adapter.manifest
    return AdapterUsed(id=manifest.id, version=manifest.version, tables_sha256=_digest(_package_of(adapter)))


@cache
def gateway_used() -> GatewayUsed:
    """The version of the gateway, and the digest of the code tables that adapters look things up in."""
    return GatewayUsed(version=version("testamur"), tables_sha256=_digest("gateway.vocabulary"))


def _package_of(adapter: Adapter) -> str:
    """The package of an adapter: `adapters.<family>` in the tree, the package of its module elsewhere."""
    kind = type(adapter.wrapped if isinstance(adapter, IsolatedAdapter) else adapter)
    parts = kind.__module__.split(".")
    if parts[0] == "adapters":
        return ".".join(parts[:2])
    spec = find_spec(kind.__module__)
    return (spec.parent or "") if spec else ".".join(parts[:-1])


@cache
def _digest(package: str) -> str:
    """The digest of a package's tables; of nothing for a module that stands alone."""
    digest = hashlib.sha256()
    spec = find_spec(package) if package else None
    if spec is not None and spec.origin is not None:
        for name, file in sorted(_tables(Path(spec.origin).parent)):
            octets = file.read_bytes()
            digest.update(f"{name}\0{len(octets)}\0".encode())
            digest.update(octets)
    return digest.hexdigest()


def _tables(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in folder.rglob("*"):
        hidden = any(part.startswith(("__pycache__", ".")) for part in file.relative_to(folder).parts)
        if file.is_file() and file.suffix not in _CODE and not hidden:
            yield file.relative_to(folder).as_posix(), file
