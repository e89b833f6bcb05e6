"""Forgeries for the demonstration: what a forger may do with a genuine document."""

from __future__ import annotations

import json


def altered_grade(sealed: bytes) -> bytes:
    """The sealed ELMO document with one grade raised."""
    return sealed.replace(b"<resultLabel>7,5</resultLabel>", b"<resultLabel>9,5</resultLabel>")


def wrapped(sealed: bytes) -> bytes:
    """A document with better grades, and the genuine one with its seal as a part of it (signature wrapping)."""
    head, _, body = sealed.partition(b"<elmo ")
    genuine = b"<elmo " + body
    false = genuine.partition(b"<ds:Signature")[0].replace(b"<resultLabel>7,5<", b"<resultLabel>10<")
    return head + false + b"<extension>" + genuine + b"</extension></elmo>"


def altered_name(sealed: bytes) -> bytes:
    """The sealed credential with another person's name; the payload is a text inside the JWS."""
    jws = json.loads(sealed)
    jws["payload"] = jws["payload"].replace("Мила", "Елена")
    return json.dumps(jws, ensure_ascii=False).encode()


def altered_badge(record: bytes) -> bytes:
    """A learner record in which one badge has a better grade."""
    return record.replace(b'"value":"B"', b'"value":"A"', 1)
