"""The vector families of other parties for badges, learner records and their proofs: what each expects, and what we say.

Each document is judged at one time, trusting whoever signed it and nobody else: so the answer tells whether proof,
life, status and format hold, and leaves out whom one should trust.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from pyld.jsonld import JsonLdProcessor

from gateway.errors import Refused
from gateway.kit.contract import EvidenceRequest
from gateway.kit.discovery import discover
from gateway.model.verdict import Indication, conclude
from gateway.proofs.dataintegrity.canonical import canonical_quads
from gateway.proofs.dataintegrity.contexts import Contexts, known_contexts
from gateway.proofs.dataintegrity.verify import Keys, verify_embedded
from gateway.proofs.dids import method_named
from gateway.proofs.jwk import read_jwk
from gateway.proofs.pdf.examine import examine
from gateway.readers.containers import unpack
from gateway.readers.json import parse_json
from gateway.readers.limits import DEFAULT_LIMITS
from gateway.trust.anchors import Anchor
from gateway.trust.policies import load_policy
from gateway.verify.asking import NoAnswer
from gateway.verify.engine import verify
from gateway.verify.evidence import Answer, address_of_did, methods_in
from gateway.verify.terms import Terms
from tests.asking import gather
from tests.linked_data import MORE, official
from tests.reference import reference

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
_DCC = "https://digitalcredentials.github.io/vc-test-fixtures/"
_VERIFIER = (
    "https://raw.githubusercontent.com/digitalcredentials/verifier-core/refs/heads/main/src/test-fixtures/status/"
)


@dataclass(frozen=True)
class Case:
    """One vector: whether it ought to pass, and the answer (a verdict, or what another test said)."""

    family: str
    name: str
    good: bool
    answer: str

    @property
    def agrees(self) -> bool:
        return self.good == (self.answer in ("PASSED", "equal"))


@functools.cache
def contexts() -> Contexts:
    """The pinned contexts, and those of the W3C's examples, which no node knows."""
    return Contexts({**known_contexts().documents, **{url: official()[url]["@context"] for url in MORE}})


@functools.cache
def evidence() -> Mapping[str, Answer]:
    """The status lists and DID documents that the families bring along, as if they had been looked up."""
    found = {}
    dcc = reference("clr/dcc-fixtures")
    for file in (dcc / "statusLists").rglob("*"):
        if file.is_file():
            for url in (f"{_DCC}{file.relative_to(dcc)}", f"{_VERIFIER}{file.name}"):
                found[url] = file.read_bytes()
    for file in (dcc / "dids").rglob("did.json"):
        document = json.loads(file.read_bytes())
        found[str(address_of_did(document["id"]))] = file.read_bytes()
    listed = reference("clr/1edtech-validator/ob30/bit-string-list/testlist").read_bytes()
    found[json.loads(listed)["id"]] = listed
    return {url: Answer(url=url, fetched_at=NOW, octets=octets) for url, octets in found.items()}


def judged(octets: bytes, keys: tuple[Any, ...] = ()) -> str:
    """The verdict on a file under trust in whoever signed it."""
    methods = methods_in(evidence().values())
    anchors = tuple(Anchor(key=key, controller=whose) for key, whose in (*_signers(octets, methods), *keys))
    terms = Terms(
        now=NOW,
        policy=load_policy("strict"),
        anchors=anchors,
        methods=methods,
        contexts=contexts(),
        evidence=evidence(),
    )
    return verify(octets, adapters=_adapters(), terms=terms).verdict.verdict.value


