"""What findings of trust name as their evidence: digests, serials, periods, organisations as certificates name them.

A registry seals thousands of documents with one certificate, so its facts are read once, and a finding whose content
follows from certificates, keys, policies and places alone is made once. What a document states is never kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.x509 import Certificate

from gateway.model.verdict import Caveat, Finding, Status, SubIndication
from gateway.proofs.proof import PublicKey
from gateway.trust.anchors import Anchor, certificate_sha256, key_sha256
from gateway.trust.issuers import Sealer
from gateway.trust.paths import whole_seconds

Evidence = tuple[tuple[str, str], ...]
"""The names and values of `Finding.evidence`, in order."""


@lru_cache(maxsize=1024)
def trust_finding(
    check: str,
    status: Status,
    about: str,
    explanation: str,
    sub: SubIndication | None,
    caveat: Caveat | None,
    evidence: Evidence,
) -> Finding:
    """The finding `trust.CHECK`: one object for one content."""
    return Finding(
        check=f"trust.{check}",
        status=status,
        about=about,
        explanation=explanation,
        sub_indication=sub,
        caveat=caveat,
        evidence=dict(evidence),
    )


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says of its organisation, itself and its time, ready to stand in findings."""

    sealer: Sealer
    organisation: Evidence  # never CN, GN, SN, which may be a person's
    identity: Evidence
    period: Evidence
    first_moment: datetime
    last_moment: datetime

    def valid_at(self, when: datetime) -> bool:
        """As `gateway.trust.paths.valid_at`, without asking the certificate again."""
        return self.first_moment <= whole_seconds(when) <= self.last_moment


@lru_cache(maxsize=256)
def facts_of(certificate: Certificate) -> CertificateFacts:
    """The facts of a certificate."""
    sealer = Sealer.of(certificate)
    named = (("O", "; ".join(sealer.names)), ("2.5.4.97", "; ".join(sealer.identifiers)), ("C", sealer.country or ""))
    return CertificateFacts(
        sealer=sealer,
        organisation=tuple((name, value) for name, value in named if value),
        identity=(
            ("certificate_sha256", certificate_sha256(certificate)),
            ("serial", f"{certificate.serial_number:x}"),
        ),
        period=(
            ("not_before", certificate.not_valid_before_utc.isoformat()),
            ("not_after", certificate.not_valid_after_utc.isoformat()),
        ),
        first_moment=certificate.not_valid_before_utc,
        last_moment=certificate.not_valid_after_utc,
    )


def key_evidence(key: PublicKey | None) -> Evidence:
    """Which key it is."""
    return () if key is None else (("key_sha256", key_sha256(key)),)


def anchor_evidence(anchor: Anchor, anchored: CertificateFacts | None, signer: CertificateFacts | None) -> Evidence:
    """Who sealed, as the signer's certificate names the organisation, and which anchor vouches."""
    named = () if signer is None else signer.organisation
    return (*named, ("key_sha256", anchor.key_sha256), *(() if anchored is None else anchored.identity))
