"""The use case: somebody who fetched the answer of an official check attests it with a key of theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gateway.drivers.did_keys import DidKey, load_did_key
from gateway.errors import RequestError
from gateway.kit.contract import Adapter, EvidenceRequest
from gateway.node.startup import terms
from gateway.readers.containers import unpack
from gateway.translate.issuer import issuer_by_did
from gateway.verify.engine import verify
from gateway.verify.evidence import Answer
from gateway.verify.online import attest


def load_witness(file: Path) -> DidKey:
    """The key of whoever attests, by the did:key that it makes by itself.

    Raises:
        ConfigError: `attest.key_unreadable`, `attest.key_permissions`, `attest.key_passphrase`,
            `attest.key_unsupported`.
    """
    key, method = load_did_key(file, None, role="attest")
    return DidKey(private_key=key, method=method, issuer=issuer_by_did(method.controller, ""))


def question_of(document: bytes, adapters: Sequence[Adapter]) -> EvidenceRequest:
    """The official check that a report is asked for at, or that a page of it comes from.

    Raises:
        RequestError: `attest.no_question`.
    """
    asked = verify(document, adapters=adapters, terms=replace(terms(), conformity=False)).questions
    vouching = [question for question in asked if question.vouches]
    if len(vouching) != 1:
        raise RequestError(
            "attest.no_question",
            "no adapter knows an official check for this document",
            advice="give the report that was asked for with --of; `testamur adapters list` shows what can be read",
        )
    return vouching[0]


def attested_answer(page: bytes, question: EvidenceRequest, witness: DidKey, *, fetched_at: dt.datetime) -> Answer:
    """The page as the answer to a question, with the word of whoever fetched it.

    Raises:
        RequestError: `attest.no_page`: a report as data would be its own answer.
        Refused: the page can't be read at all.
    """
    if (kind := unpack(page).kind) != "html":
        raise RequestError(
            "attest.no_page",
            f"got a file of the kind {kind}, expected a page as a browser saved it",
            advice="save the page that the check answered; the report goes behind --of",
        )
    return attest(Answer(url=question.url, fetched_at=fetched_at, octets=page, media_type="text/html"), witness)
