"""`testamur adapters`: what is there, from where, and what is wrong with what isn't."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.errors import AdapterError, Refused, RequestError
from gateway.kit import discovery
from gateway.kit.laws.records import everything
from gateway.kit.laws.trip import request_for
from gateway.node import diagnostics
from gateway.translate.engine import choose_target
from tests.reference import ROOT


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main.testamur, ["adapters", *arguments])


def test_every_adapter_of_the_tree_is_listed_with_formats_seal_and_origin() -> None:
    result = run("list")
    assert result.exit_code == 0
    for said in ("elmo", "ELMO 1.7", "XML Signature", "adapters.elmo", "europass", "JAdES", "adapters.europass"):
        assert said in result.output


def test_json_lists_the_same() -> None:
    told = json.loads(run("list", "--json").output)
    assert {one["id"] for one in told["adapters"]} == {
        "blockcerts",
        "chsi",
        "clr",
        "creditbank",
        "dossier",
        "elmo",
        "europass",
        "ler",
        "openbadges",
    }
    assert all(one["formats"] and one["origin"] and not one["outside"] for one in told["adapters"])


def test_what_is_said_to_write_nothing_refuses_to_write_and_is_no_target_to_choose() -> None:
    only_read = [found.adapter for found in discovery.discover().found if not found.adapter.manifest.writes]
    assert [adapter.manifest.id for adapter in only_read] != []
    for adapter in only_read:
        with pytest.raises(Refused) as refused:
            adapter.write(everything(), request_for(everything(), b"{}", "application/json", adapter))
        assert refused.value.code == "target.requires"
    with pytest.raises(RequestError, match="expected one of") as wrong:
        choose_target(discovery.discover().adapters, "nosuch")
    named = wrong.value.message.partition("expected one of: ")[2].split(", ")
    assert set(named).isdisjoint(adapter.manifest.id for adapter in only_read)
    assert {"elmo", "europass"} <= set(named)


def test_check_is_content_with_this_installation() -> None:
    result = run("check")
    assert result.exit_code == 0, result.output
    assert "✗" not in result.output


def test_check_names_what_can_not_be_loaded_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """An adapter that can't be imported: the others are still listed, and the exit code says that something is wrong."""
    broken = discovery.Failure("adapters.broken", AdapterError("adapter.import", "no module x", advice="install x"))
    found = discovery.discover()
    monkeypatch.setattr(
        diagnostics, "discover", lambda _enabled=(): discovery.Discovery(found.found, (broken,), ("lanterna",))
    )
    result = run("check")
    assert result.exit_code == 2
    for said in ("✗ adapters.broken", "no module x", "install x", "✓ elmo", "lanterna: installed, not enabled"):
        assert said in result.output


def test_an_adapter_that_is_not_installed_is_named_by_check() -> None:
    result = run("check", "--enable", "nowhere")
    assert result.exit_code == 2
    assert "adapters.unknown" in result.output


def test_two_distributions_with_a_package_of_our_name_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnostics, "packages_distributions", lambda: {"adapters": ["testamur", "other"]})
    result = run("check")
    assert result.exit_code == 2
    assert "other, testamur" in result.output


def test_a_new_adapter_keeps_the_laws_from_the_first_minute(tmp_path: Path) -> None:
    """What `new` writes is run as its author would: the inherited laws, in a process of its own."""
    folder = tmp_path / "lighthouse-adapter"
    assert run("new", "lighthouse", "--folder", str(folder)).exit_code == 0
    assert not [f for f in folder.rglob("*") if f.is_file() and "newsystem" in (f.read_text() + f.name).lower()]
    paths = os.pathsep.join((str(folder), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "not long", "-p", "no:cacheprovider"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout


@pytest.mark.parametrize("name", ["Lighthouse", "1st", "a-b", "../up", "x", "", "a b"])
def test_a_name_that_no_package_can_have_is_refused(name: str, tmp_path: Path) -> None:
    result = run("new", name, "--folder", str(tmp_path / "new"))
    assert isinstance(result.exception, RequestError)
    assert result.exception.code == "request.adapter_name"
    assert list(tmp_path.iterdir()) == []


def test_a_new_adapter_never_replaces_a_folder(tmp_path: Path) -> None:
    result = run("new", "lighthouse", "--folder", str(tmp_path))
    assert isinstance(result.exception, RequestError)
    assert result.exception.code == "request.out_in_use"
