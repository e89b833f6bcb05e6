"""`testamur adapters`: what is there, from where, and what is wrong with what isn't."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.errors import AdapterError
from gateway.kit import discovery
from gateway.node import diagnostics


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main.testamur, ["adapters", *arguments])


def test_every_adapter_of_the_tree_is_listed_with_formats_seal_and_origin() -> None:
    result = run("list")
    assert result.exit_code == 0
    for said in ("elmo", "ELMO 1.7", "XML Signature", "adapters.elmo", "europass", "JAdES", "adapters.europass"):
        assert said in result.output


def test_json_lists_the_same() -> None:
    told = json.loads(run("list", "--json").output)
    assert {one["id"] for one in told["adapters"]} == {"elmo", "europass"}
    assert all(one["formats"] and one["origin"] and not one["outside"] for one in told["adapters"])


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
