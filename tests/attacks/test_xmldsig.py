"""Attacks on XML signatures (catalogue B1 to B22, A11 to A14), each on a genuine seal by libxmlsec."""

from __future__ import annotations

import base64
import re

import pytest
from lxml import etree

from gateway.errors import Refused
from gateway.model.verdict import Indication, SubIndication, conclude
from gateway.proofs.proof import Proof
from gateway.proofs.xmldsig import verify_enveloped
from gateway.readers.xml import parse_xml
from tests.signing import (
    DS,
    INCLUSIVE,
    certificate,
    ec_key,
    elmo,
    fill,
    put_last,
    rsa_key,
    signed,
    template,
)

SIGNATURE = re.compile(rb"<Signature .*</Signature>", re.DOTALL)


def proofs(document: bytes) -> tuple[Proof, ...]:
    return verify_enveloped(parse_xml(document))


def refused(document: bytes) -> Proof:
    """The first proof, after nothing at all was taken for covered."""
    found = proofs(document)
    assert all(proof.covered is None for proof in found if proof.role == "document")
    assert all(conclude(proof.findings).verdict is not Indication.PASSED for proof in found)
    return found[0]


def stopped_at(proof: Proof) -> str:
    """The first step that didn't pass."""
    return next(f.check for f in proof.findings if f.status.value != "PASSED").removeprefix("signature.")


def cut(document: bytes) -> tuple[bytes, bytes]:
    """The signature, and the document without it."""
    match = SIGNATURE.search(document)
    return match[0], document[: match.start()] + document[match.end() :]


@pytest.fixture(scope="module")
def sealed() -> bytes:
    document = signed(elmo())
    (proof,) = proofs(document)
    assert proof.covered is not None  # every attack below starts from a seal that passes
    return document


class TestWrapping:
    def test_b1_the_signed_root_wrapped_into_an_evil_one_beside_an_evil_twin(self, sealed: bytes) -> None:
        inner = sealed[sealed.index(b"<elmo") :]
        evil = inner.replace(b"Nemo", b"Evil")
        evil = evil[: evil.index(b"<Signature")] + b"</elmo>"
        assert stopped_at(refused(b"<elmo>" + evil + inner + b"</elmo>")) == "place"

    def test_b1_the_signed_root_hidden_in_an_object_of_the_moved_signature(self, sealed: bytes) -> None:
        signature, rest = cut(sealed)
        original = rest[rest.index(b"<elmo") :]
        hidden = signature.replace(b"</Signature>", b"<Object>" + original + b"</Object></Signature>")
        assert stopped_at(refused(put_last(rest.replace(b"Nemo", b"Evil"), hidden.decode()))) == "structure"

    def test_b1_the_signed_root_hidden_in_an_extension(self, sealed: bytes) -> None:
        inner = sealed[sealed.index(b"<elmo") :]
        _, evil = cut(sealed.replace(b"Nemo", b"Evil"))
        assert stopped_at(refused(put_last(evil, f"<extension>{inner.decode()}</extension>"))) == "place"

    def test_b2_a_signed_part_in_an_evil_root(self, sealed: bytes) -> None:
        assert stopped_at(refused(b"<evil>" + sealed[sealed.index(b"<elmo") :] + b"</evil>")) == "place"

    def test_b2_b3_a_reference_by_identifier_vouches_for_a_part_only(self) -> None:
        document = elmo(extra='<x Id="part"/><x Id="part"/>')
        by_id = template(key=rsa_key()).replace('URI=""', 'URI="#part"')
        assert stopped_at(refused(put_last(document, with_values(by_id)))) == "reference"

    def test_b1_a_signature_moved_into_a_report_vouches_for_nothing(self, sealed: bytes) -> None:
        signature, rest = cut(sealed)
        assert stopped_at(refused(rest.replace(b"<issuer>", signature + b"<issuer>"))) == "place"

    def test_an_instruction_that_looks_like_a_signature_is_no_signature(self, sealed: bytes) -> None:
        document = sealed.replace(b"<elmo ", b"<?Signature <Signature?><elmo ")
        assert stopped_at(refused(document)) == "digest"


