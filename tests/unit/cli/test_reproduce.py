"""`testamur reproduce`: exit codes and words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.toy_node import sealed_leaf, write_settings


@pytest.fixture
def folder(run, tmp_path: Path) -> Path:
    """The output folder of a sealed translation."""
    (tmp_path / "leaf.xml").write_bytes(sealed_leaf())
    (tmp_path / "etc").mkdir()
    settings = write_settings(tmp_path / "etc")
    assert run("translate", "leaf.xml", "--to", "petal", "-o", "out/", "--config", settings).code == 0
    return tmp_path / "out"


def test_reproduced_exits_0_and_says_by_whom_it_was_signed(run, folder):
    ran = run(
        "reproduce", folder / "derivation.jws", "--source", folder / "original.xml",
        "--result", folder / "translation.json",
    )  # fmt: skip
    assert ran.code == 0, ran.out
    assert ran.out.startswith("reproduced  ")
    assert "signed by Ministry of Examplia, whom nobody vouched for here" in ran.out


def test_without_a_result_it_says_that_only_figures_were_compared(run, folder):
    ran = run("reproduce", folder / "derivation.jws", "--source", folder / "original.xml")
    assert ran.code == 0
    assert "--result" in ran.out


def test_differs_exits_1_and_says_where(run, folder, tmp_path):
    run("translate", "leaf.xml", "--to", "petal", "--unsealed", "-o", "draft/")
    (tmp_path / "lie.json").write_bytes((tmp_path / "draft/translation.json").read_bytes().replace(b'"8"', b'"9"'))
    ran = run(
        "reproduce", "draft/derivation.json", "--source", "leaf.xml", "--result", "lie.json",
    )  # fmt: skip
    assert ran.code == 1
    assert ran.out.startswith("differs  ")
    assert "at /results/0/grade" in ran.out


def test_cannot_be_re_run_here_exits_3(run, folder, monkeypatch):
    from gateway.node import startup
    from tests.toy_systems import Leaf, Petal

    monkeypatch.setattr(startup, "adapters", lambda _enabled=(): (Leaf(), Petal("2.0")))
    ran = run("reproduce", folder / "derivation.jws", "--source", folder / "original.xml", "--json")
    assert ran.code == 3
    assert ran.json["outcome"] == "cannot be re-run here"
    assert "version 2.0 here" in ran.json["obstacles"][0]


def test_swapped_arguments_exit_2_with_a_sentence(run, folder):
    ran = run("reproduce", folder / "original.xml", "--source", folder / "derivation.jws")
    assert ran.code == 2
    assert "expected a derivation" in ran.err


def test_json_is_one_document(run, folder):
    ran = run("reproduce", folder / "derivation.jws", "--source", folder / "original.xml", "--json")
    assert ran.json["outcome"] == "reproduced"
    assert ran.json["signed_by"] == "Ministry of Examplia"
