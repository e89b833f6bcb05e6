"""How fast the authenticity of an 18 kB ELMO is verified, against others and against the floor, in one process.

Medians of process time in microseconds, and ratios; then the same of the fastest tenth of the rounds, which other work
on the machine disturbs least. The arms run interleaved in bursts of ten calls, in another order in each round, so that
a busy machine slows all of them, and each is as warm as the others.
RSA-2048, SHA-256, inclusive Canonical XML 1.0, default namespace: what genuine ELMO seals look like.

- floor: parse, canonicalize the document and SignedInfo, SHA-256, RSA, and nothing else.
- proof core: `parse_xml`, `verify_enveloped`, and the signer's key compared with a pinned one.
- verdict: `gateway.verify.engine.verify` with all adapters of the tree, signer pinned, every finding made.
- verdict and conformity: the same, with the rules of the format.
- python-xmlsec: parse, load the pinned certificate, verify.
- signxml: its verifier with its default-namespace fault repaired by re-parsing, certificate pinned.
"""

from __future__ import annotations

import base64
import hashlib
import random
import statistics
import time
from collections.abc import Callable

import xmlsec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from signxml.verifier import SignatureConfiguration, XMLVerifier

from gateway.model.verdict import Indication
from gateway.node.startup import adapters
from gateway.proofs.xmldsig import verify_enveloped
from gateway.readers.xml import parse_xml
from gateway.trust.anchors import Anchor
from gateway.trust.policies import load_policy
from gateway.verify.engine import verify
from gateway.verify.terms import Terms
from scripts.bench_documents import NOW, conforming
from tests.signing import DS, certificate, elmo, pinned_pem, rsa_key, signed

BURST = 10


class RepairedVerifier(XMLVerifier):
    """signxml's verifier, canonicalizing a sub-tree as a document of its own."""

    def _c14n(self, nodes, algorithm, inclusive_ns_prefixes=None):  # noqa: ANN001, ANN202 - as signxml has it
        apart = etree.fromstring(etree.tostring(nodes, with_tail=False))
        return super()._c14n(apart, algorithm, inclusive_ns_prefixes)


def arms(document: bytes) -> dict[str, Callable[[], None]]:
    """The programs to compare, each verifying the same octets."""
    return {
        "floor": _floor(document),
        "proof core": _core(document),
        "verdict": _verdict(document, conformity=False),
        "verdict and conformity": _verdict(document, conformity=True),
        "python-xmlsec": _libxmlsec(document),
        "signxml, repaired": _signxml(document),
    }


def _core(document: bytes) -> Callable[[], None]:
    pinned = rsa_key().public_key()

    def run() -> None:
        (proof,) = verify_enveloped(parse_xml(document))
        assert proof.covered is not None
        assert proof.key == pinned

    return run


def _verdict(document: bytes, *, conformity: bool) -> Callable[[], None]:
    anchor = Anchor(key=rsa_key().public_key(), certificate=certificate(rsa_key()))
    terms = Terms(now=NOW, policy=load_policy("strict"), anchors=(anchor,), conformity=conformity)
    known = adapters()

    def run() -> None:
        verified = verify(document, adapters=known, terms=terms)
        assert verified.verdict.verdict is Indication.PASSED

    return run


def _libxmlsec(document: bytes) -> Callable[[], None]:
    pem = pinned_pem(rsa_key())

    def run() -> None:
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.CERT_PEM)
        context.verify(xmlsec.tree.find_node(etree.fromstring(document), "Signature"))

    return run


def _signxml(document: bytes) -> Callable[[], None]:
    pinned = certificate(rsa_key())
    expect = SignatureConfiguration(location="./")
    return lambda: RepairedVerifier().verify(document, x509_cert=pinned, expect_config=expect) and None


def _floor(document: bytes) -> Callable[[], None]:
    """What can't be left out; what is prepared here is not what the arm measures."""
    apart = etree.fromstring(etree.tostring(etree.fromstring(document).find(f"{{{DS}}}Signature/{{{DS}}}SignedInfo")))
    info = apart.getroottree()
    value = etree.fromstring(document).findtext(f"{{{DS}}}Signature/{{{DS}}}SignatureValue") or ""
    octets, key = base64.b64decode(value), rsa_key().public_key()
    scheme, digest = padding.PKCS1v15(), hashes.SHA256()

    def run() -> None:
        tree = etree.fromstring(document).getroottree()
        hashlib.sha256(etree.tostring(tree, method="c14n", with_comments=False)).digest()
        key.verify(octets, etree.tostring(info, method="c14n", with_comments=False), scheme, digest)

    return run


def measure(rounds: int) -> tuple[int, dict[str, list[float]]]:
    """The document's size in octets, and what each arm took in each round, in microseconds a call."""
    document = signed(conforming(elmo(31)))
    programs = arms(document)
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, run in random.sample(list(programs.items()), len(programs)):
            start = time.process_time_ns()
            for _ in range(BURST):
                run()
            times[name].append((time.process_time_ns() - start) / BURST / 1000)
    return len(document), times


def report(rounds: int = 200) -> None:
    """Print the tables."""
    size, times = measure(rounds)
    print(f"authenticity of an ELMO of {size} octets, {rounds} rounds of {BURST} calls")
    show({name: statistics.median(taken) for name, taken in times.items()})
    print("the fastest tenth of the rounds")
    show({name: statistics.quantiles(taken, n=10)[0] for name, taken in times.items()})


def show(taken: dict[str, float]) -> None:
    """Each arm, beside python-xmlsec and the floor."""
    for name, one in taken.items():
        speed, share = taken["python-xmlsec"] / one, taken["floor"] / one
        print(f"{name:24} {one:8.0f} us   {speed:5.2f} x python-xmlsec   {share:6.1%} of the floor")


if __name__ == "__main__":
    report()