class TestRemovedAndSeveral:
    def test_b6_a_removed_signature_is_no_proof(self, sealed: bytes) -> None:
        assert proofs(cut(sealed)[1]) == ()

    @pytest.mark.parametrize("evil_first", [True, False])
    def test_b7_two_signatures_one_genuine_one_evil_are_both_reported_and_neither_passes(
        self, sealed: bytes, evil_first: bool
    ) -> None:
        genuine, rest = cut(sealed)
        foreign, _ = cut(signed(elmo(), rsa_key("impostor")))
        pair = foreign + genuine if evil_first else genuine + foreign
        document = put_last(rest, pair.decode())
        refused(document)
        assert len(proofs(document)) == 2
        assert [p.about for p in proofs(document)] == ["/elmo/Signature[1]", "/elmo/Signature[2]"]

    def test_b7_a_second_signature_over_the_first_does_not_make_the_pair_pass(self, sealed: bytes) -> None:
        first, _ = cut(sealed)
        again = fill(sealed.replace(first, template(key=rsa_key("second")).encode() + first), rsa_key("second"))
        refused(again)
        assert len(proofs(again)) == 2

    def test_b7_a_thousand_signatures_are_refused_without_a_thousand_digests(self, sealed: bytes) -> None:
        signature, rest = cut(sealed)
        found = proofs(put_last(rest, signature.decode() * 1000))
        assert len(found) <= 5
        assert {stopped_at(proof) for proof in found} == {"place"}

    @pytest.mark.parametrize("count", [0, 2])
    def test_b8_no_or_two_signed_infos(self, sealed: bytes, count: int) -> None:
        info = re.search(rb"<SignedInfo>.*</SignedInfo>", sealed, re.DOTALL)[0]
        assert stopped_at(refused(sealed.replace(info, info * count))) == "structure"

    def test_b8_a_second_signed_info_inside_another_element(self, sealed: bytes) -> None:
        info = re.search(rb"<SignedInfo>.*</SignedInfo>", sealed, re.DOTALL)[0]
        assert stopped_at(refused(sealed.replace(info, b"<x>" + info + b"</x>" + info))) == "structure"

    @pytest.mark.parametrize("name", ["DigestValue", "SignatureValue", "Reference", "SignatureMethod", "Transforms"])
    def test_a_part_given_twice_or_not_at_all(self, sealed: bytes, name: str) -> None:
        part = re.search(rf"<{name}( [^>]*)?/>|<{name}[ >].*?</{name}>".encode(), sealed, re.DOTALL)[0]
        refused(sealed.replace(part, part * 2))
        refused(sealed.replace(part, b""))


class TestText:
    @pytest.mark.parametrize("name", ["DigestValue", "SignatureValue"])
    @pytest.mark.parametrize("what", [b"<!---->", b"<?p?>", b"<x/>", b"*", b"=", b"\xc2\xa0"])
    def test_b9_something_inside_a_base64_value(self, sealed: bytes, name: str, what: bytes) -> None:
        value = re.search(rf"<{name}>([^<]+)<".encode(), sealed).end(1) - 10
        assert stopped_at(refused(sealed[:value] + what + sealed[value:])) == "structure"

    def test_b9_other_tail_bits_of_the_same_digest(self, sealed: bytes) -> None:
        digest = re.search(rb"<DigestValue>([^<]+)=<", sealed)[1]
        letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        other = digest[:-1] + letters[letters.index(digest[-1:]) | 1 :][:1]
        assert base64.b64decode(other + b"=") == base64.b64decode(digest + b"=")
        assert stopped_at(refused(sealed.replace(digest, other))) == "structure"

    @pytest.mark.parametrize("white", [b" ", b"\n", b"&#13;"])
    def test_white_space_between_two_padding_characters(self, sealed: bytes, white: bytes) -> None:
        """Java's verifier stops there: nothing that it refuses may pass here."""
        assert b"==</SignatureValue>" in sealed
        apart = sealed.replace(b"==</SignatureValue>", b"=" + white + b"=</SignatureValue>")
        assert stopped_at(refused(apart)) == "structure"

    @pytest.mark.parametrize("what", [b"<!-- c -->", b"<?p?>", b"text", b"<x/>", b"<x xmlns='urn:x'/>"])
    @pytest.mark.parametrize("where", [b"<SignedInfo>", b'<Reference URI="">', b"<Transforms>", b"</SignedInfo>"])
    def test_stray_content_in_what_is_signed(self, sealed: bytes, where: bytes, what: bytes) -> None:
        refused(sealed.replace(where, where + what))

    def test_a11_a_comment_that_splits_a_text_never_reaches_the_reader(self, sealed: bytes) -> None:
        (proof,) = proofs(sealed.replace(b"Nemo", b"Ne<!-- evil -->mo"))
        assert proof.covered is not None  # comments aren't covered, so they aren't in what is covered either
        assert b"<familyName>Nemo</familyName>" in proof.covered
        assert b"evil" not in proof.covered


