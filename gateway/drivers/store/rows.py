"""Rows and nouns: what stands in a table, with a checksum, and what it means.

The checksum is for disks that alter what they hold: a row that isn't as it was written is never believed. It is no
protection against people; signatures are.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from gateway.delivery.envelope import Envelope
from gateway.delivery.problem import Stopped
from gateway.delivery.states import Alarm, Arrival, ArrivalState, Delivery, DeliveryState, Event, OutgoingReceipt
from gateway.drivers.store.faults import damaged, failed
from gateway.errors import Refused
from gateway.readers.base64 import decode_base64url

Column = int | str | bytes | None
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_ENVELOPES = 512
_TICK = dt.timedelta(microseconds=1)

T = TypeVar("T")


def ticks(moment: dt.datetime) -> int:
    """Microseconds since 1970, in UTC: they sort as the moments do."""
    return (moment - _EPOCH) // _TICK


def moment(count: int) -> dt.datetime:
    """The moment of `ticks`."""
    return _EPOCH + count * _TICK


def _maybe_moment(count: int | None) -> dt.datetime | None:
    return None if count is None else moment(count)


@dataclass(frozen=True, slots=True)
class Row(Generic[T]):
    """A noun, and where it stands: its `sequence`, and the `checksum` that it had when it was read."""

    noun: T
    sequence: int
    checksum: int


class Table(Generic[T]):
    """One table: its columns without `sequence` and `checksum`, and how a row becomes a noun.

    Its SQL is made of the names below, never of anything that came from outside.
    """

    def __init__(self, name: str, columns: str, decode: Callable[[sqlite3.Row], T]) -> None:
        self.name = name
        self.columns = tuple(columns.split())
        self._decode = decode
        given = ", ".join(f":{column}" for column in self.columns)
        pairs = ", ".join(f"{column} = :{column}" for column in self.columns)
        self._insert = f"INSERT INTO {name} ({', '.join(self.columns)}, checksum) VALUES ({given}, :checksum)"  # noqa: S608 - own names
        self._update = f"UPDATE {name} SET {pairs}, checksum = :checksum WHERE sequence = :sequence AND checksum = :was"  # noqa: S608 - own names

        self.page = f"SELECT * FROM {name} WHERE sequence > ? ORDER BY sequence LIMIT ?"  # noqa: S608 - own names
        self._set_aside = f"UPDATE {name} SET next_attempt = NULL WHERE sequence = ?"  # noqa: S608 - own names

    def insert(self, database: sqlite3.Connection, noun: T, **more: Column) -> None:
        """A new row; `more` are columns that the noun doesn't have."""
        values = self._values(noun, more)
        database.execute(self._insert, {**values, "checksum": self._checksum(values)})

    def update(self, database: sqlite3.Connection, row: Row[T], noun: T) -> None:
        """Change a row, if it still is as it was read.

        Raises:
            Stopped: `store.failed` where somebody else changed it meanwhile.
        """
        values = self._values(noun, {})
        guarded = {**values, "checksum": self._checksum(values), "sequence": row.sequence, "was": row.checksum}
        if database.execute(self._update, guarded).rowcount != 1:
            raise failed(f"a row of {self.name} was changed by somebody else")

    def set_aside(self, database: sqlite3.Connection, sequence: int) -> None:
        """Take a row out of its queue, and leave it as damaged as it is."""
        database.execute(self._set_aside, (sequence,))

    def is_intact(self, found: sqlite3.Row) -> bool:
        """Whether it is as it was written."""
        return bool(self._checksum(dict(found)) == found["checksum"])

    def intact(self, found: sqlite3.Row) -> sqlite3.Row:
        """The row.

        Raises:
            Stopped: `store.damaged` where it isn't as it was written.
        """
        if not self.is_intact(found):
            raise damaged(f"row {found['sequence']} of {self.name} isn't as it was written")
        return found

    def row(self, found: sqlite3.Row) -> Row[T]:
        """The row as a noun. Raises as `intact`."""
        self.intact(found)
        try:
            return Row(self._decode(found), found["sequence"], found["checksum"])
        except (ValueError, ValidationError, Refused) as error:
            raise damaged(f"row {found['sequence']} of {self.name} can't be read") from error

    def sound(self, rows: Iterable[sqlite3.Row]) -> list[Row[T]]:
        """Those of the rows that are as they were written."""
        found = []
        for row in rows:
            with contextlib.suppress(Stopped):
                found.append(self.row(row))
        return found

    def _values(self, noun: T, more: Mapping[str, Column]) -> dict[str, Column]:
        return {name: more[name] if name in more else _column(getattr(noun, name)) for name in self.columns}

    def _checksum(self, values: Mapping[str, Column]) -> int:
        return zlib.crc32(repr([values[column] for column in self.columns]).encode("utf-8", "backslashreplace"))


