"""Checking JSON Web Signatures (RFC 7515, 7518, 7797, 8037; the best practices of RFC 8725) without leniency.

Why an own core: docs/adr/0003-own-jws-core.md. Every signature of a JWS is checked, each gives a `Proof`. Nothing is
fetched: `jku` and `x5u` are never looked at. The key is that of the first certificate of `x5c`, or of the certificate
that a signed digest names, or the `jwk`, or the one that the `kid` names (as a DID, or in a document that was given),
or one of the keys that the caller knows. A key that the signature brings along says only who signed: whether that one
is trusted is another floor's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cryptography.x509 import Certificate

from gateway.errors import Refused
from gateway.model.verdict import SubIndication
from gateway.proofs.budget import TRY, Budget
from gateway.proofs.dids import Methods, VerificationMethod, method_named
from gateway.proofs.jose import certificates as certs
from gateway.proofs.jose import jades
from gateway.proofs.jose.algorithms import ALGORITHMS, Algorithm, never_acceptable
from gateway.proofs.jose.steps import Steps
from gateway.proofs.jwk import read_jwk
from gateway.proofs.method_use import check_use
from gateway.proofs.proof import Proof, PublicKey
from gateway.readers.json import JsonValue
from gateway.readers.jws import JwsSignature, ParsedJws

KnownKeys = Mapping[str, PublicKey] | Sequence[PublicKey]
"""Keys that the caller knows: by key id, or merely as candidates."""

NO_METHODS: Methods = {}

_REGISTERED = frozenset(
    {
        *("alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit"),  # RFC 7515, section 4.1
        *("enc", "zip", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c"),  # RFC 7516 and 7518, for encryption
    }
)
_UNDERSTOOD = frozenset({"b64"}) | jades.UNDERSTOOD
_LONGEST_KEY_ID = 1024  # JAdES puts an issuer's whole name there; real ones have 424 characters
_MOST_KEYS = 64
_OCTETS = 500  # digested in a step


def verify_jws(
    jws: ParsedJws,
    *,
    keys: KnownKeys = (),
    methods: Methods = NO_METHODS,
    algorithms: Collection[str] | None = None,
    named: str | None = None,
    now: dt.datetime | None = None,
    budget: Budget | None = None,
) -> tuple[Proof, ...]:
    """Check every signature of a JWS.

    `keys` are tried where a signature brings no key along: the one of its `kid` where they are given by id and it
    names one, else all. Given by id, they alone count, beside certificates. `methods` are out of documents that were
    given, by the names that a `kid` may have; `named` is the name of the key where the content has it, and no `kid`
    does. Whether any key is trusted isn't asked here. `algorithms` are the only ones accepted, where a key or a
    protocol is bound to some (RFC 8725, section 3.1); else all that are implemented. `now` is when the controller of a
    key must let it be used; None: that isn't asked.

    Raises:
        Refused: `limit.work`, where more keys would have to be tried than `budget` pays for.
    """
    many = len(jws.signatures) > 1
    given = _Given(keys, methods, algorithms, named, now, budget or Budget())
    return tuple(
        _verify(jws, signature, f"signatures/{at}" if many else "signature", given)
        for at, signature in enumerate(jws.signatures)
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """What the caller knows and allows."""

    keys: KnownKeys
    methods: Methods
    algorithms: Collection[str] | None
    named: str | None
    now: dt.datetime | None
    budget: Budget


def _verify(jws: ParsedJws, signature: JwsSignature, about: str, given: _Given) -> Proof:
    steps = Steps(about)
    is_jades = jades.is_jades(signature)
    _check_structure(jws, steps)
    _check_header(signature, steps)
    _check_crit(signature.header, steps)
    algorithm = _algorithm(signature.header, given.algorithms, steps)
    carried, hints = _certificates(signature, steps)
    key_id = _text(signature.header, "kid") or given.named
    candidates = _candidates(signature, carried, key_id, given, steps)
    key = _check_value(jws, signature, algorithm, candidates, steps, given.budget)
    if is_jades:
        jades.check(jws, signature, carried, steps)
    certificates = tuple(dict.fromkeys((*carried, *hints)))
    sound = steps.holds("signature.value") and not steps.any_failed
    return Proof(
        kind="jades" if is_jades else "jws",
        findings=tuple(steps.findings),
        covered=jws.payload if sound else None,
        key=key,
        certificates=certificates,
        signature_algorithm=_text(signature.header, "alg") or "",
        digest_algorithm=algorithm.digest.name if algorithm and algorithm.digest else "",
        claimed_time=jades.claimed_time(signature.header),
        key_id=key_id,
        controller=candidates.controller,
        about=about,
        known=not _is_unknown(signature.header),
    )


def _is_unknown(header: Mapping[str, JsonValue]) -> bool:
    """Whether the header names an algorithm that isn't implemented: no word on whether the signature is good."""
    name = header.get("alg")
    return isinstance(name, str) and name not in ALGORITHMS and not never_acceptable(name)