class Hosts:
    """The hosts that the badges of version 2.0 name, simulated: what stands in the family's folder, by its file's name.

    The badge that is judged stands at its own address. What stands at addresses without TLS, which aren't asked, is
    `given`, as if somebody trusted attested to have fetched it.
    """

    def __init__(self, badge: bytes) -> None:
        self.badge = badge
        self.address = _value(badge).get("id")
        files = (reference("clr/1edtech-validator/ob20") / "assets").glob("*.json")
        self.pages = {file.name: file.read_bytes() for file in files}
        self.given = {one.url: one for one in (self.answer(f"http://example.org/{name}") for name in self.pages)}

    def answer(self, url: str) -> Answer:
        own = url == self.address
        octets = self.badge if own else self.pages[PurePosixPath(urlsplit(url).path).name]
        return Answer(url=url, fetched_at=NOW, octets=octets, fetched_here=True)

    async def ask(self, question: EvidenceRequest) -> Answer | NoAnswer:
        try:
            return self.answer(question.url)
        except KeyError:
            return NoAnswer(code="online.unreachable", why="its host can't be reached")


def _value(octets: bytes) -> dict[str, Any]:
    try:
        value = parse_json(octets)
    except Refused:
        return {}
    return value if isinstance(value, dict) else {}


def hosted(octets: bytes) -> str:
    """The verdict on a badge of version 2.0 whose hosts were asked, trusting the key that a signed one names."""
    hosts = Hosts(octets)
    start = Terms(now=NOW, policy=load_policy("strict"), evidence=hosts.given, methods=methods_in(hosts.given.values()))

    async def open_questions(terms: Terms) -> tuple[EvidenceRequest, ...]:
        return verify(octets, adapters=_adapters(), terms=terms).questions

    terms = asyncio.run(gather(start, open_questions, hosts))
    keys = [(one.key, one.controller) for one in terms.methods.values() if one.key is not None]
    anchors = tuple(Anchor(key=key, controller=whose) for key, whose in keys)
    return verify(octets, adapters=_adapters(), terms=replace(terms, anchors=anchors)).verdict.verdict.value


def mathematics(octets: bytes) -> str:
    """Whether every proof in a file was made by its own key over its content, whatever else is open."""
    proofs = verify_embedded(parse_json(octets), Keys(methods={}), contexts(), now=NOW)
    values = [f.status.value for proof in proofs for f in proof.findings if f.check == "signature.value"]
    return "PASSED" if values and set(values) == {"PASSED"} and len(values) == len(proofs) else "not checked"


@functools.cache
def _adapters() -> tuple[Any, ...]:
    return tuple(found.adapter for found in discover(()).found)


def _signers(octets: bytes, methods: Mapping[str, Any]) -> Iterator[tuple[Any, str | None]]:
    """The keys that the proofs in a file name, and those of the lists that are looked up."""
    try:
        unpacked = unpack(octets)
    except Refused:
        return
    names, held = set(), []
    for layer in unpacked.layers:
        for signature in layer.jws.signatures if layer.jws else ():
            names.add(signature.header.get("kid"))
            held.append(signature.header.get("jwk"))
    for value in (unpacked.json, *(parse_json(one.octets) for one in evidence().values())):
        names |= {m if isinstance(m, str) else m.get("id") for m in _members(value, "verificationMethod")}
    for name in sorted(one for one in names if isinstance(one, str)):
        try:
            method = method_named(name, methods)
        except Refused:
            continue
        if method is not None and method.key is not None:
            yield method.key, method.controller or None
    for jwk in held:
        if jwk is not None:
            yield read_jwk(jwk).key, None


def _members(value: Any, name: str) -> Iterator[Any]:
    if isinstance(value, dict):
        if isinstance(value.get(name), str | dict):
            yield value[name]
        for member in value.values():
            yield from _members(member, name)
    elif isinstance(value, list):
        for member in value:
            yield from _members(member, name)


# --- the families -----------------------------------------------------------------------------------------------------

_ROW = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \|$", re.MULTILINE)
_SECTIONS = {
    "1edtech-validator": "1EdTech validator",
    "dcc-fixtures": "DCC fixtures",
    "blockcerts/fixtures": "Blockcerts",
}


