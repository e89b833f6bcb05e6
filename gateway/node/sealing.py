"""Putting this node's seal on a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from gateway.drivers.did_keys import DidKey, SealingKey
from gateway.drivers.keys import SealKey
from gateway.errors import ConfigError, Refused, RequestError
from gateway.kit.contract import Adapter, Draft, Form, SealProfile
from gateway.model.record import Organisation
from gateway.node.startup import Node
from gateway.proofs.budget import MOST_STEPS, Budget
from gateway.readers.json import JsonValue, dump_json, parse_json
from gateway.readers.limits import Limits
from gateway.translate.issuer import issuer_by_certificate
from gateway.trust.issuers import Sealer
from gateway.verify.engine import INNER_DOCUMENTS


def seal_key_for(node: Node, target: Adapter) -> SealingKey:
    """This node's key for the kind of seal that documents of `target` carry.

    Raises:
        ConfigError: `config.missing`, `config.no_seal`.
        RequestError: `request.not_sealable`.
    """
    profile = target.manifest.seal
    if profile is None:
        raise RequestError(
            "request.not_sealable",
            f"documents of {target.manifest.id!r} can't carry a seal",
            advice="choose another system; `testamur translate --unsealed` writes a marked draft",
        )
    if not node.configured:
        raise ConfigError(
            "config.missing",
            "no settings were found, so there is no key to seal with",
            advice="name them with --config FILE (config/node.toml shows how), or add --unsealed for a marked draft",
        )
    key = node.seals.get(profile)
    if key is None:
        raise ConfigError(
            "config.no_seal",
            f"the settings have no [[seal]] for {profile!r}, which documents of {target.manifest.id!r} carry",
            advice=f'add a [[seal]] entry with for = ["{profile}"], or --unsealed for a marked draft',
        )
    return key


def issuer_of(key: SealingKey) -> Organisation:
    """The issuer of what this key seals: who its certificate names, or its DID with the names of the settings.

    Raises:
        ConfigError: `config.seal_without_organisation`.
    """
    if isinstance(key, DidKey):
        return key.issuer
    sealer = Sealer.of(key.certificates[0])
    if not sealer.names:
        raise ConfigError(
            "config.seal_without_organisation",
            "the seal's certificate names no organisation (O), expected the one that issues translations",
            advice="get a certificate for seals: it names an organisation",
        )
    return issuer_by_certificate(sealer.names[0], sealer.country, next(iter(sealer.identifiers), None))


def seal_draft(draft: Draft, key: SealingKey, form: Form | None, *, now: dt.datetime, limits: Limits) -> bytes:
    """A draft under this node's seal, in the form chosen; of a picture, what is baked into it."""
    if isinstance(key, DidKey):
        return seal_credential(draft.body, draft.inner, key, token=form == "jwt", now=now)
    return seal(draft.body, draft.seal or "jades", key, now=now, limits=limits)


def seal(body: bytes, profile: SealProfile, key: SealKey, *, now: dt.datetime, limits: Limits) -> bytes:
    """The body under a certificate's seal; each maker checks its own seal before it gives it out."""
    if profile == "xmldsig":
        from gateway.proofs.xmldsig.seal import seal_enveloped

        return seal_enveloped(body, key.private_key, key.certificates, limits=limits)
    if profile == "pades":
        from gateway.proofs.pdf.seal import seal_pdf

        return seal_pdf(body, key.private_key, key.certificates, signed_at=now, limits=limits)
    from gateway.proofs.jose.seal import finish_seal, prepare_seal

    prepared = prepare_seal(body, certificates=key.certificates, signed_at=now)
    return finish_seal(prepared, key.sign_digest(prepared.digest))


def seal_credential(body: bytes, inner: Iterable[str], key: DidKey, *, token: bool, now: dt.datetime) -> bytes:
    """A credential under a DID's seal: those inside first, each with a proof embedded, then the whole.

    `inner` are the places of the credentials inside, each before whatever it stands in. With `token` the whole becomes
    a token (VC-JWT); else it has a proof embedded too.

    Raises:
        Refused: `seal.too_many`, where whoever verifies wouldn't look at all of it.
    """
    places, budget = tuple(inner), Budget(_MOST_STEPS)
    if len(places) >= INNER_DOCUMENTS:
        raise _too_many(places)
    try:
        value = parse_json(body)
        for place in places:
            holder, name = _holder(value, place)
            holder[name] = parse_json(_with_proof(dump_json(holder[name]), key, now, budget))
        octets = dump_json(value)
        return _as_token(octets, key) if token else _with_proof(octets, key, now, budget)
    except Refused as refused:
        if refused.code != "limit.work":
            raise
        raise _too_many(places) from None


_MOST_STEPS = MOST_STEPS * 3 // 4
"""What the proofs of a document that we seal may cost to check: verifying it, one does more than that."""


def _too_many(places: tuple[str, ...]) -> Refused:
    return Refused(
        "seal.too_many",
        f"got {len(places)} credentials inside one document, more than whoever verifies it looks at",
        advice="translate for a system that seals the whole at once (elmo, europass), or add --unsealed for a draft",
    )


def _with_proof(credential: bytes, key: DidKey, now: dt.datetime, budget: Budget) -> bytes:
    from gateway.proofs.dataintegrity.seal import finish_proof, prepare_proof

    prepared = prepare_proof(credential, method=key.method, signed_at=now)
    return finish_proof(prepared, key.sign(prepared.signing_input), budget)


def _as_token(credential: bytes, key: DidKey) -> bytes:
    from gateway.proofs.jose.token import finish_token, prepare_token

    prepared = prepare_token(credential, method=key.method)
    return finish_token(prepared, key.sign(prepared.signing_input))


def _holder(value: JsonValue, place: str) -> tuple[JsonValue, str | int]:
    """What holds the value at a place (a JSON Pointer of our own writer), and by which name or number."""
    *way, last = place.split("/")[1:]
    for name in way:
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value, int(last) if isinstance(value, list) else last
