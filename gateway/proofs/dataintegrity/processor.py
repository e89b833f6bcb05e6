"""JSON-LD to RDF by PyLD, with pinned contexts alone, and told what a proof over that RDF does not cover.

RDF drops what a context doesn't define, and says the same for several JSON texts. So the processor is watched while it
expands: every word that has no meaning, or another than its reader would see, is a fault (docs/divergences.md).

PyLD spends nine tenths of its time on contexts. All that reaches it here comes from pinned documents, so what one
context makes of another is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyld.context_resolver import ContextResolver
from pyld.identifier_issuer import IdentifierIssuer
from pyld.jsonld import JsonLdError, JsonLdProcessor

from gateway.errors import Refused
from gateway.proofs.dataintegrity.descriptions import check_descriptions
from gateway.proofs.dataintegrity.vocabulary import Vocabulary, is_iri
from gateway.proofs.dataintegrity.watch import Watch
from gateway.readers.json import JsonValue

_MOST_KEPT = 4_096


class Processor(JsonLdProcessor):  # type: ignore[misc] # PyLD has no types
    """PyLD with pinned contexts, a memory of what they make of each other, and a watch.

    Raises:
        Refused: `jsonld.syntax` for what is no JSON-LD, `limit.graph`.
    """

    def __init__(self, contexts: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__()
        self._contexts = contexts
        self._resolver = ContextResolver({}, self._load)
        self._kept: dict[tuple[object, ...], tuple[Any, ...]] = {}
        self._vocabularies: dict[int, tuple[Any, Vocabulary]] = {}

    def dataset(self, document: Mapping[str, JsonValue], watch: Watch) -> dict[str, Any]:
        """The RDF dataset of a document whose contexts are all pinned, in PyLD's form."""
        issuer = IdentifierIssuer("_:b")
        options = {
            "base": "",
            "processingMode": "json-ld-1.1",
            "isFrame": False,
            "keepFreeFloatingNodes": False,
            "produceGeneralizedRdf": False,
            "contextResolver": self._resolver,
            "identifierIssuer": issuer,
            "watch": watch,
        }
        try:
            expanded = self._expand(self._get_initial_context(options), None, document, options)
            if not isinstance(expanded, dict) or "@graph" in expanded:
                raise Refused("jsonld.syntax", "got JSON-LD that isn't one node with properties")
            check_descriptions(expanded, watch)
            nodes: dict[str, Any] = {"@default": {}}
            self._create_node_map([expanded], nodes, "@default", issuer)
            return {name: self._graph_to_rdf(graph, issuer, options) for name, graph in sorted(nodes.items())}
        except JsonLdError as error:
            raise Refused("jsonld.syntax", f"got no JSON-LD ({error.code or error.type})") from None
        except RecursionError:
            raise Refused("limit.depth", "got linked data nested deeper than this process can follow") from None
        except (AttributeError, KeyError, TypeError, ValueError):  # PyLD, on what it doesn't expect
            raise Refused("jsonld.syntax", "got no JSON-LD that the processor can read") from None

    # --- what PyLD calls ----------------------------------------------------------------------------------------------

    def _load(self, address: str, _options: object) -> dict[str, Any]:
        if address not in self._contexts:
            raise JsonLdError("unknown context", "gateway.UnknownContext", code="loading remote context failed")
        document = {"@context": self._contexts[address]}
        return {"contextUrl": None, "documentUrl": address, "document": document, "tag": "static"}

    def _process_context(self, active_ctx: Any, local_ctx: Any, options: Any, **flags: Any) -> Any:
        """As PyLD, kept by the identity of both contexts: they are held, so that no other can take their place."""
        local = tuple(local_ctx) if isinstance(local_ctx, list) else local_ctx
        if "cycles" in flags or (isinstance(local, tuple) and not all(isinstance(one, str) for one in local)):
            return super()._process_context(active_ctx, local_ctx, options, **flags)
        named = local if isinstance(local, str | tuple) else id(local)
        key = (id(active_ctx), named, *sorted(flags.items()))
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
                self._vocabularies.clear()
            made = super()._process_context(active_ctx, local_ctx, options, **flags)
            self._kept[key] = (made, active_ctx, local)
        return self._kept[key][0]

    def _expand_iri(self, active_ctx: Any, value: Any, *rest: Any, **named: Any) -> Any:
        """As PyLD; what is a term is looked up at once, before it is looked at for being a keyword."""
        if named.get("vocab") and "local_ctx" not in named and isinstance(value, str):
            made = active_ctx["mappings"].get(value)
            if made:
                return made["@id"]
        return super()._expand_iri(active_ctx, value, *rest, **named)

    def _expand_object(self, active_ctx: Any, *rest: Any, **named: Any) -> None:
        element, parent, options = rest[2], rest[3], rest[4]
        watch: Watch = options["watch"]
        watch.count()
        vocabulary = self._vocabulary(active_ctx)
        for key, value in element.items():
            watch.count_members(value)
            if key in vocabulary.ordered:
                watch.ordered.add(id(value))
        if "@value" in element:
            _watch_value(element, watch)
        else:
            for key in element.keys() - vocabulary.keys - {"@context"}:
                watch.fault("a name without meaning:", key)
            scoped = named.get("type_scoped_ctx", rest[7] if len(rest) > 7 else None)  # noqa: PLR2004 - PyLD's eighth
            before = self._vocabulary(scoped or active_ctx)
            for word in before.types_of(element):
                if not before.says(word):
                    watch.fault("a type without meaning:", word)
        super()._expand_object(active_ctx, *rest, **named)
        if parent.get("@id") != vocabulary.id_of(element) or not is_iri(parent.get("@id", "a:")):
            watch.fault("an id that isn't written out:", vocabulary.id_of(element))

    def _expand_value(self, active_ctx: Any, active_property: Any, value: Any, options: Any) -> Any:
        watch: Watch = options["watch"]
        watch.count()
        made = super()._expand_value(active_ctx, active_property, value, options)
        if isinstance(made, dict) and "@id" in made:
            coercion = self.get_context_value(active_ctx, active_property, "@type")
            whole = made["@id"] == value if coercion == "@id" else self._vocabulary(active_ctx).says(value)
            if not whole or not is_iri(made["@id"]):
                watch.fault("a reference that isn't written out:", value)
        return made

    def _vocabulary(self, active: Any) -> Vocabulary:
        held = self._vocabularies.get(id(active))
        if held is None:
            held = self._vocabularies[id(active)] = (active, Vocabulary(active))
        return held[1]


def _watch_value(element: Mapping[str, JsonValue], watch: Watch) -> None:
    """A value object says what a bare value can't: its language. Any other hides from a reader who expects a text."""
    language = element.get("@language")
    if not element.keys() <= {"@value", "@language", "@direction"} or not isinstance(language, str) or not language:
        watch.fault("a value written as an object:", next(iter(element.keys() - {"@value"}), "@value"))
