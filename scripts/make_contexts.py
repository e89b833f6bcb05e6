"""Write schemas/contexts/: our own JSON-LD context documents, from the definitions that the official contexts make.

Only the definitions are taken over: each term with its whole IRI, coercion, container and scope, sorted. A test holds
that a processor makes the same active contexts of ours as of the official ones.

    python -m scripts.make_contexts FOLDER-OF-OFFICIAL-CONTEXTS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

OURS = Path(__file__).resolve().parent.parent / "schemas" / "contexts"
_OB = "https://purl.imsglobal.org/spec/ob/v3p0"
_CLR = "https://purl.imsglobal.org/spec/clr/v2p0"
_W3ID = "https://w3id.org/security"
_BLOCKCERTS = "../blockcerts/schemas"

CONTEXTS: dict[str, tuple[str, str]] = {
    "credentials-1": ("https://www.w3.org/2018/credentials/v1", "w3c-credentials-v1.jsonld"),
    "credentials-2": ("https://www.w3.org/ns/credentials/v2", "w3c-credentials-v2.jsonld"),
    "open-badges-3.0": (f"{_OB}/context.json", "ob-v3p0.json"),
    "open-badges-3.0.1": (f"{_OB}/context-3.0.1.json", "ob-v3p0-3.0.1.json"),
    "open-badges-3.0.2": (f"{_OB}/context-3.0.2.json", "ob-v3p0-3.0.2.json"),
    "open-badges-3.0.3": (f"{_OB}/context-3.0.3.json", "ob-v3p0-3.0.3.json"),
    "open-badges-extensions": (f"{_OB}/extensions.json", "ob-v3p0-extensions.json"),
    "clr-2.0": (f"{_CLR}/context.json", "clr-v2p0.json"),
    "clr-2.0.1": (f"{_CLR}/context-2.0.1.json", "clr-v2p0-2.0.1.json"),
    "data-integrity-1": (f"{_W3ID}/data-integrity/v1", "w3c-security-data-integrity-v1.jsonld"),
    "data-integrity-2": (f"{_W3ID}/data-integrity/v2", "w3c-security-data-integrity-v2.jsonld"),
    "ed25519-2020": (f"{_W3ID}/suites/ed25519-2020/v1", "suites-ed25519-2020.jsonld"),
    "jws-2020": (f"{_W3ID}/suites/jws-2020/v1", "suites-jws-2020.jsonld"),
    "multikey-1": (f"{_W3ID}/multikey/v1", "w3c-security-multikey-v1.jsonld"),
    "jwk-1": (f"{_W3ID}/jwk/v1", "w3c-security-jwk-v1.jsonld"),
    "bitstring-status-list": ("https://www.w3.org/ns/credentials/status/v1", "vc-bitstring-status-list-v1.jsonld"),
    "status-list-2021": ("https://w3id.org/vc/status-list/2021/v1", "vc-status-list-2021-v1.jsonld"),
    "blockcerts-3": ("https://w3id.org/blockcerts/v3", f"{_BLOCKCERTS}/3.0/context.json"),
    "blockcerts-3.1": ("https://w3id.org/blockcerts/v3.1", f"{_BLOCKCERTS}/3.1/context.json"),
    "blockcerts-3.2": ("https://w3id.org/blockcerts/v3.2", f"{_BLOCKCERTS}/3.2/context.json"),
    "did-1": ("https://www.w3.org/ns/did/v1", "did-v1.jsonld"),
}
"""Our file → the address of the context, and the file that holds the official one."""


def normal(context: Any) -> Any:
    """A context with every IRI written out whose prefix it defines itself; others mean what the context around says."""
    if isinstance(context, list):
        return [normal(one) for one in context]
    if not isinstance(context, dict):
        return context
    keywords = {name: value for name, value in sorted(context.items()) if name.startswith("@")}
    terms = {name: definition(name, context) for name in sorted(context) if not name.startswith("@")}
    return keywords | terms


def definition(name: str, context: dict[str, Any]) -> Any:
    """One term's definition, written out."""
    value = context[name]
    if isinstance(value, str):
        return iri(value, context)
    if not isinstance(value, dict):
        return value
    written = dict(value)
    if "@id" in value or ":" in name or context.get("@vocab"):
        written["@id"] = iri(value.get("@id", name), context)
    if "@type" in value:
        written["@type"] = iri(value["@type"], context)
    if "@context" in value:
        written["@context"] = normal(value["@context"])
    return dict(sorted(written.items()))


def iri(text: str, context: dict[str, Any]) -> str:
    """A compact IRI or a term of this context, written out; anything else as it stands."""
    if text.startswith("@") or "://" in text:
        return text
    prefix, colon, rest = text.partition(":")
    known = context.get(prefix)
    meaning = known.get("@id") if isinstance(known, dict) else known
    if isinstance(meaning, str) and meaning != text:
        return iri(meaning, context) + rest
    return text if colon or not context.get("@vocab") else context["@vocab"] + text


def main(folder: Path) -> None:
    OURS.mkdir(parents=True, exist_ok=True)
    for name, (address, file) in CONTEXTS.items():
        official = json.loads((folder / file).read_bytes())["@context"]
        document = {"address": address, "@context": normal(official)}
        (OURS / f"{name}.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
