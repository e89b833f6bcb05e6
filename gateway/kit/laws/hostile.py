"""Hostile input: bytes that every adapter meets sooner or later, and that must be refused quickly and cheaply."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

SECONDS = 1.0
"""Of processor time."""
MEGABYTES = 100


def junk() -> Mapping[str, bytes]:
    """Bytes that no adapter may claim."""
    return {
        "empty": b"",
        "white space": b" \n\t ",
        "plain text": b"This certifies that nobody learned anything.",
        "an HTML page": b"<!-- not a credential --><html><body><h1>Diploma</h1></body></html>",
        "somebody else's XML": b'<invoice xmlns="urn:example:invoice"><total>12</total></invoice>',
        "somebody else's JSON": b'{"invoice": {"total": 12}}',
        "an empty object": b"{}",
        "a list of numbers": b"[1, 2, 3]",
        "a JSON string": b'"elmo"',
        "zero octets": b"\x00" * 1000,
        "a gzip": gzip.compress(b"<elmo/>", mtime=0),
        "a PDF": b"%PDF-1.7\n%%EOF\n",
    }


def hostile() -> Mapping[str, bytes]:
    """Bytes that must be refused, or not be claimed, within a second and a hundred megabytes."""
    return {
        "10,000 nested elements": b"<a>" * 10_000 + b"</a>" * 10_000,
        "10,000 nested arrays": b"[" * 10_000 + b"]" * 10_000,
        "10,000 nested objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        "a million elements": b"<a>" + b"<b/>" * 1_000_000 + b"</a>",
        "a million members": b"[" + b"1," * 1_000_000 + b"1]",
        "a DOCTYPE": b'<!DOCTYPE a SYSTEM "http://attacker.example/a.dtd"><a/>',
        "a billion laughs": _laughs(),
        "an external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "UTF-16": "<?xml version='1.0' encoding='UTF-16'?><a/>".encode("utf-16"),
        "UTF-7": b"<?xml version='1.0' encoding='UTF-7'?><a>+ADw-b/+AD4-</a>",
        "two roots": b"<a/><b/>",
        "a duplicate key": b'{"type": "a", "type": "b"}',
        "a number without end": b'{"a": 1' + b"0" * 100_000 + b"}",
        "a gzip bomb": gzip.compress(b"\x00" * 20_000_000, mtime=0),
    }


def damaged(sample: bytes) -> Mapping[str, bytes]:
    """A good document, damaged."""
    half = len(sample) // 2
    start = sample[: half // 2]
    return {
        "cut off in the middle": sample[:half],
        "cut off at the end": sample.rstrip()[:-1],
        "followed by more": sample + sample,
        "with a NUL": start + b"\x00" + sample[len(start) :],
        "with octets that aren't UTF-8": start + b"\xff\xfe" + sample[len(start) :],
        "behind a DOCTYPE": b"<!DOCTYPE a []>" + sample,
        "in UTF-16": sample.decode("utf-8").encode("utf-16"),
    }


def _laughs() -> bytes:
    entities = b'<!ENTITY l0 "lol">' + b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    return b"<!DOCTYPE a [" + entities + b"]><a>&l9;</a>"
