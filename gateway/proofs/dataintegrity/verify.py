"""Checking the proofs embedded in a credential (VC Data Integrity 1.0, section 4), without leniency.

Steps, each a finding: structure, algorithm (the suite), purpose, time, contexts, terms, key, value. Nothing is fetched:
contexts are pinned, keys come out of DIDs that hold them, out of DID documents that were given, or from the caller.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gateway.errors import Refused
from gateway.model.verdict import Caveat, Finding, Status, SubIndication
from gateway.proofs.budget import TRY, Budget
from gateway.proofs.dataintegrity.contexts import Contexts
from gateway.proofs.dataintegrity.signed import Signed, Whole, signed_json, signed_rdf, whole_json, whole_rdf
from gateway.proofs.dataintegrity.suites import SUITES, Suite, digest_for, is_anchored, suite_of
from gateway.proofs.dids import Methods, VerificationMethod, method_named
from gateway.proofs.jose.steps import Steps
from gateway.proofs.method_use import PURPOSE, check_use, zoned
from gateway.proofs.proof import Proof, PublicKey
from gateway.readers.json import JsonValue
from gateway.readers.multibase import decode_base58

MOST_PROOFS = 4
_MOST_KEYS = 64
_MOST_SHOWN = 3
Json = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Where keys are looked for: DID documents by the names of their methods, and keys that are merely candidates.

    A candidate comes with the DID whose key it is, or "": then any proof may be its.
    """

    methods: Methods
    candidates: Sequence[tuple[PublicKey, str]] = ()

    def for_method(self, name: str) -> list[PublicKey]:
        """The candidates that a proof may be made by whose method has this name."""
        did = name.partition("#")[0]
        return [key for key, whose in self.candidates if whose in ("", did)][:_MOST_KEYS]


def verify_embedded(
    document: Json, keys: Keys, contexts: Contexts, *, now: dt.datetime, budget: Budget | None = None
) -> tuple[Proof, ...]:
    """Check every proof under `proof`; empty where there is none.

    Raises:
        Refused: `limit.work`, where more keys would have to be tried than `budget` pays for.
    """
    members = _list(document.get("proof", []))
    if len(members) > MOST_PROOFS:
        steps = Steps("/proof")
        _broken(steps, "signature.structure", f"There are {len(members)} proofs, expected at most {MOST_PROOFS}.")
        return (Proof(kind="dataintegrity", findings=tuple(steps.findings), covered=None, about="/proof"),)
    shared = Shared(document, members, keys, contexts, now, budget or Budget())
    many = len(members) > 1
    return tuple(_checked(shared, member, f"/proof/{at}" if many else "/proof") for at, member in enumerate(members))


def _checked(shared: Shared, member: JsonValue, about: str) -> Proof:
    if is_anchored(member):
        from gateway.proofs.dataintegrity.merkle import AnchoredCheck

        return AnchoredCheck(shared, member, Steps(about)).proof()
    return Check(shared, member, Steps(about)).proof()


@dataclass(frozen=True)
class Shared:
    """What all proofs of a document have in common."""

    document: Json
    proofs: list[JsonValue]
    keys: Keys
    contexts: Contexts
    now: dt.datetime
    budget: Budget
    wholes: dict[object, Whole] = field(default_factory=dict)
    strange: dict[object, tuple[set[str], bool]] = field(default_factory=dict)

    def unsecured(self, proof: Json) -> dict[str, JsonValue] | None:
        """The document without proofs, but for those that this one comes after; None where one isn't there once."""
        if "previousProof" not in proof:
            return self.without_proofs
        wanted = _list(proof["previousProof"])
        named = [one for one in self.proofs if isinstance(one, dict) and one.get("id") in wanted and one is not proof]
        if not wanted or sorted(map(str, wanted)) != sorted(str(one.get("id")) for one in named):
            return None
        return self.without_proofs | {"proof": named}

    @cached_property
    def without_proofs(self) -> dict[str, JsonValue]:
        """The document without any proof."""
        return {name: value for name, value in self.document.items() if name != "proof"}

    def strange_in(self, document: Json) -> tuple[set[str], bool]:
        """The contexts that aren't known, and whether one stands in the document itself."""
        key = _proofs_in(document)
        if key not in self.strange:
            self.strange[key] = self.contexts.strange_in(document)
        return self.strange[key]

    def whole_rdf(self, document: dict[str, JsonValue], digests: tuple[str, ...]) -> Whole:
        """A document as proofs over RDF sign it, made once for all that are side by side."""
        key = (_proofs_in(document), "", digests)
        if key not in self.wholes:
            self.wholes[key] = whole_rdf(document, self.contexts, digests, self.budget)
        return self.wholes[key]

    def whole_json(self, document: dict[str, JsonValue], digests: tuple[str, ...]) -> Whole:
        """The same for proofs over JSON, which differ in how many contexts they name."""
        key = (_proofs_in(document), json.dumps(document.get("@context")), digests)
        if key not in self.wholes:
            self.wholes[key] = whole_json(document, digests, self.budget)
        return self.wholes[key]


