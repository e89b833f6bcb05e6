"""The laws as tests to inherit: an adapter's tests are a class with two lines.

    from gateway.kit.laws import AdapterLaws

    class TestLanterna(AdapterLaws):
        adapter = ADAPTER
        documents = [Path("tests/documents/one.json"), ...]

pytest finds the laws by inheritance. The class attributes and the methods of the first part may be overridden;
docs/no-silent-loss.md tells the laws in words.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest

from gateway.errors import Refused, TestamurError
from gateway.kit.contract import CONTRACT, Adapter, Content, Reading, WriteRequest
from gateway.kit.discovery import discover
from gateway.kit.laws.again import digest_elsewhere, digest_of
from gateway.kit.laws.differ import Breach, compare
from gateway.kit.laws.hostile import MEGABYTES, SECONDS, damaged, hostile, junk
from gateway.kit.laws.places import VARIANTS, Place, covers, normal, places, without
from gateway.kit.laws.records import everything, generate
from gateway.kit.laws.shrink import smallest
from gateway.kit.laws.trip import Trip, document_of, media_of, read_with, request_for, there_and_back, with_source
from gateway.kit.recognition import head_of
from gateway.model.record import Content as FileContent
from gateway.model.record import Record
from gateway.model.verdict import Status

_SHOWN = 12
_FINE = (Status.PASSED, Status.NOT_CHECKED)


class AdapterLaws:
    """Inherit, name the adapter and some of its documents, and pytest runs the laws.

    adapter        the adapter under test
    documents      contents of its system: bytes or paths, unsealed, as `read` gets them
    own_places     patterns (fnmatch, without positions) of the places where we write for ourselves: the `derived`
                   note, the embedded original; they are removed before anything is read back
    refused_share  how many generated records may be refused as lacking what the target requires
    advice         names of checks of conformity that only advise on what the record itself decides: what is written
                   may be warned of by these
    leaves         how many leaves of a document `make test` samples; `-m long` takes every one
    records        how many records are generated; `-m long` takes forty times as many
    """

    adapter: ClassVar[Adapter]
    documents: ClassVar[Sequence[bytes | Path]] = ()
    own_places: ClassVar[Sequence[str]] = ()
    refused_share: ClassVar[float] = 0.1
    advice: ClassVar[Sequence[str]] = ()
    leaves: ClassVar[int] = 60
    records: ClassVar[int] = 25

    # --- what an author may override ---------------------------------------------------------------------------------

    def read(self, octets: bytes) -> Reading:
        """Read content as the gateway would have it read."""
        return read_with(self.adapter, octets)

    def stranger(self, body: bytes) -> bytes:
        """What was written, without all that only Testamur understands."""
        if not self.own_places:
            return body
        return without(document_of(body), self._is_own)

    def suited(self, record: Record) -> Record:
        """A generated record with what the target can't do without (a precondition); the record itself by default."""
        return record

    def request(self, record: Record) -> WriteRequest:
        """What `write` is asked for."""
        return request_for(record, self._originals()[0], "application/octet-stream", self.adapter)

    # --- the contract ------------------------------------------------------------------------------------------------

    def test_manifest_fits_the_contract(self) -> None:
        """The manifest is complete, and made for the contract of this gateway."""
        manifest = self.adapter.manifest
        assert isinstance(self.adapter, Adapter), "a function of the contract is missing"
        assert manifest.contract == CONTRACT, f"got contract {manifest.contract}, expected {CONTRACT}"
        assert manifest.id, "the manifest has no id"
        assert manifest.formats, "the manifest names no format"
        assert self.documents, "the laws need at least one document: set `documents`"

    def test_own_documents_are_recognised(self, sample: bytes) -> None:
        """A document of the system is claimed, by a format of the manifest, with a reason."""
        claim = self.adapter.recognise(head_of(document_of(sample)))
        assert claim is not None, "a document of its own isn't recognised"
        assert claim.format in self.adapter.manifest.formats, f"{claim.format!r} isn't a format of the manifest"
        assert claim.why, "the claim gives no reason"

    @pytest.mark.parametrize("octets", list(junk().values()), ids=list(junk()))
    def test_nothing_else_is_recognised(self, octets: bytes) -> None:
        """Junk and other people's documents are not claimed."""
        try:
            claim = self.adapter.recognise(head_of(document_of(octets)))
        except Refused:
            return
        assert claim is None, f"claimed as {claim}"

    def test_no_other_adapter_claims_it(self, sample: bytes) -> None:
        """Two claims on one document are ambiguous, and then nobody reads it."""
        head = head_of(document_of(sample))
        others = [a for a in discover().adapters if a.manifest.id != self.adapter.manifest.id]
        claiming = [other.manifest.id for other in others if other.recognise(head) is not None]
        assert not claiming, f"also claimed by {claiming}"

    # --- reading covers ----------------------------------------------------------------------------------------------

    def test_reading_covers(self, sample: bytes) -> None:
        """Whatever leaf of a document is changed, the record changes, a loss names the leaf, or it is refused."""
        found = places(document_of(sample))
        step = max(1, len(found) // self.leaves)
        self._reading_covers(sample, found[::step])

    @pytest.mark.long
    def test_reading_covers_every_leaf(self, sample: bytes) -> None:
        """The same for every leaf."""
        self._reading_covers(sample, places(document_of(sample)))

    def _reading_covers(self, sample: bytes, found: Sequence[Place]) -> None:
        before = self.read(normal(document_of(sample)))
        breaches = [b for place in found if not self._is_structural(place) for b in self._uncovered(place, before)]
        _none(breaches)

    def _uncovered(self, place: Place, before: Reading) -> Iterator[Breach]:
        at = place.leaf.place
        told_before = {loss.source for loss in before.losses if loss.kind == "dropped" and covers(loss, at)}
        for variant in range(VARIANTS):
            try:
                after = self.read(place.changed(variant))
            except Refused:
                continue
            telling = [loss for loss in after.losses if covers(loss, at)]
            changed = _facts(before) != _facts(after)
            if not changed and not telling:
                yield Breach("reading covers", at, "its value changed, the record didn't, and no loss names it")
            if changed and any(loss.source in told_before for loss in telling if loss.kind == "dropped"):
                yield Breach("losses are real", at, f"a loss drops {telling[0].source}, but what stands there counts")

    def _is_structural(self, place: Place) -> bool:
        return self.adapter.manifest.structural(place.leaf)

    def test_conformity_has_an_answer(self, sample: bytes) -> None:
        """Whatever leaf of a document is changed, conformity is findings of WARNING at most, or a refusal."""
        found = places(document_of(sample))
        for place in found[:: max(1, len(found) // self.leaves)]:
            document = document_of(place.changed(1))
            try:
                claim = self.adapter.recognise(head_of(document))
                findings = self.adapter.conform(Content(document=document, format=claim.format)) if claim else ()
            except Refused:
                continue
            bad = [finding for finding in findings if finding.status not in (*_FINE, Status.WARNING)]
            assert not bad, f"conformity is no verdict, but says {bad[0].status} of {bad[0].check}"

    def test_reading_is_repeatable(self, sample: bytes) -> None:
        """The same content read twice gives the same record, facts and losses."""
        assert _all(self.read(sample)) == _all(self.read(sample)), "two readings of the same content differ"

    # --- writing covers ----------------------------------------------------------------------------------------------

    def test_writing_covers_everything(self) -> None:
        """A record with every field filled is written, and what differs when read back is told, and told true."""
        self._needs_writer()
        self._hold(self.suited(everything()))

    def test_writing_covers_generated_records(self) -> None:
        """The same for records by chance; only few may be refused."""
        self._needs_writer()
        self._generated(range(self.records))

    @pytest.mark.long
    def test_writing_covers_many_records(self) -> None:
        """The same for many more."""
        self._needs_writer()
        self._generated(range(self.records, self.records * 41))

    def test_writing_covers_what_was_read(self, sample: bytes) -> None:
        """A record that was read from a document is written and read back within the same laws."""
        self._needs_writer()
        self._hold(self.read(sample).record)

    def _generated(self, seeds: range) -> None:
        refused: list[str] = []
        for seed in seeds:
            try:
                self._hold(self.suited(generate(Random(seed))))  # noqa: S311 - no secret
            except Refused as refusal:
                refused.append(f"seed {seed}: {refusal.code}: {refusal.message}")
        if len(refused) > self.refused_share * len(seeds):
            told = "\n".join(refused[:_SHOWN])
            pytest.fail(f"{len(refused)} of {len(seeds)} records were refused; a target may refuse few:\n{told}")

    def _hold(self, record: Record) -> None:
        """Hold one record against the laws of writing; a failure shows the smallest record that still fails."""
        if not self.breaches(record):
            return
        small = smallest(record, lambda candidate: bool(self._breaches_or_none(candidate)))
        told = "\n".join(str(breach) for breach in self.breaches(small)[:_SHOWN])
        shown = small.model_dump_json(by_alias=True, exclude_defaults=True, indent=1)
        pytest.fail(f"{told}\n\nthe smallest record that shows it:\n{shown}")

    def _breaches_or_none(self, record: Record) -> list[Breach]:
        try:
            return self.breaches(record)
        except TestamurError:
            return []

    def breaches(self, record: Record) -> list[Breach]:
        """Every breach of the laws of writing that a record shows."""
        trip = self.trip(record)
        found = compare(record, trip.record, trip.losses, trip.stands)
        found += _lost_blobs(trip)
        return found or self._unstable(trip)

    def trip(self, record: Record) -> Trip:
        """The record written and read back as a stranger reads."""
        return there_and_back(self.adapter, record, self.request(record), self.stranger, self.read)

    def _unstable(self, first: Trip) -> list[Breach]:
        """What a second trip through the same format changes or loses."""
        second = self.trip(first.record)
        if second.record != first.record:
            found = compare(first.record, second.record, second.losses, second.stands)
            return found or [
                Breach("stable", loss.path, f"a second trip still says {loss.kind}") for loss in second.losses
            ]
        losses = [loss for loss in second.losses if not (loss.kind == "assumed" and second.stands(loss))]
        return [Breach("stable", loss.path, f"a second trip still says {loss.kind}") for loss in losses]

    def test_what_says_that_it_only_reads_refuses_to_write(self) -> None:
        """Else the laws of writing could be escaped by saying so."""
        if self.adapter.manifest.writes:
            pytest.skip("this adapter writes")
        record = everything()
        with pytest.raises(Refused) as refusal:
            self.adapter.write(record, self.request(record))
        assert refusal.value.code == "target.requires"

    def test_a_stranger_reads(self) -> None:
        """What is read back doesn't depend on the embedded original, nor on anything only Testamur understands."""
        self._needs_writer()
        record = self.suited(everything())
        first, second = self._originals()
        request = self.request(record)
        readings = []
        for asked in (with_source(request, first), with_source(request, second)):
            for draft in self.adapter.write(record, asked):
                whole, bare = self.read(draft.body), self.read(self.stranger(draft.body))
                assert whole.record == bare.record, "the record changes when our own note and the original are removed"
                readings.append(whole.record)
        half = len(readings) // 2
        assert readings[:half] == readings[half:], "the record read back depends on the embedded original"

    def test_losses_of_writing_say_so(self) -> None:
        """Losses of `write` have the stage write and a path; losses of `read` have the stage read and a source."""
        for document in self._samples():
            assert all(loss.stage == "read" and loss.source for loss in self.read(document).losses)
        if self.adapter.manifest.writes:
            trip = self.trip(self.suited(everything()))
            assert all(loss.stage == "write" and (loss.path or loss.target) for loss in trip.losses)

    # --- what is written ---------------------------------------------------------------------------------------------

    def test_own_schema_accepts_what_is_written(self) -> None:
        """What is written keeps the format's own rules."""
        self._needs_writer()
        for record in self._some_records():
            for draft in self.adapter.write(record, self.request(record)):
                self._conforms(draft.body)

    def _conforms(self, body: bytes) -> None:
        document = document_of(body)
        claim = self.adapter.recognise(head_of(document))
        assert claim is not None, "what is written isn't recognised"
        findings = self.adapter.conform(Content(document=document, format=claim.format))
        bad = [
            f"{f.check} {f.about}: {f.explanation}"
            for f in findings
            if f.status not in _FINE and f.check not in self.advice
        ]
        assert not bad, "what is written deviates from its own format:\n" + "\n".join(bad[:_SHOWN])

    def test_writing_is_deterministic(self) -> None:
        """The same input gives the same bytes, here and in another process with another hash seed."""
        self._needs_writer()
        works = [(record, self.request(record)) for record in self._some_records()]
        here = digest_of(self.adapter, works)
        assert here == digest_of(self.adapter, works), "writing twice gives two results"
        for hash_seed in ("1", "4242"):
            elsewhere = digest_elsewhere(self.adapter, works, hash_seed)
            assert here == elsewhere, f"another process (PYTHONHASHSEED={hash_seed}) writes something else"

    def test_the_core_is_stable(self) -> None:
        """The core of a core is the core itself, is what the draft says it is, and reads as the same record."""
        self._needs_writer()
        record = self.suited(everything())
        for draft in self.adapter.write(record, self.request(record)):
            core = self.adapter.core(draft.body)
            assert self.adapter.core(core) == core, "the core of the core differs"
            assert draft.core in (None, core), "the draft's own core differs from what a receiver makes of its body"
            assert self.read(core).record == self.read(draft.body).record, "the core reads as another record"

    # --- hostile input -----------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("octets", list(hostile().values()), ids=list(hostile()))
    def test_hostile_input_is_refused(self, octets: bytes) -> None:
        """Hostile bytes are refused within a second and a hundred megabytes."""
        self._refused(octets)

    def test_damaged_documents_are_refused(self, sample: bytes) -> None:
        """A document of the system, damaged, is refused."""
        for what, octets in damaged(sample).items():
            self._refused(octets, what)

    def _refused(self, octets: bytes, what: str = "") -> None:
        _forget_peak()
        memory, start = _peak_megabytes(), time.process_time()  # its own work, not its neighbours'
        with pytest.raises(Refused) as refusal:
            self.read(octets)
        assert refusal.value.code, f"{what} was refused without a code"
        assert time.process_time() - start < SECONDS, f"{what} took more than {SECONDS} s of processor time"
        assert _peak_megabytes() - memory < MEGABYTES, f"{what} took more than {MEGABYTES} MB"

    # --- inner -------------------------------------------------------------------------------------------------------

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test for each document, by its file's name."""
        if "sample" in metafunc.fixturenames:
            names = [d.name if isinstance(d, Path) else f"document {i}" for i, d in enumerate(self.documents, 1)]
            metafunc.parametrize("sample", self._samples(), ids=names)

    def _samples(self) -> list[bytes]:
        return [d.read_bytes() if isinstance(d, Path) else d for d in self.documents]

    def _originals(self) -> tuple[bytes, bytes]:
        """Two different originals that a translation may embed: one of the system's own documents, and another."""
        first = self._samples()[0]
        return first, b'{"another": "original"}' if media_of(first) == "json" else b"<another><original/></another>"

    def _some_records(self) -> list[Record]:
        """A handful of records that the target doesn't refuse."""
        candidates: Iterable[Record] = (everything(), *(generate(Random(seed)) for seed in range(100, 110)))  # noqa: S311
        return [record for record in map(self.suited, candidates) if self._takes(record)]

    def _takes(self, record: Record) -> bool:
        try:
            return bool(self.adapter.write(record, self.request(record)))
        except Refused:
            return False

    def _is_own(self, place: str) -> bool:
        bare = _without_positions(place)
        return any(fnmatchcase(bare, pattern) for pattern in self.own_places)

    def _needs_writer(self) -> None:
        if not self.adapter.manifest.writes:
            pytest.skip("this adapter only reads")


def _facts(reading: Reading) -> tuple[Any, ...]:
    return reading.record, reading.document, reading.blobs


def _all(reading: Reading) -> tuple[Any, ...]:
    return (*_facts(reading), reading.losses)


def _none(breaches: Sequence[Breach]) -> None:
    if breaches:
        more = f"\n… and {len(breaches) - _SHOWN} more" if len(breaches) > _SHOWN else ""
        pytest.fail("\n".join(str(breach) for breach in breaches[:_SHOWN]) + more)


@cache
def _without_positions(place: str) -> str:
    """`/elmo/report[2]/title[1]` as `/elmo/report/title`; list indices of a JSON Pointer as they are."""
    return "/".join(step.partition("[")[0] for step in place.split("/"))


def _lost_blobs(trip: Trip) -> list[Breach]:
    """Contents that came back as a digest without their bytes."""
    digests = {content.sha256 for content in _contents(trip.record) if content.sha256}
    gone = sorted(digests - trip.blobs.keys())
    return [Breach("no silent loss", "", f"the bytes of {digest} are named, but not given back") for digest in gone]


def _contents(value: Any) -> Iterator[FileContent]:
    if isinstance(value, FileContent):
        yield value
    elif isinstance(value, tuple):
        for member in value:
            yield from _contents(member)
    elif hasattr(type(value), "model_fields"):
        for name in type(value).model_fields:
            yield from _contents(getattr(value, name))


def _forget_peak() -> None:
    """Have the peak measured anew, so that what the process held before hides nothing (only Linux does that)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_megabytes() -> float:
    """The most memory that this process held; 0 where the system doesn't tell."""
    try:
        told = Path("/proc/self/status").read_text()
    except OSError:
        return 0.0
    return int(told.split("VmHWM:")[1].split()[0]) / 1024
