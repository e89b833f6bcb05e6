"""The token of the local API: made once, for its owner alone."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.drivers.token import Token, load_token, make_token
from gateway.errors import ConfigError


def fault_of(call, *arguments) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        call(*arguments)
    assert caught.value.advice
    return caught.value


def test_the_first_start_makes_a_token_for_its_owner_alone(tmp_path: Path):
    file = tmp_path / "node" / "token"
    made = make_token(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_token(file) == made
    assert len(made.secret) >= 43


def test_a_later_start_keeps_it(tmp_path: Path):
    assert make_token(tmp_path / "token") == make_token(tmp_path / "token")


def test_processes_that_start_together_agree_on_one(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make_token, [tmp_path / "token"] * 16))
    assert len(set(made)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["token"]


def test_a_token_that_others_can_read_is_refused(tmp_path: Path):
    make_token(tmp_path / "token")
    (tmp_path / "token").chmod(0o640)
    assert fault_of(load_token, tmp_path / "token").code == "token.permissions"


@pytest.mark.parametrize(
    "text", ["", "short\n", "x" * 5000, "a token of several words, no secret at all\n", "\xff" * 40]
)
def test_what_is_no_token_is_refused_and_not_shown(tmp_path: Path, text: str):
    file = tmp_path / "token"
    file.touch(mode=0o600)
    file.write_text(text, "latin-1")
    fault = fault_of(load_token, file)
    assert fault.code == "token.invalid"
    assert not text.strip() or text.strip() not in fault.message


def test_a_token_that_is_not_there_is_refused_with_advice(tmp_path: Path):
    assert fault_of(load_token, tmp_path / "token").code == "token.unreadable"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "file").touch()
    assert fault_of(make_token, tmp_path / "file" / "token").code == "token.not_writable"


def test_a_token_matches_itself_alone_and_its_text_is_never_shown():
    token = Token("t" * 32)
    assert token.matches("t" * 32)
    assert not token.matches("t" * 31)
    assert not token.matches("ü\udcff")
    assert "tttt" not in repr(token)
