"""Sealing a PDF: PAdES baseline B-B (EN 319 142-1, 6.3) as one more revision, that nothing may follow.

pyHanko makes it; it is examined by our own strict reading before it is given out. The certificate and its chain are
inside. Before the seal the octets are the renderer's, and equal for equal input.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import Certificate

from gateway.errors import ConfigError, Refused
from gateway.model.verdict import Status
from gateway.proofs.pdf.examine import examine
from gateway.readers.limits import DEFAULT_LIMITS, Limits

_FIELD = "Seal"
_DIGESTS = {"secp256r1": "sha256", "secp384r1": "sha384", "secp521r1": "sha512"}


def seal_pdf(
    document: bytes,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    certificates: Sequence[Certificate],
    *,
    signed_at: dt.datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """The document with a seal. It must travel as it is: saving it again breaks the seal.

    `certificates` begins with the one of `key`; the rest is its chain. Not for the thread of an event loop.

    Raises:
        ConfigError: `pdf.not_installed`; `seal.certificate` where the first certificate isn't the key's.
        Refused: `seal.already_sealed`, `seal.not_verifiable`, and what `read_pdf` refuses.
    """
    if not certificates or certificates[0].public_key() != key.public_key():
        raise ConfigError(
            "seal.certificate",
            "got a certificate of another key, expected the seal key's own first",
            advice="Put the certificate that belongs to the seal key first in the file.",
        )
    try:
        import pyhanko  # noqa: F401 - whether it is there
    except ModuleNotFoundError as error:
        raise ConfigError(
            "pdf.not_installed",
            "a PDF can't be sealed: got no package pyhanko, expected the extra 'pdf'",
            advice="pip install 'testamur[pdf]'; or add --unsealed",
        ) from error
    _require_unsealed(document, limits)
    digest = "sha256" if isinstance(key, rsa.RSAPrivateKey) else _DIGESTS[key.curve.name]
    sealed = _sealed(document, _signer(key, certificates), digest, signed_at)
    _check(document, sealed, limits)
    return sealed


def _require_unsealed(document: bytes, limits: Limits) -> None:
    found = examine(document, limits)
    if found.refused is not None:
        raise found.refused
    if found.findings:
        raise Refused("seal.already_sealed", "got a document with a signature, expected one without")


def _check(document: bytes, sealed: bytes, limits: Limits) -> None:
    """Hold the seal against our own reading: what that wouldn't pass is never given out."""
    found = examine(sealed, limits)
    if sealed.startswith(document) and found.holds:
        return
    open_ = next((finding.check for finding in found.findings if finding.status is not Status.PASSED), "the file")
    message = f"got a PDF whose seal wouldn't verify: {open_}"
    raise Refused("seal.not_verifiable", message, advice="Please report it.")


def _signer(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, certificates: Sequence[Certificate]) -> Any:
    from asn1crypto import keys, x509
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    own, *chain = (x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in certificates)
    store = SimpleCertificateStore()
    store.register_multiple(chain)
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(own, keys.PrivateKeyInfo.load(private), store)


def _sealed(document: bytes, signer: Any, digest: str, signed_at: dt.datetime) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers import cms_embedder
    from pyhanko.sign.signers.pdf_byterange import SignatureObject

    writer = IncrementalPdfFileWriter(BytesIO(document))
    # what the document says of itself stays; pyHanko has no setting for it
    writer._update_meta = _untouched  # noqa: SLF001
    steps = cms_embedder.PdfCMSEmbedder(SigFieldSpec(_FIELD)).write_cms(field_name=_FIELD, writer=writer)
    next(steps)
    size = len(asyncio.run(_cms(signer, bytes(64), digest)))
    place = SignatureObject(timestamp=signed_at, subfilter=SigSeedSubFilter.PADES, bytes_reserved=2 * (size + _SLACK))
    alone = cms_embedder.SigMDPSetup(md_algorithm=digest, certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
    steps.send(cms_embedder.SigObjSetup(sig_placeholder=place, mdp_setup=alone))
    prepared, output = steps.send(cms_embedder.SigIOSetup(md_algorithm=digest, in_place=False))
    steps.send(asyncio.run(_cms(signer, prepared.document_digest, digest)))
    return bytes(output.getvalue())


def _untouched() -> None:
    """In place of pyHanko's own name as a maker, and of this machine's time as that of a change."""


_SLACK = 64
"""Octets by which one signature may be longer than another: those of ECDSA differ."""


async def _cms(signer: Any, document_digest: bytes, digest: str) -> bytes:
    signed = await signer.async_sign(document_digest, digest, use_pades=True)
    return bytes(signed.dump())
