"""When a certificate names the very organisation that a document names."""

from __future__ import annotations

import pytest

from gateway.trust.issuers import IssuerClaim, Sealer, is_named
from tests import pki


def sealer(name="University of Nordhavn", identifier=None, country="XN") -> Sealer:
    subject = pki.name(name, identifier=identifier, country=country)
    return Sealer.of(pki.self_signed(subject, pki.private_key("issuer")).certificate)


def claim(*names: str, identifiers=(), country="XN") -> IssuerClaim:
    return IssuerClaim(
        names={f"x{at}": name for at, name in enumerate(names)}, identifiers=identifiers, country=country
    )


@pytest.mark.parametrize(
    ("who", "named"),
    [
        (sealer(), claim("University of Nordhavn")),
        (sealer(), claim("Nordhavns universitet", "UNIVERSITY  of  Nordhavn ")),
        (sealer("Universität Nordhavn"), claim("Universita\u0308t Nordhavn")),
        (sealer(), claim("University of Nordhavn", country=None)),
        (sealer(), claim("University of Nordhavn", country="xn")),
        (sealer(identifier="VATXN-1"), claim(identifiers=("vatxn-1",))),
        (sealer(identifier="VATXN-1"), claim("University of Nordhavn", identifiers=("NTRXN-77", "nordhavn.example"))),
    ],
)  # fmt: skip
def test_the_same_organisation(who, named):
    assert who.is_issuer(named)


@pytest.mark.parametrize(
    ("who", "named"),
    [
        (sealer(), claim("University of Sundby")),
        (sealer(), claim("University of Nordhavn", country="XS")),
        (sealer(identifier="VATXN-1"), claim("University of Nordhavn", identifiers=("VATXN-2",))),
        (sealer(identifier="VATXN-1"), claim("University of Sundby", identifiers=("VATXN-1",))),
        (sealer(identifier="VATXN-1"), claim(identifiers=("VATXN-1",), country="XS")),
        (sealer(identifier="VATXN-1"), claim(identifiers=("NTRXN-1",))),
        (sealer(), claim("Nordhavn")),
        (sealer(), claim("")),
        (sealer("University of Nordhavn"), claim("Univеrsity of Nordhavn")),  # a Cyrillic letter
    ],
)  # fmt: skip
def test_another_organisation(who, named):
    assert not who.is_issuer(named)


def test_a_certificate_without_an_organisation_names_nobody():
    nobody = Sealer(names=(), identifiers=(), country=None)
    assert not nobody.is_issuer(claim(""))
    assert not nobody.is_issuer(IssuerClaim())


def test_being_named_takes_the_whole_name_or_identifier():
    assert is_named(claim("A", identifiers=("x",)), ["x"])
    assert is_named(claim("A  b"), ["a B"])
    assert not is_named(claim("A b"), ["A"])
    assert not is_named(claim("A"), [])
