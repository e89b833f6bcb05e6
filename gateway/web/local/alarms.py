"""Alarms through the local API: what a person must look at, and that somebody has."""

from __future__ import annotations

from aiohttp import web

from gateway.delivery.problem import Stopped
from gateway.node import letters
from gateway.node.running import Running
from gateway.web.local.answers import AlarmAnswer, AlarmsAnswer, alarm_answer
from gateway.web.local.bodies import json_answer
from gateway.web.local.routes import Answer, Limit, NoParameters, Query, Route, in_path


class AlarmsQuery(Query):
    """How many."""

    limit: Limit = 50


async def list_alarms(running: Running, _request: web.Request, query: AlarmsQuery) -> web.Response:
    """The newest alarms."""
    found = await running.store.alarms(limit=query.limit)
    return json_answer(AlarmsAnswer(alarms=tuple(map(alarm_answer, found))))


async def acknowledge(running: Running, request: web.Request, _query: NoParameters) -> web.Response:
    """Somebody has looked at it."""
    number = in_path(request, "alarm")
    if number is None:
        raise _unknown()
    return json_answer(alarm_answer(await letters.acknowledge(running, number)))


def _unknown() -> Stopped:
    return Stopped(
        "alarm.unknown",
        "there is no alarm of that number",
        status=404,
        stage="local",
        advice="`testamur alarms list` shows them",
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/alarms",
        name="list_alarms",
        summary="What a person must look at, newest first; what somebody has looked at too.",
        handler=list_alarms,
        query=AlarmsQuery,
        answers={200: Answer(means="The alarms.", body=AlarmsAnswer)},
        problems=(400,),
    ),
    Route(
        method="POST",
        path="/v1/alarms/{alarm}/acknowledge",
        name="acknowledge",
        summary="Say that somebody has looked at an alarm. Saying it again changes nothing.",
        handler=acknowledge,
        answers={200: Answer(means="It is acknowledged.", body=AlarmAnswer)},
        problems=(400, 404),
    ),
)
