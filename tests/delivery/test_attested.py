"""Nodes that take the word of a named operator for what the register answered: each looks in a folder of its own."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.delivery.states import DeliveryState
from gateway.drivers.evidence_files import keep_attested
from gateway.drivers.node_keys import new_node_key
from gateway.drivers.node_secret import make_node_secret
from gateway.kit.discovery import discover
from gateway.node.attest import attested_answer, load_witness, question_of
from gateway.verify.asking import name_of
from tests.adapters.chsi.documents import CODE, HEQC, octets, page
from tests.delivery.nodes import Participant, decided_between, pair

ADAPTERS = discover().adapters
PAPER = octets(HEQC)
_EVIDENCE = 'for = ["evidence"]'
Change = Callable[[Path], None]


class Nodes:
    """A northern node that sends Chinese reports, a southern one that wants ELMO; both have a clerk for evidence."""

    def __init__(self, folder: Path) -> None:
        self.key = folder / "clerk.pem"
        self.key.write_bytes(new_node_key())
        self.key.chmod(0o600)
        self.witness = load_witness(self.key)
        self.north, self.south = pair(folder, wants="elmo")
        for one in (self.north, self.south):
            (one.folder / "clerk.did").write_text(self.witness.method.controller)
            one.extra = f'[[trust]]\nanchor = "clerk.did"\n{_EVIDENCE}\n[online]\nattested = "attested"\n'

    def attest(self, node: Participant, answer: bytes, report: bytes = PAPER) -> Path:
        """Put an answer into a node's folder, as `testamur attest --config` does; the place of its note."""
        question = question_of(report, ADAPTERS)
        name = name_of(question, make_node_secret(node.folder / "node.secret"))
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        found = attested_answer(answer, question, self.witness, fetched_at=now)
        return keep_attested(node.folder / "attested", found, name.removeprefix(f"{question.url}#"))

    async def decided(self, report: bytes = PAPER) -> tuple[DeliveryState, dict[str, Any]]:
        """What became of a report that the northern one sent, and the southern one's account of it."""
        state, account = await decided_between(self.north, self.south, report)
        assert CODE not in json.dumps(account)
        return state, account


async def test_both_sides_stand_on_what_the_register_answered_and_the_translation_is_run_again(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    for one in (nodes.north, nodes.south):
        nodes.attest(one, page())
    state, account = await nodes.decided()
    assert (state, account["original"]["verdict"]) == (DeliveryState.ACCEPTED, "PASSED")
    assert account["original"]["caveats"] == ["checked_online"]
    assert [one["outcome"] for one in account["translations"]] == ["reproduced"]


async def test_where_another_answer_is_known_what_was_made_of_the_first_is_not_called_false(tmp_path: Path) -> None:
    """The register may have changed its entry since: the translation can't be run again, and nobody lied."""
    nodes = Nodes(tmp_path)
    nodes.attest(nodes.north, page())
    nodes.attest(nodes.south, page(major=""))
    state, account = await nodes.decided()
    assert (state, account["original"]["verdict"]) == (DeliveryState.ACCEPTED, "PASSED")
    assert [one["outcome"] for one in account["translations"]] == ["cannot be re-run here"]


async def test_an_answer_that_says_otherwise_refuses_what_a_peer_sent(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    nodes.attest(nodes.north, page())
    nodes.attest(nodes.south, page(level="专科"))
    state, account = await nodes.decided()
    assert (state, account["original"]["sub_indication"]) == (DeliveryState.REFUSED, "ANSWER_DIFFERS")


async def found_with(tmp_path: Path, change: Change, purpose: str = _EVIDENCE) -> dict[str, Any]:
    """What the southern node found of the original, with its attested answer changed, or its trust in the clerk."""
    nodes = Nodes(tmp_path)
    nodes.south.extra = nodes.south.extra.replace(_EVIDENCE, purpose)
    nodes.attest(nodes.north, page())
    change(nodes.attest(nodes.south, page()))
    _, account = await nodes.decided()
    return account["original"]


async def test_an_altered_page_and_a_note_of_another_report_count_for_nothing(tmp_path: Path) -> None:
    def altered(note: Path) -> None:
        note.with_suffix(".body").write_bytes(page(level="博士研究生"))

    found = await found_with(tmp_path, altered)
    assert (found["verdict"], found["sub_indication"]) == ("INDETERMINATE", "TRY_LATER")
    assert any("evidence.digest" in f["explanation"] for f in found["findings"])


async def test_a_note_that_was_renamed_is_not_found(tmp_path: Path) -> None:
    def renamed(note: Path) -> None:
        for file in (note, note.with_suffix(".body")):
            file.rename(file.with_name("0" * 32 + file.suffix))

    found = await found_with(tmp_path, renamed)
    assert (found["verdict"], found["sub_indication"]) == ("INDETERMINATE", "NO_PROOF_FOUND")


async def test_the_word_of_somebody_who_is_trusted_for_documents_alone_counts_for_nothing(tmp_path: Path) -> None:
    found = await found_with(tmp_path, lambda _note: None, purpose="")
    assert found["verdict"] == "INDETERMINATE"
