"""The derivation: the signed statement of how a translation came to be.

It carries every input of `write` but the source itself, and digests of source, verdict, losses and results. Whoever
has the source can run the translation again (gateway.translate.reproduction) and needs to believe nothing in it.

Two forms of one payload (schemas/derivation.schema.json):

- `derivation.jws`   a compact JWS (RFC 7515), signed with the key that sealed the translation: one certificate vouches
                     for both. Its `typ` is critical to us: no other JWS can be passed off as a derivation, nor a
                     derivation as a sealed document.
- `derivation.json`  the payload alone, beside an unsealed draft: the seal key signs nothing that isn't sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pydantic import Field, ValidationError

from gateway.errors import Refused
from gateway.kit.contract import Form, SealProfile, Source
from gateway.model.noun import Noun
from gateway.model.record import Organisation
from gateway.model.texts import When
from gateway.model.verdict import Caveat, Indication, Status, SubIndication
from gateway.proofs.dids import Methods, VerificationMethod
from gateway.proofs.jose.compact import Signer, sign_compact
from gateway.proofs.proof import Proof
from gateway.readers.json import parse_json
from gateway.readers.jws import parse_compact
from gateway.readers.limits import Limits
from gateway.translate.engine import Inputs, Translation, sha256
from gateway.translate.forms import packed_type
from gateway.translate.papers import paper

TYPE = "testamur-derivation+jws"
_LIMITS = Limits(document_bytes=4 * 1024 * 1024, depth=40, nodes=20_000)
_ADVICE = "ask the sender for the derivation again, as the file that came with the translation"


class SourceUsed(Noun):
    """The document that was translated."""

    sha256: str
    size: int
    media_type: str
    format: str


class PolicyUsed(Noun):
    """A policy by its name and the digest of its content."""

    name: str
    sha256: str


class Judgement(Noun):
    """What the translating node found of the source; `sha256` is that of `verdict.json`.

    `policies` are those that were in force: the general one first, then those granted to single anchors.
    """

    verdict: Indication
    sub_indication: SubIndication | None = None
    caveats: tuple[Caveat, ...] = ()
    policies: tuple[PolicyUsed, ...] = Field(min_length=1)
    sha256: str


class AdapterUsed(Noun):
    """An adapter, and the digest of the tables packaged with it."""

    id: str
    version: str
    tables_sha256: str


class GatewayUsed(Noun):
    """The gateway, and the digest of the code tables that all adapters share."""

    version: str
    tables_sha256: str


class LimitsUsed(Noun):
    """The limits under which the result was written."""

    document_bytes: int
    depth: int
    nodes: int
    attributes: int
    namespaces: int
    inflate_ratio: int
    containers: int
    embed_bytes: int
    attachment_bytes: int


class RendererUsed(Noun):
    """Who drew the page images."""

    name: str
    version: str


class LossesUsed(Noun):
    """The digest of `losses.json`, and how many losses it lists."""

    sha256: str
    count: int


class Result(Noun):
    """One result: digests of the unsealed body (`sha256`), and of the body without page images (`core_sha256`)."""

    sha256: str
    core_sha256: str
    size: int
    media_type: str
    seal: SealProfile | None = None
    reports: tuple[str, ...] = ()


class Derivation(Noun):
    """How a translation came to be. `agreements` are the digests of the recognition agreements applied: none yet.

    `form` is that of the results where their format has several; it is packing, and no input of writing.
    """

    kind: Literal["testamur-derivation"]
    version: Literal["1"]
    node: str
    gateway: GatewayUsed
    source: SourceUsed
    judgement: Judgement
    reader: AdapterUsed
    writer: AdapterUsed
    agreements: tuple[str, ...]
    draft: bool
    now: When
    languages: tuple[str, ...] = Field(min_length=1, max_length=20)
    issuer: Organisation
    limits: LimitsUsed
    form: Form | None = None
    renderer: RendererUsed | None = None
    losses: LossesUsed
    results: tuple[Result, ...] = Field(min_length=1)

    def inputs(self) -> Inputs:
        """The inputs of the translation, as they were."""
        return Inputs(
            issuer=self.issuer,
            now=self.now,
            languages=self.languages,
            node=self.node,
            draft=self.draft,
            limits=Limits(**self.limits.model_dump()),
            form=self.form,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a node translates with: its own facts, which another node has to share to run a translation again."""

    gateway: GatewayUsed
    reader: AdapterUsed
    writer: AdapterUsed


