"""No laundering: when a translation may be sealed, as a whole truth table."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.verdict import Caveat, Finding, Indication, InnerVerdict, Status, SubIndication, Verdict, conclude
from gateway.translate.sealing import NEVER_SEALED, Grounds, may_be_sealed, open_questions

LATE = SubIndication.OUT_OF_BOUNDS_NO_POE
UNKNOWN = SubIndication.NO_CERTIFICATE_CHAIN_FOUND
PASSED = conclude([Finding(check="a", status=Status.PASSED)])
FAILED = conclude([Finding(check="a", status=Status.FAILED, sub_indication=SubIndication.HASH_FAILURE)])


def indeterminate(*subs: SubIndication | None, inner: tuple[InnerVerdict, ...] = ()) -> Verdict:
    findings = [Finding(check="a", status=Status.INDETERMINATE, sub_indication=sub) for sub in subs]
    return conclude(findings, inner=inner)


def grounds(verdict: Verdict, **changes) -> Grounds:
    good = {"adapter": "elmo", "vouched": True, "configured": True, "present": True, "derived": False}
    return Grounds(**{**good, "verdict": verdict, **changes})


POLICIES = ({}, {"elmo": frozenset({LATE})}, {"europass": frozenset({LATE})}, {"elmo": frozenset(SubIndication)})


@pytest.mark.parametrize(
    ("vouched", "configured", "present", "derived"), list(itertools.product([True, False], repeat=4))
)
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("verdict", [PASSED, FAILED, indeterminate(LATE), indeterminate(UNKNOWN)])
def test_the_truth_table(verdict, policy, vouched, configured, present, derived):
    """Every row: sealed exactly when all circumstances are right and the verdict, or the node's policy, allows it."""
    circumstances = vouched and configured and present and not derived
    named = policy.get("elmo", frozenset())
    allowed = verdict is PASSED or (verdict.verdict is Indication.INDETERMINATE and verdict.sub_indication in named)
    case = grounds(verdict, vouched=vouched, configured=configured, present=present, derived=derived)
    assert may_be_sealed(case, policy) is (circumstances and allowed)


@pytest.mark.parametrize("allowed", [True, False])
def test_what_rests_on_a_simulator_is_sealed_only_where_the_settings_say_so(allowed):
    told = Finding(check="online.source", status=Status.WARNING, caveat=Caveat.SIMULATED)
    outer = conclude([], inner=[InnerVerdict(path="/a", role="part", verdict=conclude([told]))])
    for verdict in (conclude([told]), outer):
        assert may_be_sealed(grounds(verdict), {}, simulated=allowed) is allowed


@given(
    st.dictionaries(st.sampled_from(["elmo", "europass"]), st.frozensets(st.sampled_from(SubIndication))),
    st.sampled_from(SubIndication),
    st.booleans(), st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
def test_what_is_failed_is_never_sealed_by_any_policy_in_any_circumstances(
    policy, sub, vouched, configured, present, derived
):
    failed = conclude([Finding(check="a", status=Status.FAILED, sub_indication=sub)])
    case = grounds(failed, vouched=vouched, configured=configured, present=present, derived=derived)
    assert not may_be_sealed(case, policy)


def test_a_second_open_question_does_not_pass_with_the_one_that_the_policy_names():
    """Attack: the verdict names only its first sub-indication."""
    both = indeterminate(LATE, UNKNOWN)
    assert both.sub_indication is LATE
    assert not may_be_sealed(grounds(both), {"elmo": frozenset({LATE})})
    assert may_be_sealed(grounds(both), {"elmo": frozenset({LATE, UNKNOWN})})


def test_an_open_question_without_a_name_is_never_sealed():
    assert not may_be_sealed(grounds(indeterminate(None)), {"elmo": frozenset(SubIndication)})


def test_open_questions_of_inner_parts_count_one_by_one():
    part = InnerVerdict(path="/p", role="part", verdict=indeterminate(UNKNOWN))
    outer = conclude([Finding(check="a", status=Status.PASSED)], inner=[part])
    assert outer.verdict is Indication.INDETERMINATE
    assert not may_be_sealed(grounds(outer), {"elmo": frozenset({LATE})})
    assert may_be_sealed(grounds(outer), {"elmo": frozenset({UNKNOWN})})


def test_a_failed_part_is_never_sealed():
    outer = conclude([], inner=[InnerVerdict(path="/p", role="part", verdict=FAILED)])
    assert not may_be_sealed(grounds(outer), {"elmo": frozenset(SubIndication)})


def test_a_failed_endorsement_asks_no_question():
    endorsement = InnerVerdict(path="/e", role="endorsement", verdict=FAILED)
    assert may_be_sealed(grounds(conclude([], inner=[endorsement])), {})
    assert open_questions(indeterminate(inner=(endorsement,))) == frozenset()


@pytest.mark.parametrize("sub", sorted(NEVER_SEALED))
def test_what_nothing_vouches_for_is_never_sealed_even_where_a_policy_names_it(sub):
    assert not may_be_sealed(grounds(indeterminate(sub)), {"elmo": frozenset({sub})})
