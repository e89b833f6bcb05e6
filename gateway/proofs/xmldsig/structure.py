"""The parts of one ds:Signature, read strictly: exactly the elements and attributes of XML Signature 1.1, no others.

Stricter than the standard on purpose (docs/divergences.md): one reference with `URI=""`, the enveloped-signature
transform and at most one canonicalization after it; no comment, processing instruction or stray text anywhere in
what is signed (CVE-2025-29775); base64 only in its canonical spelling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lxml import etree

from gateway.model.verdict import SubIndication
from gateway.proofs.xmldsig.algorithms import DIGESTS, DS, SIGNATURES
from gateway.proofs.xmldsig.canonical import EXCLUSIVE, METHODS, Canonicalization
from gateway.proofs.xmldsig.steps import Unmet
from gateway.readers.base64 import strict_base64

SIGNATURE = f"{{{DS}}}Signature"
_SIGNED_INFO = f"{{{DS}}}SignedInfo"
_SIGNATURE_VALUE = f"{{{DS}}}SignatureValue"
KEY_INFO = f"{{{DS}}}KeyInfo"
_OBJECT = f"{{{DS}}}Object"
_C14N_METHOD = f"{{{DS}}}CanonicalizationMethod"
_SIGNATURE_METHOD = f"{{{DS}}}SignatureMethod"
_REFERENCE = f"{{{DS}}}Reference"
_TRANSFORMS = f"{{{DS}}}Transforms"
_TRANSFORM = f"{{{DS}}}Transform"
_DIGEST_METHOD = f"{{{DS}}}DigestMethod"
_DIGEST_VALUE = f"{{{DS}}}DigestValue"
_INCLUSIVE_NAMESPACES = f"{{{EXCLUSIVE}}}InclusiveNamespaces"

_ENVELOPED = f"{DS}enveloped-signature"
_SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
_QUALIFYING_PROPERTIES = "QualifyingProperties"
_MOST_PREFIXES = 20  # each is looked up at each element
_WHITE = " \t\r\n"


class SignatureParts(NamedTuple):
    """What a well-built signature says; nothing of it is proven yet."""

    signed_info: etree._Element
    canonicalization: Canonicalization  # of SignedInfo
    signature_algorithm: str
    transform: Canonicalization  # of the document
    digest_algorithm: str
    digest: bytes
    value: bytes
    key_info: etree._Element | None


def read_signature(signature: etree._Element) -> SignatureParts:
    """The parts of a signature whose place was already looked at.

    Raises `Unmet` naming the first step (structure, reference, transforms, algorithm) that doesn't pass.
    """
    signed_info, value, key_info = _signature_children(signature)
    method, algorithm, reference = _signed_info_children(signed_info)
    transforms, digest_method, digest = _reference_children(reference)
    value_octets, digest_octets = _base64(value), _base64(digest)
    uri = reference.get("URI")
    if uri != "":
        raise _other_reference(uri)
    return SignatureParts(
        signed_info=signed_info,
        canonicalization=_canonicalization(method),
        transform=_document_form(transforms),
        signature_algorithm=_known(algorithm, SIGNATURES, "signature"),
        digest_algorithm=_known(digest_method, DIGESTS, "digest"),
        digest=digest_octets,
        value=value_octets,
        key_info=key_info,
    )


def _signature_children(
    signature: etree._Element,
) -> tuple[etree._Element, etree._Element, etree._Element | None]:
    children = _children(signature, ("Id",))
    tags = [child.tag for child in children]
    if _OBJECT in tags:
        raise _object(children[tags.index(_OBJECT)])
    if tags == [_SIGNED_INFO, _SIGNATURE_VALUE, KEY_INFO]:
        return children[0], children[1], children[2]
    if tags == [_SIGNED_INFO, _SIGNATURE_VALUE]:
        return children[0], children[1], None
    raise _structure(signature, "SignedInfo, SignatureValue and at most one KeyInfo")


def _signed_info_children(
    signed_info: etree._Element,
) -> tuple[etree._Element, etree._Element, etree._Element]:
    children = _children(signed_info, ("Id",))
    tags = [child.tag for child in children]
    if tags == [_C14N_METHOD, _SIGNATURE_METHOD, _REFERENCE]:
        return children[0], children[1], children[2]
    if tags[:2] == [_C14N_METHOD, _SIGNATURE_METHOD] and set(tags[2:]) == {_REFERENCE}:
        raise _several_references(children[2:])
    raise _structure(signed_info, "CanonicalizationMethod, SignatureMethod and one Reference")


def _reference_children(
    reference: etree._Element,
) -> tuple[Sequence[etree._Element], etree._Element, etree._Element]:
    children = _children(reference, ("Id", "URI", "Type"))
    tags = [child.tag for child in children]
    if tags == [_TRANSFORMS, _DIGEST_METHOD, _DIGEST_VALUE]:
        transforms = _children(children[0], ())
        if {child.tag for child in transforms} != {_TRANSFORM}:
            raise _structure(children[0], "Transform elements")
        return transforms, children[1], children[2]
    if tags == [_DIGEST_METHOD, _DIGEST_VALUE]:
        return (), children[0], children[1]
    raise _structure(reference, "Transforms, DigestMethod and DigestValue")


def _canonicalization(method: etree._Element) -> Canonicalization:
    """CanonicalizationMethod, or a Transform that canonicalizes."""
    algorithm = method.get("Algorithm", "")
    if algorithm not in METHODS:
        raise Unmet(
            "signature.transforms",
            f"got the transform or canonicalization {algorithm[:80]!r}, expected one that leaves nothing out.",
            unsupported=True,
        )
    children = _children(method, ("Algorithm",))
    if not children:
        return Canonicalization(algorithm)
    if [child.tag for child in children] != [_INCLUSIVE_NAMESPACES] or not algorithm.startswith(EXCLUSIVE):
        raise _structure(method, "at most one InclusiveNamespaces, under the exclusive form")
    if len(_children(children[0], ("PrefixList",))):
        raise _structure(children[0], "no children")
    prefixes = children[0].get("PrefixList", "").translate(str.maketrans(_WHITE, "    ")).split(" ")
    distinct = tuple(dict.fromkeys(prefix for prefix in prefixes if prefix))
    if len(distinct) > _MOST_PREFIXES:
        raise _structure(children[0], f"at most {_MOST_PREFIXES} prefixes")
    return Canonicalization(algorithm, distinct)


def _document_form(transforms: Sequence[etree._Element]) -> Canonicalization:
    """The canonical form of the document: [enveloped], or [enveloped, one canonicalization]."""
    algorithms = [transform.get("Algorithm", "") for transform in transforms]
    if algorithms[:1] != [_ENVELOPED] or len(algorithms) > 2:  # noqa: PLR2004 - the two of the sentence above
        raise Unmet(
            "signature.transforms",
            f"got {len(algorithms)} transforms, expected enveloped-signature and at most one canonicalization.",
            unsupported=True,
        )
    if _children(transforms[0], ("Algorithm",)):
        raise _structure(transforms[0], "no children")
    return _canonicalization(transforms[1]) if transforms[1:] else Canonicalization()


def _known(method: etree._Element, table: Mapping[str, object], what: str) -> str:
    """The algorithm's URI, if it is in the table."""
    algorithm = method.get("Algorithm", "")
    if algorithm not in table:
        raise Unmet(
            "signature.algorithm",
            f"got the {what} algorithm {algorithm[:80]!r}, expected RSA or ECDSA with SHA-1 or SHA-2: ask for a seal.",
            sub=SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
            unsupported=True,
        )
    if _children(method, ("Algorithm",)):
        raise _structure(method, "no parameters")
    return algorithm


