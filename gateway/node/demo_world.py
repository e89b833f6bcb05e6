"""The world of the demonstration: fictional registries with keys made on the spot, their sealed documents, a node.

Nothing of it is kept in the project: the documents of `config/demo/` are unsealed and say nothing of any real person
or institution; every key lives in the folder of one demonstration.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from gateway.drivers.files import write_file
from gateway.drivers.keys import SealKey
from gateway.kit.contract import SealProfile
from gateway.node.demo_keys import certificate, make_seal, name_of, new_key
from gateway.node.sealing import seal
from gateway.node.settings import load_settings
from gateway.node.startup import Node, right_now, start
from gateway.packaged import data_folder
from gateway.readers.limits import DEFAULT_LIMITS
from gateway.rendering.image import draw
from gateway.rendering.record_page import describe
from gateway.verify.engine import verify

_PAGE_LANGUAGES = ("bg", "en")
_SEALED_AT = dt.datetime(2025, 7, 4, 9, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A fictional registry: its trust service, the university that it vouches for, and what that university issues."""

    folder: str
    authority: str
    university: str
    country: str
    identifier: str | None
    document: str
    profile: SealProfile
    adapter: str


REGISTRIES = (
    Registry(
        folder="registry-of-the-shore",
        authority="Trust Service of the Shore",
        university="Πανεπιστήμιο Φωτεινής Ακτής",
        country="GR",
        identifier=None,
        document="elmo.xml",
        profile="xmldsig",
        adapter="elmo",
    ),
    Registry(
        folder="registry-of-the-river",
        authority="Trust Service of the River",
        university="Художествена академия „Синя река“",
        country="BG",
        identifier="VATBG-999999999",
        document="europass.json",
        profile="jades",
        adapter="europass",
    ),
)
MINISTRY = "Example Ministry of Education"
_SETTINGS = """# The settings of the demonstration's node: whom it trusts, and what it seals with.
[node]
id = "gateway.example.org"

[[seal]]
for = ["xmldsig", "jades"]
key = "seal.key.pem"
certificate = "seal.pem"

[[trust]]
anchor = "../registry-of-the-shore/authority.pem"

[[trust]]
anchor = "../registry-of-the-river/authority.pem"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the demonstration works with: sealed documents by the adapter that reads them, a node, and where all is."""

    folder: Path
    node: Node
    documents: dict[str, Path]

    @property
    def settings(self) -> Path:
        """The settings of the node."""
        return self.folder / "node" / "node.toml"

    @property
    def seal_certificate(self) -> Path:
        """The certificate of the seal on translations: what a receiver trusts."""
        return self.folder / "node" / "seal.pem"


def make_world(folder: Path) -> World:
    """Make keys, certificates, settings and sealed documents in an empty folder.

    Raises:
        ConfigError: `pages.not_installed`.
    """
    for name in (*(registry.folder for registry in REGISTRIES), "node", "forged"):
        (folder / name).mkdir()
    keys = {registry.folder: _make_registry(folder, registry) for registry in REGISTRIES}
    _make_ministry(folder / "node")
    node = start(load_settings(folder / "node" / "node.toml"), now=right_now())
    documents = {r.adapter: _seal_document(folder, r, keys[r.folder], node) for r in REGISTRIES}
    return World(folder=folder, node=node, documents=documents)


# --- documents -------------------------------------------------------------------------------------------------------


def _seal_document(folder: Path, registry: Registry, key: SealKey, node: Node) -> Path:
    body = (data_folder("config") / "demo" / registry.document).read_bytes()
    if registry.profile == "jades":
        body = _with_pages(body, node)
    sealed = seal(body, registry.profile, key, now=_SEALED_AT, limits=DEFAULT_LIMITS)
    file = folder / registry.folder / registry.document
    write_file(file, sealed)
    return file


def _with_pages(body: bytes, node: Node) -> bytes:
    """The credential with a page image in each of its languages, as every Europass credential has to have."""
    credential = json.loads(body)
    record = verify(body, adapters=node.adapters, terms=node.terms(_SEALED_AT)).read().record
    displays = credential["displayParameter"]["individualDisplay"]
    for display, language in zip(displays, _PAGE_LANGUAGES, strict=True):
        page = draw(describe(record, record.reports[0], language=language, draft=False))
        display["displayDetail"]["image"]["content"] = base64.b64encode(page.png).decode()
    return json.dumps(credential, ensure_ascii=False).encode()


# --- keys ------------------------------------------------------------------------------------------------------------


def _make_registry(folder: Path, registry: Registry) -> SealKey:
    """A trust service and the seal of its university; only the trust service's certificate is shown to the world."""
    authority_key, key = new_key(), new_key()
    authority = certificate(name_of(registry.authority, registry.country), authority_key, ca=True)
    subject = name_of(registry.university, registry.country, registry.identifier)
    own = certificate(subject, key, by=(authority, authority_key))
    write_file(folder / registry.folder / "authority.pem", authority.public_bytes(Encoding.PEM))
    write_file(folder / registry.folder / "university.pem", own.public_bytes(Encoding.PEM))
    return SealKey(key, (own,))


def _make_ministry(folder: Path) -> None:
    make_seal(folder, MINISTRY)
    write_file(folder / "node.toml", _SETTINGS.encode())
