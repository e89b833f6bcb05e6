"""The CMS signature of a PDF (RFC 5652), as strict as PAdES is (EN 319 142-1, 6.3): one signer, attributes, no content.

The mathematics is pyHanko's; what may be in the structure is decided here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from gateway.model.verdict import SubIndication
from gateway.proofs.certificate import load_certificate
from gateway.proofs.jose.steps import Steps

PADES = "/ETSI.CAdES.detached"
SUPPORTED = (PADES, "/adbe.pkcs7.detached")

_DIGESTS = ("sha1", "sha224", "sha256", "sha384", "sha512")
_SCHEMES = {"rsassa_pkcs1v15": "rsa-pkcs1", "rsassa_pss": "rsa-pss", "ecdsa": "ecdsa", "ed25519": "eddsa"}
_MOST_CERTIFICATES = 20
_WRONG = SubIndication.SIG_CONSTRAINTS_FAILURE


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCms:
    """What the signature names: certificates in DER, the signer's first; algorithms; the claimed time (RFC 3339)."""

    certificates: tuple[bytes, ...]
    signature_algorithm: str
    digest_algorithm: str
    claimed_time: str | None


def check_cms(contents: bytes, signed: tuple[bytes, ...], subfilter: str, steps: Steps) -> CheckedCms | None:
    """Check a signature over `signed` (the parts in order); None where nothing of it can be used."""
    try:
        data, signer = _structure(contents)
    except _Unsound as unsound:
        steps.failed("signature.structure", SubIndication.FORMAT_FAILURE, unsound.why)
        return None
    except Exception as error:  # noqa: BLE001 - of hostile octets the parser raises whatever Python does
        why = f"The signature can't be read ({type(error).__name__})."
        steps.failed("signature.structure", SubIndication.FORMAT_FAILURE, why)
        return None
    steps.passed("signature.structure", "One signer, signed attributes, and no content of its own.")
    return _algorithms(data, signer, signed, subfilter, steps)


