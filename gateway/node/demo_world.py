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

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.drivers.did_keys import DidKey, SealingKey
from gateway.drivers.files import write_file
from gateway.drivers.keys import SealKey
from gateway.kit.contract import SealProfile
from gateway.node.demo_clerk import make_clerk
from gateway.node.demo_keys import certificate, did_of, make_seal, name_of, new_key
from gateway.node.demo_report import octets
from gateway.node.demo_settings import settings_of
from gateway.node.sealing import seal, seal_credential
from gateway.node.settings import load_settings
from gateway.node.startup import Node, right_now, start
from gateway.packaged import data_folder
from gateway.proofs.dids import VerificationMethod
from gateway.readers.limits import DEFAULT_LIMITS
from gateway.rendering.image import draw
from gateway.rendering.record_page import describe
from gateway.translate.issuer import issuer_by_did
from gateway.verify.engine import verify

_PAGE_LANGUAGES = ("bg", "en")
_ISSUER = b"did:example:college"
"""What stands in the demonstration's learner record for a DID that isn't made yet."""
_SEALED_AT = dt.datetime(2025, 7, 4, 9, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A fictional registry: its trust service, the university that it vouches for, and what that university issues.

    `authority` None: there is no trust service, and the university is trusted by its DID.
    """

    folder: str
    authority: str | None
    university: str
    country: str
    identifier: str | None
    document: str
    profile: SealProfile
    adapter: str

    @property
    def anchor(self) -> str:
        """The file by which its documents are trusted."""
        return f"{self.folder}/{'authority.pem' if self.authority is not None else 'university.did'}"


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
    Registry(
        folder="registry-of-the-isle",
        authority=None,
        university="Far Isle Community College",
        country="US",
        identifier=None,
        document="clr.json",
        profile="vc",
        adapter="clr",
    ),
)
MINISTRY = "Example Ministry of Education"


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
    def seals(self) -> tuple[str, ...]:
        """The certificate and the DID of the seals on translations: what a receiver trusts."""
        return tuple(str(self.folder / "node" / name) for name in ("seal.pem", "credentials.did"))


def make_world(folder: Path) -> World:
    """Make keys, certificates, settings and sealed documents in an empty folder.

    Raises:
        ConfigError: `pages.not_installed`.
    """
    for name in (*(registry.folder for registry in REGISTRIES), "node", "forged"):
        (folder / name).mkdir()
    keys = {registry.folder: _make_registry(folder, registry) for registry in REGISTRIES}
    make_clerk(folder)
    _make_ministry(folder / "node")
    node = start(load_settings(folder / "node" / "node.toml"), now=right_now())
    documents = {r.adapter: _seal_document(folder, r, keys[r.folder], node) for r in REGISTRIES}
    documents["chsi"] = folder / "registry-of-the-east" / "report.json"
    documents["chsi"].parent.mkdir()
    write_file(documents["chsi"], octets())
    return World(folder=folder, node=node, documents=documents)


# --- documents -------------------------------------------------------------------------------------------------------


def _seal_document(folder: Path, registry: Registry, key: SealingKey, node: Node) -> Path:
    body = (data_folder("config") / "demo" / registry.document).read_bytes()
    if registry.profile == "jades":
        body = _with_pages(body, node)
    if isinstance(key, DidKey):
        body = body.replace(_ISSUER, key.method.controller.encode())
        sealed = seal_credential(body, _badges_in(body), key, token=False, now=_SEALED_AT)
    else:
        sealed = seal(body, registry.profile, key, now=_SEALED_AT, limits=DEFAULT_LIMITS)
    file = folder / registry.folder / registry.document
    write_file(file, sealed)
    return file


def _badges_in(body: bytes) -> list[str]:
    """The places of the badges in a learner record, each of which is sealed apart."""
    badges = json.loads(body)["credentialSubject"]["verifiableCredential"]
    return [f"/credentialSubject/verifiableCredential/{n}" for n in range(len(badges))]


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


def _make_registry(folder: Path, registry: Registry) -> SealingKey:
    """The seal of a university, under a trust service or a DID of its own; only what vouches for it is shown."""
    if registry.authority is None:
        return _make_did(folder, registry)
    authority_key, key = new_key(), new_key()
    authority = certificate(name_of(registry.authority, registry.country), authority_key, ca=True)
    subject = name_of(registry.university, registry.country, registry.identifier)
    own = certificate(subject, key, by=(authority, authority_key))
    write_file(folder / registry.anchor, authority.public_bytes(Encoding.PEM))
    write_file(folder / registry.folder / "university.pem", own.public_bytes(Encoding.PEM))
    return SealKey(key, (own,))


def _make_did(folder: Path, registry: Registry) -> DidKey:
    key = Ed25519PrivateKey.generate()
    did = did_of(key)
    write_file(folder / registry.anchor, did.encode())
    method = VerificationMethod(id=f"{did}#{did.removeprefix('did:key:')}", key=key.public_key(), controller=did)
    return DidKey(private_key=key, method=method, issuer=issuer_by_did(did, registry.university, registry.country))


def _make_ministry(folder: Path) -> None:
    make_seal(folder, MINISTRY)
    about = "The settings of the demonstration's node: whom it trusts, and what it seals with."
    anchors = [registry.anchor for registry in REGISTRIES]
    settings = settings_of("gateway.example.org", about=about, owner=MINISTRY, trust=anchors)
    write_file(folder / "node.toml", settings)
