"""The demonstration's Chinese report: checked with a simulator of the register by a clerk, who attests what came.

Nobody here asks the register itself. Every verdict that rests on the simulator says so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.drivers.files import write_file, write_folder
from gateway.model.verdict import Indication
from gateway.node.account import page_of
from gateway.node.demo_register import PATH, Register, Shown
from gateway.node.demo_step import Step
from gateway.node.demo_world import World
from gateway.node.startup import Node
from gateway.node.translate import Order, Translated, translate_file
from gateway.readers.base64 import encode_base64url
from gateway.readers.json import dump_json
from gateway.rendering import words
from gateway.trust.anchors import Anchor
from gateway.verify.engine import verify
from gateway.verify.evidence import Answer
from gateway.verify.online import ATTESTATION
from gateway.verify.terms import Terms

FOLDER = "report-from-china"
_ADAPTER = "chsi"
_CODE, _EXPIRED = "AZ00DEMO00FAKE01", "AZ00DEMO00FAKE02"
_REPORT = {
    "reportType": "heqc",
    "title": "教育部学历证书电子注册备案表",
    "updateDate": "2024-07-15",
    "vcode": _CODE,
    "holder": {"name": "吕思远", "gender": "女", "birthDate": "2001-10-03"},
    "institution": {"name": "虚构理工大学"},
    "level": "本科",
    "educationType": "普通高等教育",
    "studyForm": "普通全日制",
    "major": "应用海洋学",
    "duration": 4,
    "enrollDate": "2020-09-01",
    "graduationDate": "2024-06-28",
    "conclusion": "毕业",
    "certificateNo": "987651202405000321",
}
_SHOWN = Shown(
    title="教育部学历证书电子注册备案表",
    updated="2024年07月15日",
    items={
        "姓名": "吕思远",
        "性别": "女",
        "出生日期": "2001年10月03日",
        "入学日期": "2020年09月01日",
        "毕（结）业日期": "2024年06月28日",
        "学校名称": "虚构理工大学",
        "专业": "应用海洋学",
        "学制": "4 年",
        "层次": "本科",
        "学历类别": "普通高等教育",
        "学习形式": "普通全日制",
        "毕（结）业": "毕业",
        "证书编号": "987651202405000321",
    },
)
_TARGETS = ("elmo", "europass", "clr")


async def china(world: World, now: dt.datetime) -> AsyncIterator[Step]:
    """The steps: without an answer, with one, with another one, and out to three systems."""
    (world.folder / FOLDER).mkdir(exist_ok=True)
    genuine = _octets()
    write_file(world.folder / FOLDER / "report.json", genuine)
    node, clerk = _with_clerk(world.node)
    yield _judged(node, "A report from China, unsealed as they are", genuine, node.terms(now), Indication.INDETERMINATE)
    register = Register(reports={_CODE: _SHOWN, _EXPIRED: replace(_SHOWN, state="expired")})
    async with _listening(register) as address:
        good, late = [await _attested(node, clerk, address, octets, now) for octets in (genuine, _octets(_EXPIRED))]
    yield _judged(node, "A clerk fetches the register's page (simulated) and attests it", genuine, good,
                  Indication.PASSED)  # fmt: skip
    forged = _octets(level="博士研究生")
    write_file(world.folder / FOLDER / "altered.json", forged)
    yield _judged(node, "The same page for a report whose level was altered: refused", forged, good, Indication.FAILED)
    yield _judged(node, "An expired code says nothing of the degree: neither yes nor no", _octets(_EXPIRED), late,
                  Indication.INDETERMINATE)  # fmt: skip
    for target in _TARGETS:
        yield await _translated(world, node, Order(octets=genuine, to=target, terms=good, of_caller=False), now)


async def attested_report(node: Node, now: dt.datetime) -> tuple[bytes, Terms]:
    """The report, and the node's terms with what the simulator said and a clerk attested: for whoever shows it."""
    node, clerk = _with_clerk(node)
    async with _listening(Register(reports={_CODE: _SHOWN})) as address:
        return _octets(), await _attested(node, clerk, address, _octets(), now)


def _with_clerk(node: Node) -> tuple[Node, Ed25519PrivateKey]:
    """The node, trusting a clerk who attests what the register showed."""
    clerk = Ed25519PrivateKey.generate()
    witness = Anchor(key=clerk.public_key(), key_id="clerk")
    return replace(node, witnesses=(witness,), seal_simulated=True), clerk


def _octets(code: str = _CODE, **changed: object) -> bytes:
    return json.dumps({**_REPORT, "vcode": code, **changed}, ensure_ascii=False).encode()


@asynccontextmanager
async def _listening(register: Register) -> AsyncIterator[str]:
    """The simulator at a port of loopback; its address."""
    from aiohttp import web

    runner = web.AppRunner(register.application(), shutdown_timeout=0.1)  # by 0 it would wait for ever
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    finally:
        await runner.cleanup()


async def _attested(node: Node, clerk: Ed25519PrivateKey, address: str, report: bytes, now: dt.datetime) -> Terms:
    """The node's terms with what the clerk fetched for a report, and signed."""
    import aiohttp

    terms = node.terms(now)
    [question] = verify(report, adapters=node.adapters, terms=terms).questions
    async with aiohttp.ClientSession() as session, session.post(address, data=question.form) as response:
        octets = await response.read()
        found = Answer(
            url=question.url,
            fetched_at=now,
            octets=octets,
            status=response.status,
            media_type=response.content_type,
        )
    return replace(terms, evidence={found.url: replace(found, attestation=_attestation(clerk, found))})


def _attestation(clerk: Ed25519PrivateKey, found: Answer) -> bytes:
    """What the clerk signs (docs/reference/chsi.md)."""
    said = {
        "url": found.url,
        "fetched_at": found.fetched_at.isoformat(),
        "status": found.status,
        "media_type": found.media_type,
        "sha256": hashlib.sha256(found.octets).hexdigest(),
    }
    header = {"alg": "EdDSA", "typ": ATTESTATION, "kid": "clerk"}
    signed = ".".join(encode_base64url(dump_json(part)) for part in (header, said))
    return f"{signed}.{encode_base64url(clerk.sign(signed.encode()))}".encode()


def _judged(node: Node, title: str, octets: bytes, terms: Terms, expected: Indication) -> Step:
    verdict = verify(octets, adapters=node.adapters, terms=terms).verdict
    reason = f" ({verdict.sub_indication.value})" if verdict.sub_indication else ""
    told = [f"{verdict.verdict.value}{reason}: {words.meaning(verdict)}"]
    told += [f"be careful: {words.CAVEATS[caveat]}" for caveat in verdict.caveats]
    return Step(title=title, told=tuple(told), held=verdict.verdict is expected, verdict=verdict.verdict)


async def _translated(world: World, node: Node, order: Order, now: dt.datetime) -> Step:
    title = f"Translate it from {_ADAPTER} to {order.to}, and seal the translation"
    done = await translate_file(node, order, now=now)
    if not isinstance(done, Translated):
        return Step(title=title, told=(f"nothing was written: {done.message}",), held=False)
    folder = world.folder / f"{_ADAPTER}-to-{order.to}"
    write_folder(folder, done.files())
    write_file(folder / "page.html", page_of(done, node, order.terms or node.terms(now)))
    told = (f"{len(done.losses)} losses, each listed in losses.json", f"in {folder.name}/, page.html for people")
    return Step(title=title, told=told, held=done.sealed)