def _text(header: Mapping[str, JsonValue], name: str) -> str | None:
    value = header.get(name)
    return value if isinstance(value, str) else None


# --- structure, header, critical members ------------------------------------------------------------------------------


def _check_structure(jws: ParsedJws, steps: Steps) -> None:
    steps.passed("signature.structure", f"A JWS in {jws.serialisation} serialisation.")
    if jws.payload is None:
        message = "The file carries the signature without what was signed: send both in one file."
        steps.open("signature.payload", SubIndication.SIGNED_DATA_NOT_FOUND, message)
    if jws.ignored:
        message = f"{len(jws.ignored)} member(s) that the standard doesn't know stand outside the signature: ignored."
        steps.warn("signature.structure", message)


def _check_header(signature: JwsSignature, steps: Steps) -> None:
    """Names stand in one header alone (RFC 7515 section 4); what has a fixed type has it."""
    twice = [name for name in signature.unprotected if name in signature.header]
    typed = {"kid": str, "typ": str, "cty": str, "b64": bool}
    wrong = [name for name, kind in typed.items() if not isinstance(signature.header.get(name, kind()), kind)]
    if twice or "crit" in signature.unprotected:
        _broken(steps, "signature.header", "A name stands in both headers, or crit in the unsigned one.")
    elif wrong:
        _broken(steps, "signature.header", f"{', '.join(wrong)}: not of the type that the standard gives.")
    elif len(_text(signature.header, "kid") or "") > _LONGEST_KEY_ID:
        _broken(steps, "signature.header", f"The key id is longer than {_LONGEST_KEY_ID} characters.")
    else:
        steps.passed("signature.header", "The protected header is read without doubt.")


def _check_crit(header: Mapping[str, JsonValue], steps: Steps) -> None:
    """RFC 7515 section 4.1.11, and section 6 of RFC 7797 for `b64`."""
    fault = _crit_fault(header)
    if fault:
        _broken(steps, "signature.crit", f"{fault} {_ASK}")
    else:
        steps.passed("signature.crit", "What the signer calls critical is understood.")


def _crit_fault(header: Mapping[str, JsonValue]) -> str | None:
    crit = header.get("crit", [])
    if not isinstance(crit, list) or not all(isinstance(name, str) for name in crit):
        return "crit is no array of names."
    if "crit" in header and not crit:
        return "crit is empty: it must be absent or name something."
    if len(set(crit)) != len(crit):
        return "crit names something twice."
    if any(name not in header for name in crit):
        return "crit names a member that the protected header doesn't have."
    if any(name in _REGISTERED for name in crit):
        return "crit names a member of the base standard, which is not allowed."
    if "b64" in header and "b64" not in crit:
        return "b64 is used without being critical (RFC 7797, section 6)."
    if any(name not in _UNDERSTOOD for name in crit):
        return "crit names an extension that isn't understood here."
    return None


