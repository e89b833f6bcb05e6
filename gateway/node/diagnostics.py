"""What is wrong with the adapters of this installation, each told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions

from gateway.errors import ConfigError, TestamurError
from gateway.kit.discovery import discover

_OURS = ("gateway", "adapters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One thing that was looked at; `error` is None where all is well."""

    about: str
    finding: str = ""
    error: TestamurError | None = None


def diagnose(enabled: Iterable[str] = ()) -> tuple[Diagnosis, ...]:
    """Import packages, the adapters of the tree, and each adapter from outside that is enabled."""
    names = tuple(dict.fromkeys(enabled))
    return (*(_package(name) for name in _OURS), *_tree(names), *(_outside(name) for name in names))


def _package(name: str) -> Diagnosis:
    """Another distribution that brings a package of our name would overwrite ours unseen."""
    owners = sorted(set(packages_distributions().get(name, ())))
    if len(owners) > 1:
        error = ConfigError(
            "adapters.foreign_package",
            f"got a package {name!r} from {', '.join(owners)}, expected it from testamur alone",
            advice="install Testamur in an environment of its own",
        )
        return Diagnosis(about=f"package {name}", error=error)
    return Diagnosis(about=f"package {name}", finding=f"from {owners[0]}" if owners else "from this checkout")


def _tree(enabled: tuple[str, ...]) -> Iterator[Diagnosis]:
    try:
        found = discover()
    except TestamurError as error:
        yield Diagnosis(about="adapters of the tree", error=error)
        return
    for one in found.found:
        yield Diagnosis(about=one.adapter.manifest.id, finding=f"{one.origin}, version {one.adapter.manifest.version}")
    for failure in found.failures:
        yield Diagnosis(about=failure.origin, error=failure.error)
    for name in found.waiting:
        if name not in enabled:
            yield Diagnosis(about=name, finding="installed, not enabled, so not loaded")


def _outside(name: str) -> Diagnosis:
    """One adapter by itself, so that each that can't be loaded is told apart."""
    try:
        found = discover([name]).found
    except TestamurError as error:
        return Diagnosis(about=name, error=error)
    origins = {f"{one.origin}, version {one.adapter.manifest.version}" for one in found if one.outside}
    return Diagnosis(about=name, finding="; ".join(sorted(origins)) or "one of the tree, which is always loaded")
