"""What is done in a work process for a message that came in: its parts from the disk, looked at.

A message whose work goes over this node's limits isn't looked at in that way for ever: each time less closely, until
it is decided.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from gateway.delivery.decision import TranslationFound
from gateway.delivery.message import Slice, slices
from gateway.delivery.peers import Peer
from gateway.delivery.receipt import Checked
from gateway.delivery.signing import SignedEnvelope
from gateway.delivery.states import Arrival
from gateway.drivers.bodies import Bodies, missing, read_part
from gateway.kit.contract import EvidenceRequest
from gateway.node.examine import Received, ReceivedPart, ReceivedTranslation, examine, unseen
from gateway.node.online import open_questions
from gateway.node.startup import Node
from gateway.verify.gathering import NOTHING, Gathered
from gateway.verify.terms import Terms

TOGETHER = 4
"""Translations and derivations of one message are looked at up to so many times the limit of one document."""
_LOOKED_AT = frozenset({"translation", "derivation"})


class Closeness(StrEnum):
    """How a message is looked at: `WHOLE`; without running derivations again; or not at all: it costs too much."""

    WHOLE = "whole"
    NOT_RUN_AGAIN = "not run again"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it lies on the disk: its file, and where its parts stand in it."""

    file: Path
    parts: tuple[Slice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What is pinned for whom it came from: the keys that it seals with, the adapters for which its word counts."""

    seals: frozenset[str] = frozenset()
    vouches_for: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Found:
    """What was found of it: what a decision rests on, and the account for the registry."""

    original: Checked
    translations: tuple[TranslationFound, ...]
    account: bytes


def message_of(arrival: Arrival, bodies: Bodies) -> Message:
    """Where an arrival lies.

    Raises:
        Stopped: `body.missing` where its octets were deleted.
    """
    if arrival.body is None:
        raise missing()
    signed = SignedEnvelope(jws=arrival.envelope_jws, envelope=arrival.envelope)
    return Message(file=bodies.place(arrival.body), parts=slices(signed))


def sender_of(peer: Peer | None) -> Sender:
    """What is pinned for a sender; nothing for one that is no peer any more."""
    return Sender() if peer is None else Sender(seals=peer.seals, vouches_for=peer.vouches_for)


def examine_arrival(
    node: Node,
    message: Message,
    now: dt.datetime,
    sender: Sender,
    closeness: Closeness,
    gathered: Gathered = NOTHING,
) -> Found:
    """Verify the original and run each derivation again, as closely as is said.

    `gathered` is what the outside answered about the original.

    Raises:
        Stopped: what the disk lost or altered, as `read_part`.
    """
    received = _received(message, 0 if closeness is Closeness.UNSEEN else node.limits.document_bytes)
    if closeness is Closeness.UNSEEN:
        examined = unseen(received)
    else:
        terms = terms_of_arrival(node, now, sender, gathered)
        examined = examine(node, received, terms, sender.seals, rerun=closeness is Closeness.WHOLE)
    return Found(original=examined.original, translations=examined.translations, account=examined.account())


def questions_of_arrival(
    node: Node, message: Message, now: dt.datetime, gathered: Gathered, *, sender: Sender
) -> tuple[EvidenceRequest, ...]:
    """What is still open about the original; nothing where it is too large to be looked at."""
    original = _part(message, message.parts[0], node.limits.document_bytes)
    if original.octets is None:
        return ()
    return open_questions(original.octets, node.adapters, terms_of_arrival(node, now, sender, gathered))


def terms_of_arrival(node: Node, now: dt.datetime, sender: Sender, gathered: Gathered) -> Terms:
    """The node's own terms, with what the outside answered, and with the word of the peer where that counts."""
    return replace(node.terms(now, gathered), channel=sender.vouches_for)


def _received(message: Message, limit: int) -> Received:
    """The parts that are looked at; each translation with the papers that follow it."""
    original, *others = message.parts
    if sum(one.part.size for one in others if one.part.role in _LOOKED_AT) > TOGETHER * limit:
        return Received(original=_part(message, original, limit), translations=_too_much(others))
    translations: list[ReceivedTranslation] = []
    for one in others:
        if one.part.role == "translation":
            part = _part(message, one, limit)
            translations.append(ReceivedTranslation(part=part, media_type=one.part.media_type))
        elif one.part.role == "derivation":
            translations[-1] = replace(translations[-1], derivation=_part(message, one, limit).octets)
        elif one.part.role == "losses":
            translations[-1] = replace(translations[-1], losses_sha256=one.part.sha256)
    return Received(original=_part(message, original, limit), translations=tuple(translations))


def _too_much(others: Sequence[Slice]) -> tuple[ReceivedTranslation, ...]:
    """More than is held in memory at once: the translations aren't looked at, so that they can't be taken."""
    return tuple(
        ReceivedTranslation(part=ReceivedPart(sha256=one.part.sha256, octets=None), media_type=one.part.media_type)
        for one in others
        if one.part.role == "translation"
    )


def _part(message: Message, one: Slice, limit: int) -> ReceivedPart:
    part = one.part
    if part.size > limit:
        return ReceivedPart(sha256=part.sha256, octets=None)
    octets = read_part(message.file, part.sha256, offset=one.offset, size=part.size)
    return ReceivedPart(sha256=part.sha256, octets=octets)
