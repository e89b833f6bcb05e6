"""Taking containers off a document, whole, until what is inside can be recognised (rulings, 1.1).

base64 text, gzip, a baked PNG, the upload wrapper of the Europass tools, the envelope of a token, JSON Web Signatures,
and the claims of a token around a credential. What a JWS yields is vouched for by that JWS alone, so each layer keeps
the octets that it yields.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from gateway.errors import Refused
from gateway.readers.json import JsonValue, parse_json
from gateway.readers.jws import ParsedJws, is_json_jws, parse_compact, parse_json_jws
from gateway.readers.limits import DEFAULT_LIMITS, Limits
from gateway.readers.pages import PAGE
from gateway.readers.vc_jwt import JwtCredential, credential_in, is_token

LayerKind = Literal["base64", "gzip", "png", "upload_wrapper", "envelope", "jws", "jwt"]
DocumentKind = Literal["xml", "json", "html", "pdf", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One container that was taken off, the octets it yields, and for a JWS its parts, to be checked.

    A token's claims are no container of their own: `jwt` stands right inside its `jws`, and is not counted.
    """

    kind: LayerKind
    octets: bytes
    jws: ParsedJws | None = None
    jwt: JwtCredential | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A document out of its containers.

    layers   from the outside in
    octets   the document itself: what the innermost layer yields, or the given data where there is no layer
    kind     what it looks like; "xml" isn't parsed yet, "json" is
    json     the one parse, where kind is "json"
    """

    layers: tuple[Layer, ...]
    octets: bytes
    kind: DocumentKind
    json: JsonValue = None


def unpack(data: bytes, limits: Limits = DEFAULT_LIMITS, *, within_seals: bool = True) -> Unpacked:
    """Take the containers off; not `within_seals`: what the first JWS yields is left as it is, of kind "other".

    A token is its credential all the same: its claims only repeat what stands in there.

    Raises:
        Refused: `document.empty`; a container that is broken, too deep or too large: `base64.*`, `gzip.*`, `png.*`,
            `jws.*`, `json.*`, `limit.*`.
    """
    if not data or (len(data) <= limits.document_bytes and data.isspace()):  # isspace stops at the first other octet
        raise Refused("document.empty", "got an empty file, expected a document", advice="Ask for the file again.")
    layers: list[Layer] = []
    most = min(limits.document_bytes, limits.inflate_ratio * len(data))  # over all containers: bombs in bombs multiply
    while True:
        if len(data) > limits.document_bytes:
            raise Refused("limit.bytes", f"got {len(data)} octets, expected at most {limits.document_bytes}")
        found = _outermost(data, limits, most)
        if isinstance(found, Unpacked):
            return _out_of_claims(replace(found, layers=tuple(layers))) if layers else found
        if len(layers) == limits.containers:
            raise Refused("limit.containers", f"got more than {limits.containers} containers, one in another")
        layers.append(found)
        data = found.octets
        if found.jws is not None and not within_seals and not is_token(found.jws):
            return replace(_document(data, "other"), layers=tuple(layers))


def _out_of_claims(unpacked: Unpacked) -> Unpacked:
    """The credential in the claims of a token that one signature holds together; else what was given."""
    jws = unpacked.layers[-1].jws if unpacked.layers else None
    if unpacked.kind != "json" or jws is None or len(jws.signatures) != 1:
        return unpacked
    found = credential_in(unpacked.json, jws.signatures[0].header)
    if found is None:
        return unpacked
    layer = Layer(kind="jwt", octets=found.octets, jwt=found)
    return Unpacked(layers=(*unpacked.layers, layer), octets=found.octets, kind="json", json=parse_json(found.octets))


def _outermost(data: bytes, limits: Limits, most: int) -> Layer | Unpacked:
    """The container that `data` is, or the document that it is."""
    if data.startswith(_GZIP):
        return Layer(kind="gzip", octets=inflate(data, min(most, limits.inflate_ratio * len(data)), "gzip"))
    if data.startswith(_PNG):
        baked = _baked(data, limits, most)
        return _document(data, "other") if baked is None else Layer(kind="png", octets=baked)
    if data.startswith(b"%PDF-"):
        return _document(data, "pdf")
    if PAGE.match(data):
        return _document(data, "html")
    if data.startswith(b"<") or _XML.match(data):
        return _document(data, "xml")
    if _JSON.match(data):
        return _json(data, limits)
    if _COMPACT.fullmatch(data):
        return _jws(parse_compact(data.rstrip(b"\r\n")))
    decoded = _base64(data)
    return _document(data, "other") if decoded is None else Layer(kind="base64", octets=decoded)


def _document(data: bytes, kind: DocumentKind, value: JsonValue = None) -> Unpacked:
    return Unpacked(layers=(), octets=data, kind=kind, json=value)


_GZIP = b"\x1f\x8b"
_PNG = b"\x89PNG\r\n\x1a\n"
# UTF-16 is named here so that the reader of that kind refuses it with the right words.
_XML = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*<|\xff\xfe<\x00|\xfe\xff\x00<")
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[\[{]")
# A protected header is an object with members: its base64url begins with "ey" or "ew" ("{", then a quote or white
# space). One line break at the end of the file belongs to the file, not to the JWS.
_COMPACT = re.compile(rb"e[wy][A-Za-z0-9_-]+\.[^.]*\.[A-Za-z0-9_-]*(?:\r?\n)?")


# --- base64 (EMREX: base64 of gzip of XML) ---------------------------------------------------------------------------

# Possessive: with steps back, trailing white space would cost the cube of its length.
_BASE64 = re.compile(rb"[A-Za-z0-9+/ \t\r\n]++=?[ \t\r\n]*+=?[ \t\r\n]*+")
_WHITE = b" \t\r\n"


def _base64(data: bytes) -> bytes | None:
    """What base64 text yields, or None where this is no base64 of anything we know (a word is base64 by chance)."""
    if not _BASE64.fullmatch(data):
        return None
    text = data.translate(None, _WHITE)
    head = _lenient(text[:16])
    if not (head.startswith((_GZIP, _PNG, b"%PDF-")) or _XML.match(head) or _JSON.match(head)):
        return None
    octets = _lenient(text)
    if base64.b64encode(octets) != text:
        raise Refused("base64.invalid", "got base64 with wrong padding or unused bits that are not zero")
    return octets


def _lenient(text: bytes) -> bytes:
    try:
        return binascii.a2b_base64(text)
    except binascii.Error:
        return b""


# --- gzip ------------------------------------------------------------------------------------------------------------


_PIECE = 64 * 1024
_AT_ONCE = 1024 * 1024


def inflate(data: bytes, most: int, kind: Literal["gzip", "png"]) -> bytes:
    """Inflate one gzip member or one zlib stream, to `most` octets and no more, with nothing behind it."""
    inflated: list[bytes] = []
    total = 0
    try:
        for octets in _inflated(data, kind):
            total += len(octets)
            if total > most:
                message = f"got {len(data)} octets that inflate to more than {most}"
                raise Refused(
                    "limit.inflate",
                    message,
                    advice="A bomb, or a document over the limit: don't open it by other means.",
                )
            inflated.append(octets)
    except zlib.error:
        raise Refused(f"{kind}.broken", "got compressed data that can't be inflated") from None
    return b"".join(inflated)


def _inflated(data: bytes, kind: Literal["gzip", "png"]) -> Iterator[bytes]:
    """The inflated octets in portions, so that a bomb is seen before it is in memory."""
    inflater = zlib.decompressobj(wbits=31 if kind == "gzip" else 15)
    for start in range(0, len(data), _PIECE):
        rest = data[start : start + _PIECE]
        while rest and not inflater.eof:
            yield inflater.decompress(rest, _AT_ONCE)
            rest = inflater.unconsumed_tail
        if inflater.eof:
            behind = len(inflater.unused_data) + len(data) - min(start + _PIECE, len(data))
            if behind:
                message = f"got {behind} octets behind the compressed data, expected one member alone"
                raise Refused(f"{kind}.trailing", message)
            return
    while pending := inflater.decompress(b"", _AT_ONCE):
        yield pending
    if not inflater.eof:
        raise Refused(f"{kind}.broken", "got compressed data that ends too early")


# --- baked PNG (Open Badges) -----------------------------------------------------------------------------------------

_TEXTS = (b"tEXt", b"iTXt")
_KEYWORDS = (b"openbadgecredential", b"openbadges", b"clrcredential")
_CHUNKS = 65_536


def _baked(data: bytes, limits: Limits, most: int) -> bytes | None:
    """The credential in a PNG's text chunk, or None for a mere picture. Checksums of chunks aren't looked at."""
    found = [(kind, body) for kind, body in _chunks(data) if kind in _TEXTS and body.partition(b"\0")[0] in _KEYWORDS]
    if len(found) > 1:  # before any of them is inflated
        message = f"got {len(found)} credentials in one picture, expected one"
        raise Refused("png.ambiguous", message, advice="Two readers would see two badges: ask for each by itself.")
    return _text(*found[0], limits, most) if found else None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(_PNG)
    for _ in range(_CHUNKS):
        length = int.from_bytes(data[position : position + 4])
        kind, end = data[position + 4 : position + 8], position + 8 + length
        if end + 4 > len(data):
            raise Refused("png.broken", f"got a chunk that ends behind the file, at octet {position}")
        if kind == b"IEND":
            return
        yield kind, data[position + 8 : end]
        position = end + 4
    message = f"got a picture of more than {_CHUNKS} chunks"
    raise Refused("limit.chunks", message, advice="No genuine badge is like that: ask for the document itself.")


def _text(kind: bytes, body: bytes, limits: Limits, most: int) -> bytes:
    rest = body.partition(b"\0")[2]
    if kind == b"tEXt":
        return rest
    fields = rest[2:].split(b"\0", 2)  # language, translated keyword, text
    if len(fields) != 3 or rest[:1] not in (b"\0", b"\1"):  # noqa: PLR2004
        raise Refused("png.broken", "got an iTXt chunk without its five parts")
    if rest[:1] == b"\0":
        return fields[2]
    return inflate(fields[2], min(most, limits.inflate_ratio * len(fields[2])), "png")


# --- JSON: the document, a JWS, an envelope, or the upload wrapper ---------------------------------------------------


def _json(data: bytes, limits: Limits) -> Layer | Unpacked:
    value = parse_json(data, limits)
    if is_json_jws(value):
        return _jws(parse_json_jws(value))
    if isinstance(value, dict) and list(value) == ["credential"] and isinstance(value["credential"], dict):
        # The only name holds no colon, so the first colon ends it: the very octets of the credential lie between.
        return Layer(kind="upload_wrapper", octets=data[data.index(b":") + 1 : data.rindex(b"}")].strip(_WHITE))
    token = _enveloped(value)
    return _document(data, "json", value) if token is None else Layer(kind="envelope", octets=token)


_ENVELOPE = "EnvelopedVerifiableCredential"
_TOKEN = re.compile(r"data:application/(?:vc\+jwt|vc-ld\+jwt|vc\+ld\+json\+jwt|jwt),([A-Za-z0-9_.-]+)", re.ASCII)


def _enveloped(value: JsonValue) -> bytes | None:
    """The token in an envelope (VC Data Model 2.0, section 4.13); with anything beside it, it is no mere envelope."""
    if not isinstance(value, dict) or not value.keys() <= {"@context", "id", "type"}:
        return None
    types, address = value.get("type"), value.get("id")
    if _ENVELOPE not in (types if isinstance(types, list) else [types]) or not isinstance(address, str):
        return None
    found = _TOKEN.fullmatch(address)
    return None if found is None else found[1].encode()


def _jws(jws: ParsedJws) -> Layer:
    return Layer(kind="jws", octets=jws.payload or b"", jws=jws)
