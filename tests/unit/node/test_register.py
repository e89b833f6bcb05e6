"""The whole way of an online check, with the register simulated on loopback and asked by the guarded client."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import ResolveResult

from adapters.chsi import ADAPTER
from adapters.chsi.addresses import HOST
from gateway.drivers.evidence_files import keep_evidence
from gateway.drivers.online import OnlineClient
from gateway.drivers.reach import Reach
from gateway.kit.contract import EvidenceRequest
from gateway.model.verdict import Caveat, Indication, SubIndication
from gateway.node import startup
from gateway.node.demo_register import Register
from gateway.node.demo_report import shown
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.terms import Terms
from tests.adapters.chsi.documents import CODE, HEQC, octets, page
from tests.asking import gather
from tests.strangers import NOW, SIMULATED, Names, certificate

REPORT = replace(shown(), items={"照片": "", **shown().items})


class Leading(Names):
    """A name that leads to the simulator, and to its port."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        for one in found:
            one["port"] = self.port
        return found


@asynccontextmanager
async def register(folder: Path, simulated: Register) -> AsyncIterator[tuple[Reach, Names]]:
    """The simulator behind the register's own name, with TLS."""
    authority, key = certificate(folder, (HOST,))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, key)
    runner = web.AppRunner(simulated.application(), shutdown_timeout=0.1)  # by 0 it would wait for ever
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield (
            Reach(hosts=(HOST,), networks=SIMULATED, authority=authority, seconds=60.0),
            Leading(runner.addresses[0][1]),
        )
    finally:
        await runner.cleanup()


async def asked(folder: Path, simulated: Register, document: bytes, **changed: Any) -> tuple[VerifiedDocument, Terms]:
    """The document judged with what the register answered."""

    async def open_questions(terms: Terms) -> Sequence[EvidenceRequest]:
        return verify(document, adapters=[ADAPTER], terms=terms).questions

    async with (
        register(folder, simulated) as (reach, names),
        OnlineClient(replace(reach, **changed), now=lambda: NOW, names=names) as client,
    ):
        terms = await gather(startup.terms(at=NOW), open_questions, client.for_document())
    return verify(document, adapters=[ADAPTER], terms=terms), terms


async def test_a_report_that_the_register_shows_passes_and_says_that_it_was_simulated(tmp_path: Path) -> None:
    found, _ = await asked(tmp_path, Register(reports={CODE: REPORT}), octets(HEQC))
    assert found.verdict.verdict is Indication.PASSED
    assert {Caveat.CHECKED_ONLINE, Caveat.SIMULATED} <= set(found.verdict.caveats)
    assert found.read().record.reports[0].achievements[0].awarded_on == "2024-06-28"


async def test_one_field_that_differs_from_the_register_fails(tmp_path: Path) -> None:
    forged = octets({**HEQC, "major": "医学"})
    found, _ = await asked(tmp_path, Register(reports={CODE: REPORT}), forged)
    assert (found.verdict.verdict, found.verdict.sub_indication) == (Indication.FAILED, SubIndication.ANSWER_DIFFERS)


@pytest.mark.parametrize(
    ("simulated", "state"),
    [
        (Register(reports={}), "not_found"),
        (Register(reports={CODE: replace(REPORT, state="expired")}), "expired"),
        (Register(reports={CODE: replace(REPORT, state="closed")}), "closed"),
        (Register(reports={CODE: REPORT}, suspicious=True), "challenge"),
    ],
)
async def test_whatever_else_the_register_answers_leaves_the_question_open(
    tmp_path: Path, simulated: Register, state: str
) -> None:
    found, _ = await asked(tmp_path, simulated, octets(HEQC))
    assert found.verdict.verdict is Indication.INDETERMINATE
    assert [f.about for f in found.verdict.findings if f.check == "online.answer"] == [state]
    assert simulated.asked == 1


async def test_a_page_saved_by_somebody_is_held_against_the_register_too(tmp_path: Path) -> None:
    found, _ = await asked(tmp_path, Register(reports={CODE: REPORT}), page())
    assert found.verdict.verdict is Indication.PASSED
    found, _ = await asked(tmp_path, Register(reports={CODE: REPORT}), page(name="别人"))
    assert found.verdict.verdict is Indication.FAILED


async def test_an_older_page_shows_no_name_and_the_name_is_not_handed_on(tmp_path: Path) -> None:
    found, _ = await asked(tmp_path, Register(reports={CODE: replace(REPORT, older=True)}), octets(HEQC))
    assert found.verdict.verdict is Indication.PASSED
    reading = found.read()
    assert reading.record.learner.names == ()
    assert {"/holder/name", "姓名"} <= {loss.source for loss in reading.losses}


async def test_a_host_that_the_settings_do_not_name_is_not_asked(tmp_path: Path) -> None:
    simulated = Register(reports={CODE: REPORT})
    found, _ = await asked(tmp_path, simulated, octets(HEQC), hosts=("*",))
    assert found.verdict.verdict is Indication.INDETERMINATE
    assert simulated.asked == 0


async def test_a_code_that_cannot_be_one_is_not_asked_by(tmp_path: Path) -> None:
    simulated = Register(reports={CODE: REPORT})
    found, _ = await asked(tmp_path, simulated, octets({**HEQC, "vcode": "AZ00TEST00FAKE0!"}))
    assert found.verdict.verdict is Indication.INDETERMINATE
    assert simulated.asked == 0


async def test_what_was_posted_is_kept_nowhere(tmp_path: Path) -> None:
    _, terms = await asked(tmp_path, Register(reports={CODE: REPORT}), octets(HEQC))
    assert all("#" in name and CODE not in name and CODE not in one.url for name, one in terms.evidence.items())
    keep_evidence(tmp_path / "kept", terms.evidence.values())
    assert list((tmp_path / "kept").iterdir()) == []
