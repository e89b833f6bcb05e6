"""The same octets give the same verdict, to the octet: its digest stands in derivations that others run again."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.linked_data import json_files
from tests.reference import REFERENCE, ROOT, needs_reference
from tests.vc_makers import badge

SCRIPT = """
import datetime as dt, hashlib, json, sys
from pathlib import Path
from gateway.node import startup
from gateway.verify.engine import verify

terms = startup.terms((), policy=None, at=dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
adapters = startup.adapters()
for file in map(Path, json.load(sys.stdin)):
    verdict = verify(file.read_bytes(), adapters=adapters, terms=terms).verdict
    print(file.name, hashlib.sha256(verdict.model_dump_json(by_alias=True).encode()).hexdigest())
"""

_SETS = frozenset({"set", "frozenset", "union", "intersection", "difference", "symmetric_difference"})
_ORDERED = frozenset({"list", "tuple", "iter", "enumerate", "fromkeys", "join"})
_WITHOUT_ORDER = frozenset({"set", "frozenset", "sorted", "any", "all", "min", "max", "sum", "len", "update"})


def verdicts(files: list[Path], seed: str) -> list[str]:
    """Name and digest of the verdict of each file, by a process that hashes with this seed."""
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps([str(file) for file in files]),
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
    )
    found = run.stdout.splitlines()
    assert len(found) == len(files)
    return found


def test_two_processes_with_different_hash_seeds_give_the_same_verdict(tmp_path: Path):
    """Several words without meaning in one object, and a value with several members that hide it."""
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-03-01T09:30:00Z",
        "proofPurpose": "assertionMethod",
        "verificationMethod": "did:example:nobody#key",
        "proofValue": "z" + "1" * 88,
    }
    words = {f"word{number}": number for number in range(12)}
    value = {"@value": "Knots", "@index": "a", "@type": "http://www.w3.org/2001/XMLSchema#string", "@language": ""}
    files = []
    for name, members in {"words": words, "value": {"name": value}}.items():
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(badge(**members, proof=proof)), "utf-8")
        files.append(file)
    assert verdicts(files, "1") == verdicts(files, "4242") == verdicts(files, "7")


@needs_reference
def test_documents_of_others_have_the_same_verdict_under_different_hash_seeds():
    linked = [file for file, _ in json_files() if "1edtech-validator" in file.parts]
    others = sorted(f for f in REFERENCE.rglob("*") if f.suffix in {".json", ".xml", ".html"} and f.is_file())
    files = [*linked, *(file for file in others[::12] if file.stat().st_size < 500_000)]
    assert len(files) > 150
    assert verdicts(files, "1") == verdicts(files, "4242")


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def is_set(node: ast.expr) -> bool:
    """Whether an expression shows by its own form that it makes a set; one of dictionaries' keys is one too."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.BitAnd | ast.BitXor | ast.BitOr):
        return is_set(node.left) or is_set(node.right) or "keys" in {name_of(n) for n in _calls(node)}
    return isinstance(node, ast.Set | ast.SetComp) or (isinstance(node, ast.Call) and name_of(node) in _SETS)


def _calls(node: ast.BinOp) -> list[ast.Call]:
    return [side for side in (node.left, node.right) if isinstance(side, ast.Call)]


def taken_in_order(source: str) -> list[int]:
    """The lines in which the members of such a set come one after the other into something that keeps their order."""
    tree, found = ast.parse(source), list[ast.expr]()
    unordered = {
        id(a) for n in ast.walk(tree) if isinstance(n, ast.Call) and name_of(n) in _WITHOUT_ORDER for a in n.args
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.For):
            found.append(node.iter)
        elif isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp) and id(node) not in unordered:
            found += [generator.iter for generator in node.generators]
        elif isinstance(node, ast.List | ast.Tuple):
            found += [member.value for member in node.elts if isinstance(member, ast.Starred)]
        elif isinstance(node, ast.Call) and name_of(node) in _ORDERED:
            found += node.args
    return sorted(one.lineno for one in found if is_set(one))


@pytest.mark.parametrize(
    "source",
    [
        "for key in element.keys() - known: tell(key)",
        "first = next(iter(one.keys() - {'a'}), None)",
        "told = ', '.join({name for name in names})",
        "made = [f(x) for x in set(names)]",
        "made = (*frozenset(names), 1)",
    ],
)
def test_the_look_for_sets_sees_them(source: str):
    assert taken_in_order(source) == [1]
    assert taken_in_order("for key in sorted(set(names)): pass\nok = any(x in y for x in {1, 2})") == []


def test_nothing_that_makes_a_verdict_or_a_translation_goes_by_the_order_of_a_set():
    """A set that a name holds isn't seen here: that is what the two processes above are for."""
    rooms = ("model", "vocabulary", "readers", "proofs", "trust", "verify", "translate", "rendering")
    folders = [ROOT / "adapters", *(ROOT / "gateway" / room for room in rooms), *(ROOT / "gateway/kit").glob("*.py")]
    files = [f for one in folders for f in ([one] if one.is_file() else sorted(one.rglob("*.py")))]
    assert len(files) > 100
    found = {str(file.relative_to(ROOT)): taken_in_order(file.read_text("utf-8")) for file in files}
    assert {file: lines for file, lines in found.items() if lines} == {}