def _column(value: Any) -> Column:
    if isinstance(value, dt.datetime):
        return ticks(value)
    return str(value) if isinstance(value, str) else value  # of a state, the word


@lru_cache(maxsize=_ENVELOPES)
def _envelope(jws: bytes) -> Envelope:
    """What an envelope says. A row is read some five times in a few seconds, and its envelope never changes."""
    payload = jws.split(b".")[1].decode("ascii")
    return Envelope.model_validate_json(decode_base64url(payload, "an envelope"))


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        id=row["id"],
        peer=row["peer"],
        state=DeliveryState(row["state"]),
        created=moment(row["created"]),
        expires=moment(row["expires"]),
        trace=row["trace"],
        envelope_jws=row["envelope_jws"],
        envelope=_envelope(row["envelope_jws"]),
        body=row["body"],
        size=row["size"],
        attempts=row["attempts"],
        next_attempt=_maybe_moment(row["next_attempt"]),
        finished=_maybe_moment(row["finished"]),
        problem=row["problem"],
        transport_receipt=row["transport_receipt"],
        business_receipt=row["business_receipt"],
        idempotency_key=row["idempotency_key"],
        request_sha256=row["request_sha256"],
    )


def _arrival(row: sqlite3.Row) -> Arrival:
    return Arrival(
        sender=row["sender"],
        id=row["id"],
        state=ArrivalState(row["state"]),
        received=moment(row["received"]),
        expires=moment(row["expires"]),
        trace=row["trace"],
        envelope_jws=row["envelope_jws"],
        envelope=_envelope(row["envelope_jws"]),
        envelope_sha256=row["envelope_sha256"],
        body=row["body"],
        size=row["size"],
        transport_receipt=row["transport_receipt"],
        business_receipt=row["business_receipt"],
        account=row["account"],
        attempts=row["attempts"],
        next_attempt=_maybe_moment(row["next_attempt"]),
        finished=_maybe_moment(row["finished"]),
        problem=row["problem"],
    )


def _receipt(row: sqlite3.Row) -> OutgoingReceipt:
    return OutgoingReceipt(
        peer=row["peer"],
        message=row["message"],
        receipt_jws=row["receipt_jws"],
        created=moment(row["created"]),
        expires=moment(row["expires"]),
        trace=row["trace"],
        attempts=row["attempts"],
        next_attempt=_maybe_moment(row["next_attempt"]),
        finished=_maybe_moment(row["finished"]),
        problem=row["problem"],
    )


def _event(row: sqlite3.Row) -> Event:
    return Event(at=moment(row["at"]), what=row["what"], code=row["code"])


def _alarm(row: sqlite3.Row) -> Alarm:
    return Alarm(
        at=moment(row["at"]), code=row["code"], peer=row["peer"], message=row["message"], number=row["sequence"]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """That somebody has looked at an alarm."""

    alarm: int
    at: dt.datetime


def _acknowledgement(row: sqlite3.Row) -> Acknowledgement:
    return Acknowledgement(alarm=row["alarm"], at=moment(row["at"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something that a node notes for its next start, under a name."""

    name: str
    value: str


def _noted(row: sqlite3.Row) -> Noted:
    return Noted(name=row["name"], value=row["value"])


DELIVERIES = Table(
    "deliveries",
    "id peer state created expires next_attempt finished attempts body size trace problem idempotency_key"
    " request_sha256 envelope_jws transport_receipt business_receipt",
    _delivery,
)
ARRIVALS = Table(
    "arrivals",
    "sender id state received expires next_attempt finished attempts body size trace problem envelope_sha256"
    " envelope_jws transport_receipt business_receipt account",
    _arrival,
)
RECEIPTS = Table(
    "receipts",
    "peer message created expires next_attempt finished attempts trace problem receipt_jws",
    _receipt,
)
EVENTS = Table("events", "side owner at what code", _event)
ALARMS = Table("alarms", "at code peer message", _alarm)
ACKNOWLEDGEMENTS = Table("acknowledgements", "alarm at", _acknowledgement)
NOTES = Table("notes", "name value", _noted)
TABLES: tuple[Table[Any], ...] = (DELIVERIES, ARRIVALS, RECEIPTS, EVENTS, ALARMS, ACKNOWLEDGEMENTS, NOTES)


def octets_of(text: str) -> bytes:
    """Text as the file has it, even where the disk made it something else than UTF-8 (`database.connect`)."""
    return text.encode("utf-8", "surrogateescape")
