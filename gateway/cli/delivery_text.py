"""Deliveries for people: where each stands, what happened, and what to do. Works on the local API's answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from gateway.rendering.markup import on_one_line

STATES = {
    "queued": ("cyan", "in the queue: it is sent as soon as the peer takes it"),
    "receipted": ("cyan", "the peer has it on its disk, and hasn't decided yet"),
    "accepted": ("green", "the peer verified it, and accepted it"),
    "refused": ("red", "the peer refused it"),
    "dead": ("red", "given up: `testamur deliveries retry` or `discard`"),
    "discarded": ("yellow", "given up for good"),
}

Answer = Mapping[str, Any]


def list_lines(deliveries: Iterable[Answer]) -> Iterator[str]:
    """One line each."""
    for one in deliveries:
        colour, _ = STATES[one["state"]]
        why = f"  {on_one_line(one['problem'])}" if one["problem"] else ""
        state = click.style(f"{one['state']:<10}", fg=colour)
        yield f"{one['id']}  {state}  {_minute(one['created'])}  to {on_one_line(one['to'])}{why}"


def delivery_lines(delivery: Answer) -> Iterator[str]:
    """All that is known of one."""
    colour, meaning = STATES[delivery["state"]]
    yield click.style(delivery["state"], fg=colour, bold=True) + f"  {meaning}"
    yield f"  id           {delivery['id']}"
    yield f"  to           {on_one_line(delivery['to'])}, for: {on_one_line(delivery['purpose'])}"
    yield f"  until        {_minute(delivery['expires'])}{_tried(delivery)}{_next(delivery)}"
    if delivery["problem"]:
        yield f"  why          {on_one_line(delivery['problem'])} (docs/reference/errors.md)"
    for part in delivery["parts"]:
        yield f"  part         {part['role']:<11} {part['size']:>9} octets  {on_one_line(part['media_type'])}"
    for event in delivery["timeline"]:
        yield f"  {_second(event['at'])}  {on_one_line(event['what'])}" + (
            f"  ({on_one_line(event['code'])})" if event["code"] else ""
        )
    yield from _receipt_lines(delivery)


def _receipt_lines(delivery: Answer) -> Iterator[str]:
    transport, business = delivery["transport_receipt"], delivery["business_receipt"]
    if transport is not None and transport["says"] is not None:
        yield f"  receipt      on the peer's disk since {_minute(transport['says']['received'])}"
    if business is None or business["says"] is None:
        return
    says = business["says"]
    reason = f" ({on_one_line(says['reason'])})" if says["reason"] else ""
    yield f"  receipt      {says['decision']}{reason} at {_minute(says['decided'])}"
    if says["original"] is not None:
        yield f"               the peer found the original {says['original']['verdict']}"
    for rerun in says["translations"]:
        yield f"               and the translation: {on_one_line(rerun['outcome'])}"


def rehearsal_lines(rehearsal: Answer) -> Iterator[str]:
    """What would be sent."""
    verdict = rehearsal["verdict"]
    found = verdict["verdict"] if verdict is not None else "not verified: it is too large"
    yield click.style("nothing was sent", bold=True) + "  (--dry-run)"
    yield f"  original     {found}"
    for part in rehearsal["parts"]:
        yield f"  part         {part['role']:<11} {part['size']:>9} octets  {on_one_line(part['media_type'])}"
    yield f"  message      {rehearsal['message_bytes']} octets; lost in translation: {len(rehearsal['losses'])}"


def arrival_lines(arrivals: Iterable[Answer]) -> Iterator[str]:
    """One line each."""
    for one in arrivals:
        why = f"  {on_one_line(one['problem'])}" if one["problem"] else ""
        yield f"{one['id']}  {one['state']:<11}  {_minute(one['received'])}  from {on_one_line(one['from'])}{why}"


def alarm_lines(alarms: Iterable[Answer]) -> Iterator[str]:
    """One line each: its number first."""
    for one in alarms:
        about = "  ".join(on_one_line(one[name]) for name in ("peer", "message") if one[name])
        seen = f"  (acknowledged {_minute(one['acknowledged'])})" if one["acknowledged"] else ""
        yield f"{one['number']:>6}  {_second(one['at'])}  {on_one_line(one['code'])}  {about}{seen}"


def _tried(delivery: Answer) -> str:
    """How often it was tried in vain since it came into its state."""
    return f"; tried {delivery['attempts']} time(s)" if delivery["attempts"] else ""


def _next(delivery: Answer) -> str:
    return f", the next at {_minute(delivery['next_attempt'])}" if delivery["next_attempt"] else ""


def _minute(time: str) -> str:
    return time[:16].replace("T", " ") + " UTC"


def _second(time: str) -> str:
    return time[:19].replace("T", " ") + " UTC"
