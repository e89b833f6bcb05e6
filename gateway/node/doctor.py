"""What is wrong with a node, and how to mend it: looked at from outside, whether the node runs or not.

Everything that start-up would refuse is tried here one by one, so that all of it is told at once; then the peers are
asked, and the node itself, if it runs.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from gateway.delivery import node_checks, traffic_checks
from gateway.delivery.check import Check, Level
from gateway.delivery.health import Health
from gateway.delivery.node_checks import KeyVitals
from gateway.delivery.peers import Peer
from gateway.delivery.problem import Stopped
from gateway.delivery.traffic_checks import PeerVitals
from gateway.drivers.clock import SystemClock
from gateway.drivers.did_keys import DidKey, SealingKey
from gateway.drivers.folders import private_folder
from gateway.drivers.http_client import PeerClient
from gateway.drivers.http_session import tls_context
from gateway.drivers.local_client import local_node
from gateway.drivers.node_keys import load_node_key, load_peer_keys
from gateway.drivers.node_secret import load_node_secret
from gateway.drivers.store.database import NAME
from gateway.drivers.store.faults import SQLITE_FAULTS, damaged
from gateway.drivers.store.faults import stopped as store_stopped
from gateway.drivers.store.lock import ProcessLock
from gateway.drivers.store.soundness import faults_of
from gateway.drivers.tls import listener_context
from gateway.drivers.token import Token, load_token
from gateway.drivers.trust_files import load_anchors
from gateway.errors import ConfigError, TestamurError
from gateway.node.diagnostics import diagnose
from gateway.node.hand_over import load_secret
from gateway.node.health import tls_vitals
from gateway.node.pages import find_renderer
from gateway.node.peering import load_keys
from gateway.node.settings import STANDARD_FILE, Settings, load_settings
from gateway.node.settings.delivery import PeerSection, TlsSection
from gateway.node.startup import load_seal, start
from gateway.node.watch import look_at
from gateway.rendering.pdf import renderer
from gateway.trust.policies import load_policy

_T = TypeVar("_T")


async def examine(file: Path | None, *, now: dt.datetime) -> tuple[Check, ...]:
    """Everything that can be looked at, in the order in which it is best mended."""
    place = file or STANDARD_FILE
    settings, check = _attempt("settings", str(place), lambda: load_settings(place), "can be used")
    if settings is None:
        return (check, *_adapters(()))
    checks = [check, *_adapters(settings.adapters.enabled), *_at_rest(settings, now)]
    checks += await _at_work(settings)
    checks += await _peers(settings)
    return tuple(checks)


def exit_code(checks: Iterable[Check]) -> int:
    """2 where something is wrong here, 4 where only peers aren't as they should be, 0 else."""
    checks = tuple(checks)
    if any(check.status is Level.FAIL for check in checks):
        return 2
    return 4 if any(check.name == "peer" and check.status is not Level.PASS for check in checks) else 0


def _attempt(name: str, about: str, make: Callable[[], _T], well: str) -> tuple[_T | None, Check]:
    """What is made, and the check of whether it could be."""
    try:
        return make(), Check(name=name, about=about, status=Level.PASS, reason=well)
    except TestamurError as error:
        return None, _failed(name, about, error)


def _failed(name: str, about: str, error: TestamurError, level: Level = Level.FAIL) -> Check:
    return Check(name=name, about=about, status=level, reason=f"{error.message} ({error.code})", advice=error.advice)


# --- what stands in files --------------------------------------------------------------------------------------------


def _adapters(enabled: Iterable[str]) -> Iterator[Check]:
    for one in diagnose(enabled):
        if one.error is not None:
            yield _failed("adapter", one.about, one.error)
        else:
            yield Check(name="adapter", about=one.about, status=Level.PASS, reason=one.finding)
    if find_renderer() is None:
        yield Check(
            name="pages",
            status=Level.WARN,
            reason="nothing that draws page images is installed: nothing can be translated into Europass",
            advice="pip install 'testamur[pages]'",
        )


def _at_rest(settings: Settings, now: dt.datetime) -> Iterator[Check]:
    yield _attempt("policy", settings.policy.default, lambda: load_policy(settings.policy.default), "can be used")[1]
    yield from _keys(settings, now)
    yield from _trust(settings)
    yield from _roles(settings, now)
    yield from _peer_files(settings)
    yield from _hand_over(settings)
    secret = settings.node.secret
    well = "can be used" if secret.exists() else "isn't there yet: it is made when it is needed"
    yield _attempt("secret", str(secret), lambda: load_node_secret(secret), well)[1]
    attested = settings.online.attested
    if attested is not None and attested.exists():
        yield _attempt("attested", str(attested), partial(private_folder, attested), "can be used")[1]


