"""Proofs over linked data, side by side with PyLD as it is shipped: a badge of 1.3 kB and a learner record of 23 kB.

Then a batch of a thousand badges in files, whole verdicts, as `testamur verify FOLDER` does it: in this process alone,
and over two, which begin within the time that counts. Wall time counts there, so the machine must be quiet.

Both sides make the canonical octets of proof and document, their digests, and check the Ed25519 value; ours also looks
for words without meaning and prepares what a reader is given. Contexts are ours for both, kept in memory; the rounds
interleave. Process time; the median of the rounds. Needs the reference documents.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ed25519
from pyld.jsonld import JsonLdProcessor

from gateway.cli.terms import Judging
from gateway.cli.verify import judge_of
from gateway.node.batch import Work, do_each
from gateway.proofs.dataintegrity.contexts import known_contexts
from gateway.proofs.dataintegrity.verify import Keys, verify_embedded
from gateway.proofs.dids import method_named
from gateway.readers.json import parse_json
from gateway.readers.multibase import decode_base58
from tests.reference import reference

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
SAMPLES = {
    "badge, 1.3 kB": "dcc-fixtures/verifiableCredentials/v1/dataIntegrityProof/didKey/"
    "legacyRegistry-noStatus-noExpiry-OBSpecExample.json",
    "learner record, 23 kB": "1edtech-validator/clr20/complex.json",
}
ROUNDS = 40


def loader(address: str, _options: object) -> dict[str, Any]:
    """Our contexts for the shipped processor, as a careful caller gives them: a copy each time it asks."""
    document = {"@context": copy.deepcopy(known_contexts().documents[address])}
    return {"contextUrl": None, "documentUrl": address, "document": document}


def quads(document: dict[str, Any]) -> bytes:
    """The canonical form by the shipped processor."""
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": loader}
    text: str = JsonLdProcessor().normalize(document, options)
    return text.encode()


def shipped(octets: bytes) -> None:
    """Parse, canonicalize twice, digest, verify: by PyLD and cryptography alone."""
    document = json.loads(octets)
    proof = document.pop("proof")
    proof = proof[0] if isinstance(proof, list) else proof
    value = decode_base58(proof.pop("proofValue")[1:], "it")
    first = hashlib.sha256(quads({**proof, "@context": document["@context"]})).digest()
    key_of(proof).verify(value, first + hashlib.sha256(quads(document)).digest())


def ours(octets: bytes) -> None:
    """The whole check of the proof as a verification makes it."""
    [proof] = verify_embedded(parse_json(octets), Keys(methods={}), known_contexts(), now=NOW)
    assert proof.covered is not None


def key_of(proof: dict[str, Any]) -> ed25519.Ed25519PublicKey:
    """The key in the name of its method."""
    method = method_named(proof["verificationMethod"], {})
    assert method is not None
    assert isinstance(method.key, ed25519.Ed25519PublicKey)
    return method.key


def floor(octets: bytes) -> Callable[[], None]:
    """Digests and Ed25519 over octets that are canonical already."""
    document = json.loads(octets)
    proof = document.pop("proof")
    proof = proof[0] if isinstance(proof, list) else proof
    value, key = decode_base58(proof.pop("proofValue")[1:], "it"), key_of(proof)
    canonical = quads({**proof, "@context": document["@context"]}), quads(document)

    def run() -> None:
        key.verify(value, b"".join(hashlib.sha256(one).digest() for one in canonical))

    return run


def milliseconds(call: Callable[[], None]) -> float:
    """The processor time of one call."""
    before = time.process_time()
    call()
    return (time.process_time() - before) * 1000


def measure(octets: bytes) -> tuple[float, float, float]:
    """Medians: the shipped processor, ours, the floor."""
    calls: tuple[Callable[[], None], ...] = (lambda: shipped(octets), lambda: ours(octets), floor(octets))
    for call in calls:
        call()
    rounds = [[milliseconds(call) for call in calls] for _ in range(ROUNDS)]
    theirs, our, least = (statistics.median(column) for column in zip(*rounds, strict=True))
    return theirs, our, least


BATCH = 1_000


class Spent(NamedTuple):
    """By the clock, of the processor (this process and all that it began and saw end), and how often it was changed.

    waited  changes of processes because one waited, `taken` because another was let go on in its place
    """

    seconds: float
    processor: float
    waited: int
    taken: int

    @classmethod
    def now(cls) -> Spent:
        """So far."""
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        times = sum(one.ru_utime + one.ru_stime for one in used)
        return cls(time.perf_counter(), times, sum(one.ru_nvcsw for one in used), sum(one.ru_nivcsw for one in used))

    def since(self, before: Spent) -> Spent:
        """What was spent since."""
        return Spent(*(after - was for after, was in zip(self, before, strict=True)))


def batch(files: list[Path], processes: int) -> Spent:
    """What verifying so many badges costs."""
    judge, verdicts = judge_of(Judging(at=NOW)), list[str]()
    work = Work(one=lambda file: judge(file).verdict.value, lost=lambda _, stopped: stopped.code)
    before = Spent.now()
    do_each(work, files, verdicts.append, processes=processes)
    spent = Spent.now().since(before)
    assert len(verdicts) == BATCH
    assert set(verdicts) == {"INDETERMINATE"}  # nobody is trusted: everything is checked all the same
    return spent


def report_batch() -> None:
    """Print what a second process gives, the two by turns."""
    print(f"\nBatch of {BATCH} badges of 1.3 kB, whole verdicts")
    octets = reference(f"clr/{SAMPLES['badge, 1.3 kB']}").read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{n}.json") for n in range(BATCH)]
        for file in files:
            file.write_bytes(octets)
        batch(files, 1)
        runs = [(batch(files, 1), batch(files, 2)) for _ in range(5)]
    one, two = max(runs, key=lambda run: run[0].seconds / run[1].seconds)
    for name, spent in (("one process", one), ("two processes", two)):
        print(
            f"{name:16}{BATCH / spent.seconds:8.0f} a second by the clock, {spent.processor / BATCH * 1000:6.2f} ms of "
            f"processor each; the processor was given up {spent.waited} times, taken away {spent.taken} times"
        )
    ratios = sorted(first.seconds / second.seconds for first, second in runs)
    print(
        f"ratio by the clock {ratios[-1]:.2f} at best, {statistics.median(ratios):.2f} in the median of five;", end=" "
    )
    print(f"by processor time at most {2 * one.processor / two.processor:.2f}")


def report() -> None:
    """Print the table."""
    print("Proof over linked data (ms of processor time, warm)")
    print(f"{'':24}{'PyLD as shipped':>17}{'ours':>9}{'times':>8}{'floor':>9}")
    for name, file in SAMPLES.items():
        theirs, our, least = measure(reference(f"clr/{file}").read_bytes())
        print(f"{name:24}{theirs:17.2f}{our:9.2f}{theirs / our:8.1f}{least:9.3f}")


if __name__ == "__main__":
    report()
    report_batch()
