"""What a pinned peer sends is never believed: seals, derivations, lists of losses, completeness (laws 1, 2 and 4)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.delivery.states import Arrival, ArrivalState
from gateway.node.hand_over import _named_parts
from gateway.packaged import data_folder
from gateway.readers.base64 import decode_base64url
from gateway.translate.derivation import sign_derivation
from gateway.translate.issuer import PLACEHOLDER
from gateway.translate.papers import paper
from tests.attacks.peer import Attacker, PartGiven, attacked
from tests.delivery.nodes import document
from tests.toy_node import sealed

ELSEWHERE = "99.0"
"""A version of an adapter that the victim doesn't have, so that it can't run the derivation again."""


def refused(arrival: Arrival, reason: str) -> None:
    assert (arrival.state, arrival.problem) == (ArrivalState.REFUSED, reason)


def with_part(parts: list[PartGiven], role: str, octets: bytes) -> list[PartGiven]:
    return [(r, kind, octets if r == role else given) for r, kind, given in parts]


def payload_of(parts: list[PartGiven]) -> dict:
    """What the honest derivation says."""
    derivation = next(octets for role, _, octets in parts if role == "derivation")
    return json.loads(decode_base64url(derivation.split(b".")[1].decode(), "a derivation"))


def made_elsewhere(parts: list[PartGiven]) -> dict:
    payload = payload_of(parts)
    payload["writer"]["version"] = ELSEWHERE
    return payload


def signed_by_own(attacker: Attacker, payload: dict) -> bytes:
    return sign_derivation(paper(payload), attacker.own.node.seals["jades"])


async def test_what_an_honest_peer_sends_is_accepted(tmp_path: Path):
    async with attacked(tmp_path) as attacker:
        arrival = await attacker.decided(attacker.honest_parts())
        assert arrival.state is ArrivalState.ACCEPTED, arrival.problem


async def test_an_altered_translation_hides_behind_a_derivation_that_cannot_be_run_here(tmp_path: Path):
    """Its seal doesn't hold any more; that nobody can run the derivation again is no reason not to look."""
    async with attacked(tmp_path) as attacker:
        parts = attacker.honest_parts()
        derivation = signed_by_own(attacker, made_elsewhere(parts))
        translation = next(octets for role, _, octets in parts if role == "translation")
        altered = translation.replace(b"7,5", b"9,5")
        assert altered != translation
        lie = with_part(with_part(parts, "derivation", derivation), "translation", altered)
        refused(await attacker.decided(lie), "translation.seal")


async def test_an_unsigned_derivation_is_none(tmp_path: Path):
    """Anybody can write `derivation.json`: a draft's, which no seal key vouches for."""
    async with attacked(tmp_path) as attacker:
        parts = attacker.honest_parts()
        payload = made_elsewhere(parts) | {"draft": True, "issuer": draft_issuer()}
        refused(await attacker.decided(with_part(parts, "derivation", paper(payload))), "translation.derivation")


def draft_issuer() -> dict:
    return PLACEHOLDER.model_dump(mode="json", by_alias=True, exclude_defaults=True)


async def test_a_signed_draft_is_no_derivation_of_a_sealed_translation(tmp_path: Path):
    async with attacked(tmp_path) as attacker:
        parts = attacker.honest_parts()
        payload = made_elsewhere(parts) | {"draft": True, "issuer": draft_issuer()}
        lie = with_part(parts, "derivation", signed_by_own(attacker, payload))
        refused(await attacker.decided(lie), "translation.derivation")


@pytest.mark.parametrize("losses", [b"[]", b'{"losses":[]}', b""])
async def test_a_list_of_losses_that_hides_them_is_found_out(tmp_path: Path, losses: bytes):
    """The registry is given that list: it has to be the one that the source gives."""
    async with attacked(tmp_path) as attacker:
        lie = with_part(attacker.honest_parts(), "losses", losses)
        refused(await attacker.decided(lie), "translation.differs")


