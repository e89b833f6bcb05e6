"""Plain words: none is missing, and none says more than is known."""

from __future__ import annotations

import ast
import re
from typing import get_args

import pytest

from gateway.model.losses import Kind, Loss, Stage
from gateway.model.verdict import Caveat, Conformity, Finding, Indication, Role, Status, SubIndication, conclude
from gateway.rendering import words
from tests.reference import ROOT


def test_every_word_of_the_model_has_plain_words() -> None:
    assert set(words.MEANING) == set(words.ADVICE) == set(Indication)
    assert set(words.REASONS) == set(SubIndication)
    assert set(words.CAVEATS) == set(Caveat)
    assert set(words.CONFORMITY) == set(Conformity)
    assert set(words.STATUSES) == set(Status)
    assert set(words.KINDS) == set(get_args(Kind))
    assert set(words.STAGES) == set(get_args(Stage))
    assert set(words.ROLES) == set(get_args(Role))


_MADE = r"signature\.[a-z_]+|timestamp\.(?!unreadable)[a-z_.]+"  # checks whose names stand in tables of the code


def test_every_check_of_the_gateway_is_a_question() -> None:
    """Names of checks in the source, found by syntax tree; those of conformity are the adapters' own."""
    named: set[object] = set()
    for file in (ROOT / "gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                named |= {
                    k.value.value for k in node.keywords if k.arg == "check" and isinstance(k.value, ast.Constant)
                }
            elif isinstance(node, ast.Constant) and re.fullmatch(_MADE, str(node.value)):
                named.add(node.value)
    named.discard(False)  # a switch of another function
    named.discard("conformity.schema")  # made for adapters by the kit
    assert len(named) > 15
    assert named <= set(words.CHECKS)
    assert all(question.endswith("?") for question in words.CHECKS.values())


def test_a_sealer_is_named_by_its_own_proof() -> None:
    anchor = Finding(check="trust.anchor", status=Status.PASSED, about="s", evidence={"certificate_sha256": "aa"})
    issuer = Finding(check="trust.issuer", status=Status.PASSED, about="s", evidence={"O": "University of the Shore"})
    other = Finding(check="trust.issuer", status=Status.PASSED, about="t", evidence={"O": "Somebody else"})
    (seal,) = words.sealers(conclude([anchor, other, issuer]))
    assert (seal.name, seal.trusted, seal.digest) == ("University of the Shore", True, "aa")
    unknown = Finding(check="trust.anchor", status=Status.INDETERMINATE, about="s", evidence={"key_sha256": "bb"})
    (seal,) = words.sealers(conclude([unknown]))
    assert (seal.name, seal.trusted) == ("", False)


@pytest.mark.parametrize(
    ("conformity", "told"),
    [
        (Conformity.CONFORMS, "well-formed, not verified: nothing vouches for it"),
        (Conformity.DEVIATES, "not proven either way"),
        (Conformity.NOT_CHECKED, "not proven either way"),
    ],
)
def test_what_nothing_vouches_for_is_called_well_formed_only_where_it_is(conformity: Conformity, told: str) -> None:
    unsealed = Finding(check="proof.present", status=Status.INDETERMINATE, sub_indication=SubIndication.NO_PROOF_FOUND)
    assert words.meaning(conclude([unsealed], conformity=conformity)) == told


def _finding(check: str, status: Status) -> Finding:
    sub = SubIndication.HASH_FAILURE if status is Status.FAILED else None
    return Finding(check=check, status=status, sub_indication=sub)


def test_only_what_every_check_of_it_passed_is_called_proven() -> None:
    """One of two seals that doesn't pass takes the point away; a FAILED document has no points at all."""
    sound = [_finding("signature.value", Status.PASSED), _finding("trust.anchor", Status.PASSED)]
    assert words.proven(conclude(sound)) == (
        "it is unchanged since it was sealed",
        "somebody whom you trust vouches for the sealer",
    )
    two = [*sound, _finding("trust.anchor", Status.INDETERMINATE)]
    assert words.proven(conclude(two)) == ("it is unchanged since it was sealed",)
    assert words.proven(conclude([*sound, _finding("signature.digest", Status.FAILED)])) == ()
    assert words.proven(conclude([])) == ()


def test_a_digest_that_nobody_was_asked_about_is_never_called_unchanged() -> None:
    """Blockcerts: whoever changes the document makes its digest and path anew; only the blockchain could tell."""
    digest = _finding("signature.digest", Status.PASSED)
    assert words.proven(conclude([digest, _finding("signature.anchor", Status.NOT_CHECKED)])) == ()
    assert words.proven(conclude([digest, _finding("signature.value", Status.PASSED)])) != ()


def test_a_broken_seal_is_never_said_to_seal() -> None:
    broken = Finding(check="signature.digest", status=Status.FAILED, sub_indication=SubIndication.HASH_FAILURE)
    assert words.sealed_by(conclude([broken])) == "Seal names"
    assert words.sealed_by(conclude([])) == "Sealed by"


def test_who_attests_an_online_answer_is_never_said_to_seal_the_document() -> None:
    """The register's answer is signed, the report isn't: it can't be unchanged since a seal that it hasn't."""
    signed = [_finding("signature.value", Status.PASSED), _finding("trust.anchor", Status.PASSED)]
    verdict = conclude([*signed, _finding("online.answer", Status.PASSED)])
    assert words.sealed_by(verdict) == "Answer attested by"
    assert words.proven(verdict) == ()


@pytest.mark.parametrize(
    ("path", "source", "said"),
    [
        ("/reports/Ada Example/achievements/local=190203-1234/title/en", "", "achievements / title"),
        ("", "/elmo/report[1]/learningOpportunitySpecification[2]/title[1]/@lang", "title / lang"),
        ("", "/credentialSubject/hasClaim/0/title", "hasClaim / title"),
        ("", "", "the document"),
    ],
)
def test_the_subject_of_a_loss_names_fields_and_never_a_key(path: str, source: str, said: str) -> None:
    assert words.subject(Loss(stage="read", kind="dropped", path=path, source=source)) == said
