"""The inbox through the local API: the registry's own system fetches what was accepted, and says when it has it."""

from __future__ import annotations

import base64
from typing import Annotated

from aiohttp import web
from pydantic import Field

from gateway.delivery.envelope import ParticipantId
from gateway.delivery.message import slices
from gateway.delivery.problem import Stopped
from gateway.delivery.signing import SignedEnvelope
from gateway.delivery.states import Arrival, ArrivalState
from gateway.drivers.work import OURS
from gateway.node import letters
from gateway.node.arrival_pages import page_of
from gateway.node.examine import found_type
from gateway.node.render import MEDIA_TYPES
from gateway.node.running import Running
from gateway.web.local.answers import ArrivalAnswer, ArrivalBrief, InboxAnswer, arrival_answer, waiting_of
from gateway.web.local.bodies import json_answer
from gateway.web.local.documents import Languages, PageForm, languages_in
from gateway.web.local.routes import Answer, Flag, Limit, NoParameters, Query, Reason, Route, in_path


class InboxQuery(Query):
    """Which, and how many."""

    set_aside: Annotated[
        Flag, Field(description="Instead those that this node gave up to decide about by itself: for a person.")
    ] = False
    limit: Limit = 50


class DoneQuery(Query):
    """Of whom."""

    sender: Annotated[
        ParticipantId | None, Field(description="Who sent it: needed only where two peers chose the same id.")
    ] = None


class GiveUpQuery(DoneQuery):
    """Of whom, and why it is given up."""

    reason: Reason = "operator"


class PageQuery(Query):
    """What is wanted."""

    form: PageForm = "pdf"
    lang: Languages | None = None


async def list_inbox(running: Running, _request: web.Request, query: InboxQuery) -> web.Response:
    """What waits to be fetched; or what was set aside."""
    if query.set_aside:
        left = await running.store.set_aside(limit=query.limit)
        return json_answer(InboxAnswer(arrivals=tuple(map(waiting_of, left))))
    waiting = await running.store.arrivals(state=ArrivalState.ACCEPTED, limit=query.limit)
    return json_answer(InboxAnswer(arrivals=tuple(map(waiting_of, waiting))))


async def show_arrival(running: Running, request: web.Request, _query: NoParameters) -> web.Response:
    """One document of the inbox."""
    arrival = await _asked_for(running, request)
    timeline = await running.store.timeline(arrival.id, sender=arrival.sender)
    return json_answer(arrival_answer(arrival, timeline))


async def send_part(running: Running, request: web.Request, _query: NoParameters) -> web.StreamResponse:
    """The octets of one part, streamed from the disk and digested again on the way: a wrong one never ends well."""
    arrival = await _asked_for(running, request)
    number = in_path(request, "number")
    if number is None or number >= len(arrival.envelope.parts):
        raise _no_part()
    if arrival.state is not ArrivalState.ACCEPTED and arrival.state is not ArrivalState.HANDED_OVER:
        raise _not_accepted(arrival)
    if arrival.body is None:
        raise _deleted()
    part = arrival.envelope.parts[number]
    place = slices(SignedEnvelope(jws=arrival.envelope_jws, envelope=arrival.envelope))[number]
    answer = web.StreamResponse(
        headers=_part_headers(found_type(arrival) if number == 0 else part.media_type, part.sha256)
    )
    answer.content_length = part.size
    chunks = running.bodies.read(arrival.body, part.sha256, offset=place.offset, size=part.size)
    first = await anext(chunks, b"")  # what can be known to go wrong is answered as a problem
    await answer.prepare(request)
    await answer.write(first)
    try:
        async for chunk in chunks:
            await answer.write(chunk)
    except Stopped:
        if request.transport is not None:
            request.transport.abort()  # shorter than its Content-Length: nobody can take it for the whole
        raise
    return answer


async def send_page(running: Running, request: web.Request, query: PageQuery) -> web.Response:
    """The document as pages for people, drawn now."""
    arrival = await _asked_for(running, request)
    if arrival.state is not ArrivalState.ACCEPTED and arrival.state is not ArrivalState.HANDED_OVER:
        raise _not_accepted(arrival)
    if arrival.body is None:
        raise _deleted()
    languages = languages_in(query.lang) or running.settings.hand_over.page_languages
    drawn = await page_of(running, arrival, query.form, languages, party=OURS)
    verdict = {"Testamur-Verdict": drawn.verdict.verdict.value}
    return web.Response(body=drawn.octets, content_type=drawn.media_type, headers=verdict)


def _part_headers(media_type: str, sha256: str) -> dict[str, str]:
    """Papers have the type that their sender named: nothing may show the octets by it."""
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    return {
        "Content-Type": media_type,
        "Content-Disposition": "attachment",
        "Content-Digest": f"sha-256=:{digest}:",
    }


async def done(running: Running, request: web.Request, query: DoneQuery) -> web.Response:
    """The registry's own system has it."""
    arrival = await _named(running, in_path(request, "id"), query.sender)
    if arrival.state is not ArrivalState.ACCEPTED and arrival.state is not ArrivalState.HANDED_OVER:
        raise _not_accepted(arrival)
    return json_answer(waiting_of(await letters.done(running, arrival.sender, arrival.id)))


