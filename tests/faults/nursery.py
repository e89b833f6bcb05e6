"""A process that has everything imported, and gives birth to nodes by forking: a start takes a tenth of the time.

Reads one JSON object a line: `{"start": Life}` answers `{"pid": n}`, `{"ended": pid}` answers `{"status": n}` where
that node has ended, however it did, and null while it lives.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

from tests.faults.node_life import Life, main
from tests.reference import ROOT


class Nursery:
    """The handle of a test on such a process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lock = threading.Lock()

    def start(self, life: Life) -> int:
        """The pid of a new node."""
        return self._ask({"start": vars(life)})["pid"]

    def wait(self, pid: int) -> int:
        """Wait for the end of a node: minus the signal's number, or its exit code. Other threads may ask meanwhile."""
        while (status := self._ask({"ended": pid})["status"]) is None:
            time.sleep(0.005)
        return status

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _ask(self, question: dict) -> dict:
        with self._lock:
            self._process.stdin.write(json.dumps(question, default=str) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


def _serve() -> None:
    for line in sys.stdin:
        question = json.loads(line)
        if "start" in question:
            answer = {"pid": _start(question["start"])}
        else:
            pid, status = os.waitpid(question["ended"], os.WNOHANG)
            answer = {"status": os.waitstatus_to_exitcode(status) if pid else None}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _start(members: dict) -> int:
    pid = os.fork()
    if pid:
        return pid
    life = Life(**{**members, "config": Path(members["config"]), "handle": Path(members["handle"])})
    log = os.open(life.config.with_suffix(".log"), os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    nothing = os.open(os.devnull, os.O_RDWR)
    for target, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, target)
    code = 1
    with contextlib.suppress(BaseException):
        try:
            main(life)
            code = 0
        except BaseException:
            traceback.print_exc()
            raise
    os._exit(code)


if __name__ == "__main__":
    _serve()
