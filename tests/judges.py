"""The verdicts of our core and of others on a mutant, and how a disagreement is named."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from gateway.errors import Refused
from gateway.proofs.xmldsig import verify_enveloped
from gateway.readers.xml import parse_xml
from tests.mutants import Base, Mutant
from tests.signing import PrivateKey, pinned_pem, xmlsec_verifies

STRICTER = {
    "xml.doctype": "a DOCTYPE is refused",
    "xml.encoding": "encodings but UTF-8 are refused",
    "xml.version": "XML 1.1 is refused",
    "xml.namespace": "names that break the rules of XML namespaces are refused",
    "signature.place": "one signature, and as a child of the root",
    "signature.structure": "nothing in the signature but what the standard puts there; canonical base64",
    "signature.key": "one readable certificate of a fitting key",
    "another signer": "the certificate in the signature is tried, not the pinned key",
}
"""The classes in which we may refuse what another accepts, and why that is right."""


@dataclass(frozen=True)
class Answer:
    """Our answer: the covered octets when it passes, else the class of the first thing that doesn't."""

    covered: bytes | None
    why: str = ""


def ours(document: bytes, key: PrivateKey) -> Answer:
    """What our core says, with the signer's key pinned."""
    try:
        proofs = [p for p in verify_enveloped(parse_xml(document)) if p.role == "document"]
    except Refused as refused:
        return Answer(None, refused.code)
    if not proofs:
        return Answer(None, "signature.place")
    proof = proofs[0]
    if proof.covered is not None and len(proofs) == 1:
        return Answer(proof.covered) if proof.key == key.public_key() else Answer(None, "another signer")
    bad = next(f for f in proof.findings if f.status.value not in ("PASSED", "NOT_CHECKED"))
    if bad.check == "signature.value" and proof.key != key.public_key():
        return Answer(None, "another signer")
    return Answer(None, bad.check)


@dataclass
class Tally:
    """Counts by class; `grave` are mutants that we pass and another refuses, or that we refuse for a wrong reason."""

    agreed: Counter[str] = field(default_factory=Counter)
    stricter: Counter[str] = field(default_factory=Counter)
    grave: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many mutants were judged."""
        return self.agreed.total() + self.stricter.total() + len(self.grave)

    def add(self, mutant: Mutant, answer: Answer, theirs: bool, genuine: dict[Base, bytes | None]) -> None:
        """Count one mutant."""
        name = f"{mutant.base.name}: {'+'.join(mutant.mutators)}: {answer.why or 'PASSED'}"
        if answer.covered is not None and (not theirs or answer.covered != genuine[mutant.base]):
            self.grave.append(f"we pass, they don't: {name}")
        elif answer.covered is None and theirs and answer.why not in STRICTER:
            self.grave.append(f"we refuse for no named reason: {name}")
        elif answer.covered is None and theirs:
            self.stricter[answer.why] += 1
        else:
            self.agreed["PASSED" if theirs else "refused"] += 1


def against_libxmlsec(mutants: Iterable[Mutant]) -> Tally:
    """Hold our answers against python-xmlsec's."""
    tally, genuine = Tally(), _Genuine()
    for mutant in mutants:
        tally.add(
            mutant, ours(mutant.document, mutant.base.key), xmlsec_verifies(mutant.document, mutant.base.key), genuine
        )
    return tally


def against_command(mutants: Iterable[Mutant], folder: Path) -> Tally:
    """Hold our answers against the xmlsec1 command's: another build, with another libxml2."""
    tally, genuine = Tally(), _Genuine()
    for mutant in mutants:
        theirs = command_verifies(mutant.document, mutant.base.key, folder)
        tally.add(mutant, ours(mutant.document, mutant.base.key), theirs, genuine)
    return tally


class _Genuine(dict[Base, bytes | None]):
    """The covered octets of each genuine base."""

    def __missing__(self, base: Base) -> bytes | None:
        self[base] = ours(base.document, base.key).covered
        return self[base]


def command_verifies(document: bytes, key: PrivateKey, folder: Path) -> bool:
    """What `xmlsec1 --verify` says, with the signer's certificate pinned."""
    (folder / "signer.pem").write_bytes(pinned_pem(key))
    (folder / "mutant.xml").write_bytes(document)
    command = ["xmlsec1", "--verify", "--pubkey-cert-pem", "signer.pem", "mutant.xml"]
    run = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60)
    return run.returncode == 0


def has_command() -> bool:
    """Whether the xmlsec1 command is installed."""
    return shutil.which("xmlsec1") is not None
