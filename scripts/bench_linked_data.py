"""Proofs over linked data, side by side with PyLD as it is shipped: a badge of 1.3 kB and a learner record of 23 kB.

Then a batch of a thousand badges, whole verdicts, in one process and in two: each with contexts of its own, warm, and
given the octets alone, as a pool of workers is. Wall time counts there, so the machine must be quiet.

Both sides make the canonical octets of proof and document, their digests, and check the Ed25519 value; ours also looks
for words without meaning and prepares what a reader is given. Contexts are ours for both, kept in memory; the rounds
interleave. Process time; the median of the rounds. Needs the reference documents.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import hashlib
import json
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519
from pyld.jsonld import JsonLdProcessor

from gateway.kit.discovery import discover
from gateway.proofs.dataintegrity.contexts import known_contexts
from gateway.proofs.dataintegrity.verify import Keys, verify_embedded
from gateway.proofs.dids import method_named
from gateway.readers.json import parse_json
from gateway.readers.multibase import decode_base58
from gateway.trust.policies import load_policy
from gateway.verify.engine import verify
from gateway.verify.terms import Terms
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


def examine(octets: bytes) -> str:
    """The verdict on one document, in whatever process."""
    return verify(octets, adapters=adapters(), terms=terms()).verdict.verdict.value


@functools.cache
def adapters() -> tuple[Any, ...]:
    """What is loaded once in a process."""
    return tuple(found.adapter for found in discover(()).found)


@functools.cache
def terms() -> Terms:
    """Nobody is trusted: everything is checked all the same."""
    return Terms(now=NOW, policy=load_policy("strict"))


def batch(octets: bytes, processes: int) -> tuple[float, float]:
    """Documents a second by the clock, and processor seconds of all processes for the whole batch."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(examine, [octets] * 40 * processes, chunksize=20))  # each has loaded its code and its contexts
        before, spent = time.perf_counter(), cpu()
        verdicts = list(pool.map(examine, [octets] * BATCH, chunksize=10))
        seconds, spent = time.perf_counter() - before, cpu() - spent
    assert len(verdicts) == BATCH
    assert len(set(verdicts)) == 1
    return BATCH / seconds, spent


def cpu() -> float:
    """User and system time so far of the processes of a pool (Linux, /proc/PID/stat)."""
    ticks = 0
    for process in active_children():
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def report_batch() -> None:
    """Print what a second process gives, the two by turns."""
    print(f"\nBatch of {BATCH} badges of 1.3 kB, whole verdicts")
    octets = reference(f"clr/{SAMPLES['badge, 1.3 kB']}").read_bytes()
    runs = [(batch(octets, 1), batch(octets, 2)) for _ in range(3)]
    (one, one_cpu), (two, two_cpu) = max(runs, key=lambda run: run[1][0] / run[0][0])
    for name, rate, spent in (("one process", one, one_cpu), ("two processes", two, two_cpu)):
        print(f"{name:16}{rate:8.0f} a second by the clock, {spent / BATCH * 1000:6.2f} ms of processor each")
    print(f"ratio by the clock {two / one:.2f}; processor time says at most {2 * one_cpu / two_cpu:.2f}")


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
