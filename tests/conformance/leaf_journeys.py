"""A document's way into another system, leaf by leaf: does each change of it show in the translation or its losses?

A leaf is changed, the document is read and translated anew, and then the translation has changed, or its losses, or a
loss of reading names the leaf, or the document is refused. What says something about the file and not the learner (its
id, its own time) may show in the facts of the document instead.

The control: a translation also depends on the bytes of its source (ids and digests come from them). Two variants that
differ in white space alone show which leaves of the target these are; they are masked, and the mask must be small.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from gateway.errors import Refused
from gateway.kit.contract import Adapter, Reading
from gateway.kit.laws.places import Place, covers, normal, places
from gateway.kit.laws.trip import document_of, read_with
from gateway.model.leaves import leaves
from gateway.model.losses import Loss
from tests.conformance.trips import translated

LARGEST_MASK = 3
"""Leaves of one result: the id, the digest in the note that it is derived, the enclosed original."""

Leaves = dict[tuple[int, str], str]  # of all results: (which result, place) to value


@dataclass(frozen=True)
class Outcome:
    """A source read and translated: what was read, the leaves of the results, the losses of writing."""

    reading: Reading
    written: Leaves
    losses: frozenset[Loss]


@dataclass(frozen=True)
class Journey:
    """The way of one document from one system into another; `Refused` where there is none."""

    source: Adapter
    target: Adapter
    octets: bytes

    @cached_property
    def plain(self) -> Outcome:
        """What becomes of it with nothing changed."""
        return self._outcome(self._normal)

    @cached_property
    def mask(self) -> frozenset[tuple[int, str]]:
        """The places of the target that change with the bytes of the source alone."""
        variants = [self._outcome(self._normal + blank) for blank in (b"\n", b"\n\n")]
        assert variants[0].reading.record == variants[1].reading.record
        return frozenset(p for variant in variants for p in changed_places(self.plain.written, variant.written))

    @property
    def is_mask_small(self) -> bool:
        """Whether few leaves of each result change with the bytes alone; none at all would be no control."""
        return 0 < len(self.mask) <= LARGEST_MASK * (1 + max(i for i, _ in self.plain.written))

    @cached_property
    def leaves(self) -> list[Place]:
        """The leaves of the document that must not change silently."""
        structural = self.source.manifest.structural
        return [place for place in places(document_of(self.octets)) if not structural(place.leaf)]

    def is_silent(self, place: Place, variant: int) -> bool:
        """Whether a leaf can change without anybody being told."""
        before = self.plain
        try:
            after = self._outcome(place.changed(variant))
        except Refused:
            return False
        if changed_places(before.written, after.written) - self.mask or before.losses != after.losses:
            return False
        if before.reading.document != after.reading.document:
            return False
        read = before.reading.losses + after.reading.losses
        return not (any(covers(loss, place.leaf.place) for loss in read) or _is_dropped_on_writing(before, after))

    def white_space_is_silent(self) -> bool:
        """Whether what changes with the bytes alone counts as silent: else `is_silent` could never be true."""
        blank = Place(self.leaves[0].leaf, lambda _: self._normal + b"\n\n\n")
        return self.is_silent(blank, 0)

    @cached_property
    def _normal(self) -> bytes:
        return normal(document_of(self.octets))

    def _outcome(self, octets: bytes) -> Outcome:
        reading = read_with(self.source, octets)
        drafts, losses = translated(reading, self.target, octets)
        written = {(i, p.leaf.place): p.leaf.value for i, d in enumerate(drafts) for p in places(document_of(d.body))}
        return Outcome(reading, written, frozenset(losses))


def changed_places(one: Leaves, two: Leaves) -> set[tuple[int, str]]:
    """Where two translations differ."""
    return {place for place in one.keys() | two.keys() if one.get(place) != two.get(place)}


def _is_dropped_on_writing(before: Outcome, after: Outcome) -> bool:
    """Whether the record changed, and only where losses say that the target holds nothing of it."""
    one, two = leaves(before.reading.record), leaves(after.reading.record)
    changed = {path for path in one.keys() | two.keys() if one.get(path) != two.get(path)}
    dropped = {loss.path for loss in before.losses | after.losses if loss.kind == "dropped"}
    return bool(changed) and all(any(f"{path}/".startswith(f"{d}/") for d in dropped) for path in changed)
