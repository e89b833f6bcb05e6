"""Finding adapters: those of the tree by scanning it, those from outside by entry point and only when enabled by name.

Adapters of the tree are packages of `adapters` without an underscore in front, with an attribute `ADAPTERS` (a tuple)
or `ADAPTER`. Adapters from outside are distributions with an import name of their own and an entry point:

    [project.entry-points."gateway.adapters"]
    lanterna = "lanterna_adapter:ADAPTER"

Installing a package must not give it the right to speak for a country: it is loaded only where the configuration
names its entry point. No other file imports an adapter by a name that is computed.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from gateway.errors import AdapterError, ConfigError, TestamurError
from gateway.kit.contract import CONTRACT, Adapter

GROUP = "gateway.adapters"
TREE = "adapters"


@dataclass(frozen=True, slots=True)
class Found:
    """An adapter and where it came from: a module, or a distribution with its version."""

    adapter: Adapter
    origin: str
    outside: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """An adapter of the tree that can't be loaded: reported, and the others go on."""

    origin: str
    error: AdapterError


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found; `waiting` are adapters from outside that are installed and not enabled."""

    found: tuple[Found, ...]
    failures: tuple[Failure, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def adapters(self) -> tuple[Adapter, ...]:
        """The adapters alone, those of the tree first."""
        return tuple(found.adapter for found in self.found)


def discover(enabled: Iterable[str] = ()) -> Discovery:
    """The adapters of this installation.

    Args:
        enabled: names of entry points from outside that may be loaded; also ids of adapters of the tree that must be.

    Raises:
        ConfigError: `adapters.foreign_package`, `adapters.unknown`, `adapters.ambiguous`.
        AdapterError: an enabled adapter can't be loaded (`adapter.import`, `adapter.contract`, `adapter.shape`), or
            two have one id (`adapter.twice`).
    """
    wanted = dict.fromkeys(enabled)
    found, failures = _scan_tree()
    outside = _entry_points()
    failed = {failure.origin.rpartition(".")[2]: failure for failure in failures}
    inside = {one.adapter.manifest.id for one in found}
    for name in wanted:
        if name in failed:
            raise failed[name].error
        if name in outside:
            found += _checked(outside[name].load, f"{name} of {_distribution(outside[name])}", outside=True)
        elif name not in inside:
            raise _unknown(name, outside)
    _require_unique(found)
    waiting = tuple(sorted(name for name in outside if name not in wanted))
    return Discovery(tuple(found), tuple(failures), waiting)


def _scan_tree() -> tuple[list[Found], list[Failure]]:
    tree = _marked(import_module(TREE))
    found: list[Found] = []
    failures: list[Failure] = []
    for module in sorted(pkgutil.iter_modules(tree.__path__), key=lambda m: m.name):
        if module.name.startswith("_"):
            continue
        name = f"{TREE}.{module.name}"
        try:
            found += _checked(partial(_import, name), name, outside=False)
        except AdapterError as error:
            failures.append(Failure(name, error))
    return found, failures


def _marked(tree: ModuleType) -> ModuleType:
    """The package if it is ours: another distribution of the same import name would overwrite it unseen."""
    if not getattr(tree, "TESTAMUR_ADAPTERS", False):
        raise ConfigError(
            "adapters.foreign_package",
            f"got a package `adapters` of another distribution at {list(tree.__path__)}, expected Testamur's",
            advice="Install Testamur in an environment of its own; `pip list` shows who else brings `adapters`.",
        )
    return tree


def _import(name: str) -> object:
    """What a module of the tree offers: a tuple, one adapter, or nothing."""
    module = import_module(name)
    return getattr(module, "ADAPTERS", None) or getattr(module, "ADAPTER", ())


def _checked(load: Callable[[], object], origin: str, *, outside: bool) -> list[Found]:
    """Load adapters and hold them against the contract; whatever goes wrong is an AdapterError."""
    try:
        offered = load()
    except TestamurError:
        raise
    except Exception as error:
        raise AdapterError(
            "adapter.import",
            f"the adapter {origin} can't be imported: {type(error).__name__}: {error}",
            advice="Install what it needs, or take it out of `adapters.enabled`.",
        ) from error
    members = offered if isinstance(offered, tuple) else (offered,)
    return [Found(_fitting(member, origin), origin, outside) for member in members]


def _fitting(offered: object, origin: str) -> Adapter:
    contract = getattr(getattr(offered, "manifest", None), "contract", None)
    if contract is not None and contract != CONTRACT:
        raise AdapterError(
            "adapter.contract",
            f"the adapter {origin} is made for contract {contract}, expected {CONTRACT}",
            advice="Install a version of the adapter that fits this version of Testamur.",
        )
    if not isinstance(offered, Adapter):
        raise AdapterError("adapter.shape", f"{origin} offers a {type(offered).__name__}, expected an Adapter")
    return offered


def _entry_points() -> dict[str, EntryPoint]:
    """The entry points by name; the same name twice is refused, naming both distributions."""
    result: dict[str, EntryPoint] = {}
    for entry in entry_points(group=GROUP):
        known = result.setdefault(entry.name, entry)
        if known.value != entry.value:
            both = f"{_distribution(known)} and {_distribution(entry)}"
            raise ConfigError("adapters.ambiguous", f"got the adapter {entry.name} from {both}, expected it from one")
    return result


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value


def _unknown(name: str, outside: Iterable[str]) -> ConfigError:
    known = ", ".join(sorted(outside)) or "none"
    return ConfigError(
        "adapters.unknown",
        f"got the adapter {name} in `adapters.enabled`, expected one that is installed (from outside: {known})",
        advice="Install the distribution that brings it, or take the name out.",
    )


def _require_unique(found: Iterable[Found]) -> None:
    origins: dict[str, str] = {}
    for one in found:
        name = one.adapter.manifest.id
        if name in origins:
            raise AdapterError(
                "adapter.twice",
                f"got the adapter {name} from {origins[name]} and from {one.origin}, expected it once",
                advice="Enable one of them.",
            )
        origins[name] = one.origin
