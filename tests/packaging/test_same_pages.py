"""The same document gives the same pages, octet for octet, in environments that differ in everything but the versions."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.packaging.conftest import _uv
from tests.reference import ROOT
from tests.toy_node import sealed, university

RENDERED = (
    ("elmo.pdf", "--lang", "de"),
    ("elmo.html", "--lang", "ar,ja"),
    ("europass.pdf", "--lang", "en,zh", "--to", "europass", "--unsealed"),
)
HERE: Mapping[str, str] = {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "LANG": "C"}
THERE: Mapping[str, str] = {
    "PYTHONHASHSEED": "4711",
    "TZ": "America/St_Johns",
    "LC_ALL": "C.UTF-8",
    "LANG": "tr_TR.UTF-8",
    "PYTHONUTF8": "1",
    "COLUMNS": "40",
    "SOURCE_DATE_EPOCH": "1",
}


def made(folder: Path, document: bytes, python: str, **environment: str) -> dict[str, bytes]:
    """The pages, rendered in a folder of its own by an interpreter in its environment."""
    (folder / "temporary").mkdir(parents=True)
    (folder / "elmo.xml").write_bytes(document)
    (folder / "trusted.pem").write_bytes(TRUSTED)
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    for out, *more in RENDERED:
        arguments = ["render", "elmo.xml", "-o", out, "--trust", "trusted.pem", "--at", "2026-06-02", *more]
        done = subprocess.run(
            [python, "-c", "from gateway.cli.main import main; main()", *arguments],
            cwd=folder,
            env={**clean, "TMPDIR": str(folder / "temporary"), **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr
        assert "PASSED" in done.stdout
    return {out: (folder / out).read_bytes() for out, *_ in RENDERED}


TRUSTED = b"".join(one.public_bytes(Encoding.PEM) for one in university().certificates)
DOCUMENT = sealed((ROOT / "config" / "demo" / "elmo.xml").read_bytes())


def test_the_same_input_gives_the_same_octets_whatever_surrounds_it(tmp_path: Path) -> None:
    """Another seed of hashes, place, temporary folder, time zone, locale and width."""
    here = made(tmp_path / "here", DOCUMENT, sys.executable, **HERE, PYTHONPATH=str(ROOT))
    there = made(tmp_path / "far away" / "there", DOCUMENT, sys.executable, **THERE, PYTHONPATH=str(ROOT))
    assert {name: len(octets) > 10_000 for name, octets in here.items()} == dict.fromkeys(here, True)
    assert here == there


@pytest.mark.long
def test_two_fresh_environments_from_the_lock_file_give_the_same_octets(tmp_path: Path) -> None:
    """Each is made anew, with the wheel and the versions of uv.lock; neither sees the checkout."""
    _uv("build", "--wheel", "--out-dir", str(tmp_path / "wheels"), str(ROOT))
    (wheel,) = (tmp_path / "wheels").glob("testamur-*.whl")
    locked = str(tmp_path / "locked.txt")
    _uv("export", "--locked", "--all-extras", "--no-dev", "--no-emit-project", "--no-hashes", "-o", locked)
    given = []
    for name, environment in (("one", HERE), ("two", THERE)):
        _uv("venv", "--python", sys.executable, str(tmp_path / name / "env"))
        python = str(tmp_path / name / "env" / "bin" / "python")
        _uv("pip", "install", "--python", python, "-r", locked, f"testamur @ {wheel.as_uri()}")
        given.append(made(tmp_path / name / "folder", DOCUMENT, python, **environment))
    assert given[0] == given[1]
    assert given[0] == made(tmp_path / "here", DOCUMENT, sys.executable, **HERE, PYTHONPATH=str(ROOT))
