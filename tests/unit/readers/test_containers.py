"""Taking containers off: what comes off, what stays, and what each layer yields."""

from __future__ import annotations

import base64
import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refused
from gateway.readers.containers import unpack
from gateway.readers.limits import Limits
from tests.jose_makers import CREDENTIAL, certified, compact, png, seal

XML = b'<?xml version="1.0"?>\n<elmo/>'


def code_of(data: bytes, **limits: int) -> str:
    with pytest.raises(Refused) as caught:
        unpack(data, Limits(**limits))
    return caught.value.code


def kinds(data: bytes) -> list[str]:
    found = unpack(data)
    return [*(layer.kind for layer in found.layers), found.kind]


def test_an_emrex_payload_is_base64_of_gzip_of_xml() -> None:
    payload = base64.encodebytes(gzip.compress(XML))
    assert kinds(payload) == ["base64", "gzip", "xml"]
    assert unpack(payload).octets == XML


def test_a_plain_document_has_no_layers_and_one_parse() -> None:
    found = unpack(CREDENTIAL)
    assert (found.layers, found.octets, found.kind) == ((), CREDENTIAL, "json")
    assert found.json["id"] == "urn:credential:1"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (XML, "xml"),
        (b"\xef\xbb\xbf \n<a/>", "xml"),
        ("<a/>".encode("utf-16"), "xml"),
        (b"%PDF-1.7\n", "pdf"),
        (b"plain words", "other"),
        (b"word", "other"),
        (b"example.edu.example", "other"),
        (png(), "other"),
        (b"12", "other"),
    ],
)
def test_documents_are_known_by_their_first_octets(data: bytes, kind: str) -> None:
    assert kinds(data) == [kind]


def test_a_sealed_credential_yields_the_very_octets_that_were_signed() -> None:
    sealed = seal()
    found = unpack(sealed)
    assert kinds(sealed) == ["jws", "json"]
    assert found.octets == found.layers[0].octets == CREDENTIAL
    assert found.layers[0].jws is not None
    assert found.layers[0].jws.serialisation == "general"


def test_a_compact_jws_may_end_with_a_line_break() -> None:
    assert kinds(compact(certified()) + b"\r\n") == ["jws", "json"]


def test_a_jws_in_a_jws_gives_two_layers_each_with_its_own_octets() -> None:
    inner = compact(certified())
    found = unpack(compact(certified(), inner))
    assert [layer.octets for layer in found.layers] == [inner, CREDENTIAL]


def test_a_baked_badge_is_found_behind_the_picture() -> None:
    credential = compact(certified())
    text = b"openbadgecredential\0\0\0en\0title\0" + credential
    assert kinds(png((b"IDAT", bytes(100_000)), (b"iTXt", text))) == ["png", "jws", "json"]
    assert kinds(png((b"tEXt", b"openbadges\0" + CREDENTIAL))) == ["png", "json"]
    packed = b"openbadges\0\1\0\0\0" + zlib.compress(CREDENTIAL)
    assert kinds(png((b"iTXt", packed))) == ["png", "json"]
    assert kinds(png((b"iTXt", b"Author\0\0\0\0\0nobody"))) == ["other"]


def test_the_upload_wrapper_yields_the_credentials_very_octets() -> None:
    inner = b'{ "a" : 6.00,\n "credential": {} }'
    for wrapped in (b'{"credential":' + inner + b"}", b'\n{ "\\u0063redential" :\t' + inner + b" }\n"):
        assert unpack(wrapped).octets == inner


@pytest.mark.parametrize("data", [b'{"credential":{},"more":1}', b'{"credential":[1]}', b'{"credential":"x"}'])
def test_only_the_bare_wrapper_is_a_wrapper(data: bytes) -> None:
    assert kinds(data) == ["json"]


def envelope(address: str, **members: object) -> bytes:
    made = {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "id": address,
        "type": "EnvelopedVerifiableCredential",
        **members,
    }
    return json.dumps({name: value for name, value in made.items() if value is not None}).encode()


TOKEN = compact(certified()).decode()


@pytest.mark.parametrize(
    "data",
    [
        envelope(f"data:application/vc+jwt,{TOKEN}"), envelope(f"data:application/vc-ld+jwt,{TOKEN}"),
        envelope(f"data:application/vc+jwt,{TOKEN}", **{"@context": None}),
        envelope(f"data:application/vc+jwt,{TOKEN}", type=["EnvelopedVerifiableCredential"]),
    ],
)  # fmt: skip
def test_a_token_comes_out_of_its_envelope(data: bytes) -> None:
    assert kinds(data) == ["envelope", "jws", "json"]
    assert unpack(data).layers[0].octets == TOKEN.encode()


