"""Finding adapters: by scanning the tree, by entry point when enabled, and never by accident."""

from __future__ import annotations

import re
import sys
import types
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from gateway.errors import AdapterError, ConfigError
from gateway.kit import discovery
from gateway.kit.discovery import discover
from tests.reference import ROOT
from tests.toy_adapter.lanterna_adapter import ADAPTER, Lanterna

MODULE = "tests.toy_adapter.lanterna_adapter"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """An empty package in the place of `adapters`; the function returned puts modules into it."""
    package = types.ModuleType("adapters")
    package.__path__ = [str(tmp_path)]
    package.TESTAMUR_ADAPTERS = True
    monkeypatch.setitem(sys.modules, "adapters", package)

    def add(name, text):
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.delitem(sys.modules, f"adapters.{name}", raising=False)

    yield add
    for name in [n for n in sys.modules if n.startswith("adapters.")]:
        monkeypatch.delitem(sys.modules, name)


@pytest.fixture
def outside(monkeypatch):
    """Entry points as if distributions had been installed."""
    entries: list[EntryPoint] = []
    monkeypatch.setattr(discovery, "entry_points", lambda group: entries if group == "gateway.adapters" else [])
    return lambda name, value: entries.append(EntryPoint(name, value, "gateway.adapters"))


def test_the_tree_is_scanned(tree, outside):
    tree("lanterna", f"from {MODULE} import ADAPTER")
    tree("_private", "raise RuntimeError")
    tree("tables", "")
    found = discover()
    assert [(f.adapter.manifest.id, f.origin, f.outside) for f in found.found] == [
        ("lanterna", "adapters.lanterna", False)
    ]
    assert found.failures == ()


def test_a_family_may_offer_several(tree, outside):
    tree(
        "two",
        f"from {MODULE} import Lanterna\nfrom dataclasses import replace\nclass B(Lanterna):\n    manifest = replace(Lanterna.manifest, id='b')\nADAPTERS = (Lanterna(), B())",
    )
    assert [a.manifest.id for a in discover().adapters] == ["lanterna", "b"]


def test_one_that_fails_is_reported_and_stops_nobody(tree, outside):
    tree("broken", "import a_module_that_is_not_there")
    tree("lanterna", f"from {MODULE} import ADAPTER")
    found = discover()
    assert [a.manifest.id for a in found.adapters] == ["lanterna"]
    assert [(f.origin, f.error.code) for f in found.failures] == [("adapters.broken", "adapter.import")]


def test_one_that_fails_and_is_enabled_stops(tree, outside):
    tree("broken", "1/0")
    with pytest.raises(AdapterError, match=r"adapters\.broken can't be imported: ZeroDivisionError"):
        discover(["broken"])


def test_installing_gives_no_right_to_speak(tree, outside):
    """An adapter from outside is known, and loaded only when it is enabled by name."""
    outside("lanterna", f"{MODULE}:ADAPTER")
    assert discover().adapters == ()
    assert discover().waiting == ("lanterna",)
    enabled = discover(["lanterna"])
    assert enabled.adapters == (ADAPTER,)
    assert enabled.found[0].outside
    assert enabled.waiting == ()


def test_an_unknown_name_is_the_operators_fault(tree, outside):
    outside("lanterna", f"{MODULE}:ADAPTER")
    with pytest.raises(ConfigError, match=r"got the adapter atlantis .* \(from outside: lanterna\)") as error:
        discover(["atlantis"])
    assert error.value.code == "adapters.unknown"


def test_the_same_id_twice_names_both_origins(tree, outside):
    tree("lanterna", f"from {MODULE} import ADAPTER")
    outside("other", f"{MODULE}:ADAPTER")
    with pytest.raises(AdapterError, match=r"from adapters.lanterna and from other of") as error:
        discover(["other"])
    assert error.value.code == "adapter.twice"


def test_two_entry_points_of_one_name_are_ambiguous(tree, outside):
    outside("lanterna", f"{MODULE}:ADAPTER")
    outside("lanterna", "another:ADAPTER")
    with pytest.raises(ConfigError, match="expected it from one"):
        discover()


def test_an_adapter_for_another_contract_is_refused(tree, outside, monkeypatch):
    monkeypatch.setattr(Lanterna, "manifest", replace(Lanterna.manifest, contract=99))
    outside("lanterna", f"{MODULE}:ADAPTER")
    with pytest.raises(AdapterError, match="made for contract 99, expected 1"):
        discover(["lanterna"])


def test_what_is_no_adapter_is_refused(tree, outside):
    outside("lanterna", f"{MODULE}:FORMAT")
    with pytest.raises(AdapterError, match="offers a str, expected an Adapter"):
        discover(["lanterna"])


def test_a_foreign_package_called_adapters_is_noticed(tree, outside, monkeypatch):
    """Another distribution that owns `adapters` would overwrite ours without a word (pip lets it)."""
    monkeypatch.delattr(sys.modules["adapters"], "TESTAMUR_ADAPTERS")
    with pytest.raises(ConfigError, match="another distribution"):
        discover()


def test_modules_are_imported_by_computed_names_in_two_files_only():
    """Held by a grep: adapters in discovery; the command line imports its own verbs, from a fixed list."""
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in ("gateway", "adapters")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\b(import_module|__import__)\b", path.read_text())
    }
    assert found == {"gateway/kit/discovery.py", "gateway/cli/main.py"}


def test_the_real_tree_loads():
    """Every package in the tree loads, whatever stands in it."""
    assert discover().failures == ()
    assert {f.origin.partition(".")[2] for f in discover().found} <= {p.name for p in Path(ROOT / "adapters").iterdir()}
