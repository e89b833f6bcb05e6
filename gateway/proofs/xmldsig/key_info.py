"""Which keys a signature's KeyInfo offers. Hints, all of them: trust decides later whether a key means anything.

Only X509Certificate and, against keys that the caller gave, KeyValue are looked at. KeyName, SKI and issuer names are
never followed. A RetrievalMethod says that the key is elsewhere: it is never fetched, and no other key is tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from gateway.model.verdict import SubIndication
from gateway.proofs.certificate import load_certificate
from gateway.proofs.proof import PublicKey
from gateway.proofs.xmldsig.algorithms import DS
from gateway.proofs.xmldsig.steps import Unmet
from gateway.proofs.xmldsig.structure import decode_base64

_X509_DATA = f"{{{DS}}}X509Data"
_X509_CERTIFICATE = f"{{{DS}}}X509Certificate"
_RSA_KEY_VALUE = f"{{{DS}}}KeyValue/{{{DS}}}RSAKeyValue"
_RETRIEVAL_METHOD = f"{{{DS}}}RetrievalMethod"
_MOST_CERTIFICATES = 10
_LONGEST_CERTIFICATE = 32_768  # characters of base64; a real one has one to four thousand


class OfferedKey(NamedTuple):
    """A key to try, with the certificate that it came from, if any."""

    key: PublicKey
    certificate: x509.Certificate | None = None


def offered_keys(key_info: etree._Element | None, given: Sequence[PublicKey]) -> tuple[OfferedKey, ...]:
    """The keys to try: those of the certificates in KeyInfo; without any, the given ones.

    A KeyValue is never used by itself: it narrows the given keys to the one that it equals.
    Raises `Unmet` ("signature.key", INDETERMINATE) where nothing can be tried.
    """
    elements = [] if key_info is None else _certificates(key_info)
    if len(elements) > _MOST_CERTIFICATES:
        raise _no_key(f"the signature carries {len(elements)} certificates, expected at most {_MOST_CERTIFICATES}.")
    offered = tuple([_of_certificate(_text(element)) for element in elements])
    if offered:
        return offered
    if key_info is not None and key_info.find(_RETRIEVAL_METHOD) is not None:
        raise _no_key("the signature says that its key is elsewhere; nothing is fetched, and no other key is tried.")
    if not given:
        raise _no_key("the signature carries no certificate, and no key was given: give the signer's with --trust.")
    return tuple([OfferedKey(key) for key in _equal_to_key_value(key_info, given)])


def _certificates(key_info: etree._Element) -> list[etree._Element]:
    data = key_info.iterchildren(_X509_DATA)
    return [certificate for one in data for certificate in one.iterchildren(_X509_CERTIFICATE)]


def _equal_to_key_value(key_info: etree._Element | None, given: Sequence[PublicKey]) -> Sequence[PublicKey]:
    value = None if key_info is None else key_info.find(_RSA_KEY_VALUE)
    if value is None:
        return given
    parts = [value.find(f"{{{DS}}}{name}") for name in ("Modulus", "Exponent")]
    numbers = [int.from_bytes(decode_base64(part.text or "") or b"", "big") for part in parts if part is not None]
    equal = [
        k for k in given if isinstance(k, rsa.RSAPublicKey) and [k.public_numbers().n, k.public_numbers().e] == numbers
    ]
    if not equal:
        raise _no_key("the signature names a key by its value, and it is none of the given ones.")
    return equal


def _text(element: etree._Element) -> str:
    if len(element) > 0 or len(element.text or "") > _LONGEST_CERTIFICATE:
        raise _no_key("an X509Certificate isn't base64 of a certificate.")
    return element.text or ""


@lru_cache(maxsize=256)
def _of_certificate(text: str) -> OfferedKey:
    """The key of a certificate in base64; cached, because a registry seals thousands of documents with one."""
    der = decode_base64(text)
    if der is None:
        raise _no_key("an X509Certificate isn't base64 of a certificate.")
    try:
        certificate = load_certificate(der)
        key = certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        raise _no_key("a certificate in the signature can't be read.") from None
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise Unmet(
            "signature.key",
            f"got a certificate with a key of type {type(key).__name__}, expected RSA or EC.",
            sub=SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
            unsupported=True,
        )
    return OfferedKey(key, certificate)


def _no_key(why: str) -> Unmet:
    return Unmet("signature.key", why, sub=SubIndication.NO_SIGNING_CERTIFICATE_FOUND, unsupported=True)
