"""Adapters that misbehave as programs: for tests of the workers, which start them by importing this module."""

from __future__ import annotations

import os
import time

from gateway.errors import Refused
from tests.toy_adapter.lanterna_adapter import Lanterna


class Troublesome(Lanterna):
    """Does what the body tells it to."""

    def core(self, body: bytes) -> bytes:
        if body == b"hang":
            time.sleep(10_000)
        if body == b"spin":
            while True:
                pass
        if body == b"crash":
            os.abort()
        if body == b"exit":
            os._exit(3)
        if body == b"eat":
            return b"x" * (4 * 1024**3)
        if body == b"raise":
            raise KeyError("somebody's name")
        if body == b"refuse":
            raise Refused("toy.no", "got no", advice="Send yes.")
        if body == b"answer with code":
            return lambda: None  # type: ignore[return-value]
        return body + str(os.getpid()).encode()
