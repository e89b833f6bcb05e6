"""docs/reference/errors.md lists every error code of the source, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.reference import ROOT

ERRORS = {"Refused", "RequestError", "ConfigError", "AdapterError", "Stopped"}
CODE = re.compile(r"[a-z]+\.[a-z_]+")
OUTCOMES = {"Withheld", "NoAnswer"}
PAGE = ROOT / "docs" / "reference" / "errors.md"
END = r"(original|translation)\.[a-z_]+|delivery\.(expired|undecided)"
ENDS = "What became of a delivery"
SAYS_ENDS = ("delivery/decision.py", "node/dispatch.py")
"""Where codes are made that end a delivery, and that nobody raises."""


def documented() -> dict[str, str]:
    """Code to the section that it stands in."""
    found, section = {}, ""
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif row := re.fullmatch(r"\| `([a-z0-9_]+\.[a-z0-9_]+)` \| (.+) \| (.+) \|", line):
            assert row[1] not in found, row[1]
            found[row[1]] = section
    return found


def raised() -> Iterator[tuple[str, str]]:
    """(class, code) of every error in the source; a code that is put together is a pattern of it."""
    for folder in ("gateway", "adapters"):
        for file in (ROOT / folder).rglob("*.py"):
            if "laws" in file.parts:
                continue  # tests to inherit: what they raise is the law's own
            source = file.read_text("utf-8")
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    yield from ((node.func.id, code) for code in _codes(node))
                    if "Stopped" in source and node.func.id.startswith("_"):  # a room's own way to say Stopped
                        yield from (("Stopped", code) for code in _plain_codes(node))


def ends() -> set[str]:
    """The codes of why a delivery ended: every constant of that form where they are decided."""
    trees = [ast.parse((ROOT / "gateway" / file).read_text("utf-8")) for file in SAYS_ENDS]
    constants = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {code for code in constants if isinstance(code, str) and re.fullmatch(END, code)}


def _plain_codes(call: ast.Call) -> Iterator[str]:
    for value in call.args[:1]:
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and CODE.fullmatch(value.value):
            yield value.value


def _codes(call: ast.Call) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    keywords = [k.value for k in call.keywords if k.arg == "code"]
    for value in call.args[:1] if name in ERRORS | {"Gone"} else keywords if name in OUTCOMES else []:
        if isinstance(value, ast.Constant):
            yield f"adapter.{value.value}" if name == "Gone" else str(value.value)
        elif isinstance(value, ast.JoinedStr):
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "[a-z0-9_]+" for p in value.values)


def test_every_code_is_documented_and_every_documented_code_exists() -> None:
    codes = {code for _, code in raised()}
    plain = {code for code in codes if "[" not in code}
    patterns = codes - plain
    listed = set(documented())
    assert plain <= listed, sorted(plain - listed)
    assert all(any(re.fullmatch(p, code) for code in listed) for p in patterns), patterns
    assert not ends() & plain
    left = {code for code in listed - plain - ends() if not any(re.fullmatch(p, code) for p in patterns)}
    assert not left, sorted(left)
    assert len(plain) > 60


def test_a_code_stands_under_whose_fault_it_is() -> None:
    whose = {"Refused": "The document", "RequestError": "The caller", "ConfigError": "The operator"}
    whose |= {"AdapterError": "The adapter", "Gone": "The adapter", "Withheld": "The document"}
    whose |= {"NoAnswer": "Answers from outside"}
    whose |= {"Stopped": "A request to a node"}
    sections = documented()
    for kind, code in raised():
        if "[" not in code and code in sections:
            assert sections[code] == whose[kind], code


def test_every_reason_why_a_delivery_ended_is_documented() -> None:
    assert {code for code, section in documented().items() if section == ENDS} == ends()
