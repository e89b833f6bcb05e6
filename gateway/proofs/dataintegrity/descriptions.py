"""Things that a document describes at several places.

In RDF all descriptions of one thing in a graph merge: a proof over RDF holds wherever among them a statement stands. A
reader of JSON sees each by itself, so that whoever moves a statement from one to another changes what is read: an end
of validity away from its credential, an achievement from one issuer's badge to another's. What stands in a credential
that has a proof of its own can't be moved unseen; but an endorsement whose proof fails lowers no answer, so nothing of
a credential's life may stand there either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.proofs.dataintegrity.watch import Watch

_PROOF = "https://w3id.org/security#proof"
_CREDENTIALS = "https://www.w3.org/2018/credentials#"
_SUBJECT = f"{_CREDENTIALS}credentialSubject"
Node = Mapping[str, Any]


def check_descriptions(expanded: Node, watch: Watch) -> None:
    """A fault for each thing whose descriptions could be mixed.

    A credential is described once. Of anything else, two descriptions may add to each other, and must not state
    different values of one property.
    """
    outside: dict[tuple[int, str], list[Node]] = {}
    apart: dict[str, list[Node]] = {}
    for node, graph, is_apart in _described(expanded):
        place = apart.setdefault(node["@id"], []) if is_apart else outside.setdefault((graph, node["@id"]), [])
        place.append(node)
    for (_, name), nodes in outside.items():
        if _mixable(nodes) or (_has_credential(nodes) and any(map(_states_life, apart.get(name, ())))):
            watch.fault("a thing described in several ways:", name)


def _mixable(nodes: list[Node]) -> bool:
    first = nodes[0]
    if all(node == first for node in nodes):
        return False
    if _has_credential(nodes):
        return True
    stated: dict[str, Any] = {}
    return any(
        stated.setdefault(name, value) != value for node in nodes for name, value in node.items() if name != "@type"
    )


def _has_credential(nodes: list[Node]) -> bool:
    return any(_SUBJECT in node for node in nodes)


def _states_life(node: Node) -> bool:
    return any(name.startswith(_CREDENTIALS) for name in node)


def _described(expanded: Node) -> Iterator[tuple[Node, int, bool]]:
    """Every thing with a name and properties, the graph it stands in, and whether a proof inside covers it apart."""
    pending: list[tuple[Any, int, bool]] = [(expanded, 0, False)]
    while pending:
        node, graph, apart = pending.pop()
        if isinstance(node, list):
            pending += [(member, graph, apart) for member in node]
        elif isinstance(node, dict) and "@value" not in node:
            apart |= node is not expanded and _PROOF in node
            within = id(node) if "@graph" in node else graph
            pending += [(value, within, apart) for name, value in node.items() if name not in ("@id", "@type")]
            if "@id" in node and len(node) > 1:
                yield node, graph, apart
