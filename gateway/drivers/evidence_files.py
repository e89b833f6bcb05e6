"""Reading what `--evidence` names, and writing what `--keep-evidence` names: a folder of answers from outside.

Each answer is a pair: `NAME.json` (url, fetched_at, status, media_type, sha256) and `NAME.body`, the octets that were
answered. Whoever gives the folder vouches for it; a list that only its signer
vouches for needs that signer in `--trust` all the same. `NAME.json` may hold an `attestation`, a JWS of who fetched it,
and `asked`, the HMAC of what was posted: an answer that nothing else vouches for counts only with the first.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gateway.drivers.files import write_file
from gateway.drivers.trust_files import without_waiting
from gateway.errors import ConfigError, Refused, RequestError
from gateway.readers.json import parse_json
from gateway.readers.limits import MIB, Limits
from gateway.verify.asking import NoAnswer
from gateway.verify.evidence import Answer

MOST_ANSWERS = 1_000
_LARGEST = 16 * MIB
_NAME = 32
_NOTE = Limits(document_bytes=64 * 1024, depth=10, nodes=200)
_ADVICE = "a note has the members url, fetched_at, status, media_type and sha256; perhaps asked and attestation"


def load_evidence(folder: Path) -> dict[str, Answer]:
    """The answers in a folder by their addresses, the latest of each.

    Raises:
        ConfigError: `evidence.unreadable`, `evidence.note`, `evidence.digest`.
    """
    notes = sorted(folder.glob("*.json"))
    if len(notes) > MOST_ANSWERS:
        message = f"got {len(notes)} answers in {folder}, expected at most {MOST_ANSWERS}"
        raise ConfigError("evidence.unreadable", message, advice="give a folder for one document")
    several = sorted(map(_answer, notes), key=lambda one: one[1].fetched_at)
    return dict(several)


def keep_evidence(folder: Path, answers: Iterable[Answer]) -> None:
    """Write answers for a later look, readable by their owner alone; what stands in the folder stays.

    A name tells nothing: the address of a hosted badge tells whose it is. An answer to what was posted isn't kept: it
    repeats the secret that it was asked by.

    Raises:
        RequestError: `request.not_writable`.
    """
    _make(folder)
    for answer in (one for one in answers if not one.posted):
        _keep(folder, answer, {"request": "GET"})


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError(
            "request.not_writable", f"{folder} can't be made: {error.strerror}", advice="name another folder"
        ) from None


def keep_attested(folder: Path, answer: Answer, asked: str = "") -> Path:
    """Write an answer with the word of whoever fetched it; the place of its note.

    It repeats the secret by which it was asked, where there is one: who asks for it to be written knows that.
    `asked` is the HMAC of what was posted: by it alone it is then found, and an older answer to the same gives way.

    Raises:
        RequestError: `request.not_writable`.
    """
    _make(folder)
    more = {"attestation": answer.attestation.decode(), **({"asked": asked} if asked else {})}
    return _keep(folder, answer, more)


def find_attested(folder: Path, name: str) -> Answer | NoAnswer | None:
    """The answer that was kept under a question's name (`gateway.verify.asking.name_of`); None where none was.

    One that can't be used any more is none, and says so.
    """
    asked = name.partition("#")[2]
    note = folder / f"{asked[:_NAME]}.json"
    if not asked or not note.exists():
        return None
    try:
        kept, answer = _answer(note)
    except ConfigError as error:
        return NoAnswer(code=error.code, why="what is kept as its attested answer can't be used")
    return answer if kept == name else None


def _keep(folder: Path, answer: Answer, more: Mapping[str, str]) -> Path:
    """The octets come before their note, so that no note is without them."""
    note = {
        **more,
        "url": answer.url,
        "fetched_at": answer.fetched_at.isoformat(),
        "status": answer.status,
        "media_type": answer.media_type,
        "sha256": hashlib.sha256(answer.octets).hexdigest(),
    }
    octets = json.dumps(note, indent=2).encode()
    name = (more.get("asked") or hashlib.sha256(octets).hexdigest())[:_NAME]
    write_file(folder / f"{name}.body", answer.octets)
    write_file(folder / f"{name}.json", octets)
    return folder / f"{name}.json"


def _answer(note: Path) -> tuple[str, Answer]:
    """An answer, and the name that it is looked up by."""
    stated = _note(note)
    body = _read(note.with_suffix(".body"))
    if hashlib.sha256(body).hexdigest() != stated["sha256"]:
        message = f"the octets of {note.with_suffix('.body')} aren't those that its note names"
        raise ConfigError("evidence.digest", message, advice="gather the answer again")
    name = f"{stated['url']}#{stated['asked']}" if "asked" in stated else stated["url"]
    return name, Answer(
        url=stated["url"],
        fetched_at=dt.datetime.fromisoformat(stated["fetched_at"]),
        octets=body,
        status=stated["status"],
        media_type=stated["media_type"],
        attestation=stated.get("attestation", "").encode(),
    )


def _note(file: Path) -> dict[str, Any]:
    try:
        note = parse_json(_read(file), _NOTE)
    except Refused as refused:
        raise ConfigError("evidence.note", f"{file} can't be read: {refused.message}", advice=_ADVICE) from None
    if not isinstance(note, dict):
        raise ConfigError("evidence.note", f"{file} holds no JSON object", advice=_ADVICE)
    wanted = {"url": str, "fetched_at": str, "status": int, "media_type": str, "sha256": str}
    wrong = [name for name, kind in wanted.items() if not isinstance(note.get(name), kind)]
    wrong += [name for name in ("asked", "attestation") if not isinstance(note.get(name, ""), str)]
    if wrong or not _is_moment(note["fetched_at"]):
        message = f"got {', '.join(wrong) or 'fetched_at'} missing or of another kind in {file}"
        raise ConfigError("evidence.note", message, advice=_ADVICE)
    return note


def _is_moment(text: str) -> bool:
    try:
        return dt.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _read(file: Path) -> bytes:
    try:
        with open(file, "rb", opener=without_waiting) as stream:
            octets = stream.read(_LARGEST + 1)
    except OSError as error:
        message = f"{file} can't be read: {error.strerror}"
        raise ConfigError("evidence.unreadable", message, advice="each NAME.json needs its NAME.body") from None
    if len(octets) > _LARGEST:
        raise ConfigError("evidence.unreadable", f"{file} is over {_LARGEST} bytes", advice="is it an answer at all?")
    return octets
