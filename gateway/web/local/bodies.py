"""What requests carry in, and what answers carry out."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web
from pydantic import BaseModel

from gateway.delivery.problem import Stopped

_UNSUPPORTED = 415
_FORMS = ("multipart/", "application/x-www-form-urlencoded")


def json_answer(noun: BaseModel, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A noun as JSON."""
    body = noun.model_dump_json(by_alias=True).encode()
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)


async def read_document(request: web.Request, limit: int) -> bytes:
    """The document that a request carries, if it has at most `limit` octets; no more of it is ever held.

    Raises:
        Stopped: `document.too_large` (413), and what `stream_document` raises.
    """
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    gathered = bytearray()
    async for chunk in stream_document(request):
        gathered += chunk
        if len(gathered) > limit:
            raise _too_large(limit)
    return bytes(gathered)


async def stream_document(request: web.Request) -> AsyncIterator[bytes]:
    """The octets of the document that a request carries, as they come: the body as it is, in no form and no packing.

    Raises:
        Stopped: `request.media_type` (415), `request.no_document` (400) where there is none, `request.body` (400) where
            it ends before it should.
    """
    _require_plain_body(request)
    empty = True
    try:
        async for chunk in request.content.iter_any():
            empty = False
            yield chunk
    except (web.RequestPayloadError, ConnectionError) as error:
        advice = "send the request again"
        raise Stopped("request.body", "the body broke off", status=400, stage="local", advice=advice) from error
    if empty:
        advice = "send the document's octets as the body of the request"
        raise Stopped("request.no_document", "the body is empty", status=400, stage="local", advice=advice)


def _require_plain_body(request: web.Request) -> None:
    if request.content_type.startswith(_FORMS) and "Content-Type" in request.headers:
        raise Stopped(
            "request.media_type",
            "the body is sent as a form, expected the document's octets as they are",
            status=_UNSUPPORTED,
            stage="local",
            advice="curl --data-binary @FILE -H 'Content-Type: application/octet-stream'",
        )
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Stopped(
            "request.media_type",
            "the body has a Content-Encoding, expected the document's octets as they are",
            status=_UNSUPPORTED,
            stage="local",
            advice="send it without packing",
        )


def _too_large(limit: int) -> Stopped:
    return Stopped(
        "document.too_large",
        f"the document has more than {limit} octets",
        status=413,
        stage="local",
        advice="raise [limits] document_bytes if you expect such documents",
    )
