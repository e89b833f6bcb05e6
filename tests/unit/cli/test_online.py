"""`--online`: the outside is asked, what it answered can be kept, and judged again offline with the same verdict."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.cli import main
from gateway.cli import terms as cli_terms
from gateway.proofs.jwk import write_jwk
from tests import pki
from tests.in_thread import in_thread
from tests.jose_makers import key
from tests.school import School
from tests.strangers import Names, Strangers

AT = ("--at", "2026-11-22T12:00:00Z")


class Desk(School):
    """The school, and a folder with its badges."""

    def __init__(self, strangers: Strangers, folder: Path) -> None:
        super().__init__(strangers)
        self.folder = folder

    def file(self, place: int = 8) -> Path:
        file = self.folder / f"badge-{place}.json"
        file.write_bytes(self.badge(place))
        return file


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    strangers = Strangers(tmp_path)
    with in_thread(strangers.answering):
        monkeypatch.setattr(cli_terms, "Reach", strangers.reach)
        monkeypatch.setattr(aiohttp, "ThreadedResolver", Names)
        yield Desk(strangers, tmp_path)


def run(*arguments: str | Path) -> tuple[int, Any]:
    result = CliRunner().invoke(main.testamur, [*map(str, arguments), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, json.loads(result.stdout)


def told(verdict: dict[str, Any]) -> list[str]:
    return [finding["about"] for finding in verdict["findings"] if finding["check"] == "evidence.asked"]


def test_a_badge_of_a_did_web_passes_when_its_keys_and_its_list_are_asked_for(school: Desk):
    code, verdict = run("verify", school.file(), "--trust", school.did, "--online", *AT)
    assert (code, verdict["verdict"]) == (0, "PASSED"), verdict
    assert sorted(school.strangers.asked) == ["/.well-known/did.json", "/status/3"]


def test_a_hosted_badge_passes_by_its_host_s_word_however_long_that_takes(school: Desk, tmp_path: Path):
    """An answer comes after the question: it counts by the time at which it is judged."""
    file = tmp_path / "hosted.json"
    file.write_text(json.dumps(school.hosted()))
    page = school.strangers.pages["/class"]

    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(1.1)  # into another second
        return await page(request)

    school.strangers.pages["/class"] = slow
    code, verdict = run("verify", file, "--online")
    assert (code, verdict["verdict"], verdict["caveats"]) == (0, "PASSED", ["checked_online"]), verdict
    school.strangers.says("/badge", "", status=410)
    code, verdict = run("verify", file, "--online")
    assert (code, verdict["sub_indication"]) == (1, "CREDENTIAL_REVOKED")


def test_without_online_nobody_is_asked_and_the_question_is_open(school: Desk, tmp_path: Path):
    jwk = tmp_path / "key.jwk"
    jwk.write_text(json.dumps(write_jwk(key("ed25519").public_key())))
    code, verdict = run("verify", school.file(), "--trust", jwk, *AT)
    assert (code, verdict["sub_indication"], told(verdict)) == (3, "TRY_LATER", [""])
    assert school.strangers.asked == []


def test_a_revoked_badge_is_failed(school: Desk):
    code, verdict = run("verify", school.file(7), "--trust", school.did, "--online", *AT)
    assert (code, verdict["sub_indication"]) == (1, "CREDENTIAL_REVOKED")


@pytest.mark.parametrize(
    ("trouble", "online"),
    [
        ({"status": 302, "Location": "http://169.254.169.254/"}, "online.redirect"),
        ({"kind": "text/html"}, "online.type"),
        ({"Content_Encoding": "br"}, "online.encoding"),
    ],
)
def test_without_an_answer_it_is_an_open_question_that_says_why(school: Desk, trouble: dict[str, Any], online: str):
    school.strangers.says("/status/3", **trouble)
    code, verdict = run("verify", school.file(), "--trust", school.did, "--online", *AT)
    assert (code, verdict["verdict"], verdict["sub_indication"]) == (3, "INDETERMINATE", "TRY_LATER")
    assert told(verdict) == [online]


@pytest.mark.parametrize("place", [7, 8])
def test_what_was_answered_is_kept_and_gives_the_same_verdict_offline(school: Desk, tmp_path: Path, place: int):
    kept = tmp_path / "kept"
    file = school.file(place)
    online = run("verify", file, "--trust", school.did, "--online", "--keep-evidence", kept, *AT)
    school.strangers.asked.clear()
    assert run("verify", file, "--trust", school.did, "--evidence", kept, *AT) == online
    assert school.strangers.asked == []
    assert sorted(path.suffix for path in kept.iterdir()) == [".body", ".body", ".json", ".json"]
    assert {path.stat().st_mode & 0o777 for path in kept.iterdir()} == {0o600}
    assert not any("school" in path.name for path in kept.iterdir())


def test_what_was_given_is_not_asked_for_again(school: Desk, tmp_path: Path):
    kept = tmp_path / "kept"
    run("verify", school.file(), "--trust", school.did, "--online", "--keep-evidence", kept, *AT)
    school.strangers.asked.clear()
    code, _ = run("verify", school.file(), "--trust", school.did, "--evidence", kept, "--online", *AT)
    assert code == 0
    assert school.strangers.asked == []


def test_inspect_and_translate_ask_too(school: Desk, tmp_path: Path):
    options = ("--trust", school.did, "--online", *AT)
    assert run("inspect", school.file(), *options)[1]["verdict"] == "PASSED"
    code, done = run("translate", school.file(), "--to", "clr", "-o", tmp_path / "clr.json", *options)
    assert (code, done["verdict"]["verdict"], done["sealed"]) == (0, "PASSED", False)


def test_a_did_to_be_trusted_that_cannot_be_asked_is_the_callers_to_mend(school: Desk):
    school.strangers.pages.clear()
    result = CliRunner().invoke(main.testamur, ["verify", str(school.file()), "--trust", school.did, "--online"])
    assert getattr(result.exception, "code", None) == "trust.did_unresolved"


def test_keeping_needs_asking(school: Desk, tmp_path: Path):
    arguments = ["verify", str(school.file()), "--keep-evidence", str(tmp_path / "kept")]
    result = CliRunner().invoke(main.testamur, arguments)
    assert getattr(result.exception, "code", None) == "request.keep_needs_online"


def node(tmp_path: Path, online: str = "") -> Path:
    holder = pki.seal()
    (tmp_path / "seal.pem").write_bytes(holder.certificate.public_bytes(Encoding.PEM))
    key_file = tmp_path / "seal.key.pem"
    key_file.write_bytes(holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key_file.chmod(0o600)
    (tmp_path / "school.jwk").write_text(json.dumps(write_jwk(key("ed25519").public_key())))
    settings = tmp_path / "node.toml"
    settings.write_text(
        '[node]\nid = "node.example.org"\n'
        '[[seal]]\nfor = ["xmldsig", "jades"]\nkey = "seal.key.pem"\ncertificate = "seal.pem"\n'
        f'[[trust]]\nanchor = "school.jwk"\n{online}'
    )
    return settings


def test_a_node_seals_by_what_it_asked_itself_and_not_by_what_a_caller_asked(school: Desk, tmp_path: Path):
    """`--online` is the caller's, and no ground for the node's seal, unless the node's settings allow the asking."""
    arguments = ("translate", school.file(), "--to", "europass", "--online")
    code, done = run(*arguments, "-o", tmp_path / "a.json", "--config", node(tmp_path))
    assert (code, done["verdict"]["verdict"], done["sealed"]) == (0, "PASSED", False)
    code, done = run(*arguments, "-o", tmp_path / "b.json", "--config", node(tmp_path, school.allowed))
    assert (code, done["verdict"]["verdict"], done["sealed"]) == (0, "PASSED", True)
    evidence = tmp_path / "kept"
    given = run(*arguments, "-o", tmp_path / "c.json", "--keep-evidence", evidence, "--config", tmp_path / "node.toml")
    assert given[1]["sealed"]
    arguments = (*arguments, "--evidence", evidence, "-o", tmp_path / "d.json", "--config", tmp_path / "node.toml")
    assert run(*arguments)[1]["sealed"] is False
