"""`testamur attest`: a named operator vouches for a page that they fetched; who relies on it says so apart."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.kit.discovery import discover
from gateway.node import startup
from tests.adapters.chsi.documents import CODE, HEQC, error, octets, page
from tests.unit.cli.conftest import Ran

Run = Callable[..., Ran]
EXPIRED = error("在线验证报告已过期，无法在线验证。")


@pytest.fixture
def run_all(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command with all adapters, in a folder with a report, its page, and the key of a clerk and of a seal."""
    monkeypatch.setattr(startup, "adapters", lambda _enabled=(): discover().adapters)
    for name, held in {"report.json": octets(HEQC), "page.html": page(), "expired.html": EXPIRED}.items():
        (tmp_path / name).write_bytes(held)
    for name in ("clerk.pem", "seal.pem"):
        (tmp_path / name).write_bytes(startup_key())
        (tmp_path / name).chmod(0o600)
    return run


def startup_key() -> bytes:
    from gateway.drivers.node_keys import new_node_key

    return new_node_key()


def did_of(ran: Ran) -> str:
    assert ran.code == 0, ran.err
    [did] = re.findall(r"attested by (did:key:\S+)", ran.out)
    return did


def settings(folder: Path, did: str, purpose: str) -> Path:
    (folder / "clerk.did").write_text(did)
    file = folder / "n.toml"
    file.write_text(
        '[node]\nid = "north.example.org"\n[[seal]]\nfor = ["vc"]\nkey = "seal.pem"\nname = "Ministry"\n'
        f'[[trust]]\nanchor = "clerk.did"\n{purpose}\n'
    )
    return file


def test_an_attested_page_passes_where_its_attester_is_trusted_and_nowhere_else(run_all: Run) -> None:
    did = did_of(run_all("attest", "page.html", "--key", "clerk.pem", "-o", "ev"))
    assert run_all("verify", "report.json", "--evidence", "ev", "--trust", did).code == 0
    assert run_all("verify", "report.json", "--evidence", "ev").code == 3
    assert run_all("verify", "report.json", "--trust", did).code == 3


def test_what_is_written_is_for_its_owner_alone(run_all: Run, tmp_path: Path) -> None:
    run_all("attest", "page.html", "--key", "clerk.pem", "-o", "ev")
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "ev").iterdir()} == {0o600}
    [note] = (tmp_path / "ev").glob("*.json")
    assert CODE not in note.read_text()
    assert set(json.loads(note.read_text())) == {"attestation", "url", "fetched_at", "status", "media_type", "sha256"}


@pytest.mark.parametrize("more", [(), ("--of", "report.json")])
def test_attack_a_report_as_its_own_answer_is_not_attested(run_all: Run, tmp_path: Path, more: tuple[str, ...]) -> None:
    refused = run_all("attest", "report.json", "--key", "clerk.pem", "-o", "ev", *more)
    assert (refused.code, "attest.no_page" in refused.err) == (2, True)
    assert not (tmp_path / "ev").exists()


def test_a_page_without_a_report_is_attested_as_the_answer_to_one(run_all: Run) -> None:
    refused = run_all("attest", "expired.html", "--key", "clerk.pem", "-o", "ev")
    assert (refused.code, "attest.no_question" in refused.err) == (2, True)
    did = did_of(run_all("attest", "expired.html", "--of", "report.json", "--key", "clerk.pem", "-o", "ev"))
    found = run_all("verify", "report.json", "--evidence", "ev", "--trust", did, "--json")
    assert found.json["sub_indication"] in ("TRY_LATER", "NO_PROOF_FOUND")
    assert [f["about"] for f in found.json["findings"] if f["check"] == "online.answer"] == ["expired"]


def test_when_it_was_fetched_can_be_said_and_counts(run_all: Run) -> None:
    did = did_of(run_all("attest", "page.html", "--key", "clerk.pem", "-o", "ev", "--at", "2020-01-01"))
    assert run_all("verify", "report.json", "--evidence", "ev", "--trust", did).code == 3
    assert run_all("verify", "report.json", "--evidence", "ev", "--trust", did, "--at", "2020-01-02").code == 0


