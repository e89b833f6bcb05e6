"""Our context documents make the very definitions that the official contexts make, and the same RDF."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from pyld.context_resolver import ContextResolver
from pyld.jsonld import JsonLdError, JsonLdProcessor

from gateway.errors import Refused
from gateway.proofs.dataintegrity.canonical import canonical_quads
from gateway.proofs.dataintegrity.contexts import Contexts, known_contexts
from gateway.proofs.dataintegrity.vocabulary import Vocabulary
from gateway.proofs.dataintegrity.watch import Watch
from scripts.make_contexts import CONTEXTS
from tests.linked_data import OPTIONS, json_files, loader, mutants, official, stock_quads
from tests.reference import needs_reference, reference

pytestmark = needs_reference
ADDRESS = {name: address for name, (address, _) in CONTEXTS.items()}
V1, V2 = ADDRESS["credentials-1"], ADDRESS["credentials-2"]
COMBINATIONS = [
    *[[address] for address in ADDRESS.values()],
    *[[V2, ADDRESS[f"open-badges-{n}"], ADDRESS["open-badges-extensions"]] for n in ("3.0.1", "3.0.2", "3.0.3")],
    [V1, ADDRESS["open-badges-3.0"], ADDRESS["ed25519-2020"]],
    [V1, ADDRESS["open-badges-3.0.1"], ADDRESS["data-integrity-2"], ADDRESS["bitstring-status-list"]],
    [V2, ADDRESS["clr-2.0"], ADDRESS["open-badges-3.0.1"]],
    [V2, ADDRESS["clr-2.0.1"], ADDRESS["open-badges-3.0.3"], ADDRESS["ed25519-2020"]],
    [V2, ADDRESS["data-integrity-1"]],
    [ADDRESS["did-1"], ADDRESS["multikey-1"], ADDRESS["jwk-1"], ADDRESS["jws-2020"]],
    [V1, ADDRESS["status-list-2021"]],
]


def our_loader(address: str, options: object) -> dict[str, Any]:
    document = {"@context": known_contexts().documents[address]}
    return {"contextUrl": None, "documentUrl": address, "document": document, "tag": "static"}


class Definitions:
    """What contexts define, scope within scope."""

    def __init__(self, load: Any) -> None:
        self.processor = JsonLdProcessor()
        self.options = {**OPTIONS, "documentLoader": load, "contextResolver": ContextResolver({}, load)}

    def of(self, addresses: list[str]) -> Any:
        start = self.processor._get_initial_context(self.options)
        return self.processor._process_context(start, addresses, self.options)

    def scope(self, active: Any, term: str) -> Any | None:
        scoped = active["mappings"][term].get("@context") if active["mappings"][term] else None
        if scoped is None:
            return None
        return self.processor._process_context(active, scoped, self.options, override_protected=True)


def equal(ours: Definitions, theirs: Definitions, one: Any, other: Any, path: tuple[str, ...], seen: set[str]) -> int:
    """Compare two active contexts, and every scope within, each once; how many definitions that were."""
    assert one["mappings"].keys() == other["mappings"].keys(), path
    for name in ("@vocab", "@language", "@base", "@direction"):
        assert one.get(name) == other.get(name), (path, name)
    counted = 0
    for term, made in other["mappings"].items():
        mine = one["mappings"][term]
        plain = [None if m is None else {k: v for k, v in m.items() if k != "@context"} for m in (mine, made)]
        assert plain[0] == plain[1], (*path, term)
        assert (mine or {}).keys() == (made or {}).keys(), (*path, term)
        counted += 1
    for term in other["mappings"]:
        key = f"{term}:{other['mappings'][term]}"
        if key in seen:
            continue
        inner, outer = ours.scope(one, term), theirs.scope(other, term)
        assert (inner is None) == (outer is None), (*path, term)
        if outer is not None:
            seen.add(key)
            counted += equal(ours, theirs, inner, outer, (*path, term), seen)
    return counted


@pytest.mark.parametrize("addresses", COMBINATIONS, ids=lambda a: "+".join(one.rsplit("/", 2)[-1] for one in a))
def test_every_definition_of_ours_is_that_of_the_official_context(addresses: list[str]) -> None:
    ours, theirs = Definitions(our_loader), Definitions(loader)
    try:
        made = theirs.of(addresses)
    except JsonLdError:  # contexts that don't go together: neither do ours
        with pytest.raises(JsonLdError):
            ours.of(addresses)
    else:
        assert equal(ours, theirs, ours.of(addresses), made, (), set()) > 0


def test_no_pinned_context_gives_a_word_of_its_own_to_what_has_no_definition() -> None:
    """`@vocab` would let every undefined name pass for a defined one."""
    for address, context in known_contexts().documents.items():
        assert '"@vocab":' not in json.dumps(context), address


def test_no_two_words_that_may_stand_in_one_place_mean_the_same() -> None:
    """Else a statement could change its name under a proof, and its reader look for it in vain."""
    alike = {}
    for addresses in COMBINATIONS:
        definitions = Definitions(our_loader)
        try:
            pending: list[tuple[tuple[str, ...], Any]] = [((), definitions.of(addresses))]
        except JsonLdError:  # contexts that don't go together
            continue
        while pending:
            path, active = pending.pop()
            by_meaning: dict[str, list[str]] = {}
            for term in Vocabulary(active).keys:
                by_meaning.setdefault(active["mappings"][term]["@id"], []).append(term)
            alike |= {tuple(sorted(terms)): path for terms in by_meaning.values() if len(terms) > 1}
            if len(path) < 2:
                scopes = [(term, definitions.scope(active, term)) for term in active["mappings"]]
                pending += [((*path, term), scope) for term, scope in scopes if scope is not None]
    assert set(alike) == KNOWN_ALIKE, alike


KNOWN_ALIKE = {("AchievementCredential", "OpenBadgeCredential")}
"""Two names of one class: a reader takes either."""


def test_the_rdf_of_every_reference_document_is_that_of_the_shipped_processor_with_the_official_contexts() -> None:
    """Byte for byte, for each whose contexts are known; in whatever order they come, and with what was kept before."""
    cases = [(f, d) for f, d in json_files() if known_contexts().strange_in(d) == (set(), False)]
    expected = {file: stock_quads(document) for file, document in cases}
    assert len(cases) > 90
    processor = Contexts(known_contexts().documents).processor
    for seed in range(2):
        random.Random(seed).shuffle(cases)
        for file, document in cases:
            before = repr(document)
            assert canonical_quads(processor.dataset(document, Watch())) == expected[file], file
            assert repr(document) == before, file


@pytest.mark.parametrize("file", ["1edtech-validator/clr20/complex.json", "1edtech-validator/ob30/simple.json"])
def test_the_rdf_of_odd_documents_is_that_of_the_shipped_processor_too(file: str) -> None:
    """What is written more shortly here than in PyLD comes to the same for any JSON, with a meaning or without."""
    base = json.loads(reference(f"clr/{file}").read_bytes())
    processor = Contexts(known_contexts().documents).processor
    compared = 0
    for document in mutants(base, 100):
        if known_contexts().strange_in(document) != (set(), False):
            continue
        try:
            made = canonical_quads(processor.dataset(copy.deepcopy(document), Watch()))
        except Refused:
            continue
        assert made == stock_quads(document), document
        compared += 1
    assert compared > 30


def test_the_official_contexts_are_all_of_the_addresses_that_are_pinned() -> None:
    assert known_contexts().documents.keys() <= official().keys()


def rdf_canon() -> list[Any]:
    root = reference("clr/w3c/rdf-canon")
    return sorted((root / "rdfc10").glob("*-in.nq"))


def test_canonical_forms_are_those_of_the_w3c_suite() -> None:
    """But for two of PyLD's own (escapes in IRIs, SHA-384 as a choice of the caller), none refused for its cost."""
    different, refused = [], []
    for file in rdf_canon():
        expected = file.with_name(file.name.replace("-in", "-rdfc10"))
        if not expected.exists():
            continue
        dataset = JsonLdProcessor.parse_nquads(file.read_text())
        try:
            made = canonical_quads(dataset)
        except Refused as error:
            refused.append((file.name, error.code))
            continue
        if made != expected.read_bytes():
            different.append(file.name)
    assert {code for _, code in refused} <= {"limit.graph"}
    assert len(rdf_canon()) > 60
    assert (different, [name for name, _ in refused]) == (["test060-in.nq", "test075-in.nq"], [])