_ASK = "Don't rely on it as it is: ask the issuer for it."


def _broken(steps: Steps, check: str, explanation: str) -> None:
    steps.failed(check, SubIndication.FORMAT_FAILURE, explanation)


# --- algorithm and key ------------------------------------------------------------------------------------------------


def _algorithm(header: Mapping[str, JsonValue], accepted: Collection[str] | None, steps: Steps) -> Algorithm | None:
    name = header.get("alg")
    algorithm = ALGORITHMS.get(name) if isinstance(name, str) else None
    if algorithm and accepted is not None and name not in accepted:
        message = f"The algorithm is {algorithm.name}, for which this key or this use isn't meant."
        steps.open("signature.algorithm", SubIndication.CRYPTO_CONSTRAINTS_FAILURE, message)
        return None
    if algorithm:
        steps.passed("signature.algorithm", f"The algorithm is {algorithm.name}.")
    elif not isinstance(name, str):
        _broken(steps, "signature.algorithm", "The protected header names no algorithm.")
    elif never_acceptable(name):
        message = (
            "The header asks for no signature, or for a shared secret: anybody could have made this. Don't rely on it."
        )
        steps.failed("signature.algorithm", SubIndication.SIG_CRYPTO_FAILURE, message)
    else:
        steps.open("signature.algorithm", SubIndication.UNSUPPORTED_PROOF, "The algorithm isn't supported here.")
    return algorithm


def _certificates(signature: JwsSignature, steps: Steps) -> tuple[tuple[Certificate, ...], tuple[Certificate, ...]]:
    """The signer's certificate and what stands behind it in x5c; and hints from the unsigned header.

    A certificate that only stands in the unsigned header counts as the signer's when a signed digest names it.
    """
    hints = jades.hinted_certificates(signature)
    try:
        named = certs.references(signature.header)
        carried = certs.read_certificates(signature.header["x5c"], "x5c") if "x5c" in signature.header else ()
    except Refused as refused:
        _broken(steps, "signature.certificate", f"The signer's certificate can't be read: {refused.message}. {_ASK}")
        return (), hints
    if not carried:
        found = certs.find(hints, named.values())
        if found is None:
            steps.skipped("signature.certificate", "The signature carries no certificate of its signer.")
            return (), hints
        carried = (found,)
    wrong = [name for name, reference in named.items() if not certs.matches(carried[0], reference)]
    if wrong:
        message = f"{', '.join(wrong)} names another certificate than the one that is given as the signer's."
        steps.failed("signature.certificate", SubIndication.HASH_FAILURE, message)
    else:
        by = f"named by {', '.join(named)}" if named else "in x5c, with no digest that names it"
        steps.passed("signature.certificate", f"The signer's certificate is there, {by}.")
    return carried, hints


@dataclass(frozen=True, slots=True)
class Candidates:
    """Keys to try; `named` when the signature itself says that it was made with this one, `controller` whose it is."""

    keys: tuple[PublicKey, ...] = ()
    named: bool = False
    controller: str = ""


def _candidates(
    signature: JwsSignature, carried: tuple[Certificate, ...], key_id: str | None, given: _Given, steps: Steps
) -> Candidates:
    """The certificate's key alone, else the header's, else that of its name, else all known ones."""
    if carried:
        key = certs.public_key(carried[0])
        return Candidates(() if key is None else (key,), named=True)
    if isinstance(given.keys, Mapping):
        return _known(key_id, given.keys)
    try:
        method = _method(key_id, given.methods)
        named = _named(signature.header, method, given.keys)
    except Refused as refused:
        _broken(
            steps,
            "signature.header",
            f"The key that the header holds or names can't be read: {refused.message}. {_ASK}",
        )
        return Candidates(named=True)
    if method is not None and given.now is not None:
        check_use(method, given.now, steps)
    return named or _known(key_id, given.keys)


