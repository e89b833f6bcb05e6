"""Putting this node's seal on a draft."""

from __future__ import annotations

import datetime as dt

from gateway.drivers.keys import SealKey
from gateway.errors import ConfigError, RequestError
from gateway.kit.contract import Adapter, SealProfile
from gateway.model.record import Organisation
from gateway.node.startup import Node
from gateway.readers.limits import Limits
from gateway.translate.issuer import issuer_by_certificate
from gateway.trust.issuers import Sealer


def seal_key_for(node: Node, target: Adapter) -> SealKey:
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
            advice="add --unsealed to translate all the same, as a marked draft",
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


def issuer_of(key: SealKey) -> Organisation:
    """The issuer of what this key seals: who its certificate names.

    Raises:
        ConfigError: `config.seal_without_organisation`.
    """
    sealer = Sealer.of(key.certificates[0])
    if not sealer.names:
        raise ConfigError(
            "config.seal_without_organisation",
            "the seal's certificate names no organisation (O), expected the one that issues translations",
            advice="get a certificate for seals: it names an organisation",
        )
    return issuer_by_certificate(sealer.names[0], sealer.country, next(iter(sealer.identifiers), None))


def seal(body: bytes, profile: SealProfile, key: SealKey, *, now: dt.datetime, limits: Limits) -> bytes:
    """The body under a seal; each maker checks its own seal before it gives it out."""
    if profile == "xmldsig":
        from gateway.proofs.xmldsig.seal import seal_enveloped

        return seal_enveloped(body, key.private_key, key.certificates, limits=limits)
    from gateway.proofs.jose.seal import finish_seal, prepare_seal

    prepared = prepare_seal(body, certificates=key.certificates, signed_at=now)
    return finish_seal(prepared, key.sign_digest(prepared.digest))
