"""Accounts of fictional documents for tests of pages."""

from __future__ import annotations

from gateway.model import record as r
from gateway.model.document import DocumentFacts
from gateway.model.losses import Loss
from gateway.model.verdict import Caveat, Finding, Status, SubIndication, conclude
from gateway.rendering.account import Account, Making, Paper

FINDINGS = (
    Finding(check="signature.digest", status=Status.PASSED, about="/elmo/Signature"),
    Finding(check="trust.anchor", status=Status.PASSED, about="s1", evidence={"certificate_sha256": "ab" * 32}),
    Finding(check="trust.issuer", status=Status.PASSED, about="s1", evidence={"O": "Πανεπιστήμιο Ακτής", "C": "GR"}),
    Finding(
        check="trust.algorithm", status=Status.WARNING, caveat=Caveat.SHA1, explanation="sha1 is weak, but may pass"
    ),
    Finding(check="attachment", status=Status.NOT_CHECKED, about="/elmo/attachment[1]", explanation="a file inside"),
)
FORGED = Finding(
    check="signature.digest",
    status=Status.FAILED,
    about="/elmo/Signature",
    explanation="the document isn't what was sealed",
    sub_indication=SubIndication.HASH_FAILURE,
)
LOSSES = (
    Loss(stage="read", kind="dropped", source="/elmo/report[1]/note", **{"from": "a remark"}, detail="no place for it"),
    Loss(stage="write", kind="approximated", path="/reports/x/issued", target="/validFrom", to="2025-07-04"),
    Loss(stage="write", kind="moved", path="/reports/x/title/en", to_path="/reports/x/description/en"),
    Loss(stage="write", kind="assumed", path="/reports/x/title/el", target="/title/el", to="Αποτελέσματα"),
)


def record(name: str = "Ελένη Θαλασσινού", course: str = "Κύματα") -> r.Record:
    return r.Record(
        learner=r.Learner(names=(r.Name(language="el", full=name),), born="2001-03-14"),
        reports=(
            r.Report(
                issuer=r.Organisation(legal_name={"el": "Πανεπιστήμιο Ακτής", "en": "University of the Shore"}),
                issued="2025-07-04",
                title={"en": "Transcript", "el": "Αναλυτική βαθμολογία"},
                achievements=(
                    r.Achievement(
                        specification=r.Specification(
                            title={"en": "Bachelor of Waves"}, outcomes=(r.Outcome(title={"en": "Reads the sea"}),)
                        ),
                        activities=(
                            r.Activity(
                                title={"en": "At sea"}, periods=(r.Period(start="2023-07-01"),), workload="PT80H"
                            ),
                        ),
                        parts=(
                            r.Achievement(
                                specification=r.Specification(
                                    title={"el": course, "ar": "أمواج"}, identifiers=(r.Identifier(value="W1"),)
                                ),
                                credits_earned=(r.Credit(scheme=r.Code(value="ects"), value="6.0"),),
                                assessments=(r.Assessment(grade={"und": "8,5"}),),
                            ),
                            r.Achievement(
                                status="failed",
                                specification=r.Specification(title={"en": "Storms"}),
                                period=r.Period(),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    )


def account(**changes: object) -> Account:
    paper = Paper(name="original.xml", media_type="application/xml", size=4711, sha256="0f" * 32)
    parts: dict[str, object] = {
        "original": paper,
        "verdict": conclude(FINDINGS, format="ELMO 1.7"),
        "judged_at": "2026-06-01T12:00:00Z",
        "policy": "strict",
        "languages": ("en", "el"),
        "gateway": "0.1.0",
        "record": record(),
        "document": DocumentFacts(issued="2025-07-04T10:00:00Z"),
        "losses": LOSSES,
    }
    return Account(**{**parts, **changes})  # type: ignore[arg-type]


def making(*, sealed: bool) -> Making:
    derivation = "derivation.jws" if sealed else "derivation.json"
    names = ("translation.json", "losses.json", derivation)
    return Making(
        target="Europass",
        made_by="Example Ministry" if sealed else "Unsealed draft, no issuer",
        node="gateway.example.org",
        sealed=sealed,
        adapters=("elmo 1", "europass 1"),
        papers=tuple(Paper(name=n, media_type="application/json", size=9, sha256="1a" * 32) for n in names),
    )
