"""Bad input through the command line, as a user meets it: a right exit code, a stable code, a sentence, no trace.

What a document is spoilt by stands in `bad_input.py` under the same name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.cli.main import main
from tests.attacks.bad_input import PERSONAL, documents
from tests.toy_node import university
from tests.work import verdicts_in

MOST = 8_000
"""What a run of the command may cost, in verdicts about a small document; the reading of our own tables included."""
PASSED, FAILED, INDETERMINATE = 0, 1, 3
PASSES_WITH_A_NOTE = {"duplicate_ids", "negative_credits", "impossible_date"}  # sealed so by their issuer


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str
    cost: float

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch, capsys, tmp_path) -> Callable[..., Ran]:
    """Run `testamur …` in an empty folder, with the adapters of the tree."""
    monkeypatch.chdir(tmp_path)

    def ended() -> int:
        try:
            main()
        except SystemExit as stop:
            return int(stop.code or 0)
        return 0

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr("sys.argv", ["testamur", *map(str, arguments)])
        cost, code = verdicts_in(ended)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err, cost)

    return run


@pytest.fixture
def signer(tmp_path) -> Path:
    """The certificate of the university whose seal the documents carry, to be pinned."""
    file = tmp_path / "university.pem"
    file.write_bytes(university().certificates[0].public_bytes(Encoding.PEM))
    return file


EXPECTED = {
    # name: exit of `verify`, the check that speaks, its code or place, a word of its sentence
    "truncated": (FAILED, "format.readable", "xml.malformed", "ask for it again"),
    "empty": (FAILED, "format.readable", "document.empty", "Ask for the file again"),
    "wrong_namespace": (INDETERMINATE, "format.recognised", "", "testamur adapters list"),
    "doctype": (FAILED, "format.readable", "xml.doctype", "never read"),
    "entities": (FAILED, "format.readable", "xml.doctype", "never read"),
    "external_entity": (FAILED, "format.readable", "xml.doctype", "never read"),
    "utf_7": (FAILED, "format.readable", "xml.encoding", "in UTF-8"),
    "utf_16": (FAILED, "format.readable", "xml.encoding", "in UTF-8"),
    "gzip_bomb": (FAILED, "format.readable", "limit.inflate", "bomb"),
    "gzip_bomb_in_base64": (FAILED, "format.readable", "limit.inflate", "bomb"),
    "two_roots": (FAILED, "format.readable", "xml.malformed", "ask for it again"),
    "duplicate_keys": (FAILED, "format.readable", "json.duplicate_key", "ask the issuer"),
    "duplicate_ids": (PASSED, "conformity.elmo.local_identifier", "identifier", "another opportunity"),
    "unknown_algorithm": (INDETERMINATE, "signature.algorithm", "Signature", "expected RSA or ECDSA"),
    "swapped_certificate": (FAILED, "signature.value", "Signature", "certificate"),
    "altered_byte": (FAILED, "signature.digest", "Signature", "ask the issuer"),
    "wrapped_signature": (FAILED, "signature.digest", "Signature", "ask the issuer"),
    "signature_over_a_part": (INDETERMINATE, "signature.reference", "Signature", "whole document"),
    "no_signature": (INDETERMINATE, "proof.present", "", "ask for the sealed original"),
    "negative_credits": (PASSED, "conformity.elmo.credit_value", "credit", "ask the issuer"),
    "negative_credits_in_a_credential": (INDETERMINATE, "conformity.credit", "point", "expected none or more"),
    "impossible_date": (PASSED, "conformity.elmo.schema", "date", "expected"),
    "impossible_date_in_a_credential": (INDETERMINATE, "conformity.date", "awardingDate", "as in"),
    "nested_courses": (FAILED, "format.readable", "limit.depth", "broken or hostile"),
    "nested_claims": (FAILED, "format.readable", "limit.depth", "broken or hostile"),
    "reference_loop": (INDETERMINATE, "conformity.copies", "hasPart", "same id"),
}
UNREADABLE = sorted(name for name, (_, check, _, _) in EXPECTED.items() if check.startswith("format."))
of_each = pytest.mark.parametrize("name", list(EXPECTED))


@pytest.fixture
def bad(name, tmp_path) -> Path:
    file = tmp_path / "document.bin"
    file.write_bytes(documents()[name])
    return file


def assert_decent(ran: Ran, *shown: str) -> None:
    assert "Traceback" not in ran.out + ran.err
    assert ran.cost < MOST
    assert [word for word in PERSONAL if any(word in text for text in shown)] == []


def test_every_bad_document_has_its_expectation():
    assert set(documents()) == set(EXPECTED)


@of_each
def test_verify_says_by_a_code_and_a_sentence_what_is_wrong(run, bad, signer, name):
    code, check, about, word = EXPECTED[name]
    ran = run("verify", bad, "--trust", signer, "--json")
    assert_decent(ran, ran.out, ran.err)
    assert ran.code == code
    told = [f for f in ran.json["findings"] if f["check"] == check and f["status"] not in ("PASSED", "NOT_CHECKED")]
    assert any(about in f["about"] and word in f["explanation"] for f in told), told


@of_each
def test_verify_says_it_to_people_too(run, bad, signer, name):
    code, check, _, word = EXPECTED[name]
    ran = run("verify", bad, "--trust", signer, "--all")
    assert_decent(ran, ran.out, ran.err)
    assert ran.code == code
    assert check in ran.out
    assert word in " ".join(ran.out.split())


@of_each
def test_inspect_shows_a_record_or_says_why_there_is_none(run, bad, name):
    ran = run("inspect", bad, "--json")
    assert_decent(ran, ran.err)
    if name in UNREADABLE:
        assert ran.code in (FAILED, INDETERMINATE)
        assert ran.json["record"] is None
        assert ran.json["unread"]["code"]
        assert ran.json["unread"]["advice"]
    else:
        assert ran.code == 0
        assert ran.json["record"]["learner"]


@of_each
def test_translate_writes_an_unsealed_draft_or_says_why_not(run, bad, name, tmp_path):
    out = tmp_path / "translation"
    target = "elmo" if documents()[name][:1] == b"{" else "europass"
    ran = run("translate", bad, "--to", target, "--unsealed", "-o", out)
    assert_decent(ran, ran.err)
    if name in UNREADABLE:
        assert ran.code in (FAILED, INDETERMINATE)
        assert not out.exists()
        assert "nothing was written" in ran.err
    else:
        assert ran.code == 0, ran.err
        assert out.stat().st_size > 0


@of_each
def test_translate_requires_a_pass_where_it_was_asked_for(run, bad, signer, name, tmp_path):
    out = tmp_path / "translation"
    target = "elmo" if documents()[name][:1] == b"{" else "europass"
    ran = run("translate", bad, "--to", target, "--trust", signer, "--require", "passed", "-o", out)
    assert_decent(ran, ran.err)
    assert out.exists() == (name in PASSES_WITH_A_NOTE)
    assert ran.code == EXPECTED[name][0]
