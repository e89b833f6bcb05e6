"""Are the algorithms and keys of a proof and its path strong enough for the policy at this time?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from gateway.model.verdict import Caveat, Finding, Status, SubIndication
from gateway.proofs.proof import Proof
from gateway.trust.algorithms import DIGESTS, SCHEME_OF_KEY, SIGNATURES, KeyFacts
from gateway.trust.evidence import trust_finding
from gateway.trust.policies import DigestRule, KeyRule, Policy, SchemeRule


class Use(NamedTuple):
    """An algorithm or key in use, and what the policy says of it now."""

    name: str
    allowed: bool
    caveat: Caveat | None = None


def uses_of_algorithms(
    proof: Proof, key: KeyFacts | None, path_digests: Sequence[str | None], policy: Policy, now: datetime
) -> tuple[Use, ...]:
    """The proof's scheme and digests, and the digests under the path's certificates; None is an unknown digest."""
    scheme, digest = SIGNATURES.get(proof.signature_algorithm, (f"unknown: {proof.signature_algorithm!r}", ""))
    fits = key is None or scheme in SCHEME_OF_KEY[key.kind]
    digests = [digest, DIGESTS.get(proof.digest_algorithm, proof.digest_algorithm)]
    digests += ["an unknown digest" if name is None else name for name in path_digests]
    return (
        _use(scheme, policy.rule_for_scheme(scheme, now) if fits else None),
        *[_use(name, policy.rule_for_digest(name, now)) for name in dict.fromkeys(digests) if name],
    )


def uses_of_keys(keys: Iterable[KeyFacts], policy: Policy, now: datetime) -> tuple[Use, ...]:
    """The signing key and every key of the path."""
    return tuple([_use(str(key), policy.rule_for_key(key, now)) for key in dict.fromkeys(keys)])


def _use(name: str, rule: SchemeRule | DigestRule | KeyRule | None) -> Use:
    return Use(name, allowed=False) if rule is None else Use(name, allowed=True, caveat=rule.caveat)


@lru_cache(maxsize=1024)
def strength_findings(check: str, about: str, uses: tuple[Use, ...], policy: str) -> tuple[Finding, ...]:
    """One finding when all is well or something isn't allowed, else one for each caveat; `policy` is its name."""
    if not uses:
        return (trust_finding(check, Status.NOT_CHECKED, about, "there is no key", None, None, ()),)
    named = ", ".join(use.name for use in uses)
    evidence = (("used", named), ("policy", policy))
    refused = ", ".join(use.name for use in uses if not use.allowed)
    if refused:
        text = f"the policy {policy} doesn't allow {refused} (at this time)"
        sub = SubIndication.CRYPTO_CONSTRAINTS_FAILURE
        return (trust_finding(check, Status.INDETERMINATE, about, text, sub, None, evidence),)
    caveats = {use.caveat: use.name for use in uses if use.caveat is not None}
    if not caveats:
        return (trust_finding(check, Status.PASSED, about, f"{named}: allowed", None, None, evidence),)
    return tuple(_weak(check, about, name, caveat, policy) for caveat, name in caveats.items())


def _weak(check: str, about: str, name: str, caveat: Caveat, policy: str) -> Finding:
    text = f"{name} is weak; the policy {policy} lets it pass"
    evidence = (("used", name), ("policy", policy))
    return trust_finding(check, Status.WARNING, about, text, None, caveat, evidence)
