"""What we write, sealed innermost first with the Data Integrity sealer: it verifies, whole and part by part.

The sealer refuses a credential with a name that no pinned context defines, so this shows as well that a proof covers all
that we write.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from adapters.openbadges import ADAPTERS
from gateway.kit.contract import Adapter, Draft
from gateway.kit.laws import everything, generate
from gateway.kit.laws.trip import ISSUER, request_for
from gateway.model.record import Identifier, Record
from gateway.model.verdict import Indication
from gateway.proofs.dataintegrity.seal import finish_proof, prepare_proof
from gateway.proofs.dids import method_named
from gateway.proofs.jose.token import finish_token, prepare_token
from gateway.verify.engine import VerifiedDocument, verify
from tests.adapters.openbadges.documents import RECORD, octets
from tests.adapters.openbadges.test_laws import suited
from tests.jose_makers import key
from tests.vc_makers import NOW, did_key, terms

CLR, OPENBADGES = (adapter for adapter in ADAPTERS if adapter.manifest.id in ("clr", "openbadges"))
each_adapter = pytest.mark.parametrize("adapter", [CLR, OPENBADGES], ids=lambda one: one.manifest.id)


def drafts(adapter: Adapter, record: Record) -> tuple[Draft, ...]:
    """A record as the node with our test's key would have it written."""
    request = request_for(record, octets(RECORD), "application/json", adapter)
    issuer = ISSUER.model_copy(update={"identifiers": (Identifier(scheme="uri", value=did_key()), *ISSUER.identifiers)})
    return adapter.write(record, replace(request, issuer=issuer))


def sealed(draft: Draft, change: Callable[[Any], None] = lambda _value: None) -> bytes:
    """A draft with a proof for each credential inside, then one for the whole; `change` alters it in between."""
    value = json.loads(draft.body)
    for place in draft.inner:
        *way, last = [int(step) if step.isdecimal() else step for step in place.split("/")[1:]]
        holder = value
        for step in way:
            holder = holder[step]
        holder[last] = json.loads(_sealed(octets(holder[last])))
    change(value)
    return _sealed(octets(value))


def _sealed(credential: bytes) -> bytes:
    method = method_named(f"{did_key()}#{did_key().removeprefix('did:key:')}", {})
    assert method is not None
    prepared = prepare_proof(credential, method=method, signed_at=NOW)
    return finish_proof(prepared, key("ed25519").sign(prepared.signing_input))


def judged(body: bytes) -> VerifiedDocument:
    return verify(body, adapters=ADAPTERS, terms=terms(did_key()))


@each_adapter
def test_what_is_written_can_be_sealed_and_is_proven_whole_and_part_by_part(adapter):
    record = suited(generate(Random(11)))
    for draft in drafts(adapter, record)[:3]:
        document = judged(sealed(draft))
        assert document.verdict.verdict is Indication.PASSED, document.verdict
        parts = [inner for inner in document.verdict.inner if inner.role == "part"]
        assert [part.path for part in parts] == list(draft.inner)
        assert all(part.verdict.verdict is Indication.PASSED for part in parts)


@each_adapter
def test_what_is_written_can_be_a_token(adapter):
    """Open Badges 3.0, section 8.2; a learner record's parts are sealed before it."""
    draft = drafts(adapter, suited(generate(Random(11))))[0]
    body = sealed(draft)
    value = {name: member for name, member in json.loads(body).items() if name != "proof"}
    method = method_named(f"{did_key()}#{did_key().removeprefix('did:key:')}", {})
    assert method is not None
    prepared = prepare_token(octets(value), method=method)
    document = judged(finish_token(prepared, key("ed25519").sign(prepared.signing_input)))
    assert document.verdict.verdict is Indication.PASSED, document.verdict
    assert "jws" in document.containers


@each_adapter
def test_every_field_that_can_be_written_is_covered_by_a_proof(adapter):
    """The sealer refuses what a proof would not cover; here is every field there is."""
    for draft in drafts(adapter, suited(everything()))[:2]:
        assert sealed(draft)


@each_adapter
def test_a_reader_is_given_what_the_proof_covers(adapter):
    """Sealed and unsealed read the same."""
    draft = drafts(adapter, suited(generate(Random(11))))[0]
    document = judged(sealed(draft))
    assert document.content is not None
    assert document.content.vouched == "proof"
    assert document.read().record.reports == judged(draft.body).read().record.reports


def test_a_learner_record_with_a_part_altered_under_a_good_outer_proof_fails():
    """Whoever seals the whole can't speak for a part that another sealed."""

    def change(value: Any) -> None:
        value["credentialSubject"]["verifiableCredential"][0]["name"] = "Another name"

    draft = drafts(CLR, suited(generate(Random(11))))[0]
    document = judged(sealed(draft, change))
    assert document.verdict.own is Indication.PASSED
    assert document.verdict.verdict is Indication.FAILED
