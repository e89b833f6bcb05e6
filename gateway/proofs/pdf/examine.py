"""Examining a PDF, whole: its one signature, and the files it was made from. Plain values in and out, for a process."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.errors import Refused
from gateway.model.verdict import Finding, Status, SubIndication
from gateway.proofs.jose.steps import Steps
from gateway.proofs.pdf.cms import SUPPORTED, CheckedCms, check_cms
from gateway.readers.limits import Limits
from gateway.readers.pdf import PdfSignature, ReadPdf, read_pdf

ABOUT = "signature"
"""The one signature of a file, as findings name it."""

_UNSUPPORTED = SubIndication.UNSUPPORTED_PROOF
_CONSTRAINTS = SubIndication.SIG_CONSTRAINTS_FAILURE
_BROKEN = SubIndication.FORMAT_FAILURE


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was found of a file.

    findings  each step on its signature by name; empty where the file has none
    cms       what the signature names; None where it couldn't be read
    sources   the enclosed files from which the file was made
    unfit     why its text may not be read, although the file can be: it acts, or something is drawn over its pages
    refused   why the file can't be read; nothing else is known then
    """

    findings: tuple[Finding, ...] = ()
    cms: CheckedCms | None = None
    sources: tuple[bytes, ...] = ()
    unfit: Refused | None = None
    refused: Refused | None = None

    @property
    def holds(self) -> bool:
        """Whether there is a signature, and every step on it passed."""
        return bool(self.findings) and all(finding.status is Status.PASSED for finding in self.findings)


def examine(octets: bytes, limits: Limits) -> Examined:
    """Everything about a file that needs it parsed. Dear for hostile ones: see `gateway.drivers.pdf_process`."""
    try:
        found = read_pdf(octets, limits)
    except Refused as refused:
        return Examined(refused=refused)
    if not found.signatures:
        return Examined(sources=found.sources, unfit=_unfit(found))
    steps = Steps(ABOUT)
    cms = _check(octets, found, steps)
    return Examined(findings=tuple(steps.findings), cms=cms, sources=found.sources, unfit=_unfit(found))


def _unfit(found: ReadPdf) -> Refused | None:
    """Why what is seen of a file may not be what its text says."""
    advice = "Ask for the file as its issuer made it."
    if found.two_readings:
        why = f"got a PDF that two readers may see as two documents: {', '.join(found.two_readings)}"
        return Refused("pdf.two_readings", why, advice=advice)
    if found.active:
        why = f"got a PDF whose pages may change by themselves: it holds {', '.join(found.active)}"
        return Refused("pdf.active", why, advice=advice)
    if found.drawn_over:
        why = f"got a PDF with something drawn over its pages: {', '.join(found.drawn_over)}"
        return Refused("pdf.drawn_over", why, advice=advice)
    return None


def _check(octets: bytes, found: ReadPdf, steps: Steps) -> CheckedCms | None:
    if len(found.signatures) > 1:
        many = len(found.signatures)
        why = f"Got {many} signatures in one file, expected one: which of them vouches for what isn't judged yet."
        steps.open("signature.place", _CONSTRAINTS, why)
        return None
    [signature] = found.signatures
    if signature.kind != "/Sig" or signature.subfilter not in SUPPORTED:
        expected = ", ".join(name.removeprefix("/") for name in SUPPORTED)
        why = f"The file is signed in a way that isn't supported, expected one of {expected}."
        steps.open("signature.place", _UNSUPPORTED, why)
        return None
    if not signature.in_field:
        why = "A signature stands in the file without a signature field of its form: readers don't show it."
        steps.open("signature.place", _UNSUPPORTED, why)
        return None
    steps.passed("signature.place", "One signature, in a signature field.")
    _check_content(found, steps)
    signed = _check_reference(octets, signature, steps, validation=found.validation)
    if signed is None or signature.contents is None:
        return None
    cms = check_cms(signature.contents, signed, signature.subfilter, steps)
    if cms is None or cms.claimed_time is not None:
        return cms
    return replace(cms, claimed_time=signature.written_at)  # PAdES has the time here, where it is signed as well


def _check_content(found: ReadPdf, steps: Steps) -> None:
    """What is signed must be what is seen: nothing that acts, and nothing that two readers read in two ways."""
    if found.two_readings:
        why = f"Two readers may see two documents: {'; '.join(found.two_readings)}."
        steps.open("signature.content", _CONSTRAINTS, why)
    elif found.active:
        why = f"What is shown may change after signing: the file holds {', '.join(found.active)}."
        steps.open("signature.content", _CONSTRAINTS, why)
    else:
        steps.passed("signature.content", "Nothing in the file acts by itself or comes from elsewhere.")


def _check_reference(
    octets: bytes, signature: PdfSignature, steps: Steps, *, validation: bool
) -> tuple[bytes, ...] | None:
    """What is signed: the whole file but the place of the signature itself (EN 319 142-1, 6.3); None: not that."""
    check = "signature.reference"
    if len(signature.ranges) != 4 or signature.contents is None:  # noqa: PLR2004 - two pairs
        steps.failed(check, _BROKEN, "The signature doesn't say in two ranges what it is over.")
        return None
    first, length, second, rest = signature.ranges
    if first != 0 or length < 0 or second < length or rest < 0 or second + rest > len(octets):
        steps.failed(check, _BROKEN, "The ranges that are signed aren't the file's beginning and its end.")
        return None
    if not _is_hex_of(octets[length:second], signature.contents):
        steps.failed(check, _BROKEN, "What is left out of the signed ranges isn't the signature alone.")
        return None
    parts = (octets[:length], octets[second : second + rest])
    if second + rest == len(octets):
        steps.passed(check, "It covers the whole file to its end; nothing was added later.")
    elif validation:
        why = (
            "Something was added after it was signed, data for its validation among it (PAdES LT, LTA): whether there "
            "is more isn't judged yet."
        )
        steps.open(check, _CONSTRAINTS, why)
    else:
        why = "Something was added to the file after it was signed: ask the issuer for the file as it was sealed."
        steps.failed(check, _BROKEN, why)
    return parts


def _is_hex_of(gap: bytes, contents: bytes) -> bool:
    """Whether the octets left out are the hexadecimal string of /Contents, from bracket to bracket."""
    if gap[:1] != b"<" or gap[-1:] != b">":
        return False
    try:
        return bytes.fromhex(gap[1:-1].decode("ascii")) == contents
    except (ValueError, UnicodeDecodeError):
        return False
