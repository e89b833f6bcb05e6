"""Is there a sound path from the signer's certificate to this CA? (RFC 5280 section 6, for seals.)

Two judges. Ours builds the candidates (bounded, so that no pile of certificates can cost time) and checks what matters
for a seal: usage, CA bits, path length, critical extensions, names allowed to the CA. Then `cryptography`'s own
verifier must agree, with web rules that no seal keeps (a subject alternative name) switched off. It knows RSA from
2048 bits, the NIST curves and SHA-2, no constraints on directory names, and counts self-issued certificates against
RFC 5280, 4.2.1.9; other paths are judged by ours alone, which then refuses a constraint on any other kind of name that
a certificate carries.

A CA's signature over SHA-1 or MD5 isn't checked at all: such a certificate leads nowhere under any policy, because
collisions forge certificates. Validity periods are told apart from structure: whether an expired path may pass is the
policy's question. Revocation isn't looked at here. Certificate policies aren't processed, so a critical
policyConstraints, policyMappings or inhibitAnyPolicy is refused like any unknown critical extension.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509 import Certificate
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from gateway.model.verdict import SubIndication
from gateway.trust.algorithms import certificate_digest_name, key_facts, key_of
from gateway.trust.anchors import is_ca
from gateway.trust.name_constraints import constrains_directory_names, outside_constraints

MAX_LENGTH = 6
"""The most certificates of a path, the anchor not counted."""
MAX_SIGNATURE_CHECKS = 100
"""The most signatures checked while building paths to one anchor."""

_OTHER_TRADES = {
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.TIME_STAMPING,
    ExtendedKeyUsageOID.OCSP_SIGNING,
    ExtendedKeyUsageOID.CODE_SIGNING,
}
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)
_QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_UNDERSTOOD_CRITICAL = {
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.NAME_CONSTRAINTS,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.CRL_DISTRIBUTION_POINTS,
    _QC_STATEMENTS,
}
_SECOND_JUDGE_CURVES = {"secp256r1", "secp384r1", "secp521r1"}
_SECOND_JUDGE_DIGESTS = {"sha256", "sha384", "sha512"}
_SECOND_JUDGE_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Path:
    """A path whose structure is sound: the signer's certificate first, the anchor's last."""

    certificates: tuple[Certificate, ...]

    def valid_at(self, time: datetime) -> bool:
        """Whether every certificate, the anchor's too, is within its validity period."""
        return all(valid_at(certificate, time) for certificate in self.certificates)

    def expired_at(self, time: datetime) -> bool:
        """Whether the time is past the first end of a validity period."""
        return any(whole_seconds(time) > certificate.not_valid_after_utc for certificate in self.certificates)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no sound path."""

    sub_indication: SubIndication
    explanation: str


def valid_at(certificate: Certificate, time: datetime) -> bool:
    """Whether the time is within the validity period, both ends included, in whole seconds (RFC 5280, 4.1.2.5)."""
    return certificate.not_valid_before_utc <= whole_seconds(time) <= certificate.not_valid_after_utc


def find_path(
    signer: Certificate, hints: Sequence[Certificate], anchor: Certificate, *, times: Sequence[datetime]
) -> Path | Fault:
    """The best sound path from `signer` over any of `hints` to `anchor`, or the first reason why there is none.

    Of several sound paths the one that is valid at the earliest named of `times` is taken.
    """
    budget = _Budget()
    faults: list[Fault] = []
    sound: list[Path] = []
    for certificates in _chains(signer, hints, anchor, budget):
        path = Path(certificates)
        fault = _structure_fault(certificates) or _second_opinion(path, times)
        if fault is not None:
            faults.append(fault)
        elif path.valid_at(times[0]):
            return path
        else:
            sound.append(path)
    if sound:
        return min(sound, key=lambda path: next((at for at, t in enumerate(times) if path.valid_at(t)), len(times)))
    if budget.spent:
        return Fault(
            SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, "too many certificates to try: path building stopped"
        )
    if faults:
        return faults[0]
    return Fault(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, "no path leads from the signer's certificate to this anchor")


@dataclass(slots=True)
class _Budget:
    left: int = field(default=MAX_SIGNATURE_CHECKS)

    @property
    def spent(self) -> bool:
        return self.left <= 0

    def issued(self, issuer: Certificate, certificate: Certificate) -> bool:
        """Whether `issuer`'s key signed `certificate` and the names chain; False once the budget is spent."""
        try:  # a certificate's names are read only here, and may not be readable
            if self.spent or certificate.issuer != issuer.subject or key_of(issuer) is None:
                return False
            self.left -= 1
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            return False
        return True


def _chains(
    signer: Certificate, hints: Sequence[Certificate], anchor: Certificate, budget: _Budget
) -> Iterator[tuple[Certificate, ...]]:
    """Every chain of signatures from signer to anchor within the limits, shortest first; no certificate twice."""
    candidates = [hint for hint in dict.fromkeys(hints) if hint not in (signer, anchor)]
    open_chains: list[tuple[Certificate, ...]] = [(signer,)]
    for _ in range(MAX_LENGTH):
        if budget.spent:
            return
        longer: list[tuple[Certificate, ...]] = []
        for chain in open_chains:
            if budget.issued(anchor, chain[-1]):
                yield (*chain, anchor)
            longer += [(*chain, hint) for hint in candidates if hint not in chain and budget.issued(hint, chain[-1])]
        open_chains = longer


