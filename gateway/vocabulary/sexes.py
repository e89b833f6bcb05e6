"""Human sex: ISO/IEC 5218 codes and the EU authority table "human-sex".

ISO/IEC 5218: 0 not known, 1 male, 2 female, 9 not applicable. Of the EU table only MALE and FEMALE are known to be
used in credentials; 0 and 9 have no counterpart here.
"""

from __future__ import annotations

_AUTHORITY = {"1": "MALE", "2": "FEMALE"}
_ISO = {authority: iso for iso, authority in _AUTHORITY.items()}


def authority_code(iso: str) -> str | None:
    """The EU authority code of an ISO/IEC 5218 code ("2" is "FEMALE"), None when there is none."""
    return _AUTHORITY.get(iso)


def iso_code(authority: str) -> str | None:
    """The ISO/IEC 5218 code of an EU authority code ("FEMALE" is "2"), None when there is none."""
    return _ISO.get(authority)