async def decide_again(running: Running, request: web.Request, query: DoneQuery) -> web.Response:
    """Try once more."""
    arrival = await _named(running, in_path(request, "id"), query.sender)
    return json_answer(waiting_of(await letters.decide_again(running, arrival.sender, arrival.id)))


async def discard_arrival(running: Running, request: web.Request, query: GiveUpQuery) -> web.Response:
    """Give it up for good."""
    arrival = await _named(running, in_path(request, "id"), query.sender)
    return json_answer(waiting_of(await letters.discard_arrival(running, arrival.sender, arrival.id, query.reason)))


async def _asked_for(running: Running, request: web.Request) -> Arrival:
    return await _named(running, in_path(request, "id"), in_path(request, "sender"), any_sender=False)


async def _named(running: Running, message: str | None, sender: str | None, *, any_sender: bool = True) -> Arrival:
    """The arrival of that id: of the sender, or where none is named of the only one who chose this id."""
    if message is None or (sender is None and not any_sender):
        raise _unknown()
    senders = [sender] if sender is not None else list(running.peers)
    found = [arrival for who in senders if (arrival := await running.store.arrival(who, message)) is not None]
    if not found:
        raise _unknown()
    if len(found) > 1:
        raise Stopped(
            "request.ambiguous",
            f"{len(found)} peers sent a document with that id",
            status=409,
            stage="local",
            advice="name the one that is meant: ?sender=ID",
        )
    return found[0]


def _unknown() -> Stopped:
    return Stopped(
        "arrival.unknown",
        "nothing in the inbox has that id",
        status=404,
        stage="local",
        advice="GET /v1/inbox shows what waits; a sender that is no peer any more is named with ?sender=ID",
    )


def _no_part() -> Stopped:
    return Stopped(
        "arrival.no_part", "it has no such part", status=404, stage="local", advice="parts are numbered from 0"
    )


def _not_accepted(arrival: Arrival) -> Stopped:
    return Stopped(
        "arrival.not_accepted",
        f"it is {arrival.state.value}, expected accepted",
        status=409,
        stage="local",
        advice="wait until it was decided; what was refused is never handed over",
    )


def _deleted() -> Stopped:
    return Stopped(
        "body.missing",
        "the octets of this message aren't here any more",
        status=410,
        stage="local",
        advice="they are deleted some time after the hand-over: [retention] bodies_hours",
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/inbox",
        name="list_inbox",
        summary="Documents that were accepted and wait to be fetched, oldest first; or those that were set aside.",
        handler=list_inbox,
        query=InboxQuery,
        answers={200: Answer(means="What waits.", body=InboxAnswer)},
        problems=(400,),
    ),
    Route(
        method="GET",
        path="/v1/inbox/{sender}/{id}",
        name="show_arrival",
        summary="One document that came: its parts, its timeline, and the receipt that its sender was given.",
        handler=show_arrival,
        answers={200: Answer(means="The document.", body=ArrivalAnswer)},
        problems=(400, 404),
    ),
    Route(
        method="GET",
        path="/v1/inbox/{sender}/{id}/parts/{number}",
        name="send_part",
        summary="The octets of one part. The original has the media type that was found here, others their sender's. "
        "The parts `verdict` and `losses` are the sender's words: what this node found itself is in `receipt`.",
        handler=send_part,
        answers={
            200: Answer(
                means="The octets.",
                media_types=("*/*",),
                headers={"Content-Digest": "Of the octets (RFC 9530)."},
            )
        },
        problems=(400, 404, 409, 410),
    ),
    Route(
        method="GET",
        path="/v1/inbox/{sender}/{id}/page",
        name="send_page",
        summary="The document as pages for people, as this node judges and reads it now: sealed where its settings "
        "have a seal for PDF and it may be given, else marked as a draft.",
        handler=send_page,
        query=PageQuery,
        answers={
            200: Answer(
                means="The pages.",
                media_types=tuple(MEDIA_TYPES.values()),
                headers={"Testamur-Verdict": "PASSED, FAILED or INDETERMINATE."},
            )
        },
        problems=(400, 404, 409, 410, 422),
    ),
    Route(
        method="POST",
        path="/v1/inbox/{id}/done",
        name="done",
        summary="Say that the registry's own system has it. Saying it again changes nothing.",
        handler=done,
        query=DoneQuery,
        answers={200: Answer(means="It is handed over.", body=ArrivalBrief)},
        problems=(400, 404, 409),
    ),
    Route(
        method="POST",
        path="/v1/inbox/{id}/retry",
        name="decide_again",
        summary="Try once more to decide about a document that was set aside, or to hand it over.",
        handler=decide_again,
        query=DoneQuery,
        answers={200: Answer(means="It is due again.", body=ArrivalBrief)},
        problems=(400, 404, 409),
    ),
    Route(
        method="POST",
        path="/v1/inbox/{id}/discard",
        name="discard_arrival",
        summary="Give up a document that was set aside. Its sender is told nothing: its delivery ends undecided.",
        handler=discard_arrival,
        query=GiveUpQuery,
        answers={200: Answer(means="It is discarded.", body=ArrivalBrief)},
        problems=(400, 404, 409),
    ),
)
