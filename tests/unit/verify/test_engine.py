"""The engine: from bytes to a verdict, and to the content that may be read."""

from __future__ import annotations

import ast
import datetime as dt
import json

import pytest

from gateway.errors import AdapterError, Refused
from gateway.model.verdict import Caveat, Conformity, Indication, Status, SubIndication
from gateway.readers.limits import Limits
from gateway.trust.anchors import parse_anchors
from gateway.trust.policies import load_policy
from gateway.verify.engine import verify
from gateway.verify.terms import Terms
from tests.reference import ROOT
from tests.signing import elmo, pinned_pem, rsa_key, signed
from tests.unit.verify.paper import Paper

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def terms(*, trusted: bool = True, **changes) -> Terms:
    anchors = parse_anchors(pinned_pem(rsa_key()), place="test") if trusted else ()
    return Terms(**{"now": NOW, "policy": load_policy("strict"), "anchors": anchors, **changes})


def finding(verdict, check):
    return next(f for f in verdict.findings if f.check == check)


def test_a_sealed_document_of_a_trusted_signer_is_passed():
    document = verify(signed(elmo()), adapters=[Paper()], terms=terms())
    assert document.verdict.verdict is Indication.PASSED
    assert document.verdict.format == "paper 1"
    assert document.verdict.conformity is Conformity.CONFORMS


def test_without_any_trust_nothing_is_passed():
    verdict = verify(signed(elmo()), adapters=[Paper()], terms=terms(trusted=False)).verdict
    assert (verdict.verdict, verdict.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    )


def test_the_reader_is_given_the_canonical_octets_that_were_digested_and_not_the_input():
    adapter = Paper()
    original = signed(elmo())
    verify(original, adapters=[adapter], terms=terms()).read()
    [content] = adapter.given
    assert content.vouched == "proof"
    assert b"Signature" not in content.document.octets
    assert b"a comment" not in content.document.octets


def test_the_reader_of_an_altered_document_is_given_content_marked_unverified():
    adapter = Paper()
    document = verify(signed(elmo()).replace(b"Nemo", b"Nobody"), adapters=[adapter], terms=terms())
    assert document.verdict.verdict is Indication.FAILED
    document.read()
    assert adapter.given[0].vouched == "unverified"


def test_an_unsigned_document_is_indeterminate_because_no_proof_was_found():
    verdict = verify(elmo(), adapters=[Paper()], terms=terms()).verdict
    assert (verdict.verdict, verdict.sub_indication) == (Indication.INDETERMINATE, SubIndication.NO_PROOF_FOUND)


def test_bytes_that_cannot_be_parsed_are_failed_and_cannot_be_read():
    document = verify(b"<elmo><unclosed>", adapters=[Paper()], terms=terms())
    assert (document.verdict.verdict, document.verdict.sub_indication) == (
        Indication.FAILED,
        SubIndication.FORMAT_FAILURE,
    )
    with pytest.raises(Refused, match="well-formed"):
        document.read()


def test_a_document_over_the_size_limit_cannot_be_judged_here():
    verdict = verify(signed(elmo()), adapters=[Paper()], terms=terms(limits=Limits(document_bytes=100))).verdict
    assert (verdict.verdict, verdict.sub_indication) == (Indication.INDETERMINATE, SubIndication.TOO_LARGE)


def test_nothing_recognised_is_indeterminate():
    verdict = verify(b'{"other": 1}', adapters=[Paper()], terms=terms()).verdict
    assert (verdict.verdict, verdict.sub_indication) == (Indication.INDETERMINATE, SubIndication.UNKNOWN_FORMAT)


def test_two_adapters_that_claim_one_document_make_it_ambiguous():
    document = verify(elmo(), adapters=[Paper("a"), Paper("b")], terms=terms())
    assert document.verdict.sub_indication is SubIndication.AMBIGUOUS_FORMAT
    assert document.content is None


def test_a_good_proof_over_unknown_content_stands_for_the_proof_alone():
    document = verify(signed(elmo()), adapters=[], terms=terms())
    assert document.verdict.verdict is Indication.PASSED
    assert document.verdict.format == "unknown"
    assert finding(document.verdict, "signature.digest").status is Status.PASSED
    assert finding(document.verdict, "format.recognised").status is Status.NOT_CHECKED
    with pytest.raises(Refused) as refused:
        document.read()
    assert refused.value.code == "document.unknown"


@pytest.mark.parametrize("call", ["recognise", "read"])
def test_an_adapter_that_fails_is_reported_as_the_adapters_fault(call):
    with pytest.raises(AdapterError) as error:
        verify(signed(elmo()), adapters=[Paper(broken=(call,))], terms=terms()).read()
    assert error.value.code == "adapter.failed"


def test_an_adapter_that_fails_to_open_never_lets_a_document_pass():
    verdict = verify(signed(elmo()), adapters=[Paper(broken=("open",))], terms=terms()).verdict
    assert verdict.verdict is Indication.INDETERMINATE


