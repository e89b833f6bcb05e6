"""The credential's own life: a good proof over a credential past its end, or before its start (rulings, 1.5)."""

from __future__ import annotations

import datetime as dt
import re

from gateway.kit.contract import Stated
from gateway.model.texts import When
from gateway.model.verdict import Finding, Status, SubIndication

_TIME = re.compile(r"(?:[1-8]\d{3}|9[0-8]\d{2})-.{5}T.*(?:Z|[+-]\d\d:\d\d)", re.ASCII)
"""Moments far from the edges of the calendar."""
_DAY = len("2014-11-28")
_MONTH = len("2014-11")
_EARLIEST = dt.datetime(2, 1, 1, tzinfo=dt.UTC)  # years at the edge of the calendar can't be reckoned with
_LATEST = dt.datetime(9996, 1, 1, tzinfo=dt.UTC)


def life_findings(stated: Stated, now: dt.datetime) -> list[Finding]:
    """Findings `credential.validity`: none where the document states no bounds."""
    findings = []
    if stated.valid_from is not None:
        findings.append(_bound("start", stated.valid_from, begun=first_moment(stated.valid_from) <= now))
    if stated.valid_until is not None:
        findings.append(_bound("end", stated.valid_until, begun=now <= last_moment(stated.valid_until)))
    return findings


def _bound(which: str, when: When, *, begun: bool) -> Finding:
    if begun:
        explanation = f"the credential's {which} ({when}) is kept"
        return Finding(check="credential.validity", status=Status.PASSED, about=which, explanation=explanation)
    late = which == "end"
    return Finding(
        check="credential.validity",
        status=Status.INDETERMINATE,
        about=which,
        explanation=f"the credential {'ended on' if late else 'begins only on'} {when}; ask the issuer for a valid one",
        sub_indication=SubIndication.CREDENTIAL_EXPIRED if late else SubIndication.CREDENTIAL_NOT_YET_VALID,
    )


def first_moment(when: When) -> dt.datetime:
    """The first moment of a partial date; without a zone it is read as UTC."""
    return _moment(when, end=False)


def last_moment(when: When) -> dt.datetime:
    """The last moment of a partial date; without a zone it is read as UTC."""
    return _moment(when, end=True)


def _moment(when: When, *, end: bool) -> dt.datetime:
    if _TIME.fullmatch(when):
        return dt.datetime.fromisoformat(when)
    day, zone = _split(when)
    if day.startswith("-"):
        return _EARLIEST
    year = min(max(int(day[:4]), _EARLIEST.year), _LATEST.year)
    if "T" in day:
        return dt.datetime.fromisoformat(f"{year:04}{day[4:]}").replace(tzinfo=zone)
    month, date = int(day[5:7] or 1), int(day[8:10] or 1)
    start = dt.datetime(year, month, date, tzinfo=zone)
    if not end:
        return start
    if len(day) == _DAY:
        return start + dt.timedelta(days=1, microseconds=-1)
    if len(day) == _MONTH:
        following = start.replace(year=year + month // 12, month=month % 12 + 1)
        return following - dt.timedelta(microseconds=1)
    return start.replace(year=year + 1) - dt.timedelta(microseconds=1)


def _split(when: When) -> tuple[str, dt.tzinfo]:
    """The date or time itself, and its zone (UTC where none is said)."""
    if when.endswith("Z"):
        return when[:-1], dt.UTC
    head, sign, offset = when[:-6], when[-6:-5], when[-5:]
    if sign in ("+", "-") and offset[2:3] == ":":
        delta = dt.timedelta(hours=int(offset[:2]), minutes=int(offset[3:]))
        return head, dt.timezone(delta if sign == "+" else -delta)
    return when, dt.UTC
