"""Attacks on the local API by whoever knows the token, or stands between: H3, H4, H13."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import json
import string
import uuid
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model.verdict import Verdict
from gateway.web.local import documents
from tests.delivery.nodes import SOUTH
from tests.delivery.store_laws import everything
from tests.delivery.store_makers import delivery
from tests.local_api import TOKEN, Api, api_of, lonely_node

INJECTIONS = st.sampled_from(
    [
        "' OR '1'='1", "'; DROP TABLE deliveries; --", '" OR ""="', "1; ATTACH DATABASE 'other.db' AS x", "%' --", "_%",
        "dead' UNION SELECT token FROM x --", "id DESC; --", "1) OR (1=1", "\\'; --", "' || (SELECT 1) || '", "%27", "*",
        "0x27", "'/**/OR/**/1=1", "; PRAGMA writable_schema=1", "$(id)", "`id`", "{{7*7}}", "../../etc/passwd", "\x00",
    ]
)  # fmt: skip
HOSTILE = INJECTIONS | st.text(string.printable, max_size=40) | st.text(max_size=40)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def fully(api: Api) -> list[object]:
    return await everything(api.running.store)


@QUICK
@given(hostile=HOSTILE, place=st.sampled_from(["state", "before", "limit", "path", "verb", "sender", "reason", "key"]))
async def test_h3_injection_no_value_reaches_the_database_as_anything_but_a_value(api: Api, hostile: str, place: str):
    if not await api.running.store.deliveries():
        await api.running.store.submit(replace(delivery(), next_attempt=dt.datetime(2999, 1, 1, tzinfo=dt.UTC)))
    known = (await api.running.store.deliveries())[0].id
    before = await fully(api)
    word = quote(hostile, safe="")
    paths = {
        "path": ("GET", f"/v1/deliveries/{word}"),
        "verb": ("POST", f"/v1/deliveries/{known}/{word}"),
        "sender": ("GET", f"/v1/inbox/{word}/{uuid.uuid4()}"),
        "reason": ("POST", f"/v1/deliveries/{known}/discard?reason={word}"),
    }
    method, path = paths.get(place, ("GET", f"/v1/deliveries?{place}={word}"))
    answer = await api(method, path)
    assert answer.status < 500
    assert answer.status in {200, 405} or answer.code
    assert await fully(api) == before


async def test_h3_a_peer_in_a_query_is_looked_up_and_never_a_pattern(api: Api):
    for hostile in ("%", "_", "south%", "*", SOUTH.upper()):
        answer = await api.post("/v1/deliveries", b"x", params={"to": hostile})
        assert answer.code in {"peer.unknown", "request.parameter"}


async def test_h4_log_injection_nothing_of_a_request_ends_a_line_or_stands_in_the_log(api: Api, logged: io.StringIO):
    forged = '\r\n{"event":"delivery.accepted"}\u202e\x1b[2J'
    for path in (f"/v1/deliveries/{quote(forged)}", f"/{quote(forged)}", f"/v1/deliveries?{quote(forged)}=1"):
        await api.get(path, headers={"User-Agent": "forged-agent", "X-Request-Id": "forged-id"})
    await api("FORGED", "/v1/verify")
    lines = logged.getvalue().splitlines()
    assert len(lines) >= 4
    entries = [json.loads(line) for line in lines]
    assert "delivery.accepted" not in {entry["event"] for entry in entries}
    assert "forged" not in logged.getvalue().lower()
    assert logged.getvalue().isascii()
    assert {entry["route"] for entry in entries if entry["event"] == "http.request"} <= {
        "/v1/deliveries/{id}", "/v1/deliveries", "/v1/verify", "other",
    }  # fmt: skip


def failing(*_: object) -> Verdict:
    raise RuntimeError(f"Astrid Lindqvist at {Path('/', 'home', 'node', 'secret.py')}")


async def test_h13_a_fault_of_ours_is_answered_with_a_code_and_nothing_else(api: Api, monkeypatch, logged: io.StringIO):
    monkeypatch.setattr(documents, "verdict_on", failing)
    answer = await api.post("/v1/verify", b"x")
    assert (answer.status, answer.code) == (500, "internal.failed")
    for text in (answer.body.decode(), str(dict(answer.headers)), logged.getvalue()):
        for hidden in ("Traceback", "Astrid", "RuntimeError: ", "/home/", "secret.py", "aiohttp/", "Python/"):
            assert hidden not in text
    assert '"error": "RuntimeError"' in logged.getvalue()


async def test_h13_no_answer_names_a_library_or_a_version(api: Api):
    for path in ("/livez", "/nothing", "/v1/verify"):
        answer = await api.get(path)
        assert answer.headers["Server"] == "testamur"
        assert "aiohttp" not in answer.body.decode().lower()


async def test_h13_a_token_that_is_nearly_right_is_answered_as_one_that_is_quite_wrong(api: Api):
    answers = [await api.get("/v1/inbox", token=token) for token in ("t" * 42, "t" * 42 + "x", "x", "ü")]
    assert len({answer.body for answer in answers}) == 1


# --- uploads ---------------------------------------------------------------------------------------------------------


async def test_a_document_over_the_limit_is_refused_before_it_is_read(api: Api):
    limit = api.running.node.limits.document_bytes
    for path in ("/v1/verify", "/v1/translate?to=elmo", "/v1/render"):
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN.secret}\r\n"
        writer.write(f"{head}Content-Length: {limit + 1}\r\n\r\n".encode())
        answer = await reader.readuntil(b"}")
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b'"document.too_large"' in answer
        writer.close()


async def test_a_document_that_grows_over_the_limit_on_its_way_is_refused_and_never_held(tmp_path):
    taken = []

    async def endless():
        while len(taken) < 10_000:
            taken.append(1)
            yield b"x" * 65536

    async with lonely_node(tmp_path, limits="document_bytes = 100000\n") as running, api_of(running) as api:
        answer = await api.post("/v1/verify", endless())  # type: ignore[arg-type]
        assert (answer.status, answer.code) == (413, "document.too_large")
        assert len(taken) < 5_000


async def test_a_form_or_a_packed_body_is_refused_with_advice(api: Api):
    for headers in (
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "br"},
    ):
        answer = await api.post("/v1/verify", b"x", headers=headers)
        assert (answer.status, answer.code) == (415, "request.media_type")


@pytest.mark.parametrize(
    "query", ["too=south.example.org", "to=a&to=b", "", "to=a&dry_run=1", "to=a&lang=EN", "to=%20", "to=a&consent=x"]
)
async def test_a_parameter_that_is_unknown_missing_doubled_or_of_another_form_is_refused(api: Api, query: str):
    answer = await api.post(f"/v1/deliveries?{query}", b"x")
    assert (answer.status, answer.code) == (400, "request.parameter")
    assert answer.json["hint"]


async def test_a_parameter_that_is_nearly_one_is_suggested(api: Api):
    assert "`dry_run`" in (await api.post("/v1/deliveries?to=a&dryrun=true", b"x")).json["hint"]


async def test_a_key_for_submissions_that_is_none_is_refused(api: Api):
    for key in ("", "x" * 201, "a b", "\u00fc"):
        answer = await api.post("/v1/deliveries?to=a", b"x", headers={"Idempotency-Key": key})
        assert answer.code == "request.idempotency_key"