class _Unsound(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def _structure(contents: bytes) -> tuple[Any, Any]:
    """The signed data and its one signer. Raises `_Unsound`, and whatever the parser does."""
    from asn1crypto import cms, core, parser

    size = parser.peek(contents)
    info = cms.ContentInfo.load(contents[:size])
    if contents[size:].strip(b"\0"):
        raise _Unsound("Something stands behind the signature, in the place that it is written to.")
    if info["content_type"].native != "signed_data":
        raise _Unsound("What stands in the place of the signature is no signature.")
    data = info["content"]
    inside = data["encap_content_info"]
    if inside["content_type"].native != "data" or not isinstance(inside["content"], core.Void):
        raise _Unsound("The signature carries content of its own, expected the file to be what is signed.")
    if len(data["signer_infos"]) != 1:
        raise _Unsound(f"Got {len(data['signer_infos'])} signers in one signature, expected one.")
    signer = data["signer_infos"][0]
    _require_attributes(signer)
    return data, signer


def _require_attributes(signer: Any) -> None:
    from asn1crypto import core

    attributes = signer["signed_attrs"]
    if isinstance(attributes, core.Void) or not len(attributes):
        raise _Unsound("The signature has no signed attributes.")
    for name in ("content_type", "message_digest"):
        values = [attribute["values"] for attribute in attributes if attribute["type"].native == name]
        if len(values) != 1 or len(values[0]) != 1:
            raise _Unsound(f"The signed attributes hold no single {name.replace('_', ' ')}.")
    if _attribute(signer, "content_type").native != "data":
        raise _Unsound("The signed attributes say that something else than data was signed.")


def _attribute(signer: Any, name: str) -> Any:
    """The one value of a signed attribute; None where there is none, or several."""
    found = [one["values"] for one in signer["signed_attrs"] if one["type"].native == name]
    return found[0][0] if len(found) == 1 and len(found[0]) == 1 else None


def _algorithms(data: Any, signer: Any, signed: tuple[bytes, ...], subfilter: str, steps: Steps) -> CheckedCms | None:
    try:
        digest = signer["digest_algorithm"]["algorithm"].native
        scheme = _SCHEMES[signer["signature_algorithm"].signature_algo]
        own = "" if scheme == "eddsa" else _digest_of(signer["signature_algorithm"], digest)
    except (KeyError, ValueError):
        digest = scheme = own = ""
    if not scheme or digest not in _DIGESTS or (own and own not in _DIGESTS):
        why = "The signature's algorithm isn't one that is checked here (SM2 and others): it is neither good nor bad."
        steps.open("signature.algorithm", SubIndication.UNSUPPORTED_PROOF, why)
        return None
    steps.passed("signature.algorithm", "The algorithms are known.")
    checked = CheckedCms(
        certificates=_certificates(data, steps),
        signature_algorithm=f"{scheme} {own}".rstrip(),
        digest_algorithm=digest,
        claimed_time=_claimed_time(signer),
    )
    _mathematics(data, signer, signed, checked, steps)
    if subfilter == PADES:
        _baseline(signer, steps)
    return checked


def _digest_of(algorithm: Any, digest: str) -> str:
    """The digest that the algorithm names; where it names none (rsaEncryption), that of the signer."""
    try:
        return str(algorithm.hash_algo)
    except ValueError:
        return digest


def _certificates(data: Any, steps: Steps) -> tuple[bytes, ...]:
    """The certificates in DER, the signer's first; none where the signature doesn't hold it, or it can't be read."""
    from pyhanko.sign.general import extract_certificate_info

    try:
        info = extract_certificate_info(data)
        own = info.signer_cert.dump()
        load_certificate(own)
    except Exception:  # noqa: BLE001 - no certificate, none that fits, one that can't be read
        why = "The signature carries no readable certificate of its signer."
        steps.open("signature.key", SubIndication.NO_SIGNING_CERTIFICATE_FOUND, why)
        return ()
    steps.passed("signature.key", "The signature carries its signer's certificate.")
    return (own, *[other.dump() for other in list(info.other_certs)[:_MOST_CERTIFICATES]])


def _mathematics(data: Any, signer: Any, signed: tuple[bytes, ...], checked: CheckedCms, steps: Steps) -> None:
    from pyhanko.sign.general import extract_certificate_info
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    if not checked.certificates:
        steps.skipped("signature.value", "Not checked, because signature.key didn't pass.")
        steps.skipped("signature.digest", "Not checked, because signature.key didn't pass.")
        return
    digest = hashlib.new(checked.digest_algorithm)
    for part in signed:
        digest.update(part)
    certificate = extract_certificate_info(data).signer_cert
    try:
        intact, valid = validate_sig_integrity(signer, certificate, "data", digest.digest())
    except Exception as error:  # noqa: BLE001 - a key that doesn't fit, a reference to another certificate
        why = f"The signature and its certificate don't fit together ({type(error).__name__})."
        steps.failed("signature.value", SubIndication.SIG_CRYPTO_FAILURE, why)
        intact, valid = digest.digest() == _attribute(signer, "message_digest").native, None
    if valid:
        steps.passed("signature.value", "The key made this signature value.")
    elif valid is not None:
        why = "The certificate's key didn't make this signature: it, or what it names, was changed."
        steps.failed("signature.value", SubIndication.SIG_CRYPTO_FAILURE, why)
    if intact:
        steps.passed("signature.digest", "The document is as it was signed.")
    else:
        why = "The document was changed after it was signed: ask the issuer for the file as it was sealed."
        steps.failed("signature.digest", SubIndication.HASH_FAILURE, why)


def _claimed_time(signer: Any) -> str | None:
    """The signing time that the signer claims among the signed attributes."""
    time = _attribute(signer, "signing_time")
    value = time.native if time is not None else None
    return value.isoformat().replace("+00:00", "Z") if value is not None else None


def _baseline(signer: Any, steps: Steps) -> None:
    """PAdES names the signer's certificate by a signed digest (EN 319 142-1, 6.3); that it fits, pyHanko checks."""
    check = "signature.certificate_reference"
    if any(_attribute(signer, name) is not None for name in ("signing_certificate_v2", "signing_certificate")):
        steps.passed(check, "A signed digest names the signer's certificate.")
    else:
        steps.open(check, _WRONG, "No signed digest names the signer's certificate.")
