"""Settings of verifying and translating: seals, trust, adapters, policy, limits."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from gateway.drivers.private_keys import PASSPHRASE_VARIABLE
from gateway.kit.contract import SealProfile
from gateway.model.verdict import SubIndication
from gateway.node.settings.section import FilePath, Section, Text, beside_settings
from gateway.readers.limits import DEFAULT_LIMITS, MIB
from gateway.translate.sealing import NEVER_SEALED

LEGACY = "legacy"


def _policy(name: str, info: ValidationInfo) -> str:
    return str(beside_settings(Path(name), info)) if name.endswith(".toml") else name


def _may_be_named(sub: SubIndication) -> SubIndication:
    if sub in NEVER_SEALED:
        message = f"no policy can seal a source with {sub.value}: nothing vouches for what would be sealed"
        raise ValueError(message)
    return sub


PolicyName = Annotated[str, Field(min_length=1), AfterValidator(_policy)]


class SealSection(Section):
    """`[[seal]]`: a key, its certificate, and the kinds of seal it makes."""

    profiles: tuple[SealProfile, ...] = Field(alias="for", min_length=1)
    key: FilePath
    certificate: FilePath
    passphrase_variable: Text = PASSPHRASE_VARIABLE


class TrustSection(Section):
    """`[[trust]]`: one anchor and its terms. `policy` None is the node's default."""

    anchor: FilePath
    policy: PolicyName | None = None
    until: date | None = None
    issuers: tuple[Text, ...] = Field(default=(), alias="for")

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


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class WorkSection(Section):
    """`[work]`: units stand in config/node.toml."""

    processes: int = Field(default_factory=_processors, ge=1, le=64)
    seconds: float = Field(default=60, gt=0, le=3600)
    cpu_seconds: int = Field(default=20, ge=1, le=3600)
    memory_bytes: int = Field(default=1024 * MIB, ge=64 * MIB)
