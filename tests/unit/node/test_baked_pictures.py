"""Badges baked into pictures: what is drawn or given, what is read back by us and by others, what is refused."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from gateway.errors import ConfigError, Refused, RequestError
from gateway.model.verdict import Indication
from gateway.node.pages import find_renderer
from gateway.node.reproduce import Claim, reproduce
from gateway.node.translate import Order, Translated, translate_file
from gateway.readers.containers import unpack
from gateway.readers.limits import DEFAULT_LIMITS
from gateway.translate.baking import bake
from gateway.translate.reproduction import Outcome
from gateway.verify.engine import verify
from tests.credential_node import adapters, credential_node, did_key, sealed_transcript
from tests.toy_node import NOW
from tests.vc_makers import terms

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def picture(*more: bytes) -> bytes:
    """A grey dot."""
    header = (1).to_bytes(4) + (1).to_bytes(4) + bytes([8, 0, 0, 0, 0])
    data = chunk(b"IDAT", zlib.compress(b"\0\x80"))
    return SIGNATURE + chunk(b"IHDR", header) + b"".join(more) + data + chunk(b"IEND", b"")


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a picture, each with its checksum looked at."""
    assert png.startswith(SIGNATURE)
    found, at = [], len(SIGNATURE)
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert png[at + 8 + length : at + 12 + length] == zlib.crc32(kind + body).to_bytes(4)
        found.append((kind, body))
        at += 12 + length
    return found


async def baked(to: str = "openbadges", **order: Any) -> Translated:
    node = credential_node(renderer=find_renderer())
    outcome = await translate_file(node, Order(octets=sealed_transcript(), to=to, form="png", **order), now=NOW)
    assert isinstance(outcome, Translated), outcome
    return outcome


@pytest.mark.parametrize(("to", "keyword"), [("openbadges", b"openbadgecredential"), ("clr", b"clrcredential")])
async def test_a_picture_carries_the_sealed_credential_as_the_standard_says(to: str, keyword: bytes) -> None:
    done = await baked(to)
    assert done.results
    for result in done.results:
        assert (result.media_type, result.extension) == ("image/png", ".png")
        texts = [body for kind, body in chunks(result.octets) if kind == b"iTXt"]
        assert len(texts) == 1
        head, credential = texts[0][: len(keyword) + 5], texts[0][len(keyword) + 5 :]
        assert head == keyword + b"\0\0\0\0\0"
        assert json.loads(credential)["proof"]["cryptosuite"] == "eddsa-rdfc-2022"


async def test_our_own_verify_reads_it_back() -> None:
    for result in (await baked()).results:
        document = verify(result.octets, adapters=adapters(), terms=terms(did_key().method.controller, now=NOW))
        assert document.verdict.verdict is Indication.PASSED, document.verdict
        assert document.containers == ("png",)
        assert document.read().document.derived is not None


async def test_a_drawn_page_shows_what_that_badge_says_alone() -> None:
    pictures = {
        bytes(b"".join(body for kind, body in chunks(r.octets) if kind == b"IDAT")) for r in (await baked()).results
    }
    assert len(pictures) == 3


async def test_a_picture_of_ones_own_is_kept_as_it_is() -> None:
    done = await baked(picture=picture())
    for result in done.results:
        assert [one for one in chunks(result.octets) if one[0] != b"iTXt"] == chunks(picture())


async def test_a_baked_badge_is_reproduced_but_for_its_picture() -> None:
    done = await baked()
    node = credential_node(renderer=find_renderer())
    for result in done.results:
        claim = Claim(derivation=done.derivation_octets, source=done.source.original, result=result.octets)
        answer = await reproduce(node, claim, now=NOW)
        assert answer.reproduction.outcome is Outcome.PAGES_NOT_COMPARED, answer.reproduction


async def test_a_draft_is_baked_into_a_page_that_is_marked_and_into_no_other() -> None:
    done = await baked(unsealed=True)
    assert b'"proof"' not in done.results[0].octets
    with pytest.raises(RequestError) as caught:
        await baked(unsealed=True, picture=picture())
    assert caught.value.code == "picture.unsealed"


async def test_without_anything_that_draws_a_picture_has_to_be_given() -> None:
    node = credential_node(renderer=None)
    order = Order(octets=sealed_transcript(), to="openbadges", form="png")
    with pytest.raises(ConfigError) as caught:
        await translate_file(node, order, now=NOW)
    assert caught.value.code == "pages.not_installed"


@pytest.mark.parametrize(
    "octets",
    [
        b"GIF89a",
        b"",
        SIGNATURE,
        picture()[:-20],
        picture()[:-30] + b"\xff" * 40,
        SIGNATURE + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
        picture(chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0{}")),
        picture(chunk(b"tEXt", b"openbadges\0{}")),
    ],
)
def test_attack_two_credentials_a_picture_that_is_broken_or_holds_one_is_not_baked_into(octets: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        bake(octets, "openbadgecredential", b"{}", limits=DEFAULT_LIMITS)
    assert caught.value.code == "picture.unusable"


def test_attack_second_chunk_a_baked_picture_with_another_credential_is_refused() -> None:
    twice = bake(picture(), "openbadgecredential", b"{}", limits=DEFAULT_LIMITS)
    twice = twice.replace(chunk(b"IEND", b""), chunk(b"iTXt", b"clrcredential\0\0\0\0\0{}") + chunk(b"IEND", b""))
    with pytest.raises(Refused) as caught:
        unpack(twice)
    assert caught.value.code == "png.ambiguous"