def _children(element: etree._Element, attributes: tuple[str, ...]) -> list[etree._Element]:
    """The children of an element with no text but white space, and no attribute but the named.

    Comments and processing instructions are among them: they fit no sequence of tags that a caller expects.
    """
    for name in element.keys():  # noqa: SIM118 - an element isn't a mapping
        if name not in attributes:
            raise _structure(element, f"no attributes but {', '.join(attributes) or 'none'}")
    children = list(element)
    text = element.text or ""
    for child in children:
        text += child.tail or ""
    if text.strip(_WHITE):
        raise _structure(element, "no text")
    return children


def _base64(element: etree._Element) -> bytes:
    """The octets of an element that holds base64 in its one canonical spelling, white space aside (RFC 4648, 3.5)."""
    for name in element.keys():  # noqa: SIM118 - an element isn't a mapping
        if name != "Id" or element.tag != _SIGNATURE_VALUE:
            raise _structure(element, "no attributes")
    octets = decode_base64(element.text or "") if len(element) == 0 else None
    if not octets:
        raise _structure(element, "base64 in its canonical spelling")
    return octets


def decode_base64(text: str) -> bytes | None:
    """The octets of base64, white space aside; None where it isn't spelled canonically.

    White space between two padding characters is refused: other verifiers (Java's) stop there.
    """
    if not text.isascii():
        return None
    compact = text.encode().translate(None, _WHITE.encode())
    if compact.endswith(b"==") and not text.rstrip(_WHITE).endswith("=="):
        return None
    return strict_base64(compact)


def local_name(element: etree._Element) -> str:
    """The element's local name, as we print it: short."""
    return str(element.tag).rpartition("}")[2][:80]


def _structure(element: etree._Element, expected: str) -> Unmet:
    return Unmet("signature.structure", f"{local_name(element)} isn't as the standard says: expected {expected}.")


def _other_reference(uri: str | None) -> Unmet:
    what = "no URI" if uri is None else "a part by its identifier" if uri.startswith("#") else "something else"
    return Unmet(
        "signature.reference",
        f'the reference names {what}; only URI="", the whole document, vouches for it all: ask for such a seal.',
        unsupported=True,
    )


def _several_references(references: Sequence[etree._Element]) -> Unmet:
    if any(reference.get("Type") == _SIGNED_PROPERTIES for reference in references):
        return _xades()
    why = f"got {len(references)} references, expected one, to the whole document."
    return Unmet("signature.reference", why, unsupported=True)


def _object(element: etree._Element) -> Unmet:
    if any(local_name(child) == _QUALIFYING_PROPERTIES for child in element):
        return _xades()
    return Unmet("signature.structure", "the signature carries an Object, which it doesn't cover.", unsupported=True)


def _xades() -> Unmet:
    return Unmet(
        "signature.signed_properties",
        "a XAdES signature with SignedProperties isn't supported yet, so nothing was concluded from it.",
        step="signature.structure",
        sub=SubIndication.UNSUPPORTED_PROOF,
        unsupported=True,
    )
