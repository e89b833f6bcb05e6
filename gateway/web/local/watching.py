"""For whoever watches a node: is it alive, is it ready, what is wrong, what has it counted."""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated, Any, Literal

from aiohttp import web
from prometheus_client import generate_latest
from pydantic import Field

from gateway.delivery.check import Level
from gateway.delivery.health import Health
from gateway.model.noun import Noun
from gateway.node.health import health_of
from gateway.node.running import Running
from gateway.packaged import data_folder
from gateway.web.local.bodies import json_answer
from gateway.web.local.routes import Answer, NoParameters, Query, Route
from gateway.web.metrics import MEDIA_TYPE, gather

_UNAVAILABLE = 503


class StatusAnswer(Noun):
    """`pass`, `warn` (ready, but a person should look) or `fail` (send nobody here)."""

    status: Level


class ReadyQuery(Query):
    """How much is wanted."""

    verbose: Annotated[
        Literal["", "true", "false"], Field(description="All checks, each with its reason and what to do.")
    ] = "false"


async def alive(_running: Running, _request: web.Request, _query: NoParameters) -> web.Response:
    """The process answers: nothing else is looked at, so that nobody restarts a node because a disk is full."""
    return json_answer(StatusAnswer(status=Level.PASS))


async def started(_running: Running, _request: web.Request, _query: NoParameters) -> web.Response:
    """Start-up is over: nothing is served before."""
    return json_answer(StatusAnswer(status=Level.PASS))


async def ready(running: Running, _request: web.Request, query: ReadyQuery) -> web.Response:
    """Whether this node can do its work now."""
    health = await health_of(running)
    status = _UNAVAILABLE if health.status is Level.FAIL else 200
    answer = health.model_copy(update={"checks": ()}) if query.verbose == "false" else health
    return json_answer(answer, status=status)


async def metrics(running: Running, _request: web.Request, _query: NoParameters) -> web.Response:
    """What this node has counted, and how its queues are now."""
    await gather(running)
    body = generate_latest(running.metrics.registry)
    return web.Response(body=body, headers={"Content-Type": MEDIA_TYPE})


async def description(_running: Running, _request: web.Request, _query: NoParameters) -> web.Response:
    """The description of this API."""
    return web.Response(body=_description(), content_type="application/json")


@cache
def _description() -> bytes:
    document: Any = json.loads((data_folder("schemas") / "openapi.json").read_text("utf-8"))
    return json.dumps(document, ensure_ascii=False).encode()


ROUTES = (
    Route(
        method="GET",
        path="/livez",
        name="livez",
        summary="Whether the process answers.",
        handler=alive,
        answers={200: Answer(means="It does.", body=StatusAnswer)},
        open=True,
    ),
    Route(
        method="GET",
        path="/readyz",
        name="readyz",
        summary="Whether the node can do its work; `?verbose` says what was checked.",
        handler=ready,
        query=ReadyQuery,
        answers={
            200: Answer(means="It can; `warn` where a person should look.", body=Health),
            503: Answer(means="It can't: send nobody here.", body=Health),
        },
        problems=(400,),
        open=True,
    ),
    Route(
        method="GET",
        path="/startupz",
        name="startupz",
        summary="Whether start-up is over.",
        handler=started,
        answers={200: Answer(means="It is.", body=StatusAnswer)},
        open=True,
    ),
    Route(
        method="GET",
        path="/metrics",
        name="metrics",
        summary="Counters and states in the text format of Prometheus.",
        handler=metrics,
        answers={200: Answer(means="The metrics.", media_types=("text/plain",))},
        open=True,
    ),
    Route(
        method="GET",
        path="/openapi.json",
        name="description",
        summary="This description.",
        handler=description,
        answers={200: Answer(means="OpenAPI 3.1.", media_types=("application/json",))},
    ),
)
