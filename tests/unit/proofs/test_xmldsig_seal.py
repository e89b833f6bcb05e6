"""Sealing: what comes out, who verifies it, and what is never done."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from lxml import etree

from gateway.errors import ConfigError, Refused
from gateway.proofs.xmldsig import verify_enveloped
from gateway.proofs.xmldsig.seal import seal_enveloped
from gateway.readers.limits import Limits
from gateway.readers.xml import parse_xml
from tests.signing import DS, INCLUSIVE, certificate, ec_key, elmo, rsa_key, xmlsec_verifies

KEYS = {"RSA": rsa_key(), "P-256": ec_key(), "P-384": ec_key(curve="SECP384R1")}


@pytest.mark.parametrize("kind", KEYS)
def test_a_seal_verifies_here_and_by_libxmlsec_and_covers_the_document(kind: str) -> None:
    key = KEYS[kind]
    sealed = seal_enveloped(elmo(), key, [certificate(key)])
    (proof,) = verify_enveloped(parse_xml(sealed))
    assert proof.covered == canonical(elmo())
    assert proof.certificates == (certificate(key),)
    assert xmlsec_verifies(sealed, key)
    assert not xmlsec_verifies(sealed.replace(b"Nemo", b"Nero"), key)


def test_the_seal_has_the_form_that_every_elmo_reader_knows() -> None:
    root = etree.fromstring(seal_enveloped(elmo(), rsa_key(), [certificate(rsa_key()), certificate(ec_key())]))
    seal = root[-1]
    algorithms = {str(e.tag).rpartition("}")[2]: e.get("Algorithm") for e in seal.iter() if e.get("Algorithm")}
    assert (seal.tag, seal.prefix) == (f"{{{DS}}}Signature", "ds")
    assert algorithms["CanonicalizationMethod"] == INCLUSIVE
    assert algorithms["SignatureMethod"] == "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    assert algorithms["DigestMethod"] == "http://www.w3.org/2001/04/xmlenc#sha256"
    assert len(seal.findall(f".//{{{DS}}}X509Certificate")) == 2
    assert seal.find(f".//{{{DS}}}KeyValue") is None


def test_a_seal_by_rsa_is_deterministic() -> None:
    assert seal_enveloped(elmo(), rsa_key(), [certificate(rsa_key())]) == seal_enveloped(
        elmo(), rsa_key(), [certificate(rsa_key())]
    )


def test_a_text_over_ten_megabytes_is_sealed() -> None:
    sealed = seal_enveloped(elmo(extra=f"<x>{'A' * 10_500_000}</x>"), rsa_key(), [certificate(rsa_key())])
    assert verify_enveloped(parse_xml(sealed))[0].covered is not None


def test_a_document_that_just_keeps_the_limit_can_be_sealed() -> None:
    document = elmo()
    limits = Limits(document_bytes=len(document))
    assert len(seal_enveloped(document, rsa_key(), [certificate(rsa_key())], limits=limits)) > len(document)


@pytest.mark.parametrize("certificates", [[], [certificate(ec_key())], [certificate(rsa_key("another"))]])
def test_a_certificate_that_is_not_the_keys_is_refused(certificates: list) -> None:
    with pytest.raises(ConfigError) as error:
        seal_enveloped(elmo(), rsa_key(), certificates)
    assert error.value.code == "seal.certificate"


def test_a_sealed_document_is_not_sealed_again() -> None:
    sealed = seal_enveloped(elmo(), rsa_key(), [certificate(rsa_key())])
    with pytest.raises(Refused) as refused:
        seal_enveloped(sealed, ec_key(), [certificate(ec_key())])
    assert refused.value.code == "seal.already_sealed"


@pytest.mark.parametrize(
    "document",
    [
        elmo(before="<?style none?>"),
        elmo(root='xmlns:r="rel/ns"'),
        elmo(extra=f'<d><Signature xmlns="{DS}" Id="placeholder"/></d>'),
    ],
    ids=[
        "an instruction beside the root",
        "a relative namespace",
        "a placeholder that draws the seal to another place",
    ],
)
def test_a_seal_that_would_not_cover_the_whole_document_is_never_given_out(document: bytes) -> None:
    with pytest.raises(Refused) as refused:
        seal_enveloped(document, rsa_key(), [certificate(rsa_key())])
    assert refused.value.code == "seal.not_verifiable"


def test_the_document_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("signxml").setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG):
        seal_enveloped(elmo(), rsa_key(), [certificate(rsa_key())])
    assert "Nemo" not in caplog.text


def test_signxml_is_not_loaded_before_something_is_sealed() -> None:
    code = "import sys, gateway.proofs.xmldsig, gateway.proofs.xmldsig.seal; sys.exit('signxml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def canonical(document: bytes) -> bytes:
    """The canonical form of a document, comments left out."""
    return etree.tostring(etree.fromstring(document).getroottree(), method="c14n", with_comments=False)
