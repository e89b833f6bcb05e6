"""Settings of verifying and translating: seals, trust, adapters, policy, limits."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from gateway.drivers.private_keys import PASSPHRASE_VARIABLE
from gateway.drivers.processes import processors
from gateway.kit.contract import SealProfile
from gateway.model.verdict import SubIndication
from gateway.node.settings.section import FilePath, Section, Text, beside_settings
from gateway.readers.limits import DEFAULT_LIMITS, MIB
from gateway.translate.sealing import NEVER_SEALED

LEGACY = "legacy"
EVIDENCE = "evidence"
"""What a `[[trust]]` entry is for that may attest answers from outside."""


def _policy(name: str, info: ValidationInfo) -> str:
    return str(beside_settings(Path(name), info)) if name.endswith(".toml") else name


def _may_be_named(sub: SubIndication) -> SubIndication:
    if sub in NEVER_SEALED:
        message = f"no policy can seal a source with {sub.value}: nothing vouches for what would be sealed"
        raise ValueError(message)
    return sub


PolicyName = Annotated[str, Field(min_length=1), AfterValidator(_policy)]


_CREDENTIALS = ("vc",)
Did = Annotated[str, Field(pattern=r"^did:(key|web):[A-Za-z0-9._%:-]+$")]
Fragment = Annotated[str, Field(pattern=r"^[A-Za-z0-9._~-]+$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


def _one_way(profiles: tuple[SealProfile, ...]) -> tuple[SealProfile, ...]:
    if "vc" in profiles and profiles != _CREDENTIALS:
        message = '"vc" has an entry of its own: its key has a DID, and no certificate'
        raise ValueError(message)
    return profiles


def _certificate(certificate: Path | None, info: ValidationInfo) -> Path | None:
    has_did = info.data.get("profiles") == _CREDENTIALS
    if certificate is None and not has_did:
        message = "required: the certificate of the key"
        raise ValueError(message)
    if certificate is not None and has_did:
        message = 'a seal for "vc" has a DID, and no certificate'
        raise ValueError(message)
    return certificate


def _of_credentials(value: str | None, info: ValidationInfo) -> str | None:
    """What only a seal with a DID has: where there is a certificate, that says who seals."""
    if value is not None and info.data.get("profiles") not in (None, _CREDENTIALS):
        message = 'only for "vc": else the certificate says who seals'
        raise ValueError(message)
    return value


def _name(name: str | None, info: ValidationInfo) -> str | None:
    if name is None and info.data.get("profiles") == _CREDENTIALS:
        message = 'required for "vc": the name of who issues translations, for no certificate says it'
        raise ValueError(message)
    return _of_credentials(name, info)


class SealSection(Section):
    """`[[seal]]`: a key, the kinds of seal it makes, and whose it is: by a certificate, or (`vc`) by a DID.

    did         None: the did:key that the key makes by itself
    method      the fragment that names the key in the DID's document; None: the key as a Multikey text
    name, identifier, country   of who issues what is sealed; what a certificate says elsewhere
    form        how credentials are sealed where nobody asks: a proof embedded (json), or a token (jwt)
    """

    profiles: Annotated[tuple[SealProfile, ...], AfterValidator(_one_way)] = Field(alias="for", min_length=1)
    key: FilePath
    certificate: Annotated[FilePath | None, AfterValidator(_certificate)] = Field(default=None, validate_default=True)
    passphrase_variable: Text = PASSPHRASE_VARIABLE
    did: Annotated[Did | None, AfterValidator(_of_credentials)] = None
    method: Annotated[Fragment | None, AfterValidator(_of_credentials)] = None
    name: Annotated[Text | None, AfterValidator(_name)] = Field(default=None, validate_default=True)
    identifier: Annotated[Text | None, AfterValidator(_of_credentials)] = None
    country: Annotated[Country | None, AfterValidator(_of_credentials)] = None
    form: Literal["json", "jwt"] = "json"


class TrustSection(Section):
    """`[[trust]]`: one anchor and its terms. `policy` None is the node's default.

    purposes    what it is trusted for: issuers by name or identifier, and the word "evidence"; empty: all documents
    """

    anchor: FilePath
    policy: PolicyName | None = None
    until: date | None = None
    purposes: tuple[Text, ...] = Field(default=(), alias="for")

    @property
    def issuers(self) -> tuple[str, ...]:
        """The issuers whose documents it vouches for; empty: all of them, where it does for any."""
        return tuple(one for one in self.purposes if one != EVIDENCE)

    @property
    def for_documents(self) -> bool:
        """Whether it vouches for documents."""
        return self.purposes != (EVIDENCE,)

    @property
    def for_evidence(self) -> bool:
        """Whether it may attest answers from outside: never unless that is said."""
        return EVIDENCE in self.purposes

    @model_validator(mode="after")
    def _legacy_ends(self) -> TrustSection:
        if self.policy == LEGACY and self.until is None:
            message = 'policy "legacy" is granted until a date: add `until = YYYY-MM-DD`'
            raise ValueError(message)
        return self


class AdaptersSection(Section):
    """`[adapters]`: those of other distributions that may be loaded."""

    enabled: tuple[Text, ...] = ()


class SealIndeterminate(Section):
    """`[[policy.seal_indeterminate]]`: open questions with which documents of an adapter are sealed all the same."""

    adapter: Text
    sub_indications: tuple[Annotated[SubIndication, AfterValidator(_may_be_named)], ...] = Field(min_length=1)


class PolicySection(Section):
    """`[policy]`."""

    default: PolicyName = "strict"
    seal_indeterminate: tuple[SealIndeterminate, ...] = ()
    seal_simulated: bool = False

    @model_validator(mode="after")
    def _not_legacy(self) -> PolicySection:
        if self.default == LEGACY:
            message = 'policy "legacy" is granted to named anchors, never to all: set it in a [[trust]] entry'
            raise ValueError(message)
        return self


class LimitsSection(Section):
    """`[limits]`: units stand in config/node.toml."""

    document_bytes: int = Field(default=DEFAULT_LIMITS.document_bytes, ge=1)
    depth: int = Field(default=DEFAULT_LIMITS.depth, ge=1)
    nodes: int = Field(default=DEFAULT_LIMITS.nodes, ge=1)
    attributes: int = Field(default=DEFAULT_LIMITS.attributes, ge=1)
    namespaces: int = Field(default=DEFAULT_LIMITS.namespaces, ge=1)
    inflate_ratio: int = Field(default=DEFAULT_LIMITS.inflate_ratio, ge=1)
    containers: int = Field(default=DEFAULT_LIMITS.containers, ge=0)
    embed_bytes: int = Field(default=DEFAULT_LIMITS.embed_bytes, ge=0)
    attachment_bytes: int = Field(default=DEFAULT_LIMITS.attachment_bytes, ge=0)


class WorkSection(Section):
    """`[work]`: units stand in config/node.toml."""

    processes: int = Field(default_factory=processors, ge=1, le=64)
    seconds: float = Field(default=60, gt=0, le=3600)
    cpu_seconds: int = Field(default=20, ge=1, le=3600)
    memory_bytes: int = Field(default=1024 * MIB, ge=64 * MIB)
