"""The strict verifier of enveloped XML signatures (XML Signature 1.1, the profile that ELMO uses).

What it answers: were these octets signed with that key? Nothing about trust. A signature vouches for a document only
as a child of its root, over the whole of it; everything else that is signed is reported, and never taken for a proof.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

from cryptography.x509 import Certificate
from lxml import etree

from gateway.model.verdict import Finding, Status, SubIndication
from gateway.proofs.proof import Proof, PublicKey
from gateway.proofs.xmldsig.algorithms import DIGESTS, SIGNATURES, SignatureAlgorithm
from gateway.proofs.xmldsig.key_info import OfferedKey, offered_keys
from gateway.proofs.xmldsig.steps import (
    MATHEMATICS,
    Unmet,
    not_checked,
    passed,
    preliminary_findings,
    preliminary_passed,
)
from gateway.proofs.xmldsig.structure import SIGNATURE, SignatureParts, local_name, read_signature

_MOST_SIGNATURES = 4
_MOST_ANYWHERE = 64
_ALL_PASSED = [Status.PASSED] * len(MATHEMATICS)
_SUPPLEMENT = "diplomaSupplement"


def verify_enveloped(tree: etree._ElementTree, *, keys: Sequence[PublicKey] = ()) -> tuple[Proof, ...]:
    """Check every XML signature of a parsed document; an empty tuple where there is none.

    `tree` comes from `gateway.readers.xml.parse_xml`. `keys` are tried where a signature carries no certificate.
    A proof's role is "supplement" for a signature inside a Diploma Supplement, which doesn't touch the document's
    own. The tree is as before when this returns, but must not be used by another thread meanwhile.
    """
    root = tree.getroot()
    found = list(root.iter(SIGNATURE))
    if len(found) > _MOST_ANYWHERE:
        why = f"got {len(found)} signatures in one document, expected at most {_MOST_ANYWHERE}."
        return (_unusable(Unmet("signature.place", why, unsupported=True), f"/{local_name(root)}"),)
    own = [signature for signature in found if signature.getparent() is root]
    others = [signature for signature in found if signature not in own]
    proofs = [_of_root(tree, signature, keys, many=len(own)) for signature in own[: _MOST_SIGNATURES + 1]]
    if not others:
        return tuple(proofs)
    supplements = [signature for signature in others if _in_supplement(signature)]
    misplaced = [signature for signature in others if signature not in supplements]
    if misplaced and not own:
        proofs.append(_misplaced(misplaced[0]))
    return (*proofs, *[_of_supplement(signature) for signature in supplements[:_MOST_SIGNATURES]])


def _of_root(tree: etree._ElementTree, signature: etree._Element, keys: Sequence[PublicKey], *, many: int) -> Proof:
    """The proof of a signature in its place."""
    about = f"/{local_name(tree.getroot())}/Signature"
    if many == 1:
        return _checked(tree, signature, keys, about)
    about = f"{about}[{_position(signature)}]"
    if many > _MOST_SIGNATURES:
        return _unusable(Unmet("signature.place", f"got {many} signatures, expected one.", unsupported=True), about)
    apart = copy.deepcopy(tree)
    twin = apart.getroot()[signature.getparent().index(signature)]  # type: ignore[union-attr]
    proof = _checked(apart, twin, keys, about)
    several = Unmet(
        "signature.place",
        f"got {many} signatures beside each other, expected one: which of them vouches for what isn't judged yet.",
        unsupported=True,
    )
    findings = (several.finding(about), *proof.findings[1:])
    return Proof(kind="xmldsig", findings=findings, covered=None, certificates=proof.certificates, about=about)


def _checked(tree: etree._ElementTree, signature: etree._Element, keys: Sequence[PublicKey], about: str) -> Proof:
    """All steps on one signature, in its place."""
    try:
        parts = read_signature(signature)
        signed_octets = _signed_octets(signature, parts)
    except Unmet as unmet:
        return _unusable(unmet, about)
    key_steps, key, certificates = _key_steps(parts, signed_octets, keys, about)
    covered, digest_step = _digest_step(tree, signature, parts, about)
    steps = (*key_steps, digest_step)
    findings = (*preliminary_passed(about), *steps)
    holds = [step.status for step in steps] == _ALL_PASSED
    return Proof(
        kind="xmldsig",
        findings=findings,
        covered=covered if holds else None,
        key=key,
        certificates=certificates,
        signature_algorithm=parts.signature_algorithm,
        digest_algorithm=parts.digest_algorithm,
        about=about,
    )


def _signed_octets(signature: etree._Element, parts: SignatureParts) -> bytes:
    """SignedInfo's octets. The whole signature must have a canonical form: others canonicalize it with the document."""
    try:
        etree.tostring(signature, method="c14n")
    except etree.C14NError:
        raise Unmet("signature.structure", "a relative namespace URI stands in the signature.") from None
    return parts.canonicalization.of_signed_info(parts.signed_info)