def _method(key_id: str | None, methods: Methods) -> VerificationMethod | None:
    """The key of that name: a DID's, or one in a document that was given."""
    if key_id is None:
        return None
    return method_named(key_id, methods) if key_id.startswith("did:") else methods.get(key_id)


def _named(
    header: Mapping[str, JsonValue], method: VerificationMethod | None, keys: Sequence[PublicKey]
) -> Candidates | None:
    """The key that is named, or the one in `jwk`, which is meant for this algorithm (RFC 7517, 4.4).

    Where keys are known, one in `jwk` has to be among them: anybody can put his own there.
    """
    named = None if method is None else method.key
    if "jwk" in header:
        held = read_jwk(header["jwk"])
        if held.algorithm not in (None, header.get("alg")) or named not in (None, held.key):
            raise Refused("jws.header", "it is meant for another algorithm, or isn't the key that kid names")
        named = held.key if not keys or held.key in keys else named
    if named is None:
        return None
    return Candidates((named,), named=True, controller="" if method is None else method.controller)


def _known(key_id: str | None, keys: KnownKeys) -> Candidates:
    if isinstance(keys, Mapping):
        if key_id is not None:
            return Candidates((keys[key_id],), named=True) if key_id in keys else Candidates()
        keys = tuple(keys.values())
    return Candidates(tuple(keys[:_MOST_KEYS]))


def _check_value(
    jws: ParsedJws,
    signature: JwsSignature,
    algorithm: Algorithm | None,
    candidates: Candidates,
    steps: Steps,
    budget: Budget,
) -> PublicKey | None:
    """The mathematics; the key by which they hold, else the first that was tried."""
    reason = _cannot_run(jws, signature)
    if algorithm is None or reason:
        reason = reason or "Not checked: there is no algorithm to check it by."
        steps.skipped("signature.key", reason)
        steps.skipped("signature.value", reason)
        return None
    fitting = [key for key in candidates.keys if algorithm.fits(key)]
    if not fitting:
        _no_key(candidates, algorithm, steps)
        return None
    signed = signature.protected.encode() + b"." + jws.payload_text
    made = None
    for key in fitting:
        budget.spend(TRY + len(signed) // _OCTETS)
        if algorithm.verifies(key, signature.value, signed):
            made = key
            break
    if made or candidates.named:
        steps.passed("signature.key", f"There is a key for {algorithm.name}.")
    if made:
        steps.passed("signature.value", "The signature was made with this key over these octets.")
    elif candidates.named:
        message = "The signature wasn't made with this key over these octets: what was signed, or the key, was changed."
        steps.failed("signature.value", SubIndication.SIG_CRYPTO_FAILURE, message)
    else:
        _none_of_them(steps)
    return made or fitting[0]


def _cannot_run(jws: ParsedJws, signature: JwsSignature) -> str | None:
    if jws.payload is None or "sigD" in signature.header:
        return "Not checked: what was signed isn't in this file."
    return None


def _no_key(candidates: Candidates, algorithm: Algorithm, steps: Steps) -> None:
    if candidates.named:
        message = f"The key is none for {algorithm.name}, or its exponent makes forging trivial: don't rely on it."
        steps.failed("signature.key", SubIndication.SIG_CRYPTO_FAILURE, message)
    else:
        message = (
            "No usable key: the signature carries no certificate, and no given key is meant for it: "
            "give the signer's with --trust."
        )
        steps.open("signature.key", SubIndication.NO_SIGNING_CERTIFICATE_FOUND, message)
    steps.skipped("signature.value", "Not checked: there is no key to check it with.")


def _none_of_them(steps: Steps) -> None:
    message = "None of the given keys made this signature, and it carries no certificate: it may be another's."
    steps.open("signature.key", SubIndication.NO_SIGNING_CERTIFICATE_FOUND, message)
    steps.skipped("signature.value", "Not checked: which key to check it with isn't known.")