def _proofs_in(document: Json) -> tuple[int, ...]:
    """The earlier proofs that stay in a document, by identity: two may have one id."""
    return tuple(map(id, document.get("proof", ())))


class Check:
    """The check of one proof."""

    def __init__(self, shared: Shared, proof: JsonValue, steps: Steps) -> None:
        self.shared = shared
        self.steps = steps
        self.member: Json = proof if isinstance(proof, dict) else {}
        self.suite = suite_of(self.member)

    def proof(self) -> Proof:
        """The proof, checked."""
        value = self._structure()
        self._algorithm()
        method, signed, key = None, None, None
        if self.suite is not None and value is not None:
            self._purpose()
            self._life()
            method = self._method()
            signed = self._signed(self.suite, method)
            key = self._key(self.suite, value, method, signed)
        algorithm = self.suite.algorithm(key) if self.suite is not None and key is not None else None
        return Proof(
            kind="dataintegrity",
            findings=tuple(self.steps.findings),
            covered=signed.covered if signed is not None and self._all_well() else None,
            key=key,
            signature_algorithm=algorithm.name if algorithm else "",
            digest_algorithm=digest_for(key) if key is not None else "",
            claimed_time=self._text("created") if self._moment("created") else None,
            key_id=self._text("verificationMethod"),
            controller=method.controller if method is not None else "",
            about=self.steps.about,
            known=self.suite is not None or self.steps.any_failed,
        )

    def _all_well(self) -> bool:
        """Whether the mathematics hold and nothing is open: what a proof is over counts only then."""
        bad = (Status.FAILED, Status.INDETERMINATE)
        return self.steps.holds("signature.value") and not any(f.status in bad for f in self.steps.findings)

    def _text(self, name: str) -> str | None:
        value = self.member.get(name)
        if name == "verificationMethod" and isinstance(value, dict):
            value = value.get("id")
        return value if isinstance(value, str) else None

    def _moment(self, name: str) -> dt.datetime | None:
        return zoned(self._text(name))

    # --- structure, suite, purpose, life ------------------------------------------------------------------------------

    def _structure(self) -> bytes | None:
        """The value of the signature; None where there is none of a known suite."""
        fault = "The proof is no object with a type." if self._text("type") is None else None
        if fault is None and self.suite is not None:
            fault = self._fault()
        if fault is not None:
            _broken(self.steps, "signature.structure", fault)
            return None
        self.steps.passed("signature.structure", "A proof embedded in the credential.")
        return None if self.suite is None else decode_base58(str(self._text("proofValue"))[1:], "a proofValue")

    def _fault(self) -> str | None:
        value = self._text("proofValue")
        if value is None or value[:1] != "z":
            return "The proof has no proofValue in base58btc (z…)."
        try:
            decode_base58(value[1:], "a proofValue")
        except Refused as refused:
            return f"The proofValue can't be read: {refused.message}."
        if self._text("verificationMethod") is None:
            return "The proof names no verificationMethod."
        untimed = [name for name in ("created", "expires") if name in self.member and self._moment(name) is None]
        return f"{', '.join(untimed)}: no time with a zone." if untimed else None

    def _algorithm(self) -> None:
        if self.suite is None:
            if not self.steps.any_failed:
                names = ", ".join(one.name for one in SUITES.values())
                message = f"Of a suite that isn't supported: ask the issuer for a proof of one of these: {names}."
                self.steps.open("signature.algorithm", SubIndication.UNSUPPORTED_PROOF, message)
        elif self.suite.outdated:
            self.steps.findings.append(_OLD_NAME.model_copy(update={"about": self.steps.about}))
        else:
            self.steps.passed("signature.algorithm", f"The suite is {self.suite.name}.")

    def _purpose(self) -> None:
        if self._text("proofPurpose") == PURPOSE:
            self.steps.passed("signature.purpose", "It was made to state something.")
            return
        message = f"It was made for another purpose than {PURPOSE}: it vouches for no statement. {_ASK}"
        self.steps.open("signature.purpose", SubIndication.SIG_CONSTRAINTS_FAILURE, message)

    def _life(self) -> None:
        ends = self._moment("expires")
        if ends is not None and ends < self.shared.now:
            message = "The proof itself ended before this check: ask the issuer for a new one."
            self.steps.open("signature.time", SubIndication.EXPIRED, message)

    # --- key ----------------------------------------------------------------------------------------------------------

    def _method(self) -> VerificationMethod | None:
        """The key that the proof names, and whether its controller lets it state anything now."""
        try:
            found = method_named(self._text("verificationMethod") or "", self.shared.keys.methods)
        except Refused as refused:
            _broken(self.steps, "signature.key", f"The key that the proof names can't be read: {refused.message}.")
            return None
        if found is None:
            return None
        check_use(found, self.shared.now, self.steps)
        return found

    def _key(
        self, suite: Suite, value: bytes, method: VerificationMethod | None, signed: Signed | None
    ) -> PublicKey | None:
        """The key by which the mathematics hold, else the first that was tried."""
        named = self._text("verificationMethod") or ""
        candidates = [method.key] if method is not None else self.shared.keys.for_method(named)
        fitting = [key for key in candidates if key is not None and suite.algorithm(key) is not None]
        if signed is None or self.steps.any_failed:
            self.steps.skipped("signature.value", "Not checked: what was signed, or the key, can't be made out.")
            return fitting[0] if method is not None and fitting else None
        if not fitting:
            self._no_key(suite, method)
            return None
        made = next((key for key in fitting if self._holds(suite, key, value, signed)), None)
        if made is None and method is None:
            self._none_of_them()
            return None
        self.steps.passed("signature.key", f"There is a key for {suite.name}.")
        if made is not None:
            self.steps.passed("signature.value", "The proof was made with this key over this content.")
            return made
        message = f"The proof wasn't made with this key over this content: one of the three was changed. {_ASK}"
        self.steps.failed("signature.value", SubIndication.SIG_CRYPTO_FAILURE, message)
        return fitting[0]

    def _holds(self, suite: Suite, key: PublicKey, value: bytes, signed: Signed) -> bool:
        self.shared.budget.spend(TRY)
        algorithm = suite.algorithm(key)
        return algorithm is not None and algorithm.verifies(key, value, signed.octets[digest_for(key)])

    def _no_key(self, suite: Suite, method: VerificationMethod | None) -> None:
        if method is not None and method.key is not None:
            message = f"The key is of another kind than {suite.name} needs."
            self.steps.failed("signature.key", SubIndication.SIG_CRYPTO_FAILURE, message)
        else:
            message = f"No usable key: its name leads to none that is known here. {_ADVICE}"
            self.steps.open("signature.key", SubIndication.NO_SIGNING_CERTIFICATE_FOUND, message)
        self.steps.skipped("signature.value", "Not checked: there is no key to check it with.")

    def _none_of_them(self) -> None:
        message = f"None of the given keys made this proof, and its key's name leads to none known here. {_ADVICE}"
        self.steps.open("signature.key", SubIndication.NO_SIGNING_CERTIFICATE_FOUND, message)
        self.steps.skipped("signature.value", "Not checked: which key to check it with isn't known.")

    # --- what was signed ----------------------------------------------------------------------------------------------

    def _signed(self, suite: Suite, method: VerificationMethod | None) -> Signed | None:
        document = self.shared.unsecured(self.member)
        if document is None:
            _broken(self.steps, "signature.structure", "It comes after another proof that isn't there, or not once.")
            return None
        options = {name: value for name, value in self.member.items() if name != "proofValue"}
        make = self._json if suite.transformation == "jcs" else self._rdf
        try:
            known = method.key if method is not None else None
            return make(document, options, suite.digests if known is None else (digest_for(known),))
        except Refused as refused:
            self._unmade(refused)
            return None

    def _unmade(self, refused: Refused) -> None:
        message = f"What was signed can't be made out: {refused.message} ({refused.code}). {_ASK}"
        if refused.code.startswith("limit."):
            self.steps.open("signature.content", SubIndication.TOO_LARGE, message)
        else:
            _broken(self.steps, "signature.content", message)

    def _json(self, document: dict[str, JsonValue], options: Json, digests: tuple[str, ...]) -> Signed | None:
        """EdDSA Cryptosuites, 3.3.2: the proof's contexts are the first of the document's, and alone were signed."""
        if "@context" in options:
            named, whole = _list(options["@context"]), _list(document.get("@context"))
            if named != whole[: len(named)]:
                message = "The document's contexts don't begin with those of the proof."
                self.steps.failed("signature.contexts", SubIndication.SIG_CRYPTO_FAILURE, message)
                return None
            document = {**document, "@context": options["@context"]}
        shared = self.shared
        return signed_json(shared.whole_json(document, digests), options, shared.budget)

    def _rdf(self, document: dict[str, JsonValue], options: Json, digests: tuple[str, ...]) -> Signed | None:
        if not self._contexts_known(document):
            return None
        shared = self.shared
        whole = shared.whole_rdf(document, digests)
        signed = signed_rdf(whole, options, document["@context"], shared.contexts, shared.budget)
        self._terms(signed.faults)
        return signed

    def _contexts_known(self, document: Json) -> bool:
        unknown, inline = self.shared.strange_in(document)
        if inline or "@context" not in document:
            message = (
                f"A context stands in the document itself, or there is none: its words could mean anything. {_ASK}"
            )
            self.steps.open("signature.contexts", SubIndication.SIG_CONSTRAINTS_FAILURE, message)
        elif unknown:
            message = f"{len(unknown)} context(s) aren't known here, so what was signed can't be made out. {_ASK}"
            self.steps.open("signature.contexts", SubIndication.UNSUPPORTED_PROOF, message)
        else:
            self.steps.passed("signature.contexts", "All its contexts are known, and pinned.")
            return True
        return False

    def _terms(self, faults: Sequence[str]) -> None:
        if not faults:
            self.steps.passed("signature.terms", "Every name and type in it has a meaning that the proof covers.")
            return
        more = f"; and {len(faults) - _MOST_SHOWN} more" if len(faults) > _MOST_SHOWN else ""
        message = (
            f"The proof doesn't cover all that stands in the document: {'; '.join(faults[:_MOST_SHOWN])}{more}. {_ASK}"
        )
        self.steps.open("signature.terms", SubIndication.SIG_CONSTRAINTS_FAILURE, message)


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


def _broken(steps: Steps, check: str, explanation: str) -> None:
    steps.failed(check, SubIndication.FORMAT_FAILURE, explanation)


_ASK = "Don't rely on it as it is: ask the issuer for it."
_ADVICE = "Give its issuer's DID document with --evidence, or the key with --trust."
_OLD_NAME = Finding(
    check="signature.algorithm",
    status=Status.WARNING,
    explanation="eddsa-2022 is an old name of eddsa-rdfc-2022: checked as that",
    caveat=Caveat.OLD_SUITE_NAME,
)