def test_conformity_never_touches_the_verdict():
    verdict = verify(signed(elmo(extra="<ugly/>")), adapters=[Paper()], terms=terms()).verdict
    assert (verdict.verdict, verdict.conformity) == (Indication.PASSED, Conformity.DEVIATES)


def test_conformity_that_could_not_be_checked_is_said_to_be_not_checked():
    verdict = verify(signed(elmo()), adapters=[Paper(broken=("conform",))], terms=terms()).verdict
    assert (verdict.verdict, verdict.conformity) == (Indication.PASSED, Conformity.NOT_CHECKED)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"until": "2020"}, SubIndication.CREDENTIAL_EXPIRED),
        ({"from": "2030-01-01"}, SubIndication.CREDENTIAL_NOT_YET_VALID),
        ({"from": "2020", "until": "2026-06"}, SubIndication.NO_PROOF_FOUND),
    ],
)
def test_a_credential_past_its_end_or_before_its_start_is_indeterminate(members, expected):
    verdict = verify(json.dumps({"paper": 1, **members}).encode(), adapters=[Paper()], terms=terms()).verdict
    subs = {f.sub_indication for f in verdict.findings if f.status is Status.INDETERMINATE}
    assert expected in subs


def nested(role: str, inner: bytes) -> bytes:
    return json.dumps({"paper": 1, "inner": [{"role": role, "text": inner.decode()}]}).encode()


def test_a_failed_part_lowers_the_answer_of_the_whole():
    document = verify(nested("part", signed(elmo()).replace(b"Nemo", b"Nobody")), adapters=[Paper()], terms=terms())
    assert document.verdict.own is Indication.INDETERMINATE
    assert (document.verdict.verdict, document.verdict.sub_indication) == (
        Indication.FAILED,
        SubIndication.INNER_DOCUMENT,
    )


@pytest.mark.parametrize("role", ["original", "endorsement", "supplement"])
def test_only_a_part_lowers_the_answer_of_the_whole(role):
    verdict = verify(
        nested(role, signed(elmo()).replace(b"Nemo", b"Nobody")), adapters=[Paper()], terms=terms()
    ).verdict
    assert verdict.inner[0].verdict.verdict is Indication.FAILED
    assert verdict.verdict is verdict.own


def test_a_part_without_a_proof_of_its_own_is_never_vouched_for_by_an_outside_without_proof():
    verdict = verify(nested("part", elmo()), adapters=[Paper()], terms=terms()).verdict
    assert verdict.inner[0].verdict.sub_indication is SubIndication.NO_PROOF_FOUND
    assert Caveat.NOT_SIGNED_APART not in verdict.inner[0].verdict.caveats


def test_documents_nested_without_end_are_not_followed_and_never_pass():
    document = b'{"paper": 1}'
    for _ in range(8):
        document = nested("part", document)
    verdict = verify(document, adapters=[Paper()], terms=terms()).verdict
    depth = 0
    while verdict.inner:
        verdict, depth = verdict.inner[0].verdict, depth + 1
    assert depth == 4
    assert finding(verdict, "inner.followed").status is Status.INDETERMINATE


def test_a_verdict_is_not_a_boolean():
    with pytest.raises(TypeError, match="not a boolean"):
        bool(verify(elmo(), adapters=[], terms=terms()).verdict)


def test_only_the_verify_room_makes_verified_documents_and_hands_content_to_readers():
    """What was verified is what is used: held over the syntax tree of the whole package."""
    makers, readers = set(), set()
    for path in [*ROOT.glob("gateway/**/*.py"), *ROOT.glob("adapters/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "VerifiedDocument":
                makers.add(path.relative_to(ROOT).as_posix())
            called = ast.unparse(node.func)
            of_something_else = called.endswith(("os.read", "bodies.read"))  # a file's octets, a stored body
            if name == "read" and "." in called and len(node.args) == 2 and not of_something_else:
                readers.add(path.relative_to(ROOT).as_posix())
    assert makers == {"gateway/verify/engine.py"}
    assert readers <= {"gateway/verify/engine.py", "gateway/drivers/workers.py"} | {
        p for p in readers if p.startswith("gateway/kit/laws")
    }


def test_a_question_that_only_an_answer_from_outside_could_settle_leaves_the_verdict_open():
    octets = json.dumps({"paper": 1, "ask": ["https://status.example/1"]}).encode()
    verdict = verify(octets, adapters=[Paper()], terms=terms()).verdict
    asked = finding(verdict, "evidence.asked")
    assert (asked.status, asked.sub_indication) == (Status.INDETERMINATE, SubIndication.TRY_LATER)
    assert "revoked" in asked.explanation


def test_json_is_parsed_once_on_its_way_from_the_container_to_the_reader(monkeypatch):
    """Two parses could see two documents; and the second would cost as much as the first."""
    import gateway.readers.containers
    import gateway.readers.json

    parses = []
    parse = gateway.readers.json.parse_json
    for module in (gateway.readers.containers, gateway.readers.json):
        monkeypatch.setattr(module, "parse_json", lambda *a: parses.append(a) or parse(*a))
    verify(b'{"paper": 1}', adapters=[Paper()], terms=terms()).read()
    assert len(parses) == 1
