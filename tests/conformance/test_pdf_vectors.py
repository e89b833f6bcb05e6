"""The signed and forged PDF of other parties (DSS, pyHanko), each held against its expected answer.

None of them is trusted here, so the answer is that on the proof alone: "holds", or where and how it stopped.
"""

from __future__ import annotations

import pytest

from gateway.model.verdict import conclude
from gateway.proofs.pdf.examine import examine
from gateway.readers.limits import DEFAULT_LIMITS
from tests.reference import REFERENCE, needs_reference

pytestmark = needs_reference

OPEN, BAD = "INDETERMINATE", "FAILED"
SECOND = f"{OPEN} SIG_CONSTRAINTS_FAILURE"
FORGED = f"{BAD} FORMAT_FAILURE"

EXPECTED = {
    "pdf-dss/BadEncodedCMS.pdf": f"{OPEN} NO_SIGNING_CERTIFICATE_FOUND",
    "pdf-dss/doc-firmado-LT.pdf": SECOND,
    "pdf-dss/dss-2236/annotation-and-visible-change.pdf": SECOND,
    "pdf-dss/dss-2554/certified-changes-permitted.pdf": "holds",
    "pdf-dss/encrypted.pdf": "pdf.encrypted",
    "pdf-dss/hello_signed_INCSAVE_signed.pdf": "pdf.broken",
    "pdf-dss/malformed-pades.pdf": "pdf.broken",
    "pdf-dss/modified_after_signature.pdf": "pdf.broken",
    "pdf-dss/pades-bes.pdf": "holds",
    "pdf-dss/pades-lta-copied-doctst.pdf": SECOND,
    "pdf-dss/pades-signed-annot-added.pdf": FORGED,
    "pdf-dss/pades-spoofing-replaced-reason.pdf": FORGED,
    "pdf-dss/pades-two-sig-copied-tst.pdf": SECOND,
    "pdf-dss/pades-unsupported-signature-algorithm.pdf": f"{OPEN} UNSUPPORTED_PROOF",
    "pdf-dss/pades_infinite_loop.pdf": "pdf.broken",
    "pdf-dss/pdf-double-signer-info.pdf": FORGED,
    "pdf-dss/pdf-signed-corrupted.pdf": "pdf.broken",
    "pdf-dss/pdf-signed-out-of-byteRange.pdf": FORGED,
    "pdf-dss/pdf-spoofing-attack.pdf": "pdf.encrypted",
    "pdf-dss/pdf-with-empty-sig.pdf": FORGED,
    "pdf-dss/pkcs7-no-message-digest.pdf": "pdf.broken",
    "pdf-dss/siwa.pdf": "pdf.broken",
    "pdf-pyhanko/broken-objstream1.pdf": "pdf.broken",
    "pdf-pyhanko/coverage-anomalies/one-byterange.pdf": FORGED,
    "pdf-pyhanko/coverage-anomalies/tail-uncovered.pdf": FORGED,
    "pdf-pyhanko/coverage-anomalies/weird-byterange.pdf": FORGED,
    "pdf-pyhanko/form-update-no-override-appearance-stream-ap-indirect-sneaky.pdf": SECOND,
    "pdf-pyhanko/form-update-override-appearance-stream-sneaky.pdf": SECOND,
    "pdf-pyhanko/form-update-override-appearance-stream.pdf": SECOND,
    "pdf-pyhanko/minimal-hybrid-xref-weirdgen.pdf": "pdf.broken",
    "pdf-pyhanko/minimal-illegal-header.pdf": "pdf.broken",
    "pdf-pyhanko/minimal-two-fields-signed-twice.pdf": SECOND,
    "pdf-pyhanko/pdf-sig-with-econtent.pdf": FORGED,
    "pdf-pyhanko/sig-no-signed-attrs.pdf": FORGED,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_gets_its_answer(name):
    found = examine((REFERENCE / "security" / name).read_bytes(), DEFAULT_LIMITS)
    if found.refused is not None:
        assert found.refused.code == EXPECTED[name]
        return
    verdict = conclude(found.findings)
    answer = "holds" if found.holds else f"{verdict.verdict} {verdict.sub_indication}"
    assert answer == EXPECTED[name]


def test_every_file_of_theirs_is_judged():
    folder = REFERENCE / "security"
    files = {
        str(path.relative_to(folder)) for name in ("pdf-dss", "pdf-pyhanko") for path in (folder / name).rglob("*.pdf")
    }
    assert files == set(EXPECTED)
