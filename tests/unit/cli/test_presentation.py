"""What people are shown of a verdict: a document's own words never command their terminal."""

from __future__ import annotations

import json

from gateway.cli.presentation import verdict_lines
from gateway.cli.translation_text import losses_lines, reproduced_lines
from gateway.model.losses import Loss
from gateway.model.verdict import Finding, InnerVerdict, Status, SubIndication, conclude
from gateway.node.reproduce import Answer
from gateway.translate.reproduction import Difference, Outcome, Reproduction

CLEAR = "\x1b[2J"


def test_attack_escape_sequences_in_places_and_formats_of_a_document_are_shown_inert():
    """JSON names may hold any character, and a place is made of names."""
    finding = Finding(
        check="conformity.date",
        status=Status.INDETERMINATE,
        about=f"/{CLEAR}",
        explanation=CLEAR,
        sub_indication=SubIndication.TRY_LATER,
    )
    inner = InnerVerdict(path=f"/{CLEAR}", role="part", verdict=conclude([finding]))
    lines = "\n".join(verdict_lines(conclude([finding], format=CLEAR, inner=[inner]), every_check=True))
    assert CLEAR not in lines
    assert "\ufffd[2J" in lines


def test_attack_escape_sequences_in_losses_and_differences_are_shown_inert():
    losses = [Loss(stage="read", kind="dropped", source=f"/{CLEAR}", detail=CLEAR)]
    difference = Difference(what="core", explanation=CLEAR, places=(f"/{CLEAR}",))
    answer = Answer(reproduction=Reproduction(outcome=Outcome.DIFFERS, differences=(difference,), obstacles=(CLEAR,)))
    shown = [*losses_lines(losses), *reproduced_lines(answer, compared_result=True)]
    assert CLEAR not in "\n".join(shown)
    assert "\ufffd[2J" in json.dumps(shown, ensure_ascii=False)


def test_a_time_whose_zone_leads_out_of_the_calendar_is_the_callers_fault(run, tmp_path):
    (tmp_path / "x.xml").write_text("<a/>")
    ran = run("verify", "x.xml", "--at", "0001-01-01T00:00:00+01:00")
    assert (ran.code, "expected a time" in ran.err) == (2, True)


def test_an_empty_name_after_trust_never_means_the_folder_one_stands_in(run, tmp_path):
    """`--trust "$UNSET"` in a script would trust every certificate there."""
    (tmp_path / "x.xml").write_text("<a/>")
    ran = run("verify", "x.xml", "--trust", "")
    assert (ran.code, "trust.empty" in ran.err) == (2, True)
