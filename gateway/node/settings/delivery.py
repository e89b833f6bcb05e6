"""Settings of delivery: who the peers are, how long and how much, what is handed over and kept."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from gateway.delivery.envelope import ParticipantId
from gateway.delivery.schedule import HORIZON
from gateway.drivers.private_keys import PASSPHRASE_VARIABLE
from gateway.node.settings.section import FilePath, Section, Text

_GIB = 1024 * 1024 * 1024
_DEDUPLICATION_DAYS = 30
_LONGEST_HOURS = HORIZON // timedelta(hours=1)  # later nobody sends it any more, whatever its envelope says
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:]+")

OnOpenQuestion = Literal["hand_over", "refuse"]


def is_loopback(host: str) -> bool:
    """Whether a host names this very machine, by an address or as `localhost`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _peer_url(url: str) -> str:
    """An address that the paths of the protocol are appended to: one spelling, nothing in it that could mislead."""
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not _HOST.fullmatch(parts.hostname or ""):
        message = "expected an address such as https://node.example.org"
        raise ValueError(message)
    if parts.username or parts.password or parts.query or parts.fragment or url != url.strip():
        message = "expected an address without user, query or fragment"
        raise ValueError(message)
    if not url.startswith(f"{parts.scheme}://{parts.netloc.lower()}"):
        message = "expected scheme and host in small letters: both nodes sign the address as it is written"
        raise ValueError(message)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        message = "got http, expected https: peers over plain http are for one machine (loopback) only"
        raise ValueError(message)
    return url.rstrip("/")


def _listen(address: str) -> str:
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) < 2**16:
        message = f'got {address!r}, expected an address and a port such as "127.0.0.1:8460" or "[::]:8460"'
        raise ValueError(message)
    return address


PeerUrl = Annotated[str, AfterValidator(_peer_url)]
Listen = Annotated[str, AfterValidator(_listen)]


LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,8}){0,4}$")]


class TlsSection(Section):
    """`[node.tls]`: what the peers' API shows for a certificate."""

    certificate: FilePath
    key: FilePath
    passphrase_variable: Text = PASSPHRASE_VARIABLE


class NodeSection(Section):
    """`[node]`: who this node is, and where it listens and keeps things. `serve` needs `url` and `key`."""

    id: ParticipantId
    url: PeerUrl | None = None
    listen: Listen = "127.0.0.1:8460"
    local_listen: Listen = "127.0.0.1:8461"
    store: FilePath = Field(default=Path("store"), validate_default=True)
    key: FilePath | None = None
    token: FilePath = Field(default=Path("local.token"), validate_default=True)
    secret: FilePath = Field(default=Path("node.secret"), validate_default=True)
    tls: TlsSection | None = None


class PeerSection(Section):
    """`[[peer]]`: another node that this one listens and sends to."""

    id: ParticipantId
    url: PeerUrl
    keys: tuple[FilePath, ...] = Field(min_length=1)
    seals: tuple[FilePath, ...] = ()
    wants: Text | None = None
    vouches_for: tuple[Text, ...] = ()
    authority: FilePath | None = None


class DeliverySection(Section):
    """`[delivery]`: units stand in config/node.toml."""

    expires_hours: int = Field(default=72, ge=1, le=_LONGEST_HOURS)
    max_hops: int = Field(default=3, ge=1, le=8)
    message_bytes: int = Field(default=_GIB, ge=1)
    queue_depth: int = Field(default=10_000, ge=1)
    min_free_bytes: int = Field(default=_GIB, ge=0)
    peer_share: float = Field(default=0.5, gt=0, le=1)
    connect_seconds: float = Field(default=10, gt=0, le=600)
    read_seconds: float = Field(default=60, gt=0, le=3600)
    concurrency: int = Field(default=8, ge=1, le=64)


class ReceiveSection(Section):
    """`[receive]`: what becomes of a document with an open question."""

    indeterminate: OnOpenQuestion = "hand_over"
    not_rerun: OnOpenQuestion = "hand_over"


class HandOverSection(Section):
    """`[hand_over]`: how the registry's own system gets what was accepted."""

    kind: Literal["pull", "folder", "hook"] = "pull"
    folder: FilePath | None = None
    hook: PeerUrl | None = None
    secret: FilePath | None = None
    pages: tuple[Literal["pdf", "html"], ...] = ()
    page_languages: tuple[LanguageTag, ...] = Field(default=(), max_length=10)

    @model_validator(mode="after")
    def _complete(self) -> HandOverSection:
        needed = {"pull": (), "folder": ("folder",), "hook": ("hook", "secret")}[self.kind]
        missing = [name for name in needed if getattr(self, name) is None]
        if missing:
            message = f'kind "{self.kind}" needs {" and ".join(missing)}'
            raise ValueError(message)
        return self


class RetentionSection(Section):
    """`[retention]`: units stand in config/node.toml."""

    bodies_hours: int = Field(default=24, ge=0)
    rows_days: int = Field(default=90, ge=_DEDUPLICATION_DAYS)
