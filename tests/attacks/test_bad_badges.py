"""Bad badges through the command line, as a user meets them: a right exit code, a stable code, a sentence, no trace.

What a badge is spoilt by stands in `bad_badges.py` under the same name. The school's keys are trusted, and what the
outside answered is given: only the fault that the name tells keeps each from being PASSED.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.bad_badges import AT, documents, genuine, keep_answers, trusted
from tests.attacks.command import Ran, assert_decent

FAILED, INDETERMINATE = 1, 3
EXPECTED = {
    # name: exit of `verify`, the check that speaks, its sub-indication, its code or place, words of its sentence
    "proof_over_other_bytes": (FAILED, "signature.value", "SIG_CRYPTO_FAILURE", "/proof", "ask the issuer"),
    "proof_of_another_badge": (FAILED, "signature.value", "SIG_CRYPTO_FAILURE", "/proof", "ask the issuer"),
    "swapped_context": (FAILED, "signature.value", "SIG_CRYPTO_FAILURE", "/proof", "ask the issuer"),
    "extra_context": (INDETERMINATE, "signature.contexts", "UNSUPPORTED_PROOF", "/proof", "ask the issuer"),
    "extra_known_context": (FAILED, "signature.content", "FORMAT_FAILURE", "/proof", "ask the issuer"),
    "inline_context": (INDETERMINATE, "signature.contexts", "SIG_CONSTRAINTS_FAILURE", "/proof", "ask the issuer"),
    "name_without_meaning": (INDETERMINATE, "signature.terms", "SIG_CONSTRAINTS_FAILURE", "/proof", "ask the issuer"),
    "wrong_purpose": (INDETERMINATE, "signature.purpose", "SIG_CONSTRAINTS_FAILURE", "/proof", "ask the issuer"),
    "key_for_another_purpose": (
        INDETERMINATE, "signature.purpose", "SIG_CONSTRAINTS_FAILURE", "/proof", "ask the issuer",
    ),
    "expired_key": (INDETERMINATE, "signature.key_life", "OUT_OF_BOUNDS_NO_POE", "/proof", "ask for a new one"),
    "unknown_suite": (INDETERMINATE, "signature.algorithm", "UNSUPPORTED_PROOF", "/proof", "one of these: eddsa"),
    "revoked": (FAILED, "credential.status", "CREDENTIAL_REVOKED", "", "don't rely on it"),
    "status_list_unreachable": (INDETERMINATE, "evidence.asked", "TRY_LATER", "", "--evidence, --online"),
    "status_list_bomb": (INDETERMINATE, "credential.status", "FORMAT_FAILURE", "", "(limit.inflate); ask its issuer"),
    "alg_none": (FAILED, "signature.algorithm", "SIG_CRYPTO_FAILURE", "signature", "Don't rely on it"),
    "alg_hmac_by_public_key": (FAILED, "signature.algorithm", "SIG_CRYPTO_FAILURE", "signature", "Don't rely on it"),
    "alg_of_another_key": (FAILED, "signature.key", "SIG_CRYPTO_FAILURE", "signature", "don't rely on it"),
    "key_in_the_header": (INDETERMINATE, "signature.key", "NO_SIGNING_CERTIFICATE_FOUND", "signature", "with --trust"),
    "key_in_the_header_that_is_none": (FAILED, "signature.header", "FORMAT_FAILURE", "signature", "ask the issuer"),
    "crit_not_understood": (FAILED, "signature.crit", "FORMAT_FAILURE", "signature", "ask the issuer"),
    "crit_empty": (FAILED, "signature.crit", "FORMAT_FAILURE", "signature", "ask the issuer"),
    "png_text_bomb": (FAILED, "format.readable", "FORMAT_FAILURE", "limit.inflate", "don't open it by other means"),
    "png_without_end": (FAILED, "format.readable", "FORMAT_FAILURE", "limit.chunks", "ask for the document itself"),
    "png_with_two_badges": (FAILED, "format.readable", "FORMAT_FAILURE", "png.ambiguous", "ask for each by itself"),
    "duplicate_keys": (FAILED, "format.readable", "FORMAT_FAILURE", "json.duplicate_key", "ask the issuer"),
    "duplicate_keys_in_a_token": (FAILED, "format.readable", "FORMAT_FAILURE", "json.duplicate_key", "ask the issuer"),
    "nan": (FAILED, "format.readable", "FORMAT_FAILURE", "json.number", "Ask the issuer"),
    "deep_nesting": (FAILED, "format.readable", "FORMAT_FAILURE", "limit.depth", "Don't use it"),
    "proof_set_with_one_bad": (FAILED, "signature.value", "SIG_CRYPTO_FAILURE", "/proof/1", "ask the issuer"),
    "proofs_in_a_circle": (FAILED, "signature.value", "SIG_CRYPTO_FAILURE", "/proof/0", "ask the issuer"),
}  # fmt: skip
UNREADABLE = sorted(name for name, (_, check, *_) in EXPECTED.items() if check == "format.readable")
of_each = pytest.mark.parametrize("name", list(EXPECTED))


@pytest.fixture
def verified(run: Callable[..., Ran], tmp_path: Path) -> Callable[..., Ran]:
    """`testamur verify` on these octets, with all that is needed for a genuine badge to pass."""
    answers = keep_answers(tmp_path / "answers")

    def verified(octets: bytes, *more: str) -> Ran:
        file = tmp_path / "badge.bin"
        file.write_bytes(octets)
        trust = [word for one in trusted() for word in ("--trust", one)]
        return run("verify", file, *trust, "--evidence", answers, "--at", AT, *more)

    return verified


@pytest.mark.parametrize("name", list(genuine()))
def test_what_they_were_made_from_passes(verified, name):
    ran = verified(genuine()[name], "--json")
    assert (ran.code, ran.json["verdict"]) == (0, "PASSED"), ran.out


def test_every_bad_badge_has_its_expectation():
    assert set(documents()) == set(EXPECTED)


@of_each
def test_verify_says_by_a_code_and_a_sentence_what_is_wrong(verified, name):
    code, check, why, about, words = EXPECTED[name]
    ran = verified(documents()[name], "--json")
    assert_decent(ran, ran.out, ran.err)
    assert ran.code == code
    told = [f for f in ran.json["findings"] if f["check"] == check and f["sub_indication"] == why]
    assert any(f["about"] == about and words in f["explanation"] for f in told), ran.json["findings"]


@of_each
def test_verify_says_it_to_people_too(verified, name):
    code, check, _, _, words = EXPECTED[name]
    ran = verified(documents()[name])
    assert_decent(ran, ran.out, ran.err)
    assert ran.code == code
    assert check in ran.out
    assert words in " ".join(ran.out.split())


@of_each
def test_translate_requires_a_pass_and_writes_nothing_without_one(run, name, tmp_path):
    file, out = tmp_path / "badge.bin", tmp_path / "translation"
    file.write_bytes(documents()[name])
    ran = run("translate", file, "--to", "clr", "--trust", trusted()[0], "--require", "passed", "-o", out)
    assert_decent(ran, ran.err)
    assert ran.code in (FAILED, INDETERMINATE)
    assert not out.exists()


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_can_not_be_read_has_no_record(run, name, tmp_path):
    file = tmp_path / "badge.bin"
    file.write_bytes(documents()[name])
    ran = run("inspect", file, "--json")
    assert_decent(ran, ran.err)
    assert ran.json["record"] is None
    assert ran.json["unread"]["advice"]
