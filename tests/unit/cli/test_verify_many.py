"""`testamur verify` with several files or a folder: a line each, how many of each answer, and the worst as exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.cli import verify as command
from gateway.node import batch
from tests.toy_node import forged_leaf, sealed_leaf, university


@pytest.fixture
def signer(tmp_path: Path) -> Path:
    file = tmp_path / "university.pem"
    file.write_bytes(university().certificates[0].public_bytes(Encoding.PEM))
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A genuine document, a forged one deeper, one that nothing is known of; and what isn't looked at."""
    folder = tmp_path / "documents"
    for name, octets in {
        "a.xml": sealed_leaf(),
        "deep/er/b.xml": forged_leaf(),
        "c.txt": b"words",
        ".hidden": b"<leaf",
        ".git/config": b"<leaf",
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(octets)
    (folder / "pipe").unlink(missing_ok=True)
    os.mkfifo(folder / "pipe")
    return folder


def test_a_folder_gives_a_line_for_each_file_and_how_many_of_each_answer(run, folder, signer):
    ran = run("verify", folder, "--trust", signer)
    lines = ran.out.splitlines()
    assert [line.split()[:2] for line in lines[:-1]] == [
        ["PASSED", str(folder / "a.xml")],
        ["INDETERMINATE", str(folder / "c.txt")],
        ["FAILED", str(folder / "deep/er/b.xml")],
    ]
    assert "HASH_FAILURE: signature.digest" in lines[2]
    assert lines[-1] == "3 files: 1 PASSED, 1 FAILED, 1 INDETERMINATE"
    assert (ran.code, ran.err) == (1, "")


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["a.xml", "a.xml"], 0),
        (["a.xml", "c.txt"], 3),
        (["c.txt", "deep/er/b.xml", "a.xml"], 1),
        (["deep/er/b.xml", "absent.xml"], 2),
    ],
)
def test_the_exit_code_is_that_of_the_worst(run, folder, signer, names, code):
    assert run("verify", *(folder / name for name in names), "--trust", signer).code == code


def test_a_file_that_cant_be_read_is_told_in_its_line_and_the_others_are_looked_at(run, folder, signer):
    ran = run("verify", folder / "absent.xml", folder / "a.xml", "--trust", signer)
    first, second, last = ran.out.splitlines()
    assert first.startswith("NOT LOOKED AT")
    assert "request.file_unreadable" in first
    assert second.startswith("PASSED")
    assert last == "2 files: 1 PASSED, 1 NOT LOOKED AT"


def test_json_is_a_line_for_each_with_the_whole_verdict_and_nothing_else(run, folder, signer):
    ran = run("verify", folder, folder / "absent.xml", "--trust", signer, "--json")
    told = [json.loads(line) for line in ran.out.splitlines()]
    assert [one["file"] for one in told] == [
        str(folder / name) for name in ("a.xml", "c.txt", "deep/er/b.xml", "absent.xml")
    ]
    alone = run("verify", folder / "a.xml", "--trust", signer, "--json")
    assert {name: said for name, said in told[0].items() if name != "file"} == alone.json
    assert told[-1]["error"]["code"] == "request.file_unreadable"
    assert told[-1]["error"]["advice"]


def test_all_shows_every_check_of_each(run, folder, signer):
    out = run("verify", folder / "a.xml", folder / "c.txt", "--trust", signer, "--all").out
    assert f"{folder / 'a.xml'}\n  PASSED" in out
    assert "      ✓ signature.digest" in out
    assert f"{folder / 'c.txt'}\n  INDETERMINATE" in out


def test_an_empty_folder_is_the_callers_mistake(run, tmp_path):
    (tmp_path / "empty").mkdir()
    ran = run("verify", tmp_path / "empty")
    assert ran.code == 2
    assert "request.no_files" in ran.err


def test_what_nobody_foresaw_is_told_in_its_line_without_its_words(run, folder, signer, monkeypatch):
    def breaking(octets, **_):
        raise RuntimeError("Astrid Lindqvist")

    monkeypatch.setattr(command, "verify", breaking)
    ran = run("verify", folder, "--trust", signer)
    assert ran.code == 2
    assert ran.out.count("internal: Testamur itself failed, with RuntimeError") == 3
    assert "Astrid" not in ran.out + ran.err


def test_the_name_of_a_file_gives_a_terminal_no_commands(run, folder, signer):
    (folder / "\x1b[2J.xml").write_bytes(sealed_leaf())
    assert "\x1b[2J" not in run("verify", folder, "--trust", signer).out
    assert "\x1b" not in run("verify", folder, "--trust", signer, "--json").out


def test_a_name_that_is_no_text_is_told_too(run, folder, signer):
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.xml")).write_bytes(sealed_leaf())
    assert run("verify", folder, "--trust", signer).out.splitlines()[-1].startswith("4 files")
    told = [json.loads(line) for line in run("verify", folder, "--trust", signer, "--json").out.splitlines()]
    assert sum(os.fsencode(one["file"]).endswith(b"/\xff.xml") for one in told) == 1


def test_processes_say_the_same_as_one_alone(run, folder, signer, monkeypatch):
    arguments = ["verify", *[folder] * 10, "--trust", signer, "--at", "2026-06-01", "--json"]
    alone = run(*arguments)
    monkeypatch.setattr(batch, "WORTH_PROCESSES", -1.0)
    monkeypatch.setattr(batch, "LEARNING", -1.0)
    monkeypatch.setattr(batch, "processors", lambda: 2)
    assert run(*arguments) == alone


def test_one_file_costs_no_machinery_of_many(folder):
    """Small inputs pay for no processes: what they need isn't even imported."""
    script = (
        "import sys; sys.argv = ['testamur', *sys.argv[1:]]\n"
        "from gateway.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'gateway.drivers.work', 'gateway.drivers.fork_server'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "verify", str(folder / "a.xml"), str(folder / "c.txt")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"
