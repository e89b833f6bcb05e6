"""JSON Web Signatures and JAdES: checking them, and the pure halves of making them."""

from gateway.proofs.jose.jws import verify_jws

__all__ = ["verify_jws"]