class TestNamespaces:
    """A13: signxml's work-around for the default namespace accepts these; libxmlsec and we don't."""

    @pytest.mark.parametrize(
        "attack",
        [
            (b"<learner>", b'<learner xmlns="">'),
            (b"<familyName>", b'<familyName xmlns="">'),
            (b"Nemo", b'Ne xmlns=""mo'),
            (b"<report>", b'<report xmlns="">'),
        ],
        ids=["element", "leaf", "text", "report"],
    )
    def test_a13_a_namespace_undeclared_passes_signxmls_workaround_and_fails_here(
        self, attack: tuple[bytes, bytes]
    ) -> None:
        from signxml.verifier import SignatureConfiguration, XMLVerifier

        document = signed(elmo()).replace(*attack)
        assert attack[1] in document
        unsafe = XMLVerifier()
        unsafe.excise_empty_xmlns_declarations = True
        unsafe.verify(
            document, x509_cert=certificate(rsa_key()), expect_config=SignatureConfiguration(location="./")
        )  # doesn't raise: the work-around takes the forgery for genuine
        assert stopped_at(refused(document)) == "digest"

    def test_signxml_without_the_workaround_refuses_the_genuine_seal(self, sealed: bytes) -> None:
        from signxml.exceptions import InvalidSignature
        from signxml.verifier import XMLVerifier

        with pytest.raises(InvalidSignature):
            XMLVerifier().verify(sealed, x509_cert=certificate(rsa_key()))

    @pytest.mark.parametrize("where", [b"<learner", b"<Signature", b"<KeyInfo", b"<SignatureValue", b"<SignedInfo"])
    def test_a12_a_relative_namespace_has_no_canonical_form_and_is_refused(self, sealed: bytes, where: bytes) -> None:
        proof = refused(re.sub(where + rb"(?=[ >])", where + b' xmlns:r="rel/ns"', sealed, count=1))
        assert conclude(proof.findings).verdict is Indication.FAILED

    def test_xml_base_under_c14n_11_is_not_supported(self) -> None:
        document = signed(elmo(root='xml:base="http://x.example/"'), c14n="http://www.w3.org/2006/12/xml-c14n11")
        assert conclude(refused(document).findings).verdict is Indication.INDETERMINATE


class TestBesideTheRoot:
    @pytest.mark.parametrize("after", [True, False])
    def test_an_instruction_put_beside_the_root_is_covered(self, sealed: bytes, after: bool) -> None:
        at = len(sealed) if after else sealed.index(b"<elmo")
        assert stopped_at(refused(sealed[:at] + b"<?evil style?>" + sealed[at:])) == "digest"

    def test_text_after_the_signature_is_covered(self, sealed: bytes) -> None:
        assert stopped_at(refused(sealed.replace(b"</Signature>", b"</Signature>tail"))) == "digest"


