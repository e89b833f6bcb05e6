"""The use case: ask the outside about a document before it is judged, where that is allowed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from gateway.drivers.reach import Reach
from gateway.kit.contract import Adapter, EvidenceRequest
from gateway.verify.asking import Asker
from gateway.verify.engine import verify
from gateway.verify.evidence import Answer, Answers, address_of_did
from gateway.verify.gathering import gather
from gateway.verify.terms import Terms

_WHOM = "whom to trust"


def open_questions(octets: bytes, adapters: Sequence[Adapter], terms: Terms) -> tuple[EvidenceRequest, ...]:
    """What the outside would have to be asked about a document under some terms; needs the processor."""
    return verify(octets, adapters=adapters, terms=terms).questions


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

    `given` are answers that are there already, and aren't asked for again; DIDs in `trust` are looked up first. Raises
    what `make_terms` raises, and ConfigError: `online.authority`.
    """
    from gateway.drivers.online import OnlineClient

    async def judging(terms: Terms) -> Sequence[EvidenceRequest]:
        return open_questions(octets, adapters, terms)

    async with OnlineClient(reach, now=now) as client:
        asker = client.for_document()
        trusted = await _documents_of(trust, given, asker)
        return await gather(make_terms({**given, **trusted}), judging, asker)


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
