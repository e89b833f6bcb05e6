"""Attacks by operators, on names, on what people are shown, and on what the node is built from (H5, H6, H9, H11, H12)."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

import pytest
from pydantic import TypeAdapter, ValidationError

import adapters
import gateway
from gateway.cli.delivery_text import alarm_lines, arrival_lines
from gateway.delivery.envelope import ParticipantId
from gateway.node.serving import run
from gateway.node.settings import load_settings
from gateway.packaged import data_folder
from gateway.rendering.markup import shown
from gateway.trust.issuers import IssuerClaim, is_named
from gateway.web.local.app import ROUTES
from tests.delivery.nodes import NORTH, Participant, pair
from tests.reference import ROOT

NAME = "University of Example"
LOOK_ALIKE = {
    "cyrillic": "Univ\u0435rsity of Example",
    "greek": "University \u03bff Example",
    "zero width": "Univer\u200bsity of Example",
    "right to left": "University of \u202eelpmaxE",
    "soft hyphen": "Uni\u00adversity of Example",
    "mathematical, of another word": "\U0001d414niversity of Exampel",
}


@pytest.mark.parametrize("name", LOOK_ALIKE.values(), ids=LOOK_ALIKE)
def test_h5_a_name_that_only_looks_like_one_that_is_trusted_is_another(name: str) -> None:
    assert is_named(IssuerClaim(names={"en": NAME}), [NAME])
    assert not is_named(IssuerClaim(names={"en": name}), [NAME])


@pytest.mark.parametrize(
    "name", ["Universit\u00e9 d'Exemple", "Universite\u0301 d'Exemple", "UNIVERSIT\u00c9 d\u2019Exemple"]
)
def test_h5_one_name_in_two_forms_of_unicode_is_one(name: str) -> None:
    """NFC or NFD, small or capital: the same letters for everybody (but an apostrophe is no quotation mark)."""
    assert is_named(IssuerClaim(names={"en": name}), ["Universit\u00e9 d'Exemple"]) is ("\u2019" not in name)


@pytest.mark.parametrize("name", ["n\u043ede.example", "node\u200b.example", "node.ex\u0430mple", "\u202enode.example"])
def test_h5_a_participant_has_a_name_of_plain_letters(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ParticipantId).validate_python(name)


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200b", "\u200f", "\x1b", "\x07"])
def test_h5_what_turns_or_hides_letters_is_seen_on_a_terminal(sign: str) -> None:
    told = shown(f"a{sign}b")
    assert sign not in told
    assert told != "ab"


# --- H6: what is exported


def test_h6_nothing_is_exported_that_a_spreadsheet_would_run() -> None:
    """There is no table for spreadsheets. Pages for people escape what a document says (tests/unit/rendering)."""
    for route in ROUTES:
        for answer in route.answers.values():
            assert not [
                kind for kind in answer.media_types if re.search("csv|tab-separated|excel|sheet|markdown", kind)
            ]
    for folder in ("gateway", "adapters"):
        for file in (ROOT / folder).rglob("*.py"):
            written = re.search(r"csv\.(writer|DictWriter)|openpyxl|xlsxwriter", file.read_text("utf-8"))
            assert written is None, file


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "a\nb", "\x1b[2J", "<script>x</script>", "\u202etxt.exe"])
def test_h6_a_list_on_a_terminal_has_one_line_for_each_whatever_it_holds(text: str) -> None:
    arrival = {"id": "1", "state": "received", "received": "2026-01-01T00:00:00Z", "from": text, "problem": text}
    alarm = {
        "number": 1,
        "at": "2026-01-01T00:00:00Z",
        "code": text,
        "peer": text,
        "message": text,
        "acknowledged": None,
    }
    for line in (*arrival_lines([arrival]), *alarm_lines([alarm])):
        assert "\n" not in line
        assert "\x1b[2J" not in line
        assert "\u202e" not in line


# --- H9: whom a node trusts


async def alarms_of_a_start(participant: Participant) -> list[tuple[str | None, str]]:
    async with run(load_settings(participant.settings_file())) as node:
        told = [(one.peer, one.message) for one in await node.store.alarms() if one.code == "trust.changed"]
        for one in await node.store.alarms():
            await node.store.acknowledge(one.number, node.now())
        return told


async def test_h9_another_anchor_or_peers_key_is_an_alarm_at_the_next_start(tmp_path: Path) -> None:
    _, south = pair(tmp_path)
    assert await alarms_of_a_start(south) == []
    assert await alarms_of_a_start(south) == []
    other = Participant(tmp_path, "other.example.org")
    (tmp_path / NORTH / "node.pem").write_bytes((other.folder / "node.pem").read_bytes())
    told = await alarms_of_a_start(south)
    assert [(peer, what.split()[0]) for peer, what in told] == [(NORTH, "key")] * 2
    assert len(set(told)) == 2, "the one that is gone, and the one that is there"


async def test_h9_an_anchor_that_is_granted_more_is_an_alarm(tmp_path: Path) -> None:
    _, south = pair(tmp_path)
    await alarms_of_a_start(south)
    limited = south.settings_file().read_text().replace('"university.pem"', '"university.pem"\nfor = ["Nobody"]')
    south.settings_file = lambda: written(south, limited)  # type: ignore[method-assign]
    told = await alarms_of_a_start(south)
    assert [(peer, what.split()[0]) for peer, what in told] == [(None, "anchor")] * 2


def written(participant: Participant, text: str) -> Path:
    file = participant.folder / "node.toml"
    file.write_text(text)
    return file


# --- H11: patterns


def patterns() -> Iterator[tuple[str, str]]:
    """Every regular expression of the source: written out, compiled from parts, of a field, or of a schema."""
    for package in (gateway, adapters):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, re.Pattern):
                    text = value.pattern
                    yield module.name, text if isinstance(text, str) else text.decode("latin-1")
    for folder in ("gateway", "adapters"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                yield from ((str(file.relative_to(ROOT)), pattern) for pattern in patterns_of(node))
    for file in data_folder("schemas").rglob("*.json"):
        yield from (
            (file.name, json.loads(found))
            for found in re.findall(r'"pattern": ?("(?:[^"\\\\]|\\\\.)*")', file.read_text("utf-8"))
        )


def patterns_of(node: ast.AST) -> Iterator[str]:
    if not isinstance(node, ast.Call):
        return
    called = ast.unparse(node.func)
    given = node.args[:1] if called.startswith("re.") else []
    given += [keyword.value for keyword in node.keywords if keyword.arg == "pattern"]
    for value in given:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


REPEATS = {kinds.MAX_REPEAT, kinds.MIN_REPEAT}


def nests_without_bound(pattern: str) -> bool:
    """Whether something that is repeated without bound can be repeated without bound: the form of a ReDoS."""

    def walk(parsed: object, *, inside: bool) -> bool:
        for kind, value in parsed:  # type: ignore[attr-defined]
            unbounded = kind in REPEATS and value[1] is kinds.MAXREPEAT
            if unbounded and inside:
                return True
            if any(walk(part, inside=inside or unbounded) for part in parts_of(value)):
                return True
        return False

    return walk(parser.parse(pattern), inside=False)


def parts_of(value: object) -> Iterator[object]:
    """The patterns inside of one operation."""
    if isinstance(value, parser.SubPattern):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from parts_of(one)


SEPARATED = {
    "data:([^;,]*)((?:;[^;,]*)*),(.*)",
    r"^[a-z_]+(\.[a-z_]+)+$",
    r"^[a-z0-9_]+(\.[a-z0-9_]+)+$",
    r"^urn:testamur:problem:[a-z0-9_]+(\.[a-z0-9_]+)+$",
    r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d{1,5})?|localhost(?::\d{1,5})?",
    '"[a-z@-]+"( "[a-z@-]+")*',
    r"testamur=(?P<params>\((?P<names>[^()]*)\)(?P<rest>(;[^;]+)*))",
    r"(?>[ \t\r\n]+|<\?.*?\?>|<!--.*?-->)*",
}
"""Each part begins with a sign that no part can hold, or is taken once for all: there is one way to divide a text, and no
search for others."""


def test_h11_no_pattern_takes_a_time_that_grows_beyond_what_it_reads() -> None:
    found = list(patterns())
    assert len(found) > 60
    assert {pattern for _, pattern in found if nests_without_bound(pattern)} == SEPARATED


@pytest.mark.parametrize("pattern", ["(a+)+$", "([a-z]+)*x", "(?:a|b*)*c", "(x(y*)z?)+"])
def test_h11_a_pattern_that_does_is_found_out(pattern: str) -> None:
    assert nests_without_bound(pattern)
    assert not nests_without_bound("^[a-z]{2,3}(-[a-z0-9]{2,8}){0,4}$")


# --- H12: what the node is built from


def test_h12_every_package_comes_from_one_registry_and_is_held_by_its_digest() -> None:
    """A name that stands in two registries, or a file that was put in another's place, isn't installed."""
    locked = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    ours = [one for one in locked if "editable" in one["source"]]
    others = [one for one in locked if "editable" not in one["source"]]
    assert [one["name"] for one in ours] == ["testamur"]
    assert len({json.dumps(one["source"]) for one in others}) == 1
    for one in others:
        files = [*one.get("wheels", ()), *([one["sdist"]] if "sdist" in one else ())]
        assert files, one["name"]
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", file["hash"]) for file in files), one["name"]


def test_h12_nobody_names_another_registry_or_an_address_to_install_from() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert not {"index", "sources", "find-links"} & set(project.get("tool", {}).get("uv", {}))
    needed = [project["project"]["dependencies"], *project["project"]["optional-dependencies"].values()]
    assert not [one for group in needed for one in group if "@" in one or "://" in one]
    assert "--locked" in (ROOT / "Makefile").read_text("utf-8")
