"""The verdicts that the reference documents must get, through the whole engine: what is expected is what their manifests say.

Signers are pinned by certificates of the reference, or by the very ones that a sealed document carries: whether that
is wise is the pinner's business, what follows from it is ours.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from gateway.errors import ConfigError, Refused
from gateway.model.verdict import Caveat, Conformity, Indication, SubIndication
from gateway.node import startup
from gateway.trust.anchors import Anchor, parse_anchors
from gateway.trust.policies import load_policy
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.terms import Terms
from tests.conformance.reference_documents import (
    bare,
    before_emrex,
    credentials,
    elmos,
    files,
    manifest_words,
    name_of,
    payload,
)
from tests.reference import REFERENCE, needs_reference

pytestmark = [
    needs_reference,
    # some certificates of the vectors break RFC 5280, which is their point
    pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning"),
]
NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
_LARGEST = 3_000_000  # octets: larger files are bombs, tried elsewhere
_EMBEDDED = re.compile(rb"X509Certificate[^>]*>([^<]{200,})<")


def examined(file: Path, anchors: tuple[Anchor, ...] = (), policy: str = "strict", at: dt.datetime = NOW) -> VerifiedDocument:  # fmt: skip
    terms = Terms(now=at, policy=load_policy(policy), anchors=anchors)
    return verify(file.read_bytes(), adapters=startup.adapters(), terms=terms)


def answer(file: Path, *terms: object, **more: object) -> str:
    verdict = examined(file, *terms, **more).verdict  # type: ignore[arg-type]
    return " ".join([verdict.verdict.value, *([verdict.sub_indication.value] if verdict.sub_indication else [])])


@cache
def emrex_signers() -> tuple[Anchor, ...]:
    return tuple({a.key_sha256: a for file in (REFERENCE / "elmo/certs").iterdir() for a in loaded(file.read_bytes())}.values())  # fmt: skip


def loaded(octets: bytes) -> tuple[Anchor, ...]:
    """The anchors of a file of certificates; none where it holds something else."""
    try:
        return parse_anchors(octets, place="the reference")
    except ConfigError:
        return ()


@cache
def certificate_files() -> tuple[Anchor, ...]:
    """Every certificate of the reference that is a file of its own."""
    found = [f for f in files() if f.suffix in (".pem", ".cer", ".crt", ".der")]
    return tuple({anchor.key_sha256: anchor for file in found for anchor in loaded(file.read_bytes())}.values())


def carried(file: Path) -> list[bytes]:
    """The certificates that a signed document carries, by looks of our own."""
    octets = bare(file)
    texts = [re.sub(rb"\s|&#1?[3x]?[dD]?;", b"", text) for text in _EMBEDDED.findall(octets)]
    try:
        header = protected(file)
        texts += [text.encode() for text in header.get("x5c", [])]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass  # no JWS
    ders = []
    for text in texts:
        try:
            ders.append(base64.b64decode(text))
        except binascii.Error:
            continue
    return ders


def protected(file: Path) -> dict[str, object]:
    """The protected header of the first signature of a JWS in JSON."""
    value = json.loads(file.read_bytes())
    signature = value.get("signatures", [value])[0]
    header: dict[str, object] = json.loads(base64.urlsafe_b64decode(signature["protected"] + "=="))
    return header


# --- ELMO ------------------------------------------------------------------------------------------------------------


def said(file: Path) -> str:
    """What the manifest says of a file's seal: "VALID", "INVALID", or "none"."""
    words = manifest_words()[name_of(file)]
    if "INVALID" in words or "NOT valid" in words:
        return "INVALID"
    return "VALID" if "VALID" in words else "none"


def elmos_said(what: str) -> list[Path]:
    return [file for file in elmos() if file.is_relative_to(REFERENCE / "elmo") and said(file) == what]


def test_the_manifest_names_seals_of_each_kind():
    kinds = Counter(said(file) for file in elmos() if file.is_relative_to(REFERENCE / "elmo"))
    assert kinds["VALID"] >= 3
    assert kinds["INVALID"] >= 10
    assert kinds["none"] >= 8


def test_genuine_elmo_seals_pass_under_legacy_with_their_signer_pinned_and_not_under_strict():
    for file in elmos_said("VALID"):
        assert answer(file) == "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND", name_of(file)
        assert answer(file, emrex_signers()) == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE", name_of(file)
        document = examined(file, emrex_signers(), "legacy")
        assert document.verdict.verdict is Indication.PASSED, name_of(file)
        assert {Caveat.SHA1, Caveat.SEALER_IS_NOT_ISSUER, Caveat.TIME_CLAIMED_ONLY} <= set(document.verdict.caveats)
        assert document.verdict.conformity is Conformity.DEVIATES, "not XSD-valid, says the manifest"
        assert document.content is not None
        assert document.content.vouched == "proof"
        assert document.read().record.reports


def test_genuine_elmo_seals_do_not_pass_with_the_certificate_of_another():
    for file in elmos_said("VALID"):
        own = {a.key_sha256 for der in carried(file) for a in loaded(der)}
        others = tuple(anchor for anchor in emrex_signers() if anchor.key_sha256 not in own)
        assert len(others) == len(emrex_signers()) - 1
        assert answer(file, others, "legacy") == "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND"


