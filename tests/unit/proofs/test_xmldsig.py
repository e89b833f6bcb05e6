"""The strict XMLDSig core: what it verifies, what each step says, and what it leaves as it found it."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from lxml import etree

from gateway.model.verdict import Indication, Status, SubIndication, conclude
from gateway.proofs.proof import Proof
from gateway.proofs.xmldsig import verify_enveloped
from gateway.readers.xml import parse_xml
from tests.signing import (
    EXCLUSIVE,
    INCLUSIVE,
    INCLUSIVE_11,
    certificate,
    ec_key,
    elmo,
    put_last,
    rsa_key,
    signed,
    template,
)

STEPS = [
    "signature.place",
    "signature.structure",
    "signature.reference",
    "signature.transforms",
    "signature.algorithm",
    "signature.key",
    "signature.value",
    "signature.digest",
]
MORE = "http://www.w3.org/2001/04/xmldsig-more#"


def check(document: bytes, keys=()) -> Proof:
    """The one proof of a document."""
    (proof,) = verify_enveloped(parse_xml(document), keys=keys)
    return proof


def status(proof: Proof) -> dict[str, str]:
    """Each step's status, by the last word of its name."""
    return {finding.check.removeprefix("signature."): finding.status.value for finding in proof.findings}


BESIDE = {"before": "<?style none?><!-- c -->", "after": "<?end?>"}
FORMS = {
    "inclusive": {},
    "inclusive, ds:": {"prefix": "ds"},
    "inclusive, a transform": {"transforms": (INCLUSIVE,)},
    "inclusive with comments": {"c14n": f"{INCLUSIVE}#WithComments", "transforms": (f"{INCLUSIVE}#WithComments",)},
    "1.1": {"c14n": INCLUSIVE_11, "transforms": (INCLUSIVE_11,)},
    "1.1 with comments": {"c14n": f"{INCLUSIVE_11}#WithComments", "transforms": (f"{INCLUSIVE_11}#WithComments",)},
    "exclusive": {"c14n": EXCLUSIVE, "transforms": (EXCLUSIVE,)},
    "exclusive, ds:": {"c14n": EXCLUSIVE, "transforms": (EXCLUSIVE,), "prefix": "ds"},
    "exclusive with comments": {"c14n": f"{EXCLUSIVE}WithComments", "transforms": (f"{EXCLUSIVE}WithComments",)},
    "exclusive, prefixes": {"c14n": EXCLUSIVE, "transforms": (EXCLUSIVE,), "prefixes": "xsi zz"},
    "exclusive, #default": {"c14n": EXCLUSIVE, "transforms": (EXCLUSIVE,), "prefixes": "#default xsi", "prefix": "ds"},
    "exclusive, no prefix": {"c14n": EXCLUSIVE, "transforms": (EXCLUSIVE,), "prefixes": ""},
}
BODIES = {
    "plain": elmo(),
    "xml:lang and xml:space on the root": elmo(root='xml:lang="en" xml:space="preserve"'),
    "instructions and comments beside the root": elmo(**BESIDE),
    "a namespace undeclared inside": elmo(extra='<x xmlns=""><y xmlns:a="urn:a" a:b="1"/></x>'),
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("form", FORMS)
def test_a_signature_of_libxmlsec_passes_in_every_canonical_form(form: str, body: str) -> None:
    proof = check(signed(BODIES[body], **FORMS[form]))
    assert status(proof) == dict.fromkeys(status(proof), "PASSED")
    assert [finding.check for finding in proof.findings] == STEPS
    assert proof.covered is not None
    assert proof.key == rsa_key().public_key()
    assert proof.certificates == (certificate(rsa_key()),)


@pytest.mark.parametrize("name", ["sha1", "sha224", "sha256", "sha384", "sha512"])
def test_rsa_and_ecdsa_verify_with_each_digest_and_name_their_algorithm(name: str) -> None:
    rsa = f"{'http://www.w3.org/2000/09/xmldsig#' if name == 'sha1' else MORE}rsa-{name}"
    assert check(signed(elmo(), method=rsa)).signature_algorithm == rsa
    proof = check(signed(elmo(), ec_key(), method=f"{MORE}ecdsa-{name}"))
    assert proof.covered is not None
    assert proof.signature_algorithm == f"{MORE}ecdsa-{name}"


@pytest.mark.parametrize("curve", ["SECP256R1", "SECP384R1", "SECP521R1"])
def test_ecdsa_verifies_on_each_curve(curve: str) -> None:
    assert check(signed(elmo(), ec_key(curve=curve))).covered is not None


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_rsa_pss_verifies(name: str) -> None:
    method = f"http://www.w3.org/2007/05/xmldsig-more#{name}-rsa-MGF1"
    assert check(signed(elmo(), method=method)).covered is not None


def test_what_is_covered_is_the_document_without_its_signature() -> None:
    proof = check(signed(elmo(**BESIDE)))
    covered = etree.fromstring(proof.covered)
    assert b"Signature" not in proof.covered
    assert proof.covered.startswith(b"<?style none?>\n<elmo")
    assert covered.findtext(".//{*}familyName") == "Nemo"


def test_a_document_without_a_signature_has_no_proof() -> None:
    assert verify_enveloped(parse_xml(elmo())) == ()


def test_the_signature_may_stand_anywhere_among_the_children_of_the_root() -> None:
    document = signed(elmo())
    start, end = re.search(rb"<Signature .*</Signature>", document, re.DOTALL).span()
    signature, rest = document[start:end], document[:start] + document[end:]
    for place in (b"<generatedDate>", b"<learner>", b"<report>"):
        moved = rest.replace(place, signature + place)
        assert check(moved).covered == check(document).covered


class TestTreeAfterwards:
    @pytest.mark.parametrize("tail", ["", "\n  ", "text"])
    def test_the_tree_is_as_before(self, tail: str) -> None:
        tree = parse_xml(signed(put_last(elmo(), "").replace(b"</report>", b"</report>before"), prefix="ds"))
        tree.getroot()[-1].tail = tail
        before = etree.tostring(tree)
        verify_enveloped(tree)
        assert etree.tostring(tree) == before

    def test_verifying_twice_says_the_same(self) -> None:
        tree = parse_xml(signed(elmo()))
        assert verify_enveloped(tree)[0].covered == verify_enveloped(tree)[0].covered


class TestFailures:
    def test_a_changed_text_fails_the_digest_and_nothing_else(self) -> None:
        proof = check(signed(elmo()).replace(b"Nemo", b"Nero"))
        assert status(proof) == dict.fromkeys(status(proof), "PASSED") | {"digest": "FAILED"}
        assert proof.covered is None
        assert conclude(proof.findings).sub_indication is SubIndication.HASH_FAILURE

    def test_a_changed_signed_info_fails_the_value(self) -> None:
        proof = check(signed(elmo()).replace(b'<Reference URI=""', b'<Reference Id="r" URI=""'))
        assert status(proof)["value"] == "FAILED"
        assert status(proof)["digest"] == "PASSED"
        assert proof.covered is None
        assert conclude(proof.findings).sub_indication is SubIndication.SIG_CRYPTO_FAILURE

    def test_every_step_after_the_first_unmet_one_is_listed_as_not_checked(self) -> None:
        proof = check(signed(elmo()).replace(b'URI=""', b'URI="#a"'))
        assert [finding.check for finding in proof.findings] == STEPS
        assert list(status(proof).values()) == ["PASSED"] * 2 + ["INDETERMINATE"] + ["NOT_CHECKED"] * 5
        assert all(f.explanation for f in proof.findings)

    def test_every_finding_that_is_not_passed_says_why(self) -> None:
        for change in (
            (b'URI=""', b'URI="x"'),
            (b"rsa-sha256", b"rsa-md5"),
            (b"Nemo", b"N"),
            (b"<SignedInfo>", b"<SignedInfo>x"),
        ):
            for finding in check(signed(elmo()).replace(*change)).findings:
                bad = finding.status in (Status.FAILED, Status.INDETERMINATE)
                assert bool(finding.sub_indication) == bad
                assert finding.explanation


class TestKeys:
    def test_without_a_certificate_a_given_key_is_tried(self) -> None:
        document = without_certificate(signed(elmo()))
        given = [ec_key().public_key(), rsa_key("another").public_key(), rsa_key().public_key()]
        proof = check(document, given)
        assert proof.covered is not None
        assert proof.key == rsa_key().public_key()
        assert proof.certificates == ()

    def test_without_a_certificate_or_key_nothing_is_concluded(self) -> None:
        proof = check(without_certificate(signed(elmo())))
        assert (status(proof)["key"], status(proof)["value"]) == ("INDETERMINATE", "NOT_CHECKED")
        assert status(proof)["digest"] == "PASSED"
        assert conclude(proof.findings).verdict is Indication.INDETERMINATE

    @pytest.mark.parametrize(
        "given", [rsa_key("another").public_key(), ed25519.Ed25519PrivateKey.generate().public_key()]
    )
    def test_given_keys_that_did_not_make_it_are_indeterminate_since_another_may_have(self, given) -> None:
        proof = check(without_certificate(signed(elmo())), [given])
        assert proof.covered is None
        assert conclude(proof.findings).verdict is Indication.INDETERMINATE

    def test_a_key_value_is_no_key_by_itself(self) -> None:
        document = with_key_value(signed(elmo()))
        assert check(document).covered is None
        assert check(document, [rsa_key("another").public_key()]).covered is None
        assert check(document, [rsa_key().public_key()]).covered is not None

    def test_the_signers_certificate_comes_first_wherever_it_stands_in_the_chain(self) -> None:
        other = certificate(rsa_key("another"), "Another")
        foreign = re.search(r"<X509Certificate>.*</X509Certificate>", template(key=rsa_key("another")))[0].encode()
        document = signed(elmo()).replace(b"<X509Data>", b"<X509Data>" + foreign)
        proof = check(document)
        assert proof.covered is not None
        assert proof.certificates[0] == certificate(rsa_key())
        assert len(proof.certificates) == 2
        assert other.public_key() == proof.certificates[1].public_key()


def without_certificate(document: bytes) -> bytes:
    return re.sub(rb"<KeyInfo>.*</KeyInfo>", b"", document, flags=re.DOTALL)


def with_key_value(document: bytes) -> bytes:
    import base64

    numbers = rsa_key().public_key().public_numbers()
    modulus = base64.b64encode(numbers.n.to_bytes(256, "big"))
    value = b"<RSAKeyValue><Modulus>" + modulus + b"</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>"
    return re.sub(rb"<X509Data>.*</X509Data>", b"<KeyValue>" + value + b"</KeyValue>", document, flags=re.DOTALL)


def test_the_default_prefix_means_the_same_in_a_thread_that_never_parsed_it() -> None:
    """lxml drops `#default` where the thread's dictionary of names lacks it, and the octets come out otherwise."""
    document = signed(elmo(), c14n=EXCLUSIVE, transforms=(EXCLUSIVE,), prefixes="#default", prefix="ds")
    answers = []
    thread = threading.Thread(target=lambda: answers.append(check(document).covered))
    thread.start()
    thread.join()
    assert answers == [check(document).covered]
    assert answers[0] is not None


def test_many_threads_verify_at_once() -> None:
    documents = [signed(elmo(n)) for n in range(1, 5)]
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda d: check(d).covered is not None, documents * 25))
