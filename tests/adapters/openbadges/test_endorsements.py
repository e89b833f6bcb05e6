"""Endorsements of a badge: each has its own verdict, however it is packed, and none touches the badge's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.model.verdict import Indication
from gateway.readers.base64 import decode_base64url, encode_base64url
from gateway.verify.engine import verify
from tests import vc_makers
from tests.adapters.openbadges.documents import ENDORSEMENT
from tests.adapters.openbadges.test_hosted import ADAPTERS


def endorsement() -> dict[str, Any]:
    return ENDORSEMENT | {"issuer": {"id": vc_makers.did_key(), "type": ["Profile"], "name": "Board of Knots"}}


def spoilt(packed: Any) -> Any:
    if isinstance(packed, str):
        head, payload, signature = packed.split(".")
        said = json.loads(decode_base64url(payload, "payload")) | {"name": "Another endorsement"}
        return ".".join((head, encode_base64url(json.dumps(said).encode()), signature))
    return packed | {"name": "Another endorsement"}


PACKED = {
    "endorsement": vc_makers.embedded(endorsement()),
    "endorsementJwt": vc_makers.token(endorsement()).decode(),
}


def judged(name: str, packed: Any) -> Any:
    badge = vc_makers.embedded(vc_makers.badge(vc_makers.did_key(), **{name: [packed]}))
    terms = vc_makers.terms(vc_makers.did_key())
    return verify(json.dumps(badge).encode(), adapters=ADAPTERS, terms=terms).verdict


@pytest.mark.parametrize("name", PACKED)
def test_an_endorsement_has_its_own_verdict(name: str) -> None:
    found = judged(name, PACKED[name])
    told = [(one.path, one.role, one.verdict.verdict) for one in found.inner]
    assert told == [(f"/{name}/0", "endorsement", Indication.PASSED)]
    assert found.verdict is Indication.PASSED


@pytest.mark.parametrize("name", PACKED)
def test_one_that_was_altered_before_the_badge_was_sealed_fails_alone(name: str) -> None:
    found = judged(name, spoilt(PACKED[name]))
    assert [one.verdict.verdict for one in found.inner] == [Indication.FAILED]
    assert found.verdict is Indication.PASSED
