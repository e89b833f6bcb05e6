"""Deliveries through the local API: give a document to this node to deliver, and see what became of it."""

from __future__ import annotations

import re
from typing import Annotated

from aiohttp import web
from pydantic import Field

from gateway.delivery.envelope import Digest, MessageId, ParticipantId
from gateway.delivery.problem import Stopped
from gateway.delivery.states import Delivery, DeliveryState
from gateway.node import letters
from gateway.node.running import Running
from gateway.node.submit import UNSTATED, Submission, rehearse, submit
from gateway.web.local.answers import (
    DeliveriesAnswer,
    DeliveryAnswer,
    RehearsalAnswer,
    brief_of,
    delivery_answer,
)
from gateway.web.local.bodies import json_answer, stream_document
from gateway.web.local.documents import AdapterName, Languages, languages_in
from gateway.web.local.routes import Answer, Flag, Limit, NoParameters, Query, Reason, Route, in_path

_KEY = re.compile("[!-~]{1,200}")
_KEY_HELP = "Letters, digits and signs, at most 200: the same submission again under the same key is the same delivery."


class SubmitQuery(Query):
    """To whom, for what, and how."""

    to: Annotated[ParticipantId, Field(description="The participant that gets it: the id of a peer of this node.")]
    adapter: Annotated[
        AdapterName | None,
        Field(
            alias="as",
            description="Whose format a translation is wanted in; `original`: none; without it what the peer wants.",
        ),
    ] = None
    purpose: Annotated[
        str,
        Field(
            pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._:/ -]{0,199}$",
            description="Why it is sent: a word that both registries know, never about a person.",
        ),
    ] = UNSTATED
    consent: Annotated[
        Digest | None, Field(description="SHA-256 of a consent statement that the two registries keep.")
    ] = None
    lang: Languages | None = None
    came_from: Annotated[
        ParticipantId | None,
        Field(description="Of a document that is forwarded: who sent the message that it came in (with `came_as`)."),
    ] = None
    came_as: Annotated[MessageId | None, Field(description="Of a document that is forwarded: that message's id.")] = (
        None
    )
    dry_run: Annotated[Flag, Field(description="Do all of it but keep and send nothing.")] = False


class ListQuery(Query):
    """Which deliveries."""

    state: Annotated[DeliveryState | None, Field(description="Those in this state alone.")] = None
    before: Annotated[MessageId | None, Field(description="The page after the one that ended with this id.")] = None
    limit: Limit = 50


class DiscardQuery(Query):
    """Why it is given up."""

    reason: Reason = "operator"


async def submit_document(running: Running, request: web.Request, query: SubmitQuery) -> web.Response:
    """Take a document in; with `dry_run` only say what would be sent."""
    submission = Submission(
        to=query.to,
        octets=stream_document(request),
        adapter=query.adapter,
        purpose=query.purpose,
        consent=query.consent,
        languages=languages_in(query.lang),
        idempotency_key=_idempotency_key(request),
        forwarded=_forwarded(query),
    )
    if query.dry_run:
        rehearsal = await rehearse(running, submission)
        return json_answer(
            RehearsalAnswer(
                verdict=rehearsal.verdict,
                losses=rehearsal.losses,
                parts=rehearsal.parts,
                message_bytes=rehearsal.message_bytes,
            )
        )
    delivery = await submit(running, submission)
    return await _answer(running, delivery, status=202, headers={"Location": f"/v1/deliveries/{delivery.id}"})


def _forwarded(query: SubmitQuery) -> tuple[str, str] | None:
    if query.came_from is not None and query.came_as is not None:
        return query.came_from, query.came_as
    if query.came_from is None and query.came_as is None:
        return None
    raise Stopped(
        "request.parameter",
        "got one of came_from and came_as, expected both or none",
        status=409,  # each by itself is as the description says: the two don't go together
        stage="local",
        advice="name the message that the document came in by its sender and its id",
    )