def _structure_fault(certificates: tuple[Certificate, ...]) -> Fault | None:
    """The first thing that RFC 5280 or the seal's purpose forbids, signer first."""
    try:
        explanation = (
            _signer_fault(certificates[0])
            or next((fault for ca in certificates[1:] if (fault := _ca_fault(ca))), None)
            or _length_fault(certificates)
            or _name_fault(certificates)
        )
    except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError, UnsupportedAlgorithm):
        explanation = "a certificate of the path has extensions that can't be read"
    return Fault(SubIndication.CHAIN_CONSTRAINTS_FAILURE, explanation) if explanation else None


def _signer_fault(certificate: Certificate) -> str | None:
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        return "the signer's key usage allows neither digitalSignature nor contentCommitment"
    if usage is not None and usage.key_cert_sign and not is_ca(certificate):
        return "the signer's key usage allows signing certificates, but it isn't a CA"
    return _common_fault(certificate, "the signer's certificate")


def _ca_fault(certificate: Certificate) -> str | None:
    if not is_ca(certificate):
        return "a certificate that isn't a CA (basicConstraints) stands as issuer in the path"
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        return "a CA of the path may not sign certificates (keyUsage lacks keyCertSign)"
    return _common_fault(certificate, "a CA of the path")


def _common_fault(certificate: Certificate, whose: str) -> str | None:
    for extension in certificate.extensions:
        if extension.critical and extension.oid not in _UNDERSTOOD_CRITICAL:
            return f"{whose} has the unknown critical extension {extension.oid.dotted_string}"
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    if purposes is not None and set(purposes) <= _OTHER_TRADES:
        return f"{whose} is meant for other purposes only (extendedKeyUsage), not for sealing"
    return None


def _length_fault(certificates: tuple[Certificate, ...]) -> str | None:
    for at, certificate in enumerate(certificates[1:], start=1):
        constraints = _extension(certificate, x509.BasicConstraints)
        between = sum(below.subject != below.issuer for below in certificates[1:at])
        if constraints is not None and constraints.path_length is not None and between > constraints.path_length:
            return f"a CA allows {constraints.path_length} CA(s) under it, got {between} (pathLenConstraint)"
    return None


def _name_fault(certificates: tuple[Certificate, ...]) -> str | None:
    elsewhere = _second_judge_knows(certificates)
    for at, certificate in enumerate(certificates[1:], start=1):
        constraints = _extension(certificate, x509.NameConstraints)
        below = [c for i, c in enumerate(certificates[:at]) if i == 0 or c.subject != c.issuer]
        if constraints is not None and any(
            outside_constraints(c, constraints, dns_and_ip_judged_elsewhere=elsewhere) for c in below
        ):
            return "a certificate's name is outside what a CA above it may name (nameConstraints)"
    return None


def _second_opinion(path: Path, times: Sequence[datetime]) -> Fault | None:
    """What `cryptography`'s verifier has against the path, at a moment when all of it was valid."""
    certificates = path.certificates
    start = max(certificate.not_valid_before_utc for certificate in certificates)
    moment = next((time for time in (*times, start) if path.valid_at(time)), None)
    if moment is None:
        return Fault(SubIndication.CHAIN_CONSTRAINTS_FAILURE, "the certificates of the path were never valid together")
    if not _second_judge_knows(certificates):
        return None
    for_signer = ExtensionPolicy.permit_all()
    for_cas = for_signer.require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    builder = PolicyBuilder().store(Store([certificates[-1]])).time(whole_seconds(moment)).max_chain_depth(MAX_LENGTH)
    verifier = builder.extension_policies(ca_policy=for_cas, ee_policy=for_signer).build_client_verifier()
    try:
        verifier.verify(certificates[0], list(certificates[1:-1]))
    except (VerificationError, ValueError):
        return Fault(
            SubIndication.CHAIN_CONSTRAINTS_FAILURE, "the path doesn't keep RFC 5280 (refused by the second verifier)"
        )
    return None


def _second_judge_knows(certificates: tuple[Certificate, ...]) -> bool:
    digests = (certificate_digest_name(certificate) for certificate in certificates[:-1])
    return (
        all(digest in _SECOND_JUDGE_DIGESTS for digest in digests)
        and all(map(_key_known, certificates))
        and not any(ca.subject == ca.issuer for ca in certificates[1:-1])
        and not any(constrains_directory_names(_extension(ca, x509.NameConstraints)) for ca in certificates[1:])
    )


def _key_known(certificate: Certificate) -> bool:
    key = key_of(certificate)
    if key is None:
        return False
    facts = key_facts(key)
    return facts.curve in _SECOND_JUDGE_CURVES or (facts.kind == "rsa" and facts.bits >= _SECOND_JUDGE_RSA_BITS)


def _extension(certificate: Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def whole_seconds(time: datetime) -> datetime:
    """A time as certificates have it, without the fraction of a second."""
    return time.replace(microsecond=0) if time.microsecond else time
