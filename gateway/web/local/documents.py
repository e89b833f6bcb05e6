"""Verifying and translating through the local API: the node's own terms, nothing kept."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import replace
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from gateway.delivery.problem import Stopped
from gateway.drivers.work import OURS
from gateway.kit.contract import Form
from gateway.model.verdict import Indication, Verdict
from gateway.node.online import gather_about
from gateway.node.render import MEDIA_TYPES, Page, Rendered, render_now
from gateway.node.running import Running
from gateway.node.startup import Node
from gateway.node.translate import Order, Translated, Withheld, translate_now
from gateway.translate.engine import sha256
from gateway.verify.engine import verify
from gateway.verify.gathering import Gathered
from gateway.web.local.answers import TranslateAnswer, TranslationAnswer, WithheldAnswer
from gateway.web.local.bodies import json_answer, read_document
from gateway.web.local.routes import Answer, Flag, NoParameters, Query, Route

Languages = Annotated[
    str,
    Field(
        pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,8}){0,4}(,[a-z]{2,3}(-[a-z0-9]{2,8}){0,4}){0,9}$",
        description="Languages wanted (BCP 47, small letters), the first being primary; without it the titles'.",
    ),
]
PageForm = Annotated[Literal["pdf", "html"], Field(description="PDF with everything inside, or HTML.")]
AdapterName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")]


def languages_in(tags: str | None) -> tuple[str, ...]:
    """The languages of a parameter, each once; "und" names none."""
    return tuple(tag for tag in dict.fromkeys(tags.split(",")) if tag != "und") if tags else ()


class TranslateQuery(Query):
    """What is wanted."""

    to: Annotated[AdapterName, Field(description="The adapter to write with: `testamur adapters list`.")]
    unsealed: Annotated[Flag, Field(description="A marked draft is enough: it has no seal and proves nothing.")] = False
    form: Annotated[
        Form | None,
        Field(
            description="How a credential is packed: its proof embedded, a token, or baked into a page that is drawn; "
            "without it as the settings of the seal say."
        ),
    ] = None
    lang: Languages | None = None


class RenderQuery(Query):
    """What is wanted."""

    form: PageForm = "pdf"
    lang: Languages | None = None
    to: Annotated[
        AdapterName | None,
        Field(description="Translate for this adapter too: the page tells what it changed, the PDF carries it."),
    ] = None
    unsealed: Annotated[Flag, Field(description="Marked drafts are enough, of pages and translation.")] = False


async def verify_document(running: Running, request: web.Request, _query: NoParameters) -> web.Response:
    """Say what is proven of a document."""
    octets = await read_document(request, running.node.limits.document_bytes)
    gathered = await gather_about(running, octets)
    verdict = await running.work(OURS, verdict_on, octets, running.stamp(), gathered)
    running.metrics.verdict(verdict.verdict)
    return json_answer(verdict)


async def translate_document(running: Running, request: web.Request, query: TranslateQuery) -> web.Response:
    """Translate a document, seal it where this node may, and say what was lost."""
    order = Order(
        octets=await read_document(request, running.node.limits.document_bytes),
        to=query.to,
        unsealed=query.unsealed,
        form=query.form,
        languages=languages_in(query.lang),
    )
    gathered = await gather_about(running, order.octets)
    answer = await running.work(OURS, translation_of, order, running.stamp(), gathered)
    running.metrics.verdict(answer.verdict.verdict)
    running.metrics.losses(answer.losses)
    return json_answer(answer)


async def render_document(running: Running, request: web.Request, query: RenderQuery) -> web.Response:
    """A document as pages for people."""
    page = Page(
        octets=await read_document(request, running.node.limits.document_bytes),
        form=query.form,
        languages=languages_in(query.lang),
        to=query.to,
        unsealed=query.unsealed,
    )
    gathered = await gather_about(running, page.octets)
    verdict, rendered = await running.work(OURS, page_of, page, running.stamp(), gathered)
    running.metrics.verdict(verdict)
    if isinstance(rendered, Stopped):
        raise rendered
    return web.Response(
        body=rendered.octets,
        content_type=rendered.media_type,
        headers={"Testamur-Verdict": verdict.value},
    )


# --- in a work process


def verdict_on(node: Node, octets: bytes, now: dt.datetime, gathered: Gathered) -> Verdict:
    """Verify a document by the node's own terms."""
    return verify(octets, adapters=node.adapters, terms=node.terms(now, gathered)).verdict


def translation_of(node: Node, order: Order, now: dt.datetime, gathered: Gathered) -> TranslateAnswer:
    """Translate a document by the node's own terms, or say why not."""
    own = replace(order, terms=node.terms(now, gathered), of_caller=False)
    outcome = translate_now(node, own, now)
    if isinstance(outcome, Withheld):
        why = WithheldAnswer(code=outcome.code, message=outcome.message, advice=outcome.advice)
        return TranslateAnswer(verdict=outcome.verdict, withheld=why)
    return _answer_of(outcome)


def page_of(node: Node, page: Page, now: dt.datetime, gathered: Gathered) -> tuple[Indication, Rendered | Stopped]:
    """Render a document by the node's own terms, or say why not; and its verdict."""
    outcome = render_now(node, replace(page, terms=node.terms(now, gathered), of_caller=False), now)
    if isinstance(outcome, Withheld):
        why = Stopped(outcome.code, outcome.message, status=422, stage="local", advice=outcome.advice)
        return outcome.verdict.verdict, why
    return outcome.verdict.verdict, outcome


def _answer_of(done: Translated) -> TranslateAnswer:
    return TranslateAnswer(
        verdict=done.verdict,
        sealed=done.sealed,
        translations=tuple(
            TranslationAnswer(
                media_type=result.media_type,
                sha256=sha256(result.octets),
                octets=base64.b64encode(result.octets).decode(),
            )
            for result in done.results
        ),
        losses=done.losses,
        derivation=done.derivation_octets.decode() or None,
    )


ROUTES = (
    Route(
        method="POST",
        path="/v1/verify",
        name="verify",
        summary="Verify a document by this node's trust and policy; nothing of it is kept.",
        handler=verify_document,
        body="document",
        answers={200: Answer(means="The verdict, whatever it is.", body=Verdict)},
        problems=(400, 413, 415),
    ),
    Route(
        method="POST",
        path="/v1/translate",
        name="translate",
        summary="Translate a document, and seal the translation where this node may; nothing of it is kept.",
        handler=translate_document,
        query=TranslateQuery,
        body="document",
        answers={200: Answer(means="The translation, or why there is none.", body=TranslateAnswer)},
        problems=(400, 404, 413, 415, 422),
    ),
    Route(
        method="POST",
        path="/v1/render",
        name="render",
        summary="A document as pages for people, judged by this node's trust and policy; nothing of it is kept.",
        handler=render_document,
        query=RenderQuery,
        body="document",
        answers={
            200: Answer(
                means="The pages, whatever the verdict, which is on them. Where the settings have a seal for PDF that "
                "may not be given: 422, unless `unsealed`.",
                media_types=tuple(MEDIA_TYPES.values()),
                headers={"Testamur-Verdict": "PASSED, FAILED or INDETERMINATE."},
            )
        },
        problems=(400, 404, 413, 415, 422),
    ),
)