def _key_steps(
    parts: SignatureParts, signed_octets: bytes, keys: Sequence[PublicKey], about: str
) -> tuple[tuple[Finding, Finding], PublicKey | None, tuple[Certificate, ...]]:
    """Findings for key and value; the key that made it (else the first tried); the certificates, its own first."""
    key_check, value_check, _ = MATHEMATICS
    algorithm = SIGNATURES[parts.signature_algorithm]
    try:
        offered = offered_keys(parts.key_info, keys)
        fitting = _fitting(offered, algorithm)
    except Unmet as unmet:
        return (unmet.finding(about), not_checked(value_check, about, key_check)), None, ()
    made = next((k for k in fitting if algorithm.verifies(k.key, parts.value, signed_octets)), None)
    first = made or fitting[0]
    value_step = passed(value_check, about) if made else _wrong_value(first).finding(about)
    return (passed(key_check, about), value_step), first.key, _certificates(first, offered)


def _certificates(first: OfferedKey, offered: Sequence[OfferedKey]) -> tuple[Certificate, ...]:
    """The certificates of the keys, each once, that of `first` at the front."""
    if len(offered) == 1:  # comparing certificates means hashing them
        return () if first.certificate is None else (first.certificate,)
    certificates = [k.certificate for k in (first, *offered) if k.certificate is not None]
    return tuple(dict.fromkeys(certificates))


def _fitting(offered: Sequence[OfferedKey], algorithm: SignatureAlgorithm) -> list[OfferedKey]:
    fitting = [k for k in offered if algorithm.fits(k.key)]
    if fitting:
        return fitting
    if offered[0].certificate is None:
        raise Unmet(
            "signature.key",
            f"none of the given keys is one for {algorithm.family}: give the signer's with --trust.",
            sub=SubIndication.NO_SIGNING_CERTIFICATE_FOUND,
            unsupported=True,
        )
    raise Unmet(
        "signature.key",
        f"no certificate in the signature has a key for {algorithm.family}: it isn't the signer's.",
        sub=SubIndication.SIG_CRYPTO_FAILURE,
    )


def _wrong_value(tried: OfferedKey) -> Unmet:
    if tried.certificate is None:
        return Unmet(
            "signature.value",
            "none of the given keys made this signature: it carries no certificate, so it may be another's.",
            sub=SubIndication.NO_SIGNING_CERTIFICATE_FOUND,
            unsupported=True,
        )
    return Unmet(
        "signature.value",
        "no certificate in the signature has the key that made it: what was signed, or the certificate, was changed: "
        "ask the issuer for the file as it was sealed.",
        sub=SubIndication.SIG_CRYPTO_FAILURE,
    )


def _digest_step(
    tree: etree._ElementTree, signature: etree._Element, parts: SignatureParts, about: str
) -> tuple[bytes | None, Finding]:
    """The document's octets as they are now, and whether they are what was signed."""
    try:
        octets = _without(signature, tree, parts)
    except Unmet as unmet:
        return None, unmet.finding(about)
    if DIGESTS[parts.digest_algorithm](octets).digest() == parts.digest:
        return octets, passed("signature.digest", about)
    changed = Unmet(
        "signature.digest",
        "the document was changed after it was signed: ask the issuer for the file as it was sealed.",
        sub=SubIndication.HASH_FAILURE,
    )
    return None, changed.finding(about)


