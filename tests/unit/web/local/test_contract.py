"""R28: the local API keeps what schemas/openapi.json says of it, whatever it is asked (schemathesis, all checks)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import schemathesis
from aiohttp import web
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection

from gateway.node.submit import submit
from gateway.web.local.app import local_app
from tests.delivery.nodes import NORTH, document, ended, submission, two_nodes
from tests.in_thread import in_thread
from tests.local_api import TOKEN
from tests.reference import ROOT

SCHEMA = schemathesis.openapi.from_dict(json.loads((ROOT / "schemas" / "openapi.json").read_text()))
# We give the token ourselves; and an unknown parameter whose value is written as nothing isn't there (test_attacks.py
# has unknown parameters).
SCHEMA.config.generation.update(with_security_parameters=False, allow_extra_parameters=False)
QUICK = settings(
    max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
LONG = settings(QUICK, max_examples=300, derandomize=False)
AUTHORIZATION = {"Authorization": f"Bearer {TOKEN.secret}"}


@asynccontextmanager
async def a_node_that_received(folder: Path) -> AsyncIterator[tuple[str, str]]:
    """The address of its local API, and the id of what it received."""
    async with two_nodes(folder) as (north, south):
        delivery = await submit(north, submission(document()))
        await ended(north, delivery.id)
        runner = web.AppRunner(local_app(south, TOKEN, host="127.0.0.1"), auto_decompress=False)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", delivery.id
        await runner.cleanup()


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[str, str]]:
    with in_thread(lambda: a_node_that_received(tmp_path_factory.mktemp("contract"))) as served:
        yield served


@SCHEMA.parametrize()
@QUICK
def test_r28_whoever_knows_the_token_gets_what_is_described(case, served) -> None:
    case.call_and_validate(base_url=served[0], headers=AUTHORIZATION)


@SCHEMA.parametrize()
@settings(QUICK, max_examples=5)
def test_r28_whoever_does_not_know_it_gets_what_is_described(case, served) -> None:
    response = case.call(base_url=served[0])
    case.validate_response(response)
    assert response.status_code in {401, 200, 503, 400, 405, 404}


@SCHEMA.include(path_regex="{id}").parametrize()
@settings(QUICK, max_examples=5)
def test_r28_what_is_there_is_shown_as_described(case, served) -> None:
    url, message = served
    case.path_parameters = {**case.path_parameters, "id": message, "sender": NORTH, "number": 0}
    changed = [negative_data_rejection]  # what it made of the path isn't what was asked
    case.call_and_validate(base_url=url, headers=AUTHORIZATION, excluded_checks=changed)


@pytest.mark.long
@SCHEMA.parametrize()
@LONG
def test_r28_the_long_form(case, served) -> None:
    case.call_and_validate(base_url=served[0], headers=AUTHORIZATION)