def documents() -> Iterator[Case]:
    """The samples whose expected answers stand in the manifest of the reference files."""
    rows = dict(_ROW.findall(reference("clr/MANIFEST.md").read_text("utf-8")))
    for folder, family in _SECTIONS.items():
        root = reference(f"clr/{folder}")
        for file in sorted(one for one in root.rglob("*") if one.is_file()):
            name = file.relative_to(root).as_posix()
            expected = rows.get(name, "")
            good = expected.startswith("VALID")
            if good or re.match(r"INVALID|REVOKED|EXPIRED|NOT YET|proof |did:web that", expected):
                group = f"{family} {name.split('/')[0]}" if family == "1EdTech validator" else family
                judge = hosted if name.startswith("ob20/") else judged
                yield Case(group, name, good, judge(file.read_bytes()))


def w3c_proofs() -> Iterator[Case]:
    for suite in ("eddsa", "ecdsa"):
        root = reference(f"clr/w3c/vc-di-{suite}")
        for file in sorted(root.rglob("signed*.json")):
            yield Case(f"W3C vc-di-{suite}", file.relative_to(root).as_posix(), True, mathematics(file.read_bytes()))


def w3c_jose() -> Iterator[Case]:
    root = reference("clr/w3c/vc-jose-cose")
    keys = []
    for file in sorted(root.glob("vm-*.json")):
        jwk = json.loads(file.read_bytes()).get("publicKeyJwk")
        if jwk:
            keys.append((read_jwk({k: v for k, v in jwk.items() if k != "d"}).key, None))
    for file in sorted(root.glob("*.txt")):
        yield Case("W3C vc-jose-cose", file.name, "-bad-" not in file.name, judged(file.read_bytes(), tuple(keys)))


def canonical_forms() -> Iterator[Case]:
    for file in sorted(reference("clr/w3c/rdf-canon/rdfc10").glob("*-in.nq")):
        expected = file.with_name(file.name.replace("-in", "-rdfc10"))
        try:
            made = canonical_quads(JsonLdProcessor.parse_nquads(file.read_text("utf-8")))
            answer = "equal" if expected.exists() and made == expected.read_bytes() else "different"
        except Refused as refused:
            answer = refused.code
        yield Case("W3C rdf-canon", file.name, expected.exists(), answer)


def json_texts() -> Iterator[Case]:
    """`n_*` must be refused, `y_*` be read (JSONTestSuite)."""
    for file in sorted(Path(reference("security/json-testsuite")).rglob("[ny]_*.json")):
        try:
            parse_json(file.read_bytes())
            answer = "equal"
        except Refused as refused:
            answer = refused.code
        yield Case("JSONTestSuite", file.name, file.name.startswith("y_"), answer)


def tokens() -> Iterator[Case]:
    """Wycheproof's JSON Web Signatures, as tests/conformance/test_wycheproof_jws.py reads them."""
    from tests.conformance import test_wycheproof_jws as wycheproof

    for group, test in wycheproof.cases():
        good = test["result"] == "valid"
        answer = Indication.PASSED.value if wycheproof.accepted(group, test) else "refused"
        yield Case("Wycheproof JWS", f"{test['tcId']} {test['comment']}", good, answer)


WHOLE_AND_VALID = frozenset(
    {
        "pades-bes.pdf",
        "dss-2554/certified-changes-permitted.pdf",
        "hello_signed_INCSAVE_signed.pdf",
        "minimal-two-fields-signed-twice.pdf",
    }
)
"""The signed PDF that their source calls valid and pyHanko finds intact to the last octet. All others ought not to pass:
they are broken, or were changed behind a signature."""


