"""Proofs embedded in credentials (VC Data Integrity): checking them, and the pure halves of making them."""