@pytest.mark.parametrize(
    "data",
    [
        envelope(f"data:application/vc+jwt,{TOKEN}", name="What no signature covers"),
        envelope(f"data:application/vc+jwt,{TOKEN}", type="VerifiableCredential"),
        envelope(f"data:application/vc+jwt;base64,{TOKEN}"), envelope(f"data:application/vc+sd-jwt,{TOKEN}"),
        envelope(f"https://school.example/{TOKEN}"), envelope("data:application/vc+jwt,"), envelope(""),
        envelope(f"data:application/vc+jwt,{TOKEN}\n"), envelope(f" data:application/vc+jwt,{TOKEN}"),
    ],
)  # fmt: skip
def test_only_the_bare_envelope_of_a_token_is_an_envelope(data: bytes) -> None:
    assert kinds(data) == ["json"]


def test_envelopes_in_one_another_come_to_an_end() -> None:
    inner = envelope(f"data:application/vc+jwt,{TOKEN}")
    for _ in range(2):
        inner = envelope(f"data:application/vc+jwt,{compact({'alg': 'ES256'}, inner).decode()}")
    assert code_of(inner) == "limit.containers"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (gzip.compress(XML, mtime=0)[:-1], "gzip.broken"),
        (gzip.compress(XML, mtime=0)[:-6] + bytes(6), "gzip.broken"),
        (b"\x1f\x8bnonsense", "gzip.broken"),
        (b'{"a":1,"a":2}', "json.duplicate_key"),
        (b'{"payload":"eyJ9","signatures":[]}', "jws.no_signature"),
        (b'{"payload":"","signature":"","signatures":[]}', "jws.structure"),
        (b'{"payload":1,"signatures":[{"protected":"e30","signature":""}]}', "jws.structure"),
        (b'{"payload":"","signatures":{"protected":"e30"}}', "jws.structure"),
        (b'{"payload":"","signatures":["x"]}', "jws.structure"),
        (b'{"payload":"","signatures":[{"protected":"W10","signature":""}]}', "jws.header"),
        (png((b"tEXt", b"openbadges\0{}"), (b"tEXt", b"openbadgecredential\0{}")), "png.ambiguous"),
        (png()[:-4], "png.broken"),
        (png((b"iTXt", b"openbadges\0\0\0x")), "png.broken"),
        (png((b"iTXt", b"openbadges\0\1\0\0\0" + zlib.compress(b"{}") + b"{}")), "png.trailing"),
    ],
)
def test_broken_containers_are_refused(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_signatures_that_differ_in_b64_are_refused() -> None:
    member = '{"protected":"eyJiNjQiOmZhbHNlfQ","signature":""}'
    data = f'{{"payload":"e30","signatures":[{member},{{"protected":"e30","signature":""}}]}}'
    assert code_of(data.encode()) == "jws.header"


@given(st.binary(max_size=300))
def test_any_octets_are_a_document_or_refused(data: bytes) -> None:
    for prefix in (b"", b"\x1f\x8b\x08", b"\x89PNG\r\n\x1a\n", b'{"payload":"', b"eyJhbGciOiJub25lIn0."):
        try:
            found = unpack(prefix + data)
        except Refused:
            continue
        assert found.octets == (found.layers[-1].octets if found.layers else prefix + data)


@given(st.lists(st.sampled_from(["gzip", "base64", "wrapper"]), max_size=4), st.integers(0, 4))
def test_what_is_packed_is_unpacked_again(layers: list[str], more: int) -> None:
    pack = {
        "gzip": lambda d: gzip.compress(d, mtime=0),
        "base64": base64.b64encode,
        "wrapper": lambda d: b'{"credential":' + d + b"}",
    }
    data = b'{"a":' + b"1" * (more + 1) + b"}"
    packed = data
    for at, name in enumerate(layers):
        if name == "wrapper" and any(n != "wrapper" for n in layers[:at]):
            return  # only JSON fits into the wrapper
        if name == "base64" and layers[at - 1 : at] == ["base64"]:
            return  # base64 of base64 is a word like another: nothing we know begins so
        packed = pack[name](packed)
    assert unpack(packed).octets == data


@pytest.mark.parametrize("data", [b"", b" \n\t"])
def test_an_empty_file_is_refused_with_a_code_of_its_own(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        unpack(data)
    assert refused.value.code == "document.empty"
    assert refused.value.advice
