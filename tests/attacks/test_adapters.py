"""Hostile documents of the two systems, through the whole of `verify`."""

from __future__ import annotations

import base64
import random

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from adapters.elmo import ADAPTER as ELMO_ADAPTER
from adapters.europass import conformity
from gateway.model.verdict import Conformity, Indication
from gateway.readers.json import parse_json
from gateway.trust.anchors import parse_anchors
from gateway.verify.engine import verify
from tests.pki import root
from tests.signing import certificate, elmo, rsa_key, signed
from tests.unit.verify.test_engine import terms
from tests.work import verdicts_in


def test_tens_of_thousands_of_unknown_elements_are_told_without_explaining_each() -> None:
    """The validator that explains took minutes for this: its cost grows with the square of what doesn't fit."""
    data = elmo(1).replace(b"<issueDate>", b"<x/>" * 60_000 + b"<issueDate>", 1)
    cost, answer = verdicts_in(lambda: verify(data, adapters=[ELMO_ADAPTER], terms=terms()).verdict)
    assert cost < 10_000
    assert answer.conformity is Conformity.DEVIATES


def test_a_number_with_a_fraction_does_not_stop_the_check_of_conformity() -> None:
    assert conformity.conform(parse_json(b'{"type": "x", "credit": 7.5}'))


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")  # a negative serial number
def test_a_certificate_damaged_in_a_sealed_file_is_a_finding_and_never_a_crash() -> None:
    """KeyInfo isn't covered: anybody can change the certificate's names and dates, and the value still verifies."""
    sealed, chance = signed(elmo(1)), random.Random(7)
    anchors = parse_anchors(root().certificate.public_bytes(Encoding.PEM), place="test")
    der = certificate(rsa_key()).public_bytes(Encoding.DER)
    names = der.index(b"Registry of Examplia")
    for _ in range(300):
        octets = bytearray(der)
        octets[chance.randrange(10, names + 80)] ^= 1 << chance.randrange(8)
        assert _with(sealed, der, bytes(octets), anchors) is not Indication.PASSED


def _with(sealed: bytes, old: bytes, new: bytes, anchors) -> Indication:
    text = b"".join(sealed.partition(b"<X509Certificate>")[2].partition(b"</X509Certificate>")[:1])
    assert base64.b64decode(text) == old
    data = sealed.replace(text, base64.b64encode(new))
    return verify(data, adapters=[ELMO_ADAPTER], terms=terms(anchors=anchors)).verdict.verdict
