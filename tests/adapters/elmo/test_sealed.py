"""ELMO from the sealed file to the record: what was verified is what is read."""

from __future__ import annotations

import datetime as dt

import pytest

from adapters.elmo import ADAPTER
from gateway.kit import Document
from gateway.model.verdict import Conformity, Indication
from gateway.trust.anchors import parse_anchors
from gateway.trust.policies import load_policy
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.terms import Terms
from tests.adapters.elmo.reading import DOCUMENTS, WHOLE, read
from tests.reference import needs_reference, reference
from tests.signing import pinned_pem, rsa_key, signed

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def verified(octets: bytes, trust: bytes | None = None, policy: str = "strict") -> VerifiedDocument:
    anchors = parse_anchors(trust or pinned_pem(rsa_key()), place="test")
    return verify(octets, adapters=[ADAPTER], terms=Terms(now=NOW, policy=load_policy(policy), anchors=anchors))


def test_a_sealed_file_is_passed_conforms_and_reads_as_the_unsealed_one():
    document = verified(signed(WHOLE.encode()))
    assert document.verdict.verdict is Indication.PASSED
    assert document.verdict.conformity is Conformity.CONFORMS
    reading = document.read()
    assert reading.record.reports[0].achievements[0].parts == read(WHOLE).record.reports[0].achievements[0].parts
    assert [loss.source for loss in reading.losses] == [loss.source for loss in read(WHOLE).losses]


def test_a_file_that_breaks_a_rule_of_its_format_is_still_authentic():
    broken = WHOLE.replace('idref="sea"', 'idref="sky"')
    document = verified(signed(broken.encode()))
    assert (document.verdict.verdict, document.verdict.conformity) == (Indication.PASSED, Conformity.DEVIATES)


def test_where_there_is_no_schema_conformity_is_not_checked():
    """ELMO 2: to say that it conforms would claim a check that nobody made."""
    document = verified(signed((DOCUMENTS / "two.xml").read_bytes()))
    assert (document.verdict.verdict, document.verdict.conformity) == (Indication.PASSED, Conformity.NOT_CHECKED)


def test_an_altered_grade_is_failed():
    sealed = signed(WHOLE.encode()).replace(b"<resultLabel>02<", b"<resultLabel>12<")
    assert verified(sealed).verdict.verdict is Indication.FAILED


def test_every_report_names_an_issuer_with_whom_the_sealer_is_compared():
    """Attack: a second report in another's name, in a file whose first report is the sealer's own."""
    first = "<report><issuer><title>North</title></issuer></report>"
    second = "<report><issuer><title>South</title></issuer></report>"
    opened = ADAPTER.open(Document(f"<elmo>{first}{second}{first}</elmo>".encode(), "xml"))
    stated = opened.stated
    assert stated.issuer is not None
    assert [stated.issuer.legal_name, *(o.legal_name for o in stated.other_issuers)] == [
        {"und": "North"},
        {"und": "South"},
    ]


@needs_reference
@pytest.mark.parametrize(
    "name", ["dk_tomcat_signed_VALID.xml", "dk_wl_signed_VALID_1.xml", "dk_tomcat_signed_VALID.b64gz.txt"]
)
def test_genuine_files_are_passed_under_a_legacy_policy_and_read(name):
    trust = reference("elmo/certs/dk_dev_signer.pem").read_bytes()
    octets = reference(f"elmo/signed/{name}").read_bytes()
    document = verified(octets, trust, "legacy")
    assert (document.verdict.verdict, document.verdict.conformity) == (Indication.PASSED, Conformity.DEVIATES)
    assert len(document.read().record.reports[0].achievements) == 5
    assert verified(octets, trust).verdict.verdict is Indication.INDETERMINATE


@needs_reference
@pytest.mark.parametrize("name", ["fi-ncp_Example-elmo-Finland.xml", "fi-emrex_Example-elmo-Norway.xml"])
def test_elmo_before_emrex_has_a_verdict_though_it_cannot_be_read(name):
    document = verified(reference(f"elmo/raw/{name}").read_bytes())
    assert document.verdict.format == "ELMO before EMREX"
    assert document.verdict.verdict is Indication.INDETERMINATE
