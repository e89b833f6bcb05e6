"""The readable pages of a document that was accepted: drawn at its hand-over, or when its owner asks for them.

They stand beside the document and are no part of it: where they can't be drawn, the hand-over goes on without them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from gateway.delivery.problem import Stopped
from gateway.delivery.states import Arrival
from gateway.drivers.bodies import read_part
from gateway.drivers.logs import say
from gateway.errors import TestamurError
from gateway.node.examine_arrival import (
    Message,
    Sender,
    message_of,
    questions_of_arrival,
    sender_of,
    terms_of_arrival,
)
from gateway.node.online import gather_for
from gateway.node.render import Form, Page, Rendered, render_now
from gateway.node.running import Running
from gateway.node.startup import Node
from gateway.verify.gathering import Gathered


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ArrivalPage:
    """A page of what came, as a file; where it couldn't be drawn, the code of why."""

    form: Form
    drawn: Rendered | None = None
    problem: str | None = None

    @property
    def name(self) -> str:
        """The file's name in a folder of hand-over."""
        return f"page.{self.form}"

    def told(self) -> dict[str, Any]:
        """What the account for the registry says of it."""
        if self.drawn is None:
            return {"form": self.form, "problem": self.problem}
        return {
            "form": self.form,
            "file": self.name,
            "sha256": hashlib.sha256(self.drawn.octets).hexdigest(),
            "sealed": self.drawn.sealed,
            "verdict": self.drawn.verdict.verdict.value,
        }


async def pages_of(running: Running, arrival: Arrival) -> list[ArrivalPage]:
    """The pages that the settings ask for. Nothing that goes wrong with one is anybody else's fault."""
    section = running.settings.hand_over
    return [await _page_of(running, arrival, form, section.page_languages) for form in section.pages]


async def _page_of(running: Running, arrival: Arrival, form: Form, languages: tuple[str, ...]) -> ArrivalPage:
    try:
        return ArrivalPage(form=form, drawn=await page_of(running, arrival, form, languages, party=arrival.sender))
    except Exception as error:  # noqa: BLE001 - a page must never keep a document
        code = error.code if isinstance(error, TestamurError) else "internal.failed"
        peer, message = arrival.sender, arrival.id
        say("hand_over.page_failed", level=logging.WARNING, error=error, peer=peer, message=message, code=code)
        return ArrivalPage(form=form, problem=code)


async def page_of(
    running: Running, arrival: Arrival, form: Form, languages: tuple[str, ...], *, party: str
) -> Rendered:
    """One page of the original that came, as this node judges it now; `party` is who wants it.

    Raises:
        Stopped: `document.too_large` (422), what the disk lost or altered, and what work over its limits raises.
    """
    message = message_of(arrival, running.bodies)
    sender = sender_of(running.peers.get(arrival.sender))
    gathered = await gather_for(running, party, partial(questions_of_arrival, sender=sender), message)
    return await running.work(party, draw_page, message, running.stamp(), sender, gathered, form, languages)


# --- in a work process


def draw_page(
    node: Node,
    message: Message,
    now: dt.datetime,
    sender: Sender,
    gathered: Gathered,
    form: Form,
    languages: tuple[str, ...],
) -> Rendered:
    """Read the original from the disk, judge it as it was judged when it came, and draw it."""
    original = message.parts[0]
    if original.part.size > node.limits.document_bytes:
        raise Stopped(
            "document.too_large",
            f"the original has {original.part.size} octets, expected at most {node.limits.document_bytes}",
            status=422,
            stage="local",
            advice="raise [limits] document_bytes if you expect such documents",
        )
    octets = read_part(message.file, original.part.sha256, offset=original.offset, size=original.part.size)
    terms = terms_of_arrival(node, now, sender, gathered)
    page = Page(octets=octets, form=form, terms=terms, languages=languages, of_caller=False)
    outcome = render_now(node, page, now)
    if not isinstance(outcome, Rendered):  # it was accepted, and its pages may carry no seal: they say so
        outcome = render_now(node, replace(page, unsealed=True), now)
    assert isinstance(outcome, Rendered)  # noqa: S101 - no seal is asked for
    return outcome