def derive(
    translation: Translation, *, source: Source, judgement: Judgement, inputs: Inputs, tools: Tools, losses: bytes
) -> Derivation:
    """The derivation of a translation; `losses` are the octets of `losses.json`."""
    renderer = translation.renderer
    return Derivation(
        kind="testamur-derivation",
        version="1",
        node=inputs.node,
        gateway=tools.gateway,
        source=SourceUsed(
            sha256=source.sha256, size=len(source.original), media_type=source.media_type, format=source.format
        ),
        judgement=judgement,
        reader=tools.reader,
        writer=tools.writer,
        agreements=(),
        draft=inputs.draft,
        now=inputs.now,
        languages=inputs.languages,
        issuer=inputs.issuer,
        limits=LimitsUsed.model_validate({name: getattr(inputs.limits, name) for name in LimitsUsed.model_fields}),
        form=inputs.form,
        renderer=None if renderer is None else RendererUsed(name=renderer[0], version=renderer[1]),
        losses=LossesUsed(sha256=sha256(losses), count=len(translation.losses)),
        results=results_of(translation, inputs),
    )


def results_of(translation: Translation, inputs: Inputs) -> tuple[Result, ...]:
    """The results of a translation, by their digests."""
    return tuple(
        Result(
            sha256=body,
            core_sha256=core,
            size=len(draft.body),
            media_type=packed_type(draft, inputs.form),
            seal=None if inputs.draft else draft.seal,
            reports=draft.reports,
        )
        for draft, body, core in zip(translation.drafts, translation.bodies, translation.cores, strict=True)
    )


def derivation_paper(derivation: Derivation) -> bytes:
    """The payload: `derivation.json`."""
    return paper(derivation.model_dump(mode="json", by_alias=True, exclude_defaults=True))


# --- signing: prepare (pure), sign (a port), finish (pure) ------------------------------------------------------------


def sign_derivation(payload: bytes, signer: Signer) -> bytes:
    """`derivation.jws`: the payload as a compact JWS that says whose it is."""
    return sign_compact(payload, signer, TYPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivationRead:
    """A derivation as it was received: its content, and the proof over it; None where it is unsigned."""

    derivation: Derivation
    proof: Proof | None

    @property
    def did(self) -> str | None:
        """The DID whose key signed it, as the signature says; None where it names a certificate, or is none."""
        return _did_of(self.proof) if self.proof is not None else None

    @property
    def methods(self) -> Methods:
        """The key that signed it, by its name in the DID: one key vouches for derivation and translation.

        Whose it is, nobody but the signer says so far.
        """
        proof = self.proof
        if proof is None or self.did is None or proof.key_id is None:
            return {}
        return {proof.key_id: VerificationMethod(id=proof.key_id, key=proof.key, controller=self.did)}


def _did_of(proof: Proof) -> str | None:
    named = proof.key_id or ""
    return named.partition("#")[0] if named.startswith("did:") and not proof.certificates else None


@lru_cache(maxsize=4)
def read_derivation(octets: bytes) -> DerivationRead:
    """Read a derivation in either form. A signature that doesn't hold is refused; an unsigned form is no fault.

    The last few are kept: who runs a translation again asks for its key first, and then for all of it.

    Raises:
        Refused: `derivation.form`, `derivation.type`, `derivation.signature`, `derivation.invalid`, and what the
            readers refuse (`json.*`, `jws.*`, `limit.*`).
    """
    if len(octets) > _LIMITS.document_bytes:
        raise Refused("limit.bytes", f"got a derivation of {len(octets)} octets, at most {_LIMITS.document_bytes}")
    if octets.lstrip()[:1] == b"{":
        return DerivationRead(derivation=_parse(octets), proof=None)
    proof = _proof(octets)
    return DerivationRead(derivation=_parse(proof.covered or b""), proof=proof)


def _proof(octets: bytes) -> Proof:
    """The checked proof of a compact JWS of our type, by the key of the certificate or of the DID that it names."""
    from gateway.proofs.jose import verify_jws

    if octets.count(b".") != 2:  # noqa: PLR2004 - header, payload, signature
        raise Refused("derivation.form", "got neither JSON nor a compact JWS, expected a derivation", advice=_ADVICE)
    parsed = parse_compact(octets.strip())
    got = parsed.signatures[0].header.get("typ")
    if got != TYPE:
        raise Refused("derivation.type", f"got a JWS of another type, expected typ {TYPE!r}", advice=_ADVICE)
    (proof,) = verify_jws(parsed)
    if proof.covered is None or not (proof.certificates or _did_of(proof)):
        failed = next((f for f in proof.findings if f.status in (Status.FAILED, Status.INDETERMINATE)), None)
        why = "" if failed is None else f" ({failed.check}: {failed.explanation})"
        raise Refused(
            "derivation.signature",
            f"the derivation's signature doesn't hold{why}",
            advice="it was altered or forged: don't use it, and ask the sender for the original file",
        )
    return proof


def _parse(payload: bytes) -> Derivation:
    parse_json(payload, _LIMITS)  # strict: one reading only, before pydantic reads it
    try:
        return Derivation.model_validate_json(payload)
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in e["loc"]) or "/" for e in error.errors()})
        raise Refused(
            "derivation.invalid",
            f"the derivation isn't of the form expected, at: {', '.join(places[:5])}",
            advice=_ADVICE,
        ) from None