class TestReferencesAndTransforms:
    @pytest.mark.parametrize(
        "uri",
        [
            b"",
            b'URI="#"',
            b'URI="#x"',
            b'URI="#xpointer(/)"',
            b'URI="http://127.0.0.1:9/"',
            b'URI="file:///etc/passwd"',
        ],
    )
    def test_b10_b11_a_reference_to_anything_but_the_whole_document_is_never_followed(
        self, sealed: bytes, uri: bytes
    ) -> None:
        assert stopped_at(refused(sealed.replace(b'URI=""', uri))) == "reference"

    @pytest.mark.parametrize(
        "algorithm",
        [
            "http://www.w3.org/TR/1999/REC-xslt-19991116",
            "http://www.w3.org/TR/1999/REC-xpath-19991116",
            "http://www.w3.org/2002/06/xmldsig-filter2",
            f"{DS}base64",
            f"{DS}enveloped-signature",
            "",
            "urn:unknown",
        ],
    )
    def test_a14_transforms_that_run_code_or_leave_things_out_are_refused(self, algorithm: str) -> None:
        one = template(key=rsa_key(), transforms=(algorithm,))
        assert stopped_at(refused(put_last(elmo(), with_values(one)))) == "transforms"

    def test_a14_a_stylesheet_inside_an_allowed_transform_is_refused(self) -> None:
        sheet = '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/>'
        one = template(key=rsa_key(), transforms=(INCLUSIVE,)).replace(
            f'"{INCLUSIVE}"></Transform>', f'"{INCLUSIVE}">{sheet}</Transform>'
        )
        assert sheet in one
        assert stopped_at(refused(put_last(elmo(), with_values(one)))) == "structure"

    def test_no_enveloped_transform_no_pass(self, sealed: bytes) -> None:
        bare = re.sub(rb"<Transforms>.*</Transforms>", b"", sealed)
        assert stopped_at(refused(bare)) == "transforms"

    def test_b21_hundreds_of_references_or_transforms_are_refused(self, sealed: bytes) -> None:
        reference = re.search(rb"<Reference .*</Reference>", sealed, re.DOTALL)[0]
        assert stopped_at(refused(sealed.replace(reference, reference * 500))) == "reference"
        transform = re.search(rb"<Transform [^>]*/>", sealed)[0]
        assert stopped_at(refused(sealed.replace(transform, transform * 500))) == "transforms"

    @pytest.mark.parametrize("content", ["<Manifest/>", "text", ""])
    def test_b5_an_object_or_manifest_is_refused(self, sealed: bytes, content: str) -> None:
        document = sealed.replace(b"</Signature>", f"<Object>{content}</Object></Signature>".encode())
        assert stopped_at(refused(document)) == "structure"

    def test_b4_b15_xades_is_said_to_be_unsupported_and_never_passes(self, sealed: bytes) -> None:
        properties = b'<Object><x:QualifyingProperties xmlns:x="http://uri.etsi.org/01903/v1.3.2#"/></Object>'
        proof = refused(sealed.replace(b"</Signature>", properties + b"</Signature>"))
        assert stopped_at(proof) == "signed_properties"
        verdict = conclude(proof.findings)
        assert (verdict.verdict, verdict.sub_indication) == (Indication.INDETERMINATE, SubIndication.UNSUPPORTED_PROOF)

    def test_b4_a_second_reference_to_signed_properties_is_said_to_be_unsupported(self, sealed: bytes) -> None:
        reference = re.search(rb"<Reference .*</Reference>", sealed, re.DOTALL)[0]
        second = reference.replace(b'URI=""', b'URI="#p" Type="http://uri.etsi.org/01903#SignedProperties"')
        assert stopped_at(refused(sealed.replace(reference, reference + second))) == "signed_properties"


def with_values(signature: str) -> str:
    """The template with some digest and value, so that its structure is whole."""
    some = base64.b64encode(bytes(32)).decode()
    return signature.replace("<DigestValue/>", f"<DigestValue>{some}</DigestValue>").replace(
        "<SignatureValue/>", f"<SignatureValue>{some}</SignatureValue>"
    )


class TestAlgorithms:
    @pytest.mark.parametrize(
        "name",
        [
            f"{DS}hmac-sha1",
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
            f"{DS}dsa-sha1",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160",
            "urn:unknown",
            "",
        ],
    )
    def test_b12_b19_b20_other_signature_algorithms_are_indeterminate(self, sealed: bytes, name: str) -> None:
        method = b'<SignatureMethod Algorithm="' + name.encode() + b'"'
        proof = refused(re.sub(rb'<SignatureMethod Algorithm="[^"]*"', method, sealed))
        verdict = conclude(proof.findings)
        assert stopped_at(proof) == "algorithm"
        assert verdict.verdict is Indication.INDETERMINATE
        assert verdict.sub_indication is SubIndication.CRYPTO_CONSTRAINTS_FAILURE

    def test_b12_a_truncated_hmac_is_refused(self, sealed: bytes) -> None:
        method = f'<SignatureMethod Algorithm="{DS}hmac-sha1"><HMACOutputLength>8</HMACOutputLength></SignatureMethod>'
        assert stopped_at(refused(re.sub(rb"<SignatureMethod [^>]*/>", method.encode(), sealed))) == "algorithm"

    @pytest.mark.parametrize("name", [b"http://www.w3.org/2001/04/xmldsig-more#md5", b"urn:unknown", b""])
    def test_b19_b20_other_digests_are_indeterminate(self, sealed: bytes, name: bytes) -> None:
        method = b'<DigestMethod Algorithm="' + name + b'"'
        assert stopped_at(refused(re.sub(rb'<DigestMethod Algorithm="[^"]*"', method, sealed))) == "algorithm"

    def test_a_digest_of_another_length_fails(self, sealed: bytes) -> None:
        short = base64.b64encode(bytes(20))
        refused(re.sub(rb"(?<=<DigestValue>)[^<]+", short, sealed))

    @pytest.mark.parametrize("value", [b"AAAA", base64.b64encode(bytes(64)), base64.b64encode(b"\xff" * 64)])
    def test_a_degenerate_ecdsa_value_fails(self, value: bytes) -> None:
        document = re.sub(rb"(?<=<SignatureValue>)[^<]+", value, signed(elmo(), ec_key()))
        assert stopped_at(refused(document)) == "value"


