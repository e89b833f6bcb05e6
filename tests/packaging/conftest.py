"""An environment of its own with a wheel of Testamur and one of the toy adapter: what a user gets, nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reference import ROOT

TOY = ROOT / "tests" / "toy_adapter"
_NO_NETWORK = (
    "Failed to fetch",
    "Request failed",
    "dns error",
    "client error",
    "Could not connect",
    "error sending request",
)


@dataclass(frozen=True)
class Installed:
    """The wheels, the environment they are installed in, and an empty folder to run in."""

    wheel: Path
    python: Path
    folder: Path

    def run(self, *command, check=True, **environment):
        """Run a command of the environment in the empty folder."""
        clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV", "TESTAMUR_REFERENCE")}
        program = self.python.parent / command[0]
        done = subprocess.run(
            [program, *command[1:]],
            check=False,
            cwd=self.folder,
            env=clean | environment,
            capture_output=True,
            text=True,
            timeout=240,
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    wheels = folder / "wheels"
    for source in (ROOT, TOY):
        _uv("build", "--wheel", "--out-dir", str(wheels), str(source))
    wheel, toy = next(wheels.glob("testamur-*.whl")), next(wheels.glob("lanterna_adapter-*.whl"))
    _uv("venv", "--python", sys.executable, str(folder / "env"))
    python = folder / "env" / "bin" / "python"
    _uv("pip", "install", "--python", str(python), f"testamur[laws] @ {wheel.as_uri()}", str(toy))
    empty = folder / "empty"
    empty.mkdir()
    return Installed(wheel, python, empty)


def _uv(*arguments):
    """Run uv; skip where it can't reach a package index and has nothing cached."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if uv is None:
        pytest.skip("uv isn't there: it builds and installs the wheels")
    done = subprocess.run([uv, *arguments], check=False, cwd=ROOT, capture_output=True, text=True, timeout=300)
    if done.returncode and any(sign in done.stderr for sign in _NO_NETWORK):
        pytest.skip("no package index in reach, and the packages aren't cached")
    assert done.returncode == 0, done.stderr