def test_a_node_seals_by_what_its_own_witnesses_attest_and_by_no_other_evidence(run_all: Run, tmp_path: Path) -> None:
    did = did_of(run_all("attest", "page.html", "--key", "clerk.pem", "-o", "ev"))
    order = ("translate", "report.json", "--to", "clr", "--evidence", "ev", "--config")
    file = settings(tmp_path, did, 'for = ["evidence"]')
    assert run_all(*order, file, "-o", "one/").code == 0
    assert (tmp_path / "one" / "derivation.jws").exists()
    file = settings(tmp_path, did, "")  # trusted for documents alone
    assert run_all(*order, file, "-o", "two/").code == 0
    assert (tmp_path / "two" / "derivation.json").exists()  # a draft
    for note in (tmp_path / "ev").glob("*.json"):
        told = json.loads(note.read_text())
        note.write_text(json.dumps({name: value for name, value in told.items() if name != "attestation"}))
    file = settings(tmp_path, did, 'for = ["evidence"]')
    assert run_all(*order, file, "-o", "three/").code == 0
    assert (tmp_path / "three" / "derivation.json").exists()


def test_pages_of_several_reports_stand_in_one_folder_under_the_nodes_secret(run_all: Run, tmp_path: Path) -> None:
    other = {**HEQC, "vcode": "AZ00TEST00FAKE09", "holder": {**HEQC["holder"], "name": "单明"}}
    (tmp_path / "other.json").write_bytes(octets(other))
    (tmp_path / "other.html").write_bytes(page(other))
    did = did_of(run_all("attest", "page.html", "--key", "clerk.pem", "-o", "whose"))
    file = settings(tmp_path, did, 'for = ["evidence"]')
    for name in ("page.html", "other.html"):
        assert run_all("attest", name, "--key", "clerk.pem", "-o", "ev", "--config", file).code == 0
    assert (tmp_path / "node.secret").stat().st_mode & 0o777 == 0o600
    for name in ("report.json", "other.json"):
        ran = run_all("translate", name, "--to", "clr", "--evidence", "ev", "--config", file, "-o", f"{name}.out/")
        assert ran.code == 0, ran.err
        assert (tmp_path / f"{name}.out" / "derivation.jws").exists()
    notes = "".join(note.read_text() for note in (tmp_path / "ev").glob("*.json"))
    assert CODE not in notes


def test_the_doctor_looks_whether_others_may_read_what_is_attested(run_all: Run, tmp_path: Path) -> None:
    file = settings(tmp_path, "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "")
    file.write_text(file.read_text() + '[online]\nattested = "attested"\n')
    (tmp_path / "attested").mkdir(mode=0o700)
    for mode, status in ((0o700, "pass"), (0o755, "fail")):
        (tmp_path / "attested").chmod(mode)
        checks = run_all("doctor", "--json", "--config", file).json["checks"]
        assert [check["status"] for check in checks if check["name"] == "attested"] == [status]


def test_a_key_that_others_may_use_and_a_secret_that_is_none_are_refused(run_all: Run, tmp_path: Path) -> None:
    (tmp_path / "open.pem").write_bytes(startup_key())
    (tmp_path / "open.pem").chmod(0o644)
    assert "attest.key_permissions" in run_all("attest", "page.html", "--key", "open.pem", "-o", "ev").err
    file = settings(tmp_path, "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "")
    (tmp_path / "node.secret").write_text("short")
    (tmp_path / "node.secret").chmod(0o600)
    refused = run_all("attest", "page.html", "--key", "clerk.pem", "-o", "ev", "--config", file)
    assert (refused.code, "(node.secret)" in refused.err) == (2, True)
    check = next(c for c in run_all("doctor", "--json", "--config", file).json["checks"] if c["name"] == "secret")
    assert check["status"] == "fail"
    (tmp_path / "node.secret").unlink()
    check = next(c for c in run_all("doctor", "--json", "--config", file).json["checks"] if c["name"] == "secret")
    assert (check["status"], "when it is needed" in check["reason"]) == ("pass", True)
