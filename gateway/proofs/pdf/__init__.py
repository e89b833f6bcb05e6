"""Signatures in PDF (ISO 32000-2, 12.8; PAdES, ETSI EN 319 142-1): checking and making them."""