def test_invalid_elmo_seals_fail_whoever_is_trusted():
    for file in elmos_said("INVALID"):
        for anchors, policy in ((), "strict"), (emrex_signers(), "strict"), (certificate_files(), "legacy"):
            assert examined(file, anchors, policy).verdict.verdict is Indication.FAILED, name_of(file)


def test_an_invalid_seal_vouches_for_nothing_that_is_read():
    for file in elmos_said("INVALID"):
        content = examined(file, certificate_files(), "legacy").content
        assert content is not None
        assert content.vouched == "unverified", name_of(file)


def test_unsigned_documents_are_indeterminate_because_no_proof_was_found():
    unsigned = [*elmos_said("none"), *(file for file in credentials() if payload(file) == _plain(file))]
    assert len(unsigned) > 12
    for file in unsigned:
        assert answer(file, certificate_files(), "legacy") == "INDETERMINATE NO_PROOF_FOUND", name_of(file)


def _plain(file: Path) -> object:
    value = json.loads(file.read_bytes())
    return value.get("credential", value)


def test_elmo_from_before_emrex_is_examined_and_refused_for_reading_with_a_code_of_its_own():
    for file in before_emrex():
        document = examined(file)
        assert document.verdict.format == "ELMO before EMREX"
        assert document.verdict.sub_indication is SubIndication.NO_PROOF_FOUND
        with pytest.raises(Refused) as refused:
            document.read()
        assert refused.value.code == "elmo.before_emrex"
        assert refused.value.advice


def test_each_other_credential_can_be_read():
    for file in (*elmos(), *credentials()):
        if file not in before_emrex() and "xml-bombs" not in name_of(file):  # whose point is another
            assert examined(file).read().record.reports, name_of(file)


# --- Europass --------------------------------------------------------------------------------------------------------


def sealed_samples() -> list[Path]:
    folder = REFERENCE / "europass"
    return [f for f in files() if f.is_relative_to(folder) and "VALID JAdES" in manifest_words().get(name_of(f), "")]


def test_official_europass_seals_hold_and_are_indeterminate_without_trust():
    assert len(sealed_samples()) >= 3
    for file in sealed_samples():
        document = examined(file)
        assert answer(file) == "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND", name_of(file)
        assert document.proofs
        assert all(proof.covered is not None for proof in document.proofs)


def test_official_europass_seals_pass_with_their_leaf_pinned_and_are_no_longer_fresh():
    for file in sealed_samples():
        leaf = loaded(carried(file)[0])
        assert examined(file, leaf).verdict.verdict is Indication.PASSED, name_of(file)
        assert {Caveat.EXPIRED_SINCE, Caveat.TIME_CLAIMED_ONLY} <= set(examined(file, leaf).verdict.caveats)
        then = dt.datetime.fromisoformat(str(protected(file)["sigT"])) + dt.timedelta(days=1)
        fresh = examined(file, leaf, "strict", then).verdict
        assert fresh.verdict is Indication.PASSED
        assert Caveat.EXPIRED_SINCE not in fresh.caveats


def test_an_altered_character_of_an_official_payload_fails(tmp_path):
    for file in sealed_samples():
        value = json.loads(file.read_bytes())
        middle = len(value["payload"]) // 2
        other = "A" if value["payload"][middle] != "A" else "B"
        value["payload"] = value["payload"][:middle] + other + value["payload"][middle + 1 :]
        altered = tmp_path / file.name
        altered.write_text(json.dumps(value))
        assert examined(altered, loaded(carried(file)[0])).verdict.verdict is Indication.FAILED


def test_seals_of_europass_before_elm_3_are_unsupported_and_neither_passed_nor_failed():
    legacy = [f for f in files() if f.parent == REFERENCE / "europass/legacy_xml/samples"]
    sealed = [f for f in legacy if "VALID XAdES" in manifest_words()[name_of(f)]]
    assert len(sealed) >= 3
    for file in sealed:
        assert answer(file, certificate_files(), "legacy") == "INDETERMINATE UNSUPPORTED_PROOF", name_of(file)


# --- everything ------------------------------------------------------------------------------------------------------


def test_nothing_passes_with_its_certificates_pinned_but_what_its_manifest_calls_valid():
    """saml-xsw, xades-dss and all other attacks among them: the certificates that each carries are trusted here.

    Files of jades-dss have a judge of their own, test by test: tests/conformance/test_jades_vectors.py.
    """
    passed = [file for file in files() if "jades-dss" not in name_of(file) and passes_with_its_certificates(file)]
    words = {name_of(file): manifest_words().get(name_of(file), "") for file in passed}
    assert len(passed) >= 7
    assert {name: word for name, word in words.items() if not re.search(r"(?<![A-Z])VALID|accepted", word)} == {}


def passes_with_its_certificates(file: Path) -> bool:
    own = [anchor for der in carried(file) for anchor in loaded(der)] if file.stat().st_size < _LARGEST else []
    terms = Terms(now=NOW, policy=load_policy("legacy"), anchors=(*own, *certificate_files()), conformity=False)
    return verify(file.read_bytes(), adapters=startup.adapters(), terms=terms).verdict.verdict is Indication.PASSED
