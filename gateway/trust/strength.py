"""Are the algorithms and keys of a proof and its path strong enough for the policy at this time?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import NamedTuple

from gateway.model.verdict import Caveat, Finding, Status, SubIndication
from gateway.trust.algorithms import DIGESTS, SCHEME_OF_KEY, SIGNATURES, KeyFacts
from gateway.trust.evidence import trust_finding
from gateway.trust.policies import DigestRule, KeyRule, Policy, SchemeRule


class Use(NamedTuple):
    """An algorithm or key in use, and what the policy says of it now."""

    name: str
    allowed: bool
    caveat: Caveat | None = None


@lru_cache(maxsize=1024)
def strength_findings(
    about: str,
    algorithms: tuple[str, str],
    key: KeyFacts | None,
    path_digests: tuple[str | None, ...],
    path_keys: tuple[KeyFacts, ...],
    policy: Policy,
    day: date,
) -> tuple[Finding, ...]:
    """The findings `trust.algorithm` and `trust.key_size`.

    Args:
        about: the proof.
        algorithms: signature and digest as the proof names them.
        key: the signing key, if there is one.
        path_digests: the digests under the path's certificates, None for one that isn't known.
        path_keys: the keys of the path's certificates.
        policy: what may pass.
        day: a day that stands for the time of judging: `Policy.unchanged_through`.
    """
    now = datetime.combine(day, time(), UTC)
    used = _algorithms(algorithms, key, path_digests, policy, now)
    keys = dict.fromkeys([*([key] if key else []), *path_keys])
    sizes = tuple(_use(str(known), policy.rule_for_key(known, now)) for known in keys)
    return (*_of_uses("algorithm", about, used, policy.name), *_of_uses("key_size", about, sizes, policy.name))


def _algorithms(
    algorithms: tuple[str, str], key: KeyFacts | None, path: Iterable[str | None], policy: Policy, now: datetime
) -> tuple[Use, ...]:
    """The proof's scheme and digests, and the digests under the path's certificates."""
    signature, reference = algorithms
    scheme, digest = SIGNATURES.get(signature, (_unknown(signature), ""))
    fits = key is None or scheme in SCHEME_OF_KEY[key.kind]
    digests = [digest, DIGESTS.get(reference, reference)]
    digests += ["an unknown digest" if name is None else name for name in path]
    return (
        _use(scheme, policy.rule_for_scheme(scheme, now) if fits else None),
        *[_use(name, policy.rule_for_digest(name, now)) for name in dict.fromkeys(digests) if name],
    )


def _unknown(signature: str) -> str:
    """A proof may name none, as a path to a root in a blockchain does."""
    return f"the unknown {signature!r}" if signature else "a proof that names no signature algorithm"


def _use(name: str, rule: SchemeRule | DigestRule | KeyRule | None) -> Use:
    return Use(name, allowed=False) if rule is None else Use(name, allowed=True, caveat=rule.caveat)


def _of_uses(check: str, about: str, uses: tuple[Use, ...], policy: str) -> tuple[Finding, ...]:
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