class TestKeys:
    def test_b13_a_swapped_certificate_fails_the_value(self, sealed: bytes) -> None:
        proof = refused(with_certificate_of(sealed, rsa_key("impostor")))
        assert stopped_at(proof) == "value"
        assert conclude(proof.findings).sub_indication is SubIndication.SIG_CRYPTO_FAILURE

    def test_b13_a_certificate_of_another_kind_of_key_fails(self, sealed: bytes) -> None:
        proof = refused(with_certificate_of(sealed, ec_key()))
        assert stopped_at(proof) == "key"
        assert conclude(proof.findings).verdict is Indication.FAILED

    def test_b13_a_document_signed_anew_by_an_impostor_names_the_impostors_key(self) -> None:
        (proof,) = proofs(signed(elmo().replace(b"Nemo", b"Evil"), rsa_key("impostor")))
        assert proof.key == rsa_key("impostor").public_key()  # for trust to refuse: it isn't the registry's
        assert proof.key != rsa_key().public_key()

    @pytest.mark.parametrize("text", [b"", b"AAAA", b"not base64", b"<!-- -->", b"A" * 100_000])
    def test_a_certificate_that_is_none_is_indeterminate(self, sealed: bytes, text: bytes) -> None:
        proof = refused(re.sub(rb"(?<=<X509Certificate>)[^<]+", text, sealed))
        assert stopped_at(proof) == "key"
        assert conclude(proof.findings).sub_indication is SubIndication.NO_SIGNING_CERTIFICATE_FOUND

    def test_a_hundred_certificates_are_refused(self, sealed: bytes) -> None:
        one = re.search(rb"<X509Certificate>.*</X509Certificate>", sealed, re.DOTALL)[0]
        assert stopped_at(refused(sealed.replace(one, one * 100))) == "key"


def with_certificate_of(document: bytes, key) -> bytes:
    one = re.search(r"<X509Certificate>.*</X509Certificate>", template(key=key))[0].encode()
    return re.sub(rb"<X509Certificate>.*</X509Certificate>", one, document, flags=re.DOTALL)


class TestDiplomaSupplement:
    """A signature inside a Diploma Supplement is told apart, and doesn't disturb the document's own."""

    SUPPLEMENT = "<diplomaSupplement>{}</diplomaSupplement>"

    def test_it_is_a_proof_of_its_own_not_verifiable_in_context(self) -> None:
        document = signed(elmo(extra=self.SUPPLEMENT.format(with_values(template(key=rsa_key("university"))))))
        own, supplement = proofs(document)
        assert (own.role, supplement.role) == ("document", "supplement")
        assert own.covered is not None
        assert supplement.covered is None
        assert supplement.about == "/elmo/report[1]/diplomaSupplement[1]/Signature[1]"
        assert conclude(supplement.findings).verdict is Indication.INDETERMINATE

    def test_it_never_stands_in_for_the_documents_own(self, sealed: bytes) -> None:
        signature, rest = cut(sealed)
        moved = rest.replace(b"</report>", self.SUPPLEMENT.format(signature.decode()).encode() + b"</report>")
        (only,) = proofs(moved)
        assert only.role == "supplement"
        assert only.covered is None


def test_b22_a_doctype_put_into_a_signed_file_is_refused_at_the_parse(sealed: bytes) -> None:
    with pytest.raises(Refused) as doctype:
        parse_xml(sealed.replace(b"<elmo ", b'<!DOCTYPE elmo [<!ATTLIST report a CDATA "d">]><elmo '))
    assert doctype.value.code == "xml.doctype"


def test_every_single_byte_of_the_covered_document_is_covered() -> None:
    """Any change that the canonical form shows fails; any that it doesn't show leaves the covered octets the same."""
    document = signed(elmo(1))
    genuine = proofs(document)[0].covered
    end = document.index(b"<Signature")
    for at in range(document.index(b"<elmo"), end):
        changed = document[:at] + bytes([document[at] ^ 1]) + document[at + 1 :]
        try:
            found = proofs(changed)
        except Refused:
            continue
        assert all(proof.covered in (None, genuine) for proof in found)
        assert (found[0].covered is not None) == (canonical(changed) == canonical(document))


def canonical(document: bytes) -> bytes | None:
    """The canonical form of a whole document, its signature included."""
    try:
        return etree.tostring(etree.fromstring(document), method="c14n", with_comments=False)
    except etree.C14NError:
        return None