def pdfs() -> Iterator[Case]:
    """Signed PDF, judged by the proof alone: nobody here trusts their signers."""
    for family, folder in (("DSS PDF", "pdf-dss"), ("pyHanko PDF", "pdf-pyhanko")):
        root = reference("security") / folder
        for file in sorted(root.rglob("*.pdf")):
            name = str(file.relative_to(root))
            found = examine(file.read_bytes(), DEFAULT_LIMITS)
            refused = found.refused.code if found.refused is not None else str(conclude(found.findings).sub_indication)
            answer = Indication.PASSED.value if found.holds else refused
            yield Case(family=family, name=name, good=name in WHOLE_AND_VALID, answer=answer)


def all_cases() -> list[Case]:
    """Every case of every family."""
    makers = (documents, w3c_proofs, w3c_jose, canonical_forms, json_texts, tokens, pdfs)
    return [case for maker in makers for case in maker()]


# --- where we differ, and why -----------------------------------------------------------------------------------------

REASONS: tuple[tuple[str, str, str], ...] = (
    ("1EdTech validator ob20", r".*extension-node-invalid.*", "its extension breaks a schema of its own: that is never a word on a proof, and no schema of extensions is known here"),
    ("1EdTech validator ob20", r".*basic-assertion-with-allowed-origins.*", "its badge calls itself by another address than it stands at"),
    ("1EdTech validator ob20", r".*warning-.*", "its badge, or its issuer, calls itself by another address than it stands at; redirects aren't followed"),
    ("1EdTech validator ob20", r".*", "a class of badges, or an issuer: nobody was awarded anything"),
    ("1EdTech validator ob30", r".*\.svg", "badges baked into SVG aren't read: only PNG is"),
    ("1EdTech validator ob30", r".*simple\.jwt", "the token names no key, and none is given apart"),
    ("DCC fixtures", r".*-validStatus-.*", "its status list is of another issuer: who signs lists speaks for himself alone"),
    ("Blockcerts", r"v[12]/.*", "of version 1 or 2, which isn't read"),
    ("Blockcerts", r".*(ecdsa-sd-2023|proof-chain).*", "the suite isn't supported"),
    ("Blockcerts", r".*(multiple-signatures|multilingual|no-did|credential-schema).*", "a context stands in the document itself: its words could mean anything"),
    ("Blockcerts", r".*vp-eddsa.*", "a presentation, made for `authentication`: no statement"),
    ("Blockcerts", r".*", "its digest and its path hold; the chain that its root stands in isn't asked"),
    ("W3C vc-di-ecdsa", r".*employ.*", "its context (citizenship v4rc1) isn't known"),
    ("W3C vc-jose-cose", r".*-(cose|sdjwt)-.*", "COSE and SD-JWT aren't read"),
    ("W3C vc-jose-cose", r".*", "its `iat` is a text, and no NumericDate (RFC 7519, 4.1.6)"),
    ("W3C rdf-canon", r"test060.*", "PyLD doesn't read escapes in the IRIs of N-Quads; linked data never has them there"),
    ("W3C rdf-canon", r"test075.*", "asks for SHA-384; a suite asks for it by itself here"),
    ("JSONTestSuite", r"y_object_duplicated_key.*", "one name twice: two readers would see two documents"),
    ("Wycheproof JWS", r".*(acceptsValid|Mac|Figure).*", "signed with a shared secret, or by a key meant for something else"),
    ("DSS PDF", r"hello_signed_INCSAVE_signed\.pdf", "its later revision is smaller than the one before, which strict reading refuses; and it is signed twice"),
    ("pyHanko PDF", r"minimal-two-fields-signed-twice\.pdf", "signed twice: which of two signatures holds for what isn't judged here"),
    ("Wycheproof JWS", r".*", "characters that base64url or JSON doesn't allow there: one signature has one spelling"),
)  # fmt: skip
"""Family, pattern of names, and why what isn't asked for there is right, or not built."""


def reason(case: Case) -> str:
    """Why we differ; a difference without a reason is a fault."""
    for family, pattern, why in REASONS:
        if case.family == family and re.fullmatch(pattern, case.name):
            return why
    raise LookupError(f"no reason for {case}")
