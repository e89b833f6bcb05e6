"""What a route of the local API is: from this one table come the server's paths and their description (OpenAPI)."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from gateway.delivery.envelope import MessageId, ParticipantId
from gateway.delivery.problem import Stopped
from gateway.model.noun import Noun
from gateway.node.running import Running

OCTETS = "application/octet-stream"


class Query(Noun):
    """The parameters in a request's query: a closed set, each at most once, described by its field."""

    model_config = ConfigDict(validate_by_alias=True, validate_by_name=False)


class NoParameters(Query):
    """A route without parameters."""


def _whole_number(value: Any) -> Any:
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) < 6):  # noqa: PLR2004 - digits
        message = "got no whole number"
        raise ValueError(message)
    return value


def _true_or_false(value: Any) -> Any:
    if isinstance(value, str) and value not in {"true", "false"}:
        message = "expected true or false"
        raise ValueError(message)
    return value == "true" if isinstance(value, str) else value


Limit = Annotated[int, Field(ge=1, le=500, description="At most so many."), BeforeValidator(_whole_number)]
Reason = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$", description="A word for the timeline; never about a person.")
]
Flag = Annotated[bool, BeforeValidator(_true_or_false)]

PATH_PARAMETERS: Mapping[str, Any] = {
    "id": MessageId,
    "sender": ParticipantId,
    "number": Annotated[int, Field(ge=0, le=31)],
    "alarm": Annotated[int, Field(ge=1, le=999_999_999_999)],
}
"""The parameters that stand in paths."""

_READERS = {name: TypeAdapter(kind) for name, kind in PATH_PARAMETERS.items()}


def in_path(request: web.Request, name: str) -> Any:
    """A parameter of the path; None where it hasn't the form that it should have, so that nothing can be there."""
    try:
        return _READERS[name].validate_python(request.match_info[name])
    except ValidationError:
        return None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer of a route: what it means, and its body: a noun (as JSON), octets of some media types, or nothing."""

    means: str
    body: type[BaseModel] | None = None
    media_types: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Running, web.Request, Any], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One path with one method.

    body      what the request carries: a document's octets, a noun as JSON, or nothing
    problems  the statuses of the problem answers that are its own; those of every route aren't named
    open      whether it answers without the token
    """

    method: Literal["GET", "POST"]
    path: str
    name: str
    summary: str
    handler: Handler
    answers: Mapping[int, Answer]
    query: type[Query] = NoParameters
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Literal["document"] | None = None
    problems: tuple[int, ...] = ()
    open: bool = False


_Q = TypeVar("_Q", bound=Query)


def query_of(request: web.Request, kind: type[_Q]) -> _Q:
    """The parameters in the query.

    Raises:
        Stopped: `request.parameter` (400) for what is unknown, missing, given twice or of the wrong form.
    """
    given = request.rel_url.query
    names = [info.alias or name for name, info in kind.model_fields.items()]
    for name in given:
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1)
            raise _parameter(
                "there is a parameter that this path doesn't know",
                f"did you mean `{close[0]}`?" if close else _known(names),
            )
        if len(given.getall(name)) > 1:
            raise _parameter(f"the parameter {name} is given more than once", "give it once")
    try:
        return kind.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise _parameter(f"the parameter {place}: {first['msg']}", "/openapi.json says what each may be") from None


def _known(names: list[str]) -> str:
    return f"it knows {', '.join(names)}" if names else "it knows none"


def _parameter(message: str, advice: str) -> Stopped:
    return Stopped("request.parameter", message, status=400, stage="local", advice=advice)
