"""The description of the local API (OpenAPI 3.1), made from its table of routes and its nouns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from gateway.delivery.problem import MEDIA_TYPE, Problem
from gateway.web.local.app import ROUTES
from gateway.web.local.routes import OCTETS, PATH_PARAMETERS, Answer, Query, Route

_REF = "#/components/schemas/{model}"
_PROBLEMS: Mapping[int, str] = {
    400: "The request can't be used as it is.",
    401: "The token is missing, or isn't this node's.",
    404: "There is no such thing.",
    409: "It can't be done with what is there.",
    410: "It isn't there any more.",
    413: "The document is too large.",
    415: "The body isn't the document's octets as they are.",
    421: "The Host isn't a name of this API.",
    422: "The document can't be taken as it is.",
    429: "What waits for this peer has its share of the queue: try again later.",
    500: "The node couldn't do it; no fault of the request.",
    503: "Not now: try again after Retry-After seconds.",
    507: "There is no room.",
}
_OF_ALL = (421, 500, 503)
_PATH_HELP = {
    "id": "The id of a message.",
    "sender": "The participant that sent it, percent-encoded.",
    "alarm": "The number of an alarm.",
    "number": "The place of a part among its message's parts, from 0.",
}


def describe(version: str) -> dict[str, Any]:
    """The description as a JSON object."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Testamur: the local API of a node",
            "version": version,
            "description": "For the registry's own programs, on the node's own machine. docs/how-to/run-a-node.md",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:8461", "description": "[node] local_listen"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "The word in the file of [node] token."}
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": [*_in_path(route), *_in_query(route.query), *_in_header(route.headers)],
        "responses": {
            **{str(status): _answer(answer) for status, answer in route.answers.items()},
            **{str(status): _problem(status) for status in _problems_of(route)},
        },
    }
    if route.open:
        operation["security"] = []
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "description": "The document's octets, as they are.",
            "content": {OCTETS: {"schema": {"type": "string", "format": "binary", "minLength": 1}}},
        }
    return operation


def _problems_of(route: Route) -> list[int]:
    own = set(route.problems) | set(_OF_ALL) | (set() if route.open else {401})
    return sorted(own - set(route.answers))


def _in_path(route: Route) -> Iterable[dict[str, Any]]:
    for part in route.path.split("/"):
        if part.startswith("{"):
            name = part[1:-1]
            schema = TypeAdapter(PATH_PARAMETERS[name]).json_schema()
            yield {"name": name, "in": "path", "required": True, "description": _PATH_HELP[name], "schema": schema}


def _in_query(query: type[Query]) -> Iterable[dict[str, Any]]:
    told = query.model_json_schema(ref_template=_REF)
    for name, schema in told.get("properties", {}).items():
        schema.pop("title", None)
        parameter = {"name": name, "in": "query", "required": name in told.get("required", ())}
        if description := schema.pop("description", None):
            parameter["description"] = description
        yield {**parameter, "schema": _never_null(schema)}


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that isn't given isn't there: there is no null in a query."""
    if schema.get("default", "") is None:
        del schema["default"]
    if "anyOf" in schema:
        (schema_,) = (one for one in schema.pop("anyOf") if one.get("type") != "null")
        return {**schema, **schema_}
    return schema


def _in_header(headers: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    for name, description in headers.items():
        schema = {"type": "string", "pattern": "^[!-~]{1,200}$"}
        yield {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


def _answer(answer: Answer) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.means}
    if answer.headers:
        described["headers"] = {
            name: {"description": means, "schema": {"type": "string"}} for name, means in answer.headers.items()
        }
    if answer.body is not None:
        reference = {"$ref": _REF.format(model=answer.body.__name__)}
        described["content"] = {"application/json": {"schema": reference}}
    elif answer.media_types:
        described["content"] = {media_type: {} for media_type in answer.media_types}
    return described


def _problem(status: int) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}}
    return {"description": _PROBLEMS[status], "content": content}


def _schemas() -> dict[str, Any]:
    bodies = [answer.body for route in ROUTES for answer in route.answers.values()]
    nouns: dict[str, type[BaseModel]] = {noun.__name__: noun for noun in bodies if noun is not None}
    nouns["Problem"] = Problem
    _, told = models_json_schema([(noun, "serialization") for noun in nouns.values()], by_alias=True, ref_template=_REF)
    queries = [route.query.model_json_schema(ref_template=_REF).get("$defs", {}) for route in ROUTES]
    schemas: dict[str, Any] = dict(told["$defs"])
    for definitions in queries:
        schemas |= definitions
    return dict(sorted(schemas.items()))
