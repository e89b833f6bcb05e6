"""JSON-LD to RDF by PyLD, with pinned contexts alone, and told what a proof over that RDF does not cover.

RDF drops what a context doesn't define, and says the same for several JSON texts. So the processor is watched while it
expands: every word that has no meaning, or another than its reader would see, is a fault (docs/divergences.md).

PyLD spends nine tenths of its time on contexts. All that reaches it here comes from pinned documents, so what one
context makes of another is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pyld.context_resolver import ContextResolver
from pyld.identifier_issuer import IdentifierIssuer
from pyld.jsonld import RDF_TYPE, XSD_DOUBLE, XSD_STRING, JsonLdError, JsonLdProcessor

from gateway.errors import Refused
from gateway.proofs.dataintegrity.descriptions import check_descriptions
from gateway.proofs.dataintegrity.vocabulary import Vocabulary, is_iri
from gateway.proofs.dataintegrity.watch import CONTEXT, TERM, Watch
from gateway.readers.json import JsonValue

_MOST_KEPT = 4_096
_LITERAL = frozenset({"@value", "@type"})
_ABSOLUTE = re.compile(r"([A-Za-z][A-Za-z0-9+-.]*|_):[^\s]*$")  # PyLD's: what it takes for one is written into the RDF


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
        if len(self._kept) >= _MOST_KEPT:  # not meanwhile: what was paid for is known by what is kept
            self._kept.clear()
            self._vocabularies.clear()
        issuer = _Names(watch)
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
        self._pay(key, local, active_ctx, options["watch"])
        if key not in self._kept:
            made = super()._process_context(active_ctx, local_ctx, options, **flags)
            self._kept[key] = (made, active_ctx, local)
        return self._kept[key][0]

    def _pay(self, key: tuple[object, ...], local: Any, active: Any, watch: Watch) -> None:
        """What one context makes of another is paid for once in a document, whether it is kept from earlier or not."""
        if key not in watch.budget.seen:
            named = local if isinstance(local, tuple) else (local,)
            contexts = [self._contexts.get(one, {}) if isinstance(one, str) else one or {} for one in named]
            watch.budget.spend_once(key, CONTEXT + TERM * sum(map(len, contexts)) + len(active["mappings"]))

    def _prepare_nested_context(self, active_ctx: Any, element: Any, options: Any) -> Any:
        """As PyLD; where one name of the context stands for `@type`, no other is looked at."""
        named = [key for key in self._vocabulary(active_ctx).types if key in element]
        if "@context" in element or "@type" in element or len(named) > 1:
            return super()._prepare_nested_context(active_ctx, element, options)
        stated = element[named[0]] if named else []
        types = stated if isinstance(stated, list) else [stated]
        made = active_ctx
        for one in sorted(one for one in types if isinstance(one, str)):
            scoped = self.get_context_value(active_ctx, one, "@context")
            if scoped is not None and scoped is not False:
                made = self._process_context(made, scoped, options, propagate=False)
        return made, named[0] if named else None, active_ctx

    def _expand_iri(
        self,
        active_ctx: Any,
        value: Any,
        base: Any = None,
        vocab: bool = False,  # noqa: FBT001, FBT002 - PyLD's own signature
        local_ctx: Any = None,
        defined: Any = None,
    ) -> Any:
        """As PyLD; what is a term is looked up at once, before it is looked at for being a keyword."""
        if vocab and local_ctx is None and isinstance(value, str):
            made = active_ctx["mappings"].get(value)
            if made:
                return made["@id"]
        return super()._expand_iri(active_ctx, value, base, vocab, local_ctx, defined)

    def _expand_object(self, active_ctx: Any, *rest: Any, **named: Any) -> None:
        element, parent, options = rest[2], rest[3], rest[4]
        watch: Watch = options["watch"]
        watch.count_object(element)
        vocabulary = self._vocabulary(active_ctx)
        for key, value in element.items():
            if key in vocabulary.ordered:
                watch.ordered.add(id(value))
        if "@value" in element:
            _watch_value(element, watch)
        else:
            for key in sorted(element.keys() - vocabulary.keys - {"@context"}):
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
        watch.count_value()
        vocabulary = self._vocabulary(active_ctx)
        if active_property in vocabulary.texts and isinstance(value, str):
            datatype = vocabulary.texts[active_property]
            return {"@value": value} if datatype is None else {"@type": datatype, "@value": value}
        made = super()._expand_value(active_ctx, active_property, value, options)
        if isinstance(made, dict) and "@id" in made:
            coercion = self.get_context_value(active_ctx, active_property, "@type")
            whole = made["@id"] == value if coercion == "@id" else vocabulary.says(value)
            if not whole or not is_iri(made["@id"]):
                watch.fault("a reference that isn't written out:", value)
        return made

    def _create_node_map(
        self,
        input_: Any,
        graph_map: Any,
        active_graph: Any,
        issuer: Any,
        active_subject: Any = None,
        active_property: Any = None,
        list_: Any = None,
    ) -> None:
        """As PyLD; a value is compared with each that stands there already, which is paid for."""
        watch: Watch = issuer.watch
        if isinstance(input_, list):
            for one in input_:
                self._create_node_map(one, graph_map, active_graph, issuer, active_subject, active_property, list_)
            return
        graph = graph_map.setdefault(active_graph, {})
        if isinstance(active_subject, str) and not list_:
            node = graph[active_subject]
            present = node.get(active_property)
            if present is not None:
                watch.count_comparisons(len(present))
            elif "@value" in input_:
                node[active_property] = [input_]
                return
        if "@type" in input_ and "@value" not in input_:
            present, more = graph.get(input_.get("@id"), {}).get("@type", ()), len(input_["@type"])
            watch.count_comparisons(len(present) + more, more)
        super()._create_node_map(input_, graph_map, active_graph, issuer, active_subject, active_property, list_)

    def _graph_to_rdf(self, graph: Any, issuer: Any, options: Any) -> list[dict[str, Any]]:
        """As PyLD, with one look at a subject and at a property, however many statements they have."""
        triples: list[dict[str, Any]] = []
        for name, node in sorted(graph.items()):
            if not _ABSOLUTE.match(name):
                continue
            subject = _resource(name)
            for key, items in sorted(node.items()):
                property_ = RDF_TYPE if key == "@type" else key
                if property_[:1] == "@" or property_[:2] == "_:" or not _ABSOLUTE.match(property_):
                    continue
                predicate = {"type": "IRI", "value": property_}
                for item in items:
                    made = self._object_to_rdf(item, issuer, triples, options)
                    if made is not None:
                        triples.append({"subject": subject, "predicate": predicate, "object": made})
        return triples

    def _object_to_rdf(self, item: Any, issuer: Any, triples: Any, options: Any) -> Any:
        """As PyLD; a text and the name of a thing, which nearly all objects are, are told at once."""
        if isinstance(item, str):
            return _resource(item) if _ABSOLUTE.match(item) else None
        if isinstance(item.get("@value"), str) and item.keys() <= _LITERAL:
            datatype = item.get("@type") or XSD_STRING
            if datatype not in (XSD_DOUBLE, "@json"):
                return {"type": "literal", "value": item["@value"], "datatype": datatype}
        return super()._object_to_rdf(item, issuer, triples, options)

    def _vocabulary(self, active: Any) -> Vocabulary:
        held = self._vocabularies.get(id(active))
        if held is None:
            held = self._vocabularies[id(active)] = (active, Vocabulary(active))
        return held[1]


class _Names(IdentifierIssuer):  # type: ignore[misc] # PyLD has no types
    """The names of blank nodes, handed to each step in which a document becomes a graph; and who watches."""

    def __init__(self, watch: Watch) -> None:
        super().__init__("_:b")
        self.watch = watch


def _watch_value(element: Mapping[str, JsonValue], watch: Watch) -> None:
    """A value object says what a bare value can't: its language. Any other hides from a reader who expects a text."""
    language = element.get("@language")
    if not element.keys() <= {"@value", "@language", "@direction"} or not isinstance(language, str) or not language:
        watch.fault("a value written as an object:", min(element.keys() - {"@value"}, default="@value"))


def _resource(name: str) -> dict[str, str]:
    return {"type": "blank node" if name.startswith("_:") else "IRI", "value": name}
