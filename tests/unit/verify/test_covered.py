"""Taking a seal off a file that is compared octet by octet: whether it holds and over what, as `verify` says it."""

from __future__ import annotations

import base64

import pytest

from gateway.trust.policies import load_policy
from gateway.verify.covered import unseal
from gateway.verify.engine import verify
from gateway.verify.terms import Terms
from tests import jose_makers as makers
from tests.signing import elmo, signed
from tests.toy_node import NOW

TERMS = Terms(now=NOW, policy=load_policy("strict"))
BODY = b'{"anything": ["at all", 1]}'


@pytest.mark.parametrize("now", [b"at all", b"at ALL"], ids=["held", "altered"])
def test_a_seal_is_judged_as_verify_judges_it(now):
    """The same proofs with the same findings, whether it holds or was altered."""
    made = makers.seal(BODY).replace(b"at all", now)
    assert unseal(made, TERMS).proofs == verify(made, adapters=(), terms=TERMS).proofs


def test_what_a_held_seal_covers_is_the_body():
    """Octet by octet, and known to hold."""
    found = unseal(makers.seal(BODY), TERMS)
    assert (found.body, found.holds) == (BODY, True)


def test_an_altered_body_is_not_held():
    """Nothing altered after sealing is told as held."""
    assert not unseal(makers.seal(BODY).replace(b"at all", b"at ALL"), TERMS).holds


def test_what_is_inside_a_seal_is_not_opened():
    """A body that no reader would take is a body all the same: it is compared, not read."""
    found = unseal(makers.seal(b"{broken"), TERMS)
    assert (found.body, found.holds) == (b"{broken", True)


def test_a_seal_inside_a_seal_stays_a_body():
    """The outer seal alone is taken off, so that a file wrapped twice is equal to no result."""
    inner = makers.seal(BODY)
    assert unseal(makers.seal(inner), TERMS).body == inner


def test_an_xml_seal_covers_the_canonical_form():
    """Of XML the body is what the signature is over, as `verify` hands it to a reader."""
    made = signed(elmo())
    found = unseal(made, TERMS)
    assert found.holds
    assert b"Signature" not in found.body


@pytest.mark.parametrize("made", [BODY, b"<a/>", b"", b"{broken", base64.b64encode(b"%PDF-1.7")])
def test_without_a_seal_nothing_holds(made):
    """A file without a seal, or one that can't be read, has no proof."""
    found = unseal(made, TERMS)
    assert (found.proofs, found.holds) == ((), False)
