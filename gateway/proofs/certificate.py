"""Certificates as documents carry them: read whole at once, so that nothing unreadable in one surprises later."""

from __future__ import annotations

import warnings

from cryptography.x509 import Certificate, load_der_x509_certificate

# The library warns, on stderr, of a certificate whose country isn't two letters long, and of two faults that a later
# version will refuse with ValueError: no words for a caller's terminal.
for _beginning in ("Attribute's length must be", "Parsed a serial number", "Invalid ASN.1"):
    warnings.filterwarnings("ignore", message=_beginning, category=UserWarning)


def load_certificate(der: bytes) -> Certificate:
    """A certificate whose names and dates can be read (the library reads them only when asked).

    Whether its key and its extensions can be used is asked where they are used.

    Raises:
        ValueError: octets that are no certificate, or one with an unreadable name or date.
    """
    certificate = load_der_x509_certificate(der)
    try:
        _ = certificate.issuer, certificate.subject, certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except TypeError as error:  # the library's answer to a name that is a bit string
        raise ValueError(str(error)) from None
    return certificate
