"""Start-up: the only place that chooses drivers, reads the clock and finds adapters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from gateway.drivers.did_keys import DidKey, SealingKey, load_did_key
from gateway.drivers.keys import load_seal_key
from gateway.drivers.node_secret import load_node_secret
from gateway.drivers.pdf_process import pdf_examiner, pdf_reader
from gateway.drivers.reach import Reach
from gateway.drivers.trust_files import load_anchors, without_waiting
from gateway.drivers.workers import isolate
from gateway.errors import ConfigError, RequestError
from gateway.kit.contract import Adapter, SealProfile
from gateway.kit.discovery import discover
from gateway.node.pages import find_renderer
from gateway.node.settings import LEGACY, STANDARD_FILE, SealSection, Settings, TrustSection, load_settings
from gateway.node.tools import adapter_used, gateway_used
from gateway.readers.limits import DEFAULT_LIMITS, Limits
from gateway.translate.derivation import AdapterUsed, GatewayUsed
from gateway.translate.engine import Renderer
from gateway.translate.issuer import issuer_by_did
from gateway.translate.sealing import Sealable
from gateway.trust.anchors import Anchor
from gateway.trust.policies import Policy, load_policy
from gateway.verify.asking import OF_THIS_PROCESS
from gateway.verify.evidence import Answers, methods_in
from gateway.verify.gathering import NOTHING, Gathered
from gateway.verify.terms import Terms

DEFAULT_POLICY = "strict"
UNCONFIGURED = "unconfigured"
"""The name of a node without settings, in drafts."""


def adapters(enabled: Iterable[str] = ()) -> tuple[Adapter, ...]:
    """The adapters of this installation: those in the tree, and those from outside that are enabled by name."""
    return isolate(discover(enabled).found)


def right_now() -> dt.datetime:
    """The time, in UTC and whole seconds: read here and handed down as an argument everywhere."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def terms(
    trust: Iterable[str] = (),
    *,
    policy: str | None = None,
    at: dt.datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
    conformity: bool = True,
    answers: Answers = MappingProxyType({}),
) -> Terms:
    """What a caller's options say a document is judged by; `answers` are those of the outside."""
    methods = methods_in(answers.values())
    anchors = load_anchors(trust, methods)
    return Terms(
        now=at or right_now(),
        policy=load_policy(policy or DEFAULT_POLICY),
        anchors=anchors,
        witnesses=anchors,
        limits=limits,
        conformity=conformity,
        methods=methods,
        evidence=answers,
        pdf=pdf_examiner(),
        pdf_text=pdf_reader(),
    )