def _idempotency_key(request: web.Request) -> str | None:
    given = request.headers.getall("Idempotency-Key", [])
    if len(given) > 1 or any(not _KEY.fullmatch(key) for key in given):
        raise Stopped(
            "request.idempotency_key",
            "the Idempotency-Key can't be used",
            status=400,
            stage="local",
            advice="give one, of 1 to 200 visible ASCII characters",
        )
    return given[0] if given else None


async def list_deliveries(running: Running, _request: web.Request, query: ListQuery) -> web.Response:
    """A page of deliveries."""
    found = await running.store.deliveries(state=query.state, before=query.before, limit=query.limit)
    following = found[-1].id if len(found) == query.limit else None
    return json_answer(DeliveriesAnswer(deliveries=tuple(map(brief_of, found)), next=following))


async def show_delivery(running: Running, request: web.Request, _query: NoParameters) -> web.Response:
    """One delivery with its timeline and both receipts."""
    message = in_path(request, "id")
    delivery = await running.store.delivery(message) if message is not None else None
    if delivery is None:
        raise _unknown()
    return await _answer(running, delivery)


async def retry_delivery(running: Running, request: web.Request, _query: NoParameters) -> web.Response:
    """Send a dead letter after all."""
    message = in_path(request, "id")
    if message is None:
        raise _unknown()
    return await _answer(running, await letters.retry(running, message))


async def discard_delivery(running: Running, request: web.Request, query: DiscardQuery) -> web.Response:
    """Give a dead letter up for good."""
    message = in_path(request, "id")
    if message is None:
        raise _unknown()
    return await _answer(running, await letters.discard(running, message, query.reason))


async def _answer(
    running: Running, delivery: Delivery, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    timeline = await running.store.timeline(delivery.id)
    return json_answer(delivery_answer(delivery, timeline), status=status, headers=headers)


def _unknown() -> Stopped:
    return Stopped(
        "delivery.unknown",
        "no delivery of this node has that id",
        status=404,
        stage="local",
        advice="`testamur deliveries list` shows them",
    )


ROUTES = (
    Route(
        method="POST",
        path="/v1/deliveries",
        name="submit",
        summary="Take a document in and deliver it: verified, translated where asked for, signed, sent until answered.",
        handler=submit_document,
        query=SubmitQuery,
        headers={"Idempotency-Key": _KEY_HELP},
        body="document",
        answers={
            202: Answer(
                means="It is on disk and will be sent.",
                body=DeliveryAnswer,
                headers={"Location": "The delivery, to be asked after."},
            ),
            200: Answer(means="With `dry_run`: what would be sent.", body=RehearsalAnswer),
        },
        problems=(400, 404, 409, 413, 415, 422, 429, 503, 507),
    ),
    Route(
        method="GET",
        path="/v1/deliveries",
        name="list_deliveries",
        summary="Deliveries of this node, newest first.",
        handler=list_deliveries,
        query=ListQuery,
        answers={200: Answer(means="A page of them.", body=DeliveriesAnswer)},
        problems=(400,),
    ),
    Route(
        method="GET",
        path="/v1/deliveries/{id}",
        name="show_delivery",
        summary="One delivery: its timeline, and both receipts as they were signed and as they say.",
        handler=show_delivery,
        answers={200: Answer(means="The delivery.", body=DeliveryAnswer)},
        problems=(400, 404),
    ),
    Route(
        method="POST",
        path="/v1/deliveries/{id}/retry",
        name="retry_delivery",
        summary="Send a dead letter after all.",
        handler=retry_delivery,
        answers={200: Answer(means="It is in the queue again.", body=DeliveryAnswer)},
        problems=(400, 404, 409),
    ),
    Route(
        method="POST",
        path="/v1/deliveries/{id}/discard",
        name="discard_delivery",
        summary="Give a dead letter up for good.",
        handler=discard_delivery,
        query=DiscardQuery,
        answers={200: Answer(means="It is discarded.", body=DeliveryAnswer)},
        problems=(400, 404, 409),
    ),
)
