"""Signed documents and small changes to them: what `tests/conformance` and `scripts/differential.py` share.

Every mutator takes a random generator and a document and gives a changed document (or the same one, where it finds
nothing to change). Some keep the meaning, most break it; which is which, three implementations say.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.signing import (
    DS,
    EXCLUSIVE,
    INCLUSIVE,
    INCLUSIVE_11,
    PrivateKey,
    ec_key,
    elmo,
    rsa_key,
    signed,
    template,
)

Mutator = Callable[[random.Random, bytes], bytes]
_TAG = re.compile(rb"<[A-Za-z][^<>]*?/?>")
_TEXT = re.compile(rb">([^<>]+)<")
_START = re.compile(rb"<[A-Za-z][\w:.-]*")


@dataclass(frozen=True)
class Base:
    """One genuine document, by libxmlsec."""

    name: str
    document: bytes
    key: PrivateKey


@dataclass(frozen=True)
class Mutant:
    """One changed document and how it came to be."""

    base: Base
    mutators: tuple[str, ...]
    document: bytes


def bases() -> tuple[Base, ...]:
    """Genuine documents over all the forms that the core performs."""
    key, curve = rsa_key(), ec_key()
    lang = 'xml:lang="en" xml:space="preserve"'
    beside = {"before": "<?style none?><!-- top -->\n", "after": "\n<?end here?>"}
    return (
        Base("inclusive", signed(elmo()), key),
        Base("inclusive, ds:", signed(elmo(), prefix="ds", transforms=(INCLUSIVE,)), key),
        Base("C14N 1.1", signed(elmo(), c14n=INCLUSIVE_11, transforms=(INCLUSIVE_11,)), key),
        Base("exclusive", signed(elmo(), c14n=EXCLUSIVE, transforms=(EXCLUSIVE,), prefixes="xsi #default"), key),
        Base("xml:* and PI", signed(elmo(root=lang, **beside)), key),
        Base("1.1, xml:* and PI", signed(elmo(root=lang, **beside), c14n=INCLUSIVE_11), key),
        Base(
            "with comments",
            signed(elmo(), c14n=f"{INCLUSIVE}#WithComments", transforms=(f"{EXCLUSIVE}WithComments",)),
            key,
        ),
        Base("ECDSA", signed(elmo(), curve), curve),
        Base("18 kB", signed(elmo(35)), key),
    )


def _place(rng: random.Random, pattern: re.Pattern[bytes], document: bytes, group: int = 0) -> tuple[int, int]:
    """Where one random match of a pattern stands; often enough one inside the signature."""
    found = list(pattern.finditer(document))
    inside = [m for m in found if m.start() > document.rfind(b"Signature ", 0, len(document))]
    match = rng.choice(inside if inside and rng.random() < 0.4 else found)
    return match.span(group)


def _insert(document: bytes, at: int, what: bytes) -> bytes:
    return document[:at] + what + document[at:]


def _in_text(rng: random.Random, document: bytes, what: bytes) -> bytes:
    start, end = _place(rng, _TEXT, document, 1)
    return _insert(document, rng.randint(start, end), what)


def flip_bit(rng: random.Random, document: bytes) -> bytes:
    at = rng.randrange(len(document))
    return document[:at] + bytes([document[at] ^ (1 << rng.randrange(8))]) + document[at + 1 :]


def change_letter(rng: random.Random, document: bytes) -> bytes:
    start, end = _place(rng, _TEXT, document, 1)
    at = rng.randrange(start, end)
    return document[:at] + rng.choice([b"a", b"Z", b"7", b" "]) + document[at + 1 :]


def cut_out(rng: random.Random, document: bytes) -> bytes:
    at = rng.randrange(len(document))
    return document[:at] + document[at + rng.randint(1, 20) :]


def cut_off(rng: random.Random, document: bytes) -> bytes:
    return document[: rng.randrange(len(document))]


def repeat_slice(rng: random.Random, document: bytes) -> bytes:
    at, length = rng.randrange(len(document)), rng.randint(1, 200)
    return _insert(document, at, document[at : at + length])


def undeclare_namespace(rng: random.Random, document: bytes) -> bytes:
    return _insert(document, _place(rng, _START, document)[1], b' xmlns=""')


def declare_namespace(rng: random.Random, document: bytes) -> bytes:
    uri = rng.choice([b"rel/ns", b"urn:x", b"#default", b"", b"http://www.w3.org/2000/09/xmldsig#", b"a b"])
    prefix = rng.choice([b"xmlns", b"xmlns:r", b"xmlns:xsi", b"xmlns:ds"])
    return _insert(document, _place(rng, _START, document)[1], b" " + prefix + b'="' + uri + b'"')


def add_attribute(rng: random.Random, document: bytes) -> bytes:
    what = [
        b'a="b"',
        b'xml:lang="el"',
        b'xml:space="default"',
        b'xml:base="http://x.example/"',
        b'xml:id="i"',
        b'Id="i"',
    ]
    return _insert(document, _place(rng, _START, document)[1], b" " + rng.choice(what))


def insert_comment(rng: random.Random, document: bytes) -> bytes:
    return _in_text(rng, document, rng.choice([b"<!-- c -->", b"<!---->", b"<!--<a>&-->"]))


def insert_instruction(rng: random.Random, document: bytes) -> bytes:
    what = rng.choice([b"<?p i?>", b"<?p?>", b"<?p </elmo><Signature?>"])
    if rng.random() < 0.3:
        return _insert(document, document.index(b"<elmo"), what)
    return document + what if rng.random() < 0.3 else _in_text(rng, document, what)


def insert_space(rng: random.Random, document: bytes) -> bytes:
    return _in_text(rng, document, rng.choice([b" ", b"\n", b"\t", b"\r\n", b"&#13;", b"&#32;", "\u00a0".encode()]))


def space_in_tag(rng: random.Random, document: bytes) -> bytes:
    return (
        _insert(document, _place(rng, _TAG, document)[1] - 1, b" ")
        if b"/>" not in document
        else _insert(document, _place(rng, _START, document)[1], rng.choice([b" ", b"\n", b"\t "]))
    )


def other_quotes(rng: random.Random, document: bytes) -> bytes:
    start, end = _place(rng, re.compile(rb'="[^"\'<]*"'), document)
    return document[: start + 1] + b"'" + document[start + 2 : end - 1] + b"'" + document[end:]


def wrap_in_cdata(rng: random.Random, document: bytes) -> bytes:
    start, end = _place(rng, _TEXT, document, 1)
    return document[:start] + b"<![CDATA[" + document[start:end] + b"]]>" + document[end:]


def refer_to_letter(rng: random.Random, document: bytes) -> bytes:
    start, end = _place(rng, re.compile(rb"(?<=[a-z0-9>])[a-z0-9](?=[a-z0-9 <])"), document)
    return document[:start] + b"&#x%x;" % document[start] + document[end:]


def insert_element(rng: random.Random, document: bytes) -> bytes:
    what = [b"<x/>", b'<x xmlns=""/>', b'<Object xmlns="' + DS.encode() + b'"/>', b"<learner/>", b'<x xmlns="rel"/>']
    return _insert(document, _place(rng, _TAG, document)[1], rng.choice(what))


def remove_tagged(rng: random.Random, document: bytes) -> bytes:
    start, end = _place(rng, re.compile(rb"<([A-Za-z][\w:]*)[^<>]*>[^<>]*</\1>"), document)
    return document[:start] + document[end:]


def _signature(document: bytes) -> tuple[int, int]:
    match = re.search(rb"<(\w+:)?Signature .*</(\w+:)?Signature>", document, re.DOTALL)
    return match.span() if match else (0, 0)


def move_signature(rng: random.Random, document: bytes) -> bytes:
    start, end = _signature(document)
    rest = document[:start] + document[end:]
    return _insert(rest, _place(rng, _TAG, rest)[1], document[start:end])


def double_signature(rng: random.Random, document: bytes) -> bytes:
    start, end = _signature(document)
    return _insert(document, rng.choice([start, end, _place(rng, _TAG, document)[1]]), document[start:end])


def drop_signature(rng: random.Random, document: bytes) -> bytes:
    start, end = _signature(document)
    return document[:start] + document[end:]


def add_doctype(rng: random.Random, document: bytes) -> bytes:
    what = [
        b"<!DOCTYPE elmo>",
        b'<!DOCTYPE elmo [<!ENTITY e "x">]>',
        b'<!DOCTYPE elmo [<!ATTLIST report a CDATA "d">]>',
        b'<!DOCTYPE elmo SYSTEM "none.dtd">',
    ]
    return _insert(document, document.index(b"<elmo"), rng.choice(what))


def respell_base64(rng: random.Random, document: bytes) -> bytes:
    name = rng.choice([b"DigestValue", b"SignatureValue", b"X509Certificate"])
    match = re.search(rb"<(?:\w+:)?" + name + rb">([^<]+)<", document)
    if match is None:
        return document
    start, end = match.span(1)
    text = document[start:end]
    where = rng.randrange(len(text))
    what = rng.choice([b"\n", b" ", b"&#13;", b"=", b"*", b"-", b"A", b"<!---->", b"<?p?>", b"\xc2\xa0"])
    spelled = [
        _insert(text, where, what),
        text.replace(b"=", b""),
        text + b"=",
        text.replace(b"=", b"A="),
        text.lower(),
    ]
    return document[:start] + rng.choice(spelled[:1] * 4 + spelled[1:]) + document[end:]


def other_algorithm(rng: random.Random, document: bytes) -> bytes:
    start, end = _place(rng, re.compile(rb'(?<=Algorithm=")[^"]*'), document)
    more = "http://www.w3.org/2001/04/xmldsig-more#"
    names = (INCLUSIVE, INCLUSIVE_11, EXCLUSIVE, f"{DS}sha1", f"{DS}hmac-sha1", f"{more}rsa-sha512", f"{DS}base64", "")
    return document[:start] + rng.choice(names).encode() + document[end:]


def other_uri(rng: random.Random, document: bytes) -> bytes:
    uri = rng.choice(['URI="#x"', 'URI="#xpointer(/)"', "", 'URI="file:///etc/hostname"', 'URI=" "', 'Type="x" URI=""'])
    return document.replace(b'URI=""', uri.encode())


def other_transforms(rng: random.Random, document: bytes) -> bytes:
    found = list(re.finditer(rb"<(?:\w+:)?Transform [^<>]*?(?:/>|></(?:\w+:)?Transform>)", document))
    if not found:
        return document
    match = rng.choice(found)
    return rng.choice([document[: match.start()] + document[match.end() :], _insert(document, match.end(), match[0])])


def wrap_in_root(rng: random.Random, document: bytes) -> bytes:
    at = document.index(b"<elmo")
    return (
        document[:at]
        + rng.choice([b"<w>", b'<elmo xmlns="urn:x">'])
        + document[at:]
        + rng.choice([b"</w>", b"</elmo>"])
    )


def other_declaration(rng: random.Random, document: bytes) -> bytes:
    rest = document[document.index(b"?>") + 2 :]
    heads = [
        b"",
        b"\xef\xbb\xbf",
        b'<?xml version="1.1"?>',
        b'<?xml version="1.0" encoding="ISO-8859-1"?>',
        b'<?xml version="1.0" standalone="yes"?>',
        b'<?xml version="1.0" encoding="utf-8"?>',
        b'<?xml version="1.0" encoding="US-ASCII"?>',
    ]
    return rng.choice(heads) + rest.lstrip()


def other_encoding(rng: random.Random, document: bytes) -> bytes:
    rest = document[document.index(b"?>") + 2 :].decode()
    return rest.encode(rng.choice(["utf-16", "utf-16-le", "utf-32", "utf-7", "utf-8-sig"]))


def other_key_info(rng: random.Random, document: bytes) -> bytes:
    start, end = re.search(rb"<(\w+:)?KeyInfo>.*</(\w+:)?KeyInfo>", document, re.DOTALL).span()  # type: ignore[union-attr]
    impostor = rsa_key("impostor")
    foreign = re.search(r"<X509Certificate>.*</X509Certificate>", template(key=impostor))
    what = foreign[0].encode() if foreign else b""
    full = b'<KeyInfo xmlns="' + DS.encode() + b'"><X509Data>' + what + b"</X509Data></KeyInfo>"
    return document[:start] + rng.choice([b"", full]) + document[end:]


def other_prefixes(rng: random.Random, document: bytes) -> bytes:
    what = rng.choice([b"", b"#default", b"xsi", b"xsi  #default ", b"zz", b"xml", b"#default xsi"])
    return re.sub(rb'PrefixList="[^"]*"', b'PrefixList="' + what + b'"', document, count=rng.randint(1, 2))


def other_line_ends(rng: random.Random, document: bytes) -> bytes:
    return document.replace(b"\n", rng.choice([b"\r\n", b"\r", b"\n\n"]))


def rename_prefix(rng: random.Random, document: bytes) -> bytes:
    return document.replace(b"ds:", b"dz:").replace(b":ds=", b":dz=")


MUTATORS: tuple[Mutator, ...] = (
    flip_bit,
    change_letter,
    cut_out,
    cut_off,
    repeat_slice,
    undeclare_namespace,
    declare_namespace,
    add_attribute,
    insert_comment,
    insert_instruction,
    insert_space,
    space_in_tag,
    other_quotes,
    wrap_in_cdata,
    refer_to_letter,
    insert_element,
    remove_tagged,
    move_signature,
    double_signature,
    drop_signature,
    add_doctype,
    respell_base64,
    other_algorithm,
    other_uri,
    other_transforms,
    wrap_in_root,
    other_declaration,
    other_encoding,
    other_key_info,
    other_prefixes,
    other_line_ends,
    rename_prefix,
)


def mutants(count: int, seed: int) -> Iterator[Mutant]:
    """`count` mutants, the same ones (keys apart) for the same seed; one in seven is changed twice."""
    rng = random.Random(seed)
    stock = bases()
    for _ in range(count):
        base = rng.choice(stock)
        chosen = rng.choices(MUTATORS, k=2 if rng.random() < 0.15 else 1)
        document = base.document
        for mutate in chosen:
            document = _changed(mutate, rng, document)
        yield Mutant(base, tuple(m.__name__ for m in chosen), document)


def _changed(mutate: Mutator, rng: random.Random, document: bytes) -> bytes:
    """The mutated document; a second mutator may find nothing left to change."""
    try:
        return mutate(rng, document)
    except (ValueError, IndexError, AttributeError, UnicodeDecodeError):
        return document
