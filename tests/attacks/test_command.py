"""The command itself as the target: what scripts and terminals are told, and files that aren't files."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.main import say_error
from gateway.cli.presentation import json_line, verdict_lines
from gateway.drivers.trust_files import load_anchors
from gateway.errors import ConfigError
from gateway.model.verdict import Finding, Status, conclude
from tests.jose_makers import compact, key
from tests.signing import elmo


def run(*arguments: str, **how) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "gateway.cli.main", *arguments]
    return subprocess.run(command, capture_output="stdout" not in how, timeout=30, check=False, **how)


def test_a_reader_that_went_away_never_turns_the_answer_into_passed(tmp_path: Path) -> None:
    """`testamur verify FILE | true` under pipefail: exit 0 would tell the script that the document is authentic."""
    file = tmp_path / "unsigned.xml"
    file.write_bytes(elmo())
    reading, writing = os.pipe()
    os.close(reading)
    assert run("verify", str(file), stdout=writing).returncode not in (0, 1)
    os.close(writing)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-W99"])
def test_a_time_at_the_edge_of_the_calendar_is_the_callers_fault_and_no_trace(at: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(elmo())
    done = run("verify", str(tmp_path / "f"), "--at", at)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_a_named_pipe_without_a_writer_is_empty_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert run("verify", str(tmp_path / "pipe")).returncode in (1, 3)
    with pytest.raises(ConfigError, match="empty"):
        load_anchors([tmp_path / "pipe"])


HOSTILE = "a\x1b[2J\x9b2J\u202egnp.exe\u2066\u2028b"


def test_nothing_in_a_verdict_reaches_the_terminal_as_a_command() -> None:
    finding = Finding(check="x", status=Status.FAILED, about=HOSTILE, explanation=HOSTILE, evidence={"O": HOSTILE})
    verdict = conclude([finding])
    lines = "".join(verdict_lines(verdict, every_check=True))
    printed = json_line(verdict.model_dump_json())
    for sign in "\x9b\u202e\u2066\u2028":
        assert sign not in lines
        assert sign not in printed
    assert "\x1b[2J" not in lines + printed
    assert json.loads(printed)["findings"][0]["evidence"]["O"] == HOSTILE


@pytest.mark.parametrize("name", ["a\nPASSED         diploma.json", "a\rPASSED         diploma.json"])
def test_the_name_of_a_file_makes_no_line_of_its_own(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"{}")
    (tmp_path / "b").write_bytes(b"{}")
    told = run("verify", str(tmp_path)).stdout
    assert told.count(b"\n") == 3
    assert b"\r" not in told
    assert not [line for line in told.splitlines() if line.startswith(b"PASSED")]


def test_a_document_s_words_make_no_line_of_a_verdict() -> None:
    forged = "a\n  proven ✓ trust\rPASSED"
    finding = Finding(check="x", status=Status.FAILED, about=forged, explanation=forged)
    lines = list(verdict_lines(conclude([finding]), every_check=True))
    assert not [line for line in lines if "\n" in line or "\r" in line]


def test_an_error_gives_a_terminal_no_commands(capsys: pytest.CaptureFixture[str]) -> None:
    say_error(HOSTILE, HOSTILE, "x")
    told = capsys.readouterr().err
    assert not [sign for sign in "\x9b\u202e\u2066\u2028" if sign in told]
    assert "\x1b[2J" not in told


def test_a_key_meant_for_one_algorithm_is_trusted_with_no_other(tmp_path: Path) -> None:
    """RFC 8725, 3.1: a JWK with `alg` PS512 doesn't vouch for what was signed with RS256 and the same key."""
    from gateway.proofs.jose import verify_jws
    from gateway.readers.base64 import encode_base64url
    from gateway.readers.containers import unpack
    from gateway.trust.judge import judge_proof
    from gateway.trust.policies import load_policy

    numbers = key("rsa").public_key().public_numbers()
    jwk = {"kty": "RSA", "n": encode_base64url(numbers.n.to_bytes(256)), "e": "AQAB"}

    def answer(alg: str) -> Status:
        (tmp_path / "key.json").write_text(json.dumps({**jwk, "alg": "PS512"}))
        anchors = load_anchors([tmp_path / "key.json"])
        [layer] = unpack(compact({"alg": alg}, alg=alg)).layers
        assert layer.jws is not None
        [proof] = verify_jws(layer.jws, keys=[anchor.key for anchor in anchors])
        now = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
        findings = judge_proof(proof, anchors, load_policy("strict"), now=now, document_time=None, issuers=())
        return next(f.status for f in findings if f.check == "trust.algorithm")

    assert answer("PS512") is Status.PASSED
    assert answer("RS256") is Status.INDETERMINATE
