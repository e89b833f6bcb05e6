"""Write records in a process of its own, so that two processes can be held against each other.

The parent sends a pickled (adapter, [(record, request), …]) on standard input and gets a digest of all results.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence

from gateway.errors import Refused
from gateway.kit.contract import Adapter, WriteRequest
from gateway.model.record import Record

Works = Sequence[tuple[Record, WriteRequest]]


def digest_of(adapter: Adapter, works: Works) -> str:
    """A digest over bodies, cores and losses of all that the adapter writes."""
    digest = hashlib.sha256()
    for record, request in works:
        try:
            drafts = adapter.write(record, request)
        except Refused as refusal:
            digest.update(refusal.code.encode())
            continue
        for draft in drafts:
            digest.update(draft.body)
            digest.update(adapter.core(draft.body))
            for loss in draft.losses:
                digest.update(loss.model_dump_json(by_alias=True).encode())
    return digest.hexdigest()


def digest_elsewhere(adapter: Adapter, works: Works, hash_seed: str) -> str:
    """The same digest, taken in a new process whose sets and dictionaries hash differently."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-m", "gateway.kit.laws.again"],
        input=pickle.dumps((adapter, works)),
        env=environment,
        capture_output=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        raise AssertionError(f"writing in another process failed: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout.decode().strip()


if __name__ == "__main__":
    _adapter, _works = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - from our own parent process
    print(digest_of(_adapter, _works))  # noqa: T201 - the answer
