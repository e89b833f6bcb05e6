"""The use case: ask the outside about a document before it is judged, where that is allowed.

A work process judges; it is never held while an answer is waited for.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from gateway.drivers.evidence_files import find_attested
from gateway.drivers.reach import Reach
from gateway.drivers.work import OURS
from gateway.kit.contract import Adapter, EvidenceRequest
from gateway.node.running import Running
from gateway.node.startup import Node
from gateway.verify.asking import Asker, NoAnswer, name_of
from gateway.verify.engine import verify
from gateway.verify.evidence import Answer, Answers, address_of_did
from gateway.verify.gathering import NOTHING, Gathered, ask_in_rounds, told, with_answers
from gateway.verify.terms import Terms

_WHOM = "whom to trust"
_D = TypeVar("_D")


def open_questions(octets: bytes, adapters: Sequence[Adapter], terms: Terms) -> tuple[EvidenceRequest, ...]:
    """What the outside would have to be asked about a document under some terms; needs the processor."""
    return verify(octets, adapters=adapters, terms=terms).questions


def questions_in(
    node: Node, document: bytes | Path, now: dt.datetime, gathered: Gathered
) -> tuple[EvidenceRequest, ...]:
    """In a work process: what is still open about a document (its octets, or the file that holds them)."""
    octets = document.read_bytes() if isinstance(document, Path) else document
    return open_questions(octets, node.adapters, node.terms(now, gathered))


async def gather_about(running: Running, document: bytes | Path) -> Gathered:
    """What the outside answers about a document of the node's own registry."""
    return await gather_for(running, OURS, questions_in, document)


async def gather_for(
    running: Running,
    party: str,
    job: Callable[[Node, _D, dt.datetime, Gathered], Sequence[EvidenceRequest]],
    document: _D,
) -> Gathered:
    """What operators attest and the outside answers of the questions that `job` finds in a document.

    Nothing where there is no folder for the one, and nobody may be asked for the other. No answer counts before it
    came: whoever judges by these takes the time afterwards.

    Raises:
        Stopped: as `Running.work`.
    """
    folder = running.settings.online.attested
    if running.online is None and folder is None:
        return NOTHING

    async def still_open(gathered: Gathered) -> Sequence[EvidenceRequest]:
        return await running.work(party, job, document, running.stamp(), gathered)

    secret, known = running.node.secret, NOTHING
    if folder is not None:
        attested = await asyncio.to_thread(_attested, folder, await still_open(NOTHING), secret)
        known = with_answers(NOTHING, attested)
    if running.online is None:
        return known
    return await ask_in_rounds(still_open, running.online.for_document(), secret, known)


def _attested(folder: Path, questions: Iterable[EvidenceRequest], secret: bytes) -> dict[str, Answer | NoAnswer]:
    """What operators attest of the questions, by their names; of most of them nothing."""
    names = [name_of(question, secret) for question in questions]
    found = {name: find_attested(folder, name) for name in names}
    return {name: one for name, one in found.items() if one is not None}


async def ask_about(
    octets: bytes,
    reach: Reach,
    adapters: Sequence[Adapter],
    make_terms: Callable[[Answers], Terms],
    *,
    trust: Iterable[str] = (),
    given: Answers,
    now: Callable[[], dt.datetime],
) -> Terms:
    """The terms that `make_terms` makes of answers, with all that the outside answered about one document.

    They are made anew for each look at it, so that the time goes on while answers come. `given` are answers that are
    there already, and aren't asked for again; DIDs in `trust` are looked up first. Raises what `make_terms` raises, and
    ConfigError: `online.authority`.
    """
    from gateway.drivers.online import OnlineClient

    async with OnlineClient(reach, now=now) as client:
        asker = client.for_document()
        known = {**given, **await _documents_of(trust, given, asker)}

        async def still_open(gathered: Gathered) -> Sequence[EvidenceRequest]:
            return open_questions(octets, adapters, told(make_terms(known), gathered))

        gathered = await ask_in_rounds(still_open, asker, make_terms(known).secret)
        return told(make_terms(known), gathered)


async def _documents_of(trust: Iterable[str], given: Answers, asker: Asker) -> Answers:
    """The documents of DIDs that are to be trusted; one that doesn't come is missed where the trust is loaded."""
    found: dict[str, Answer] = {}
    for did in trust:
        address = address_of_did(did)
        if address is not None and did not in given and address not in given:
            came = await asker.ask(EvidenceRequest(url=address, why=_WHOM))
            if isinstance(came, Answer):
                found[address] = came
    return found