def _without(signature: etree._Element, tree: etree._ElementTree, parts: SignatureParts) -> bytes:
    """The canonical document without the signature, whose tail stays; then the signature is put back.

    Taking it out and putting it back costs nothing; a copy of the document would cost as much as canonicalizing it.
    """
    parent, before, tail = tree.getroot(), signature.getprevious(), signature.tail
    at, text = parent.index(signature), parent.text if before is None else before.tail
    _take_out(signature)
    try:
        return parts.transform.of_tree(tree)
    finally:
        _set_text(parent, before, text)
        signature.tail = tail
        parent.insert(at, signature)


def reduce_to_covered(tree: etree._ElementTree) -> etree._ElementTree:
    """Take the one signature under the root, and every comment, out of a tree whose signature has been found to hold.

    What is left is what parsing the covered octets gives, for a third of the price of a verdict less; a test holds
    the two equal. Comments go even where a canonical form with comments covers them: nothing is read from them.
    """
    root = tree.getroot()
    [signature] = root.iterchildren(SIGNATURE)
    _take_out(signature)
    etree.strip_tags(root, etree.Comment)
    return tree


def _take_out(signature: etree._Element) -> None:
    """Remove an element; the text behind it stays."""
    parent, before, tail = signature.getparent(), signature.getprevious(), signature.tail
    assert parent is not None  # a child of the root by its place  # noqa: S101
    text = parent.text if before is None else before.tail
    parent.remove(signature)
    _set_text(parent, before, (text or "") + tail if tail else text)


def _set_text(parent: etree._Element, before: etree._Element | None, text: str | None) -> None:
    if before is None:
        parent.text = text
    else:
        before.tail = text


def _unusable(unmet: Unmet, about: str) -> Proof:
    """A signature on which no mathematics was done."""
    if unmet.check in MATHEMATICS:  # SignedInfo has no canonical form that we perform
        others = [not_checked(check, about, unmet.check) for check in MATHEMATICS if check != unmet.check]
        findings = (*preliminary_passed(about), unmet.finding(about), *others)
    else:
        findings = preliminary_findings(unmet, about)
    return Proof(kind="xmldsig", findings=findings, covered=None, about=about)


def _misplaced(signature: etree._Element) -> Proof:
    """A signature that isn't the root's child, in a document without one in its place: wrapped, or of another form."""
    if signature.getparent() is None:
        why = Unmet(
            "signature.place",
            "the signature is the root: signatures around their content aren't supported.",
            sub=SubIndication.UNSUPPORTED_PROOF,
            unsupported=True,
        )
    else:
        why = Unmet("signature.place", "the signature isn't a child of the root: it doesn't vouch for the document.")
    return _unusable(why, _place(signature))


def _of_supplement(signature: etree._Element) -> Proof:
    """A signature inside a Diploma Supplement: made over a file of its own, before that was put into this one."""
    why = Unmet(
        "signature.place",
        "a signature inside a Diploma Supplement can't be verified in this context: "
        "it was made over the supplement as a file of its own.",
        unsupported=True,
    )
    proof = _unusable(why, _place(signature))
    return Proof(kind="xmldsig", findings=proof.findings, covered=None, about=proof.about, role="supplement")


def _in_supplement(signature: etree._Element) -> bool:
    return any(local_name(ancestor) == _SUPPLEMENT for ancestor in signature.iterancestors())


def _place(element: etree._Element) -> str:
    """The element's place as we print it: local names with positions, the root without one."""
    *ancestors, root = element, *element.iterancestors()
    steps = [f"{local_name(e)}[{_position(e)}]" for e in ancestors]
    return "/" + "/".join([local_name(root), *reversed(steps)])


def _position(element: etree._Element) -> int:
    return 1 + sum(1 for sibling in element.itersiblings(preceding=True) if sibling.tag == element.tag)