async def test_a_list_of_losses_is_found_out_where_nothing_can_be_run_again(tmp_path: Path):
    async with attacked(tmp_path) as attacker:
        parts = attacker.honest_parts()
        derivation = signed_by_own(attacker, made_elsewhere(parts))
        lie = with_part(with_part(parts, "derivation", derivation), "losses", b"[]")
        refused(await attacker.decided(lie), "translation.differs")


async def test_a_translation_without_its_list_of_losses_is_refused(tmp_path: Path):
    async with attacked(tmp_path) as attacker:
        silent = [part for part in attacker.honest_parts() if part[0] != "losses"]
        refused(await attacker.decided(silent), "translation.derivation")


async def test_an_honest_derivation_of_elsewhere_is_handed_over_as_not_run_again(tmp_path: Path):
    async with attacked(tmp_path) as attacker:
        parts = attacker.honest_parts()
        elsewhere = with_part(parts, "derivation", signed_by_own(attacker, made_elsewhere(parts)))
        arrival = await attacker.decided(elsewhere)
        assert arrival.state is ArrivalState.ACCEPTED, arrival.problem
        assert json.loads(arrival.account)["translations"][0]["outcome"] == "cannot be re-run here"


def with_two_reports() -> bytes:
    """A genuine document that becomes two translations."""
    body = (data_folder("config") / "demo" / "elmo.xml").read_bytes()
    start, end = body.index(b"<report>"), body.index(b"</report>") + len(b"</report>")
    report = body[start:end]
    return sealed(body[:end] + report.replace(b"</title>", b" (2)</title>") + body[end:])


async def test_all_results_of_a_derivation_are_accepted(tmp_path: Path):
    async with attacked(tmp_path) as attacker:
        parts = attacker.honest_parts(octets=with_two_reports())
        assert [role for role, *_ in parts].count("translation") == 2
        arrival = await attacker.decided(parts)
        assert arrival.state is ArrivalState.ACCEPTED, arrival.account


@pytest.mark.parametrize("second", ["", "the first again"])
async def test_a_result_of_a_derivation_that_is_left_out_is_missed(tmp_path: Path, second: str):
    async with attacked(tmp_path) as attacker:
        original, verdict, *translations = attacker.honest_parts(octets=with_two_reports())
        first = translations[:3]
        lie = [original, verdict, *first, *(first if second else ())]
        refused(await attacker.decided(lie), "translation.differs")


async def test_a_translation_of_what_the_original_encloses_is_none_of_the_original(tmp_path: Path):
    """The verdict in the receipt is that of the original that travels: the translation has to be made from it."""
    async with attacked(tmp_path) as attacker:
        _, _, translation, *papers = attacker.honest_parts()
        lie = [("original", *translation[1:]), translation, *papers]
        refused(await attacker.decided(lie), "translation.differs")


def polyglot() -> bytes:
    """A genuine document; what stands in a comment before it no seal covers, and a viewer of PDF would show it."""
    head, _, rest = document().partition(b"?>")
    return head + b"?><!--\n%PDF-1.4\n1 0 obj\n-->" + rest


async def test_an_original_is_handed_over_as_what_was_verified_and_not_as_what_it_is_called(tmp_path: Path):
    async with attacked(tmp_path) as attacker:
        arrival = await attacker.decided([("original", "application/pdf", polyglot())])
        assert arrival.state is ArrivalState.ACCEPTED, arrival.problem
        assert list(_named_parts(arrival)) == ["original.xml"]


async def test_a_translation_is_sent_as_what_it_was_made(tmp_path: Path):
    async with attacked(tmp_path) as attacker:
        parts = attacker.honest_parts()
        lie = [(role, "application/pdf" if role == "translation" else kind, octets) for role, kind, octets in parts]
        refused(await attacker.decided(lie), "translation.differs")
