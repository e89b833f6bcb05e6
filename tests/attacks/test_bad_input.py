"""Bad input through the command line, as a user meets it: a right exit code, a stable code, a sentence, no trace.

What a document is spoilt by stands in `bad_input.py` under the same name.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.attacks.bad_input import documents
from tests.attacks.command import assert_decent
from tests.toy_node import university

PASSED, FAILED, INDETERMINATE = 0, 1, 3
PASSES_WITH_A_NOTE = {"duplicate_ids", "negative_credits", "impossible_date"}  # sealed so by their issuer


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
    "doctype": (FAILED, "format.readable", "xml.doctype", "ask for the file"),
    "entities": (FAILED, "format.readable", "xml.doctype", "ask for the file"),
    "external_entity": (FAILED, "format.readable", "xml.doctype", "ask for the file"),
    "utf_7": (FAILED, "format.readable", "xml.encoding", "in UTF-8"),
    "utf_16": (FAILED, "format.readable", "xml.encoding", "in UTF-8"),
    "gzip_bomb": (FAILED, "format.readable", "limit.inflate", "don't open it"),
    "gzip_bomb_in_base64": (FAILED, "format.readable", "limit.inflate", "don't open it"),
    "two_roots": (FAILED, "format.readable", "xml.malformed", "ask for it again"),
    "duplicate_keys": (FAILED, "format.readable", "json.duplicate_key", "ask the issuer"),
    "duplicate_ids": (PASSED, "conformity.elmo.local_identifier", "identifier", "ask the issuer"),
    "unknown_algorithm": (INDETERMINATE, "signature.algorithm", "Signature", "ask for a seal"),
    "swapped_certificate": (FAILED, "signature.value", "Signature", "ask the issuer"),
    "altered_byte": (FAILED, "signature.digest", "Signature", "ask the issuer"),
    "wrapped_signature": (FAILED, "signature.digest", "Signature", "ask the issuer"),
    "signature_over_a_part": (INDETERMINATE, "signature.reference", "Signature", "ask for such a seal"),
    "no_signature": (INDETERMINATE, "proof.present", "", "ask for the sealed original"),
    "negative_credits": (PASSED, "conformity.elmo.credit_value", "credit", "ask the issuer"),
    "negative_credits_in_a_credential": (INDETERMINATE, "conformity.credit", "point", "ask the issuer"),
    "impossible_date": (PASSED, "conformity.elmo.schema", "date", "ask the issuer"),
    "impossible_date_in_a_credential": (INDETERMINATE, "conformity.date", "awardingDate", "ask the issuer"),
    "nested_courses": (FAILED, "format.readable", "limit.depth", "Don't use it"),
    "nested_claims": (FAILED, "format.readable", "limit.depth", "Don't use it"),
    "reference_loop": (INDETERMINATE, "conformity.copies", "hasPart", "ask the issuer"),
}
UNREADABLE = sorted(name for name, (_, check, _, _) in EXPECTED.items() if check.startswith("format."))
of_each = pytest.mark.parametrize("name", list(EXPECTED))


@pytest.fixture
def bad(name, tmp_path) -> Path:
    file = tmp_path / "document.bin"
    file.write_bytes(documents()[name])
    return file


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