def _keys(settings: Settings, now: dt.datetime) -> Iterator[Check]:
    for entry in settings.seal:
        key, check = _attempt(
            "key",
            f"seal {', '.join(entry.profiles)}",
            partial(load_seal, entry, now),
            "can be used",
        )
        yield from [check] if key is None else node_checks.keys([_vitals(_told(check.about, key), key)], now)
    if settings.node.key is not None:
        file = settings.node.key
        yield _attempt("key", "node", lambda: load_node_key(file), "can be used")[1]
    if settings.node.tls is not None:
        yield _tls(settings.node.tls, now)


def _told(about: str, key: SealingKey) -> str:
    """A DID too: peers and receivers have to be told it, and nobody reads it off a key."""
    return f"{about}: {key.method.id}" if isinstance(key, DidKey) else about


def _vitals(name: str, key: SealingKey) -> KeyVitals:
    return KeyVitals(name=name, expires=key.expires)


def _tls(section: TlsSection, now: dt.datetime) -> Check:
    """What the peers' API shows: a pair, and valid."""
    context, check = _attempt(
        "key",
        "tls",
        lambda: listener_context(section.certificate, section.key, passphrase_variable=section.passphrase_variable),
        "can be used",
    )
    return check if context is None else next(node_checks.keys([tls_vitals(section.certificate)], now))


def _trust(settings: Settings) -> Iterator[Check]:
    for entry in settings.trust:
        yield _attempt("trust", str(entry.anchor), lambda entry=entry: load_anchors([entry.anchor]), "can be used")[1]  # type: ignore[misc]  # as above
    if not settings.trust:
        yield Check(
            name="trust",
            status=Level.WARN,
            reason="nobody is trusted for originals: nothing can be PASSED, and nothing is sealed",
            advice="write a [[trust]] entry for each authority that you rely on",
        )


def _roles(settings: Settings, now: dt.datetime) -> Iterator[Check]:
    """What start-up refuses although each file by itself is well."""
    try:
        load_keys(settings, start(settings, now=now))
    except ConfigError as error:
        if error.code in {"config.key_in_two_roles", "config.unknown_adapter", "config.legacy_folder"}:
            yield _failed("roles", "", error)
        if error.code == "config.not_served":
            yield _failed("serve", "", error, Level.WARN)


def _peer_files(settings: Settings) -> Iterator[Check]:
    if not settings.peer:
        yield Check(
            name="peers",
            status=Level.WARN,
            reason="there are none: nothing can be sent or received",
            advice="docs/how-to/connect-two-registries.md tells how keys are exchanged",
        )
    for entry in settings.peer:
        for name, file, load in _files_of(entry):
            yield _attempt(name, f"{entry.id}: {file}", load, "can be used")[1]


def _hand_over(settings: Settings) -> Iterator[Check]:
    """What the node will use; a folder that isn't there yet is made at the start."""
    section = settings.hand_over
    if section.kind == "hook" and section.secret is not None:
        yield _attempt("hand-over", str(section.secret), partial(load_secret, section.secret), "can be used")[1]
    if section.kind == "folder" and section.folder is not None and section.folder.exists():
        yield _attempt("hand-over", str(section.folder), partial(private_folder, section.folder), "can be used")[1]
    if "pdf" in section.pages:
        yield _attempt("hand-over", "pages", renderer, "can be drawn")[1]


def _files_of(entry: PeerSection) -> Iterator[tuple[str, Path, Callable[[], object]]]:
    for file in entry.keys:
        yield "peer key", file, partial(load_peer_keys, file)
    for file in entry.seals:
        yield "peer seal", file, partial(load_anchors, [file])
    if entry.authority is not None:
        yield "peer authority", entry.authority, partial(tls_context, entry.authority)


# --- where things are kept, and whether the node runs -----------------------------------------------------------------


