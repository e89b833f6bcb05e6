"""Dossiers as a node writes them, of Chinese reports and of the record in which every field is filled."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

from adapters.chsi import ADAPTER, DOSSIER
from gateway.kit import Content, Finding, Reading, Status
from gateway.kit.laws import everything, read_with
from gateway.kit.laws.trip import document_of, request_for
from gateway.model.record import Record
from gateway.readers.json import dump_json, parse_json
from tests.adapters.chsi.documents import HEQC, octets

ORIGINAL = b'{"an": "original"}'


def dossier(record: Record) -> bytes:
    """A dossier of a record, as a node writes it."""
    [draft] = DOSSIER.write(record, request_for(record, ORIGINAL, "application/json", DOSSIER))
    return draft.body


@cache
def whole() -> bytes:
    """A dossier in which every field of the record is filled."""
    return dossier(everything())


@cache
def graduation() -> bytes:
    """A dossier of one graduation."""
    return dossier(read_with(ADAPTER, octets(HEQC)).record)


def changed(body: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """A dossier with something changed in place."""
    value = copy.deepcopy(parse_json(body))
    change(value)
    return dump_json(value)


def read(body: bytes) -> Reading:
    """A dossier, read as unverified content."""
    return read_with(DOSSIER, body)


def warnings(body: bytes) -> list[Finding]:
    """What the profile's own rules find wrong with a dossier."""
    findings = DOSSIER.conform(Content(document=document_of(body), format=DOSSIER.manifest.formats[0]))
    return [finding for finding in findings if finding.status is Status.WARNING]


def warned(body: bytes) -> set[tuple[str, str]]:
    """The checks that warn, each with its place."""
    return {(finding.check.removeprefix("conformity."), finding.about) for finding in warnings(body)}
