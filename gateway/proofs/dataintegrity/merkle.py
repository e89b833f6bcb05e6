"""Proofs that are anchored in a blockchain (MerkleProof2019, as in Blockcerts of version 3), as far as they go offline.

Such a proof says: the digest of this document is a leaf of a tree of digests, and the root of that tree stands in this
transaction. The first two are checked here. Whether the transaction is there, and whose it is, only the chain could
tell, and it isn't asked: until then nobody vouches for anything, because everybody can make a tree. So such a proof can
fail, and can't pass; what it is over stays unverified.

Sources: MerkleProof2019 (draft of the W3C credentials community group); Blockcerts 3.0 to 3.2.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from gateway.errors import Refused
from gateway.model.verdict import SubIndication
from gateway.proofs.dataintegrity.verify import Check
from gateway.proofs.proof import Proof
from gateway.readers.cbor import CborValue, decode_cbor
from gateway.readers.json import JsonValue
from gateway.readers.multibase import decode_base58

LONGEST = 4096
"""Characters of a proof: a tree of a million leaves needs about 2,500."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ROOT, _TARGET, _ANCHORS, _PATH = range(4)
_SIDES = {0: "left", 1: "right"}
_CHAINS = {-1: "a chain for tests", 0: "Bitcoin", 1: "Ethereum"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A leaf of a tree and the way to its root.

    path    of each digest on the way whether it stands to the left, and the digest
    chains  in which chains the root is said to stand, by their numbers; None for one without a number
    """

    target: bytes
    root: bytes
    path: tuple[tuple[bool, bytes], ...]
    chains: tuple[int | None, ...]

    @property
    def leads_to_root(self) -> bool:
        """Whether the way ends at the root that is named."""
        reached = self.target
        for is_left, beside in self.path:
            reached = hashlib.sha256(beside + reached if is_left else reached + beside).digest()
        return reached == self.root


def read_branch(text: str) -> Branch:
    """The branch in a `proofValue`.

    Raises:
        Refused: `multibase.invalid`, `cbor.invalid`, `merkle.invalid`.
    """
    if text[:1] != "z":
        raise Refused("multibase.invalid", "got a proofValue that isn't base58btc (z…)")
    members = _pairs(decode_cbor(decode_base58(text[1:], "a proofValue", LONGEST)))
    if sorted(members) != [_ROOT, _TARGET, _ANCHORS, _PATH]:
        raise _invalid("other members than root, target, anchors and path")
    steps = [(side, digest) for side, digest in map(_pair, _list(members[_PATH]))]
    if any(not isinstance(side, int) or side not in _SIDES for side, _ in steps):
        raise _invalid("a step that is neither left nor right")
    return Branch(
        target=_digest(members[_TARGET]),
        root=_digest(members[_ROOT]),
        path=tuple((side == 0, _digest(digest)) for side, digest in steps),
        chains=tuple(_chain(anchor) for anchor in _list(members[_ANCHORS])),
    )


def _chain(anchor: CborValue) -> int | None:
    found = _pairs(anchor).get(0)
    return found if isinstance(found, int) else None


def _digest(value: CborValue) -> bytes:
    """A SHA-256, as octets that hold CBOR of its hexadecimal text."""
    text = decode_cbor(value) if isinstance(value, bytes) else value
    if not isinstance(text, str) or not _SHA256.fullmatch(text):
        raise _invalid("a digest that is no SHA-256 in hexadecimal")
    return bytes.fromhex(text)


def _pairs(value: CborValue) -> dict[int, CborValue]:
    pairs = [_pair(one) for one in _list(value)]
    members = {name: member for name, member in pairs if isinstance(name, int)}
    if len(members) != len(pairs):
        raise _invalid("a name that is no number, or one twice")
    return members


def _pair(value: CborValue) -> tuple[CborValue, CborValue]:
    pair = _list(value)
    if len(pair) != 2:  # noqa: PLR2004 - a pair
        raise _invalid("something else than a pair")
    return pair[0], pair[1]


def _list(value: CborValue) -> list[CborValue]:
    if not isinstance(value, list):
        raise _invalid("something else than an array")
    return value


def _invalid(what: str) -> Refused:
    return Refused("merkle.invalid", f"got a Merkle proof with {what}", advice="Ask the issuer for the file again.")


class AnchoredCheck(Check):
    """The check of one anchored proof."""

    def proof(self) -> Proof:
        """The proof, checked as far as it goes: never over anything."""
        branch = self._branch()
        if branch is not None:
            self._purpose()
            self._life()
            self._leaf(branch)
            self._root(branch)
            self._anchor(branch)
        return Proof(
            kind="dataintegrity",
            findings=tuple(self.steps.findings),
            covered=None,
            claimed_time=self._text("created") if self._moment("created") else None,
            key_id=self._text("verificationMethod"),
            about=self.steps.about,
            known=self.steps.any_failed,
        )

    def _branch(self) -> Branch | None:
        try:
            branch = read_branch(self._text("proofValue") or "")
        except Refused as refused:
            message = f"The proofValue can't be read: {refused.message} ({refused.code})."
            self.steps.failed("signature.structure", SubIndication.FORMAT_FAILURE, message)
            return None
        self.steps.passed("signature.structure", "A branch of a Merkle tree, from this document to a root.")
        return branch

    def _leaf(self, branch: Branch) -> None:
        """The digest of the document; the proofs that stand before this one may be in it or not."""
        shared = self.shared
        bare = shared.without_proofs
        try:
            if not self._contexts_known(bare):
                return
            whole = shared.whole_rdf(bare, ("sha256",))
            made = [whole.digests["sha256"]]
            if self._earlier():
                made.append(shared.whole_rdf(bare | {"proof": self._earlier()}, ("sha256",)).digests["sha256"])
        except Refused as refused:
            self._unmade(refused)
            return
        self._terms(whole.faults)
        if branch.target in made:
            self.steps.passed("signature.digest", "The digest in the proof is that of this document.")
        else:
            message = "The digest in the proof isn't that of this document: one of the two was changed."
            self.steps.failed("signature.digest", SubIndication.HASH_FAILURE, message)

    def _earlier(self) -> list[JsonValue]:
        proofs = self.shared.proofs
        return proofs[: next(at for at, one in enumerate(proofs) if one is self.member)]

    def _root(self, branch: Branch) -> None:
        if branch.leads_to_root:
            self.steps.passed("signature.path", "The path leads from that digest to the root that the proof names.")
        else:
            message = "The path doesn't lead from the digest to the root that the proof names."
            self.steps.failed("signature.path", SubIndication.HASH_FAILURE, message)

    def _anchor(self, branch: Branch) -> None:
        named = ", ".join(
            _CHAINS.get(chain, "another chain") if chain is not None else "none" for chain in branch.chains
        )
        message = (
            f"Whether the root stands in the chain, and whose transaction that is, wasn't asked ({named or 'none'})."
        )
        self.steps.skipped("signature.anchor", message)
