"""XML signatures: the strict verifier here, the sealer in `gateway.proofs.xmldsig.seal`."""

from gateway.proofs.xmldsig.verify import verify_enveloped

__all__ = ["verify_enveloped"]
