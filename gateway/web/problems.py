"""Whatever goes wrong becomes a problem answer (RFC 9457): a stable code, a sentence, advice; never a trace."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gateway.delivery.problem import MEDIA_TYPE, Stage, Stopped
from gateway.drivers.logs import say, trace_now
from gateway.errors import Refused, RequestError, TestamurError

_UNPROCESSABLE = 422
_OF_CALLER = {"request.unknown_adapter": 404}


def problem_answer(stopped: Stopped, headers: Mapping[str, str] | None = None) -> web.Response:
    """The answer for a request that was stopped."""
    answer = web.Response(
        status=stopped.status,
        body=stopped.problem(trace_now()).model_dump_json(exclude_none=True).encode(),
        content_type=MEDIA_TYPE,
        headers=headers,
    )
    if stopped.status == web.HTTPUnauthorized.status_code:
        answer.headers["WWW-Authenticate"] = "Bearer" if stopped.stage == "local" else "Signature"  # RFC 9110, 15.5.2
    if stopped.retry_after is not None:
        answer.headers["Retry-After"] = str(stopped.retry_after)
    return answer


def problems(stage: Stage) -> Middleware:
    """Middleware: every error below becomes a problem answer; `stage` is that of errors that name none."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            return _of_http(error, stage)
        except TestamurError as error:
            return problem_answer(_stopped(error, stage))
        except ConnectionError:
            raise  # nobody is there to be answered
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody outside is shown more than this
            say("http.failed", level=logging.ERROR, error=error, route=route_of(request))
            return problem_answer(internal(stage))

    return middleware


def route_of(request: web.Request) -> str:
    """The pattern of a request's path, for logs and metrics: never the path itself."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "other"


def _of_http(error: web.HTTPException, stage: Stage) -> web.Response:
    """What aiohttp itself stopped."""
    if error.status == web.HTTPNotFound.status_code:
        advice = "/openapi.json and docs/protocol.md list the paths"
        stopped = Stopped("request.unknown_path", "nothing is at this path", status=404, stage=stage, advice=advice)
    elif error.status == web.HTTPMethodNotAllowed.status_code:
        advice = "the header Allow names the methods that it knows"
        stopped = Stopped("request.method", "this path doesn't know the method", status=405, stage=stage, advice=advice)
    else:
        stopped = Stopped("request.refused", error.reason, status=error.status, stage=stage, advice="see the status")
    return problem_answer(stopped, {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None)


def _stopped(error: TestamurError, stage: Stage) -> Stopped:
    """What the caller is told: its own faults and the document's; the operator's are for the operator's own API."""
    if isinstance(error, Stopped):
        return error
    if isinstance(error, Refused | RequestError):
        status = _UNPROCESSABLE if isinstance(error, Refused) else _OF_CALLER.get(error.code, 400)
        return Stopped(error.code, error.message, status=status, stage=stage, advice=error.advice)
    say("http.misconfigured", level=logging.ERROR, error=error, code=error.code)
    if stage != "local":
        return internal(stage)
    return Stopped(error.code, error.message, status=500, stage=stage, advice=error.advice)


def unreadable(status: int, stage: Stage) -> Stopped:
    """What came isn't a request that HTTP can read."""
    return Stopped(
        "request.unreadable",
        "what came isn't a request of HTTP/1.1, or one of its lines is too long",
        status=status,
        stage=stage,
        advice="send a request as RFC 9112 says, each line of its head within 8,190 octets",
    )


def internal(stage: Stage) -> Stopped:
    """A fault of ours: it is told as little as can be."""
    return Stopped(
        "internal.failed",
        "the node couldn't do this; it is no fault of the request",
        status=500,
        stage=stage,
        retryable=True,
        advice="the node's log says more; `testamur doctor` looks for the cause",
    )
