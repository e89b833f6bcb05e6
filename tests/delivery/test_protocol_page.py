"""docs/protocol.md, its schemas and its vectors say what the code does."""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Iterator

import pytest

from gateway.delivery.door import Request, check_request
from gateway.delivery.envelope import Envelope
from gateway.delivery.message import MessageReader
from gateway.delivery.peers import Peer, peers_by_key
from gateway.delivery.problem import Stopped
from gateway.delivery.receipt import BusinessReceipt, TransportReceipt
from gateway.delivery.signing import (
    check_business_receipt,
    read_business_receipt,
    read_envelope,
    read_transport_receipt,
)
from gateway.kit.schemas import schema_bytes
from gateway.packaged import data_folder
from scripts.protocol_vectors import ALL, P256, PAGE, A, B, page_with, vectors
from tests.delivery.makers import NOW
from tests.delivery.test_signing import BAD_PAYLOADS, BEYOND_THE_SCHEMA, payload_of, signed
from tests.docs.test_errors import documented
from tests.reference import ROOT

VECTORS = json.loads(ALL.read_text("utf-8"))


def valid(name: str, value: object) -> bool:
    import jsonschema_rs

    return bool(jsonschema_rs.validator_for(json.loads(schema_bytes(f"{name}.schema.json"))).is_valid(value))


def test_the_page_and_the_file_hold_the_vectors_that_the_code_makes() -> None:
    assert json.loads(json.dumps(vectors())) == VECTORS
    page = PAGE.read_text("utf-8")
    assert page_with(VECTORS, page) == page


def test_the_vectors_are_read_back() -> None:
    a = Peer(
        id="registry.a.example",
        url="https://node.a.example",
        keys={A.key_id: A.public_key, P256.key_id: P256.public_key},
    )
    b = Peer(id="registry.b.example", url="https://node.b.example", keys={B.key_id: B.public_key})
    sent = read_envelope(VECTORS["envelope"]["jws"].encode(), a)
    assert read_envelope(VECTORS["envelope_p256"]["jws"].encode(), a).envelope == sent.envelope
    assert sent.sha256 == VECTORS["envelope"]["sha256"]

    message = base64.b64decode(VECTORS["message"]["base64"])
    reader = MessageReader(length=len(message))
    assert reader.feed(message) == sent.jws
    reader.expect(sent)
    assert reader.finish() == VECTORS["message"]["sha256"]

    for name, peer in (("message_request", a), ("receipt_request", b)):
        request = VECTORS[name]
        seen = Request(method="POST", target_uri=request["target_uri"], headers=tuple(request["fields"].items()))
        assert check_request(seen, peers_by_key([a, b]), NOW).peer is peer

    transport = read_transport_receipt(VECTORS["transport_receipt"]["jws"].encode(), b, sent)
    business = read_business_receipt(VECTORS["business_receipt"]["jws"].encode(), b)
    check_business_receipt(business, b, sent)
    assert transport.envelope_sha256 == business.envelope_sha256 == sent.sha256


@pytest.mark.parametrize("name", ["envelope", "transport_receipt", "business_receipt"])
def test_what_is_signed_keeps_its_schema_and_the_schema_knows_nothing_else(name) -> None:
    payload = json.loads(VECTORS[name]["payload"])
    schema = "envelope" if name == "envelope" else "receipt"
    assert valid(schema, payload)
    assert not valid(schema, {**payload, "more": 1})
    for member in payload:
        if member not in {"original", "via"}:
            assert not valid(schema, {k: v for k, v in payload.items() if k != member}), member


def test_the_schemas_name_every_member_that_the_code_knows() -> None:
    envelope = json.loads((data_folder("schemas") / "envelope.schema.json").read_text())
    receipt = json.loads((data_folder("schemas") / "receipt.schema.json").read_text())["$defs"]
    for noun, schema in (
        (Envelope, envelope),
        (TransportReceipt, receipt["transport"]),
        (BusinessReceipt, receipt["business"]),
    ):
        assert {field.alias or name for name, field in noun.model_fields.items()} == set(schema["properties"])


@pytest.mark.parametrize("change", BAD_PAYLOADS)
def test_what_the_code_refuses_the_schema_refuses(change) -> None:
    assert not valid("envelope", payload_of(signed()) | change) or change in BEYOND_THE_SCHEMA


def test_a_problem_keeps_its_schema() -> None:
    stopped = Stopped("door.clock", "sentence", status=425, stage="door", retryable=True, advice="advice")
    problem = json.loads(stopped.problem("0" * 32).model_dump_json(exclude_none=True))
    assert valid("problem", problem)
    assert not valid("problem", {**problem, "more": 1})


def rows() -> dict[str, tuple[int, str, bool]]:
    """Each code of the page's table: status, stage, whether it is retryable."""
    found = {}
    table = re.findall(
        r"^\| ([`a-z_., ]+) \| (\d{3}) \| ([a-z, ]+) \| (yes|no) \|$", PAGE.read_text("utf-8"), re.MULTILINE
    )
    for names, status, stages, retryable in table:
        codes = re.findall(r"`([a-z_.]+)`", names)
        each = stages.split(", ") if ", " in stages else [stages] * len(codes)
        for code, stage in zip(codes, each, strict=True):
            found[code] = (int(status), stage, retryable == "yes")
    return found


def raised() -> Iterator[tuple[str, tuple[int, str, bool]]]:
    """The same of what the peers' side of the gateway raises in full where it stands."""
    for file in (ROOT / "gateway").rglob("*.py"):
        if "local" in str(file.relative_to(ROOT)) or file.name in NOT_FOR_PEERS:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Stopped"):
                continue
            facts = {word.arg: word.value.value for word in node.keywords if isinstance(word.value, ast.Constant)}
            if (
                isinstance(node.args[0], ast.Constant)
                and {"status", "stage"} <= set(facts)
                and facts["stage"] in STAGES
            ):
                yield node.args[0].value, (facts["status"], facts["stage"], facts.get("retryable", False))


NOT_FOR_PEERS = {"submit.py", "doctor.py", "hand_over.py", "fork_server.py", "bodies.py", "arrival_pages.py"}
STAGES = {"door", "message", "capacity", "envelope", "receipt", "store", "transport"}


def test_the_pages_table_says_what_the_code_answers() -> None:
    """Those that helpers raise are in the tests of the door, of admission and of messages."""
    found = dict(raised())
    assert len(found) > 15
    assert {code: facts for code, facts in found.items() if rows().get(code) != facts} == {}


def test_every_code_in_the_pages_table_is_a_code_of_a_request_to_a_node() -> None:
    codes = set(rows())
    assert len(codes) > 40
    sections = documented()
    assert {code for code in codes if sections.get(code) != "A request to a node"} == set()