def read_file(path: Path, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a document, one more than the limit at the most; `RequestError` when it can't be read."""
    try:
        with open(path, "rb", opener=without_waiting) as stream:
            return stream.read(limits.document_bytes + 1)
    except OSError as error:
        raise RequestError(
            "request.file_unreadable",
            f"{path} can't be read: {error.strerror}",
            advice="check the path and its permissions",
        ) from error


# --- a node ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Node:
    """What a node works with, made once at start-up.

    configured  whether this comes from a settings file; without one nothing is sealed
    witnesses   those who may attest that they fetched an answer
    seals       the key for each kind of seal
    sealable    the open questions with which the node's policy seals all the same
    seal_simulated  whether it seals what rests on a simulator
    renderer    who draws pages; None where nothing that draws is installed
    reach       whom this node asks about documents; None: nobody
    secret      by its HMAC answers are named that were asked for by a secret
    """

    id: str
    configured: bool
    adapters: tuple[Adapter, ...]
    policy: Policy
    anchors: tuple[Anchor, ...] = ()
    witnesses: tuple[Anchor, ...] = ()
    limits: Limits = DEFAULT_LIMITS
    seals: Mapping[SealProfile, SealingKey] = field(default_factory=dict)
    sealable: Sealable = field(default_factory=dict)
    seal_simulated: bool = False
    renderer: Renderer | None = None
    reach: Reach | None = None
    secret: bytes = field(default=OF_THIS_PROCESS, repr=False)

    @property
    def gateway(self) -> GatewayUsed:
        """The version of the gateway, and the digest of its tables."""
        return gateway_used()

    def used(self, adapter: Adapter) -> AdapterUsed:
        """An adapter as a derivation names it."""
        return adapter_used(adapter)

    def terms(self, now: dt.datetime, gathered: Gathered = NOTHING) -> Terms:
        """The configured terms, as of a time, with what the outside answered."""
        return Terms(
            now=now,
            policy=self.policy,
            anchors=self.anchors,
            witnesses=self.witnesses,
            limits=self.limits,
            methods=methods_in(gathered.answers.values()),
            evidence=gathered.answers,
            unanswered=gathered.unanswered,
            pdf=pdf_examiner(),
            pdf_text=pdf_reader(),
            secret=self.secret,
        )

    def terms_of_caller(
        self, trust: tuple[str, ...], policy: str | None, at: dt.datetime | None, now: dt.datetime, answers: Answers
    ) -> Terms:
        """The configured terms with what a caller gives in their place."""
        own = self.terms(at or now, Gathered(answers=answers))
        if trust:
            given = load_anchors(trust, own.methods)
            own = replace(own, anchors=given, witnesses=given)
        if policy is None:
            return own
        anchors, witnesses = (tuple(replace(a, policy=None) for a in some) for some in (own.anchors, own.witnesses))
        return replace(own, policy=load_policy(policy), anchors=anchors, witnesses=witnesses)


def find_settings(file: Path | None) -> Settings | None:
    """The settings in the file named, else in ./node.toml, else none."""
    if file is not None:
        return load_settings(file)
    return load_settings(STANDARD_FILE) if STANDARD_FILE.is_file() else None


def start(settings: Settings | None, *, now: dt.datetime) -> Node:
    """A node by its settings; without settings one that trusts nobody and seals nothing.

    Raises:
        ConfigError: whatever keys, trust and policies are refused for; `config.unusable` with all of it where several
            things are wrong; `config.key_in_two_roles`.
    """
    if settings is None:
        policy = load_policy(DEFAULT_POLICY)
        return Node(id=UNCONFIGURED, configured=False, adapters=adapters(), policy=policy, renderer=find_renderer())
    attempt = Attempts()
    found = attempt(lambda: adapters(settings.adapters.enabled))
    policy_ = attempt(lambda: load_policy(settings.policy.default))
    trusted = [(entry, attempt(_loading_anchors(entry)) or ()) for entry in settings.trust]
    seals = {entry: attempt(_loading_key(entry, now)) for entry in settings.seal}
    secret = attempt(lambda: load_node_secret(settings.node.secret))
    attempt.require_all_well()
    assert found is not None  # noqa: S101 - else an attempt failed, and that was raised
    assert policy_ is not None  # noqa: S101
    keys = {profile: key for entry, key in seals.items() if key is not None for profile in entry.profiles}
    anchors = tuple(anchor for entry, found_ in trusted for anchor in found_ if entry.for_documents)
    witnesses = tuple(anchor for entry, found_ in trusted for anchor in found_ if entry.for_evidence)
    _refuse_key_in_two_roles(keys, (*anchors, *witnesses))
    _require_known(settings, found)
    return Node(
        id=settings.node.id,
        configured=True,
        adapters=found,
        policy=policy_,
        anchors=anchors,
        witnesses=witnesses,
        limits=settings.bounds(),
        seals=keys,
        sealable=settings.sealable(),
        seal_simulated=settings.policy.seal_simulated,
        renderer=find_renderer(),
        reach=settings.reach(),
        secret=secret or OF_THIS_PROCESS,
    )


_T = TypeVar("_T")


class Attempts:
    """Try each thing, and raise all that went wrong together."""

    def __init__(self) -> None:
        self.faults: list[ConfigError] = []

    def __call__(self, make: Callable[[], _T]) -> _T | None:
        """What was made, or None where it failed: that is kept for `require_all_well`."""
        try:
            return make()
        except ConfigError as fault:
            self.faults.append(fault)
            return None

    def require_all_well(self) -> None:
        """Raise what went wrong: the one fault, or all of them in one."""
        if len(self.faults) == 1:
            raise self.faults[0]
        if self.faults:
            said = "\n".join(f"  - {fault.message} ({fault.code})" for fault in self.faults)
            raise ConfigError(
                "config.unusable",
                f"{len(self.faults)} things that the settings name can't be used:\n{said}",
                advice="; ".join(dict.fromkeys(fault.advice for fault in self.faults if fault.advice)),
            )


def _loading_anchors(entry: TrustSection) -> Callable[[], tuple[Anchor, ...]]:
    def load() -> tuple[Anchor, ...]:
        if entry.policy == LEGACY and entry.anchor.is_dir():
            raise ConfigError(
                "config.legacy_folder",
                f'got the folder {entry.anchor} as anchor with the policy "legacy", expected one file',
                advice="legacy is granted to named anchors: write a [[trust]] entry for each",
            )
        policy = load_policy(entry.policy) if entry.policy is not None else None
        return tuple(
            anchor.limited(policy=policy, until=entry.until, issuers=entry.issuers)
            for anchor in load_anchors([entry.anchor])
        )

    return load


def load_seal(entry: SealSection, now: dt.datetime) -> SealingKey:
    """The key of a `[[seal]]` entry.

    Raises:
        ConfigError: as `load_seal_key` and `load_did_key`.
    """
    if entry.certificate is not None:
        return load_seal_key(entry.key, entry.certificate, now=now, passphrase_variable=entry.passphrase_variable)
    key, method = load_did_key(
        entry.key, entry.did, fragment=entry.method, passphrase_variable=entry.passphrase_variable
    )
    issuer = issuer_by_did(method.controller, entry.name or "", entry.country, entry.identifier)
    return DidKey(private_key=key, method=method, issuer=issuer, form=entry.form)


def _loading_key(entry: SealSection, now: dt.datetime) -> Callable[[], SealingKey]:
    return lambda: load_seal(entry, now)


def _refuse_key_in_two_roles(keys: Mapping[SealProfile, SealingKey], anchors: Iterable[Anchor]) -> None:
    """A key that seals translations must not be trusted for originals: nobody could tell one from the other.

    Nor may its DID be, by whatever key: what the DID states would be original and translation.
    """
    anchors = tuple(anchors)
    trusted = {anchor.key_sha256 for anchor in anchors} | {anchor.controller for anchor in anchors}
    both = sorted(profile for profile, key in keys.items() if not trusted.isdisjoint(_names_of(key)))
    if both:
        raise ConfigError(
            "config.key_in_two_roles",
            f"the seal key for {', '.join(both)}, or its DID, is also trusted for originals, expected one of its own",
            advice="seal translations with a key that nothing original is sealed with, or take it out of [[trust]]",
        )


def _names_of(key: SealingKey) -> set[str]:
    return {key.key_sha256, *([key.method.controller] if isinstance(key, DidKey) else [])}


def _require_known(settings: Settings, found: tuple[Adapter, ...]) -> None:
    known = {adapter.manifest.id for adapter in found}
    unknown = sorted(set(settings.sealable()) - known)
    if unknown:
        raise ConfigError(
            "config.unknown_adapter",
            f"[[policy.seal_indeterminate]] names {', '.join(unknown)}, expected one of {', '.join(sorted(known))}",
            advice="`testamur adapters list` shows the adapters",
        )
