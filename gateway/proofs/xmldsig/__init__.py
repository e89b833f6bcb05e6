"""XML signatures: the strict verifier here, the sealer in `gateway.proofs.xmldsig.seal`."""

from gateway.proofs.xmldsig.verify import reduce_to_covered, verify_enveloped

__all__ = ["reduce_to_covered", "verify_enveloped"]