async def _at_work(settings: Settings) -> list[Check]:
    """What the node says of itself, if it runs; else whether it could."""
    folder = settings.node.store
    checks = [_disk(settings, folder), *_folder(folder)]
    token, check = _attempt("token", str(settings.node.token), lambda: load_token(settings.node.token), "can be used")
    made = settings.node.token.exists()
    try:
        told = await _health_of_node(settings.node.local_listen, token)
    except Stopped as stopped:
        if stopped.code != "node.not_running":
            return [*checks, check, _failed("node", settings.node.local_listen, stopped)]
        checks += [check] if made else []
        checks.append(_not_running(settings))
        checks += [await _port(name, listen) for name, listen in _listeners(settings)]
        return [*checks, *await asyncio.to_thread(lambda: list(_store_at_rest(folder)))]
    checks.append(check)
    checks.append(Check(name="node", about=settings.node.local_listen, status="pass", reason="it runs"))
    return [*checks, *(check for check in told.checks if check.name not in {"peer", "key", "disk", "clock"})]


async def _health_of_node(listen: str, token: Token | None) -> Health:
    async with local_node(listen, token) as node:
        try:
            return Health.model_validate(await node.get_status("/readyz", {"verbose": "true"}))
        except ValidationError:
            raise Stopped(
                "node.answer",
                "what answers there is no node of Testamur",
                status=502,
                stage="transport",
                advice="another program has the port: end it, or choose another [node] local_listen",
            ) from None


def _not_running(settings: Settings) -> Check:
    return Check(
        name="node",
        about=settings.node.local_listen,
        status=Level.PASS,
        reason="it isn't running; what follows is whether it could",
        advice="start it with `testamur serve`",
    )


def _listeners(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "listen", settings.node.listen
    yield "local_listen", settings.node.local_listen


async def _port(name: str, listen: str) -> Check:
    """Whether it could be listened on."""
    host, _, port = listen.rpartition(":")
    try:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), host.strip("[]"), int(port))
    except OSError as error:
        return Check(
            name="port",
            about=f"[node] {name} {listen}",
            status=Level.FAIL,
            reason=f"it can't be listened on: {os.strerror(error.errno) if error.errno else 'no such address'}",
            advice="end the program that has it (`ss -ltnp`), or choose another",
        )
    server.close()
    await server.wait_closed()
    return Check(name="port", about=f"[node] {name} {listen}", status=Level.PASS, reason="free")


def _disk(settings: Settings, folder: Path) -> Check:
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    return node_checks.disk(shutil.disk_usage(there).free, watermark=settings.delivery.min_free_bytes)


def _folder(folder: Path) -> Iterator[Check]:
    """Whether the store's folder is its owner's alone, and this user's."""
    if not folder.exists():
        return
    status = folder.stat()
    if status.st_mode & 0o077:
        yield Check(
            name="permissions",
            about=str(folder),
            status=Level.FAIL,
            reason=f"mode {status.st_mode & 0o777:04o}, expected 0700: others on this machine may look into it",
            advice=f"chmod 700 {folder}",
        )
    elif status.st_uid != os.getuid():
        yield Check(
            name="permissions",
            about=str(folder),
            status=Level.WARN,
            reason="it belongs to another user",
            advice="run the doctor as the user who runs the node",
        )


def _store_at_rest(folder: Path) -> Iterator[Check]:
    """The database, while no node has it."""
    file = folder / NAME
    if not file.exists():
        yield Check(name="database", about=str(file), status=Level.PASS, reason="made at the first start")
        return
    lock, check = _attempt("database", str(file), lambda: ProcessLock(folder / "lock"), "sound")
    if lock is None:
        yield check
        return
    try:
        faults = faults_of(file, thorough=True)
    except SQLITE_FAULTS as error:
        yield _failed("database", str(file), store_stopped(error))
        return
    finally:
        lock.release()
    yield check if not faults else _failed("database", str(file), damaged(faults[0]))


# --- peers -----------------------------------------------------------------------------------------------------------


async def _peers(settings: Settings) -> list[Check]:
    """Ask each who it is and what time it has."""
    clock = SystemClock()
    section = settings.delivery
    async with PeerClient(connect_seconds=section.connect_seconds, read_seconds=section.read_seconds) as client:
        asked = await asyncio.gather(*(_ask(entry, client, clock) for entry in settings.peer))
    return [*traffic_checks.peers(asked), traffic_checks.clock(asked)] if asked else []


async def _ask(entry: PeerSection, client: PeerClient, clock: SystemClock) -> PeerVitals:
    seen = await look_at(Peer(id=entry.id, url=entry.url), client, clock, entry.authority)
    return PeerVitals(id=entry.id, asked=seen.at, problem=seen.problem, skew=seen.skew)
