"""What JAdES baseline B adds to a JWS (ETSI TS 119 182-1, sections 5 and 6), and what of it isn't judged here.

Signed: the signing time (sigT or iat), references to the signing certificate, a content time-stamp (adoTst). Unsigned
(etsiU): time-stamps, certificates, revocation data, counter-signatures. Whatever is unsigned never lends trust: its
imprints are compared where that is cheap, and what doesn't match is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from cryptography.x509 import Certificate

from gateway.errors import Refused
from gateway.model.texts import is_when
from gateway.model.verdict import SubIndication
from gateway.proofs.jose import certificates as certs
from gateway.proofs.jose.steps import Steps
from gateway.proofs.jose.timestamps import imprints_match
from gateway.readers.base64 import decode_base64url
from gateway.readers.json import JsonValue, parse_json
from gateway.readers.jws import JwsSignature, ParsedJws
from gateway.readers.limits import MIB, Limits

UNDERSTOOD = frozenset(["sigT", "iat", "x5t#o", "sigX5ts", "srCms", "srAts", "sigPl", "adoTst", "sigPId", "sigD"])
"""Names that may be critical. sigPId and sigD are known, and reported as not supported."""

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_MOST_UNSIGNED = 64
_MOST_BEFORE_ARCHIVE = 8  # items before an archive time-stamp: each such stamp is over the whole payload
_ITEM_LIMITS = Limits(document_bytes=MIB, depth=20, nodes=1_000)
_OF_ITEM = {"sigTst": "timestamp.signature", "arcTst": "timestamp.archive", "cSig": "signature.counter_signature"}
_KNOWN_ITEMS = {
    *_OF_ITEM,
    "xVals",
    "rVals",
    "xRefs",
    "rRefs",
    "axVals",
    "arVals",
    "axRefs",
    "arRefs",
    "sigRTst",
    "rfsTst",
}


def is_jades(signature: JwsSignature) -> bool:
    """Whether a signature uses anything that JAdES adds to a JWS."""
    return not UNDERSTOOD.isdisjoint(signature.header) or "etsiU" in signature.unprotected


def check(jws: ParsedJws, signature: JwsSignature, carried: tuple[Certificate, ...], steps: Steps) -> None:
    """All that JAdES asks beyond the JWS, as findings."""
    _check_reference(signature.header, carried, steps)
    _check_time(signature.header, steps)
    _check_unsupported(signature.header, steps)
    _check_content_timestamp(jws, signature.header, steps)
    _check_unsigned(jws, signature, steps)


def claimed_time(header: Mapping[str, JsonValue]) -> str | None:
    """The signing time that the signer claims, RFC 3339, or None where there is none that can be read."""
    try:
        return _time(header)
    except (ValueError, OverflowError, OSError):
        return None


def _time(header: Mapping[str, JsonValue]) -> str | None:
    if isinstance(given := header.get("sigT"), str):
        if not _RFC_3339.fullmatch(given) or not is_when(given):  # fromisoformat alone takes week dates and more
            raise ValueError("not as RFC 3339")
        return given
    if isinstance(seconds := header.get("iat"), int) and not isinstance(seconds, bool):
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat() + "Z"  # strftime doesn't pad years
    return None


# --- signed members ---------------------------------------------------------------------------------------------------


def _check_reference(header: Mapping[str, JsonValue], carried: tuple[Certificate, ...], steps: Steps) -> None:
    """A baseline signature names its certificate by a signed digest (section 6.3); `kid` may name it as well."""
    if not {"x5t#S256", "x5t#o", "sigX5ts"} & header.keys():
        _unmet(steps, "signature.certificate_reference", "No signed digest names the signer's certificate.")
        return
    several = header.get("sigX5ts")
    if isinstance(several, list) and len(several) > 1:
        _unmet(steps, "signature.certificate_reference", "sigX5ts names several certificates, expected the signer's.")
        return
    steps.passed("signature.certificate_reference", "A signed digest names the signer's certificate.")
    if carried and "kid" in header and not certs.is_kid_of(header["kid"], carried[0]):
        steps.warn("signature.key_id", "The key id isn't the issuer and serial number of the signer's certificate.")


def _check_time(header: Mapping[str, JsonValue], steps: Steps) -> None:
    """One signing time (section 5.2.1, and 5.1.11 of its later version), and no limits of validity in the header."""
    if "sigT" in header and "iat" in header:
        _unmet(steps, "signature.time", "The header claims two signing times, sigT and iat.")
    elif not {"sigT", "iat"} & header.keys():
        _unmet(steps, "signature.time", "The header claims no signing time.")
    elif claimed_time(header) is None:
        _unmet(steps, "signature.time", "The claimed signing time can't be read.")
    elif {"exp", "nbf"} & header.keys():
        _unmet(steps, "signature.time", "The header limits the signature's validity (exp, nbf): not judged here.")
    else:
        steps.passed("signature.time", "The signer claims one signing time; nobody else confirms it here.")
    crit = header.get("crit")
    if "sigT" in header and not (isinstance(crit, list) and "sigT" in crit):
        steps.warn("signature.crit", "sigT isn't critical, as TS 119 182-1 asks.")


def _check_unsupported(header: Mapping[str, JsonValue], steps: Steps) -> None:
    if "sigD" in header:
        message = "What was signed stands elsewhere (sigD): detached JAdES isn't supported. Send the whole file."
        steps.open("signature.payload", SubIndication.SIGNED_DATA_NOT_FOUND, message)
    if "sigPId" in header:
        message = (
            "The signature follows a policy document (sigPId), which isn't supported: its rules aren't known here."
        )
        steps.open("signature.policy", SubIndication.UNSUPPORTED_PROOF, message)


def _check_content_timestamp(jws: ParsedJws, header: Mapping[str, JsonValue], steps: Steps) -> None:
    if "adoTst" not in header or "sigD" in header:
        return
    check = "timestamp.content"
    try:
        intact = imprints_match(header["adoTst"], jws.payload_text)
    except Refused as refused:
        _unmet(steps, check, f"The content time-stamp can't be read: {refused.message}.")
        return
    if intact:
        steps.passed(check, "The content time-stamp is over this payload.")
        steps.skipped("timestamp.content.authority", _NO_AUTHORITY)
    else:
        _unmet(steps, check, "The signed content time-stamp is over another payload.")


def _unmet(steps: Steps, check: str, explanation: str) -> None:
    steps.open(check, SubIndication.SIG_CONSTRAINTS_FAILURE, explanation)


# --- unsigned members -------------------------------------------------------------------------------------------------

_NO_AUTHORITY = "Not checked: the time-stamp's own signature and its authority aren't judged yet."


def hinted_certificates(signature: JwsSignature) -> tuple[Certificate, ...]:
    """Certificates from etsiU.xVals: hints for building a chain, chosen by whoever handled the file last."""
    found: list[Certificate] = []
    for name, content, _ in _items(signature):
        if name == "xVals" and isinstance(content, list):
            for value in content[: certs.MOST_CERTIFICATES - len(found)]:
                found.extend(_hint(value))
    return tuple(dict.fromkeys(found))


def _hint(value: JsonValue) -> Iterator[Certificate]:
    held = value.get("x509Cert") if isinstance(value, dict) else None
    try:
        yield certs.read_certificate(held.get("val") if isinstance(held, dict) else None, "xVals")
    except Refused:
        return  # an unreadable hint is no hint; it vouches for nothing


def _items(signature: JwsSignature) -> Iterator[tuple[str, JsonValue, int]]:
    """Name, content and place of each unsigned item that can be read."""
    listed = signature.unprotected.get("etsiU")
    for at, item in enumerate(listed[:_MOST_UNSIGNED] if isinstance(listed, list) else []):
        value = _item(item)
        if value is not None and len(value) == 1:
            [(name, content)] = value.items()
            yield name, content, at


def _item(item: JsonValue) -> dict[str, JsonValue] | None:
    """One unsigned item: an object, or base64url of an object (section 5.3.1)."""
    if isinstance(item, str):
        try:
            item = parse_json(decode_base64url(item, "an unsigned item"), _ITEM_LIMITS)
        except Refused:
            return None
    return item if isinstance(item, dict) else None


def _check_unsigned(jws: ParsedJws, signature: JwsSignature, steps: Steps) -> None:
    listed = signature.unprotected.get("etsiU")
    if listed is None:
        return
    if not isinstance(listed, list) or not listed:
        _unmet(steps, "signature.unsigned", "etsiU is no array of unsigned items.")
        return
    read = {at: (name, content) for name, content, at in _items(signature)}
    if len(read) != len(listed):
        message = f"{len(listed) - len(read)} of {len(listed)} unsigned items can't be read: they count for nothing."
        steps.warn("signature.unsigned", message)
    for at, (name, content) in read.items():
        _check_item(jws, signature, (at, name, content), steps)


def _check_item(jws: ParsedJws, signature: JwsSignature, item: tuple[int, str, JsonValue], steps: Steps) -> None:
    at, name, content = item
    check = _OF_ITEM.get(name, "signature.unsigned")
    stamped = _stamped(jws, signature, name, at)
    if stamped is None:
        kind = name if name in _KNOWN_ITEMS else "of a kind unknown here"
        steps.skipped(check, f"Not checked: unsigned item {at + 1} ({kind}) lends no trust here.")
        return
    try:
        intact = imprints_match(content, stamped)
    except Refused as refused:
        steps.warn(check, f"The time-stamp in unsigned item {at + 1} can't be read: {refused.message}.")
        return
    if intact:
        steps.skipped(check, f"The imprint in unsigned item {at + 1} matches. {_NO_AUTHORITY}")
    else:
        steps.warn(check, f"The time-stamp in unsigned item {at + 1} is of something else: it counts for nothing.")


def _stamped(jws: ParsedJws, signature: JwsSignature, name: str, at: int) -> bytes | None:
    """What a time-stamp item is over (sections 5.3.4 and 5.3.6), or None where that isn't worked out here."""
    if name == "sigTst":
        return signature.value_text.encode()
    if name != "arcTst" or "sigD" in signature.header:
        return None
    before = signature.unprotected["etsiU"][:at]
    if at >= _MOST_BEFORE_ARCHIVE or not all(isinstance(item, str) for item in before):
        return None  # items in clear need a canonical form of JSON
    head = (jws.payload_text, signature.protected.encode(), signature.value_text.encode())
    return b".".join((*head, "".join(before).encode()))
