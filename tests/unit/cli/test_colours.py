"""Colours: on a terminal only, and never where NO_COLOR is set."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("no_color", [True, False])
@pytest.mark.parametrize("arguments", [["verify", "absent.xml"], ["verify", __file__]])
def test_no_color_is_honoured_on_a_terminal(no_color, arguments):
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | ({"NO_COLOR": "1"} if no_color else {})
    ours, theirs = pty.openpty()
    command = [str(Path(sys.executable).with_name("testamur")), *arguments]
    subprocess.run(command, stdout=theirs, stderr=theirs, stdin=theirs, env=environment, check=False)
    os.close(theirs)
    said = os.read(ours, 65536)
    os.close(ours)
    assert said
    assert (b"\x1b[" in said) is not no_color
