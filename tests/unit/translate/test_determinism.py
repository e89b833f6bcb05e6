"""Equal inputs give equal octets: in another process, with another hash seed, in another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reference import ROOT
from tests.toy_node import sealed_leaf, write_settings

SCRIPT = """
import asyncio, hashlib, json, sys
from pathlib import Path
from gateway.node.settings import load_settings
from gateway.node import startup
from gateway.node.translate import Order, translate_file
from tests.toy_node import NOW
from tests.toy_systems import Leaf, Petal, renderer

startup.adapters = lambda _enabled=(): (Leaf(), Petal())
startup.find_renderer = renderer
node = startup.start(load_settings(Path(sys.argv[1])), now=NOW)
order = Order(octets=Path(sys.argv[2]).read_bytes(), to="petal", unsealed=sys.argv[3] == "draft")
done = asyncio.run(translate_file(node, order, now=NOW))
files = done.files() | {"body": done.results[0].draft.body}
print(json.dumps({name: hashlib.sha256(octets).hexdigest() for name, octets in files.items()}))
"""


@pytest.mark.parametrize("kind", ["draft", "sealed"])
def test_two_processes_with_different_hash_seeds_write_the_same_octets(tmp_path: Path, kind: str):
    source, settings = tmp_path / "leaf.xml", write_settings(tmp_path)
    source.write_bytes(sealed_leaf(note="x"))

    def digests(seed: str) -> dict[str, str]:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        folder = tmp_path / seed
        folder.mkdir()
        command = [sys.executable, "-c", SCRIPT, str(settings), str(source), kind]
        run = subprocess.run(command, capture_output=True, check=True, env=environment, cwd=folder)
        return json.loads(run.stdout)

    one, other = digests("1"), digests("4242")
    if kind == "sealed":  # ECDSA signatures are random; what they cover isn't
        for name in ("translation.json", "derivation.jws"):
            assert one.pop(name) != other.pop(name)
    assert one == other
    assert "body" in one
