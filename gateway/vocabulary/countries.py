"""Countries: ISO 3166-1 codes and the codes of the EU authority table.

Sources: ISO 3166-1; EU Vocabularies, authority table "country" (253 concepts, English labels, CC BY 4.0). The EU code
is the ISO alpha-3 code but for a few: Kosovo (1A0), the French Southern Lands (FQ0), the European Union (EUR), and
OP_DATPRO, "provisional data", which stands where a country is required and isn't known.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from gateway.vocabulary.tables import read_rows

PROVISIONAL = "OP_DATPRO"
"""The authority code for "not known (yet)"."""

_ALIASES = {"EL": "GR", "UK": "GB"}  # the EU's own spellings (Interinstitutional Style Guide, 7.1.1)


class Country(NamedTuple):
    """One country. `code` is the EU authority code; `alpha2` or `alpha3` is empty where ISO has none."""

    code: str
    alpha2: str
    alpha3: str
    name: str


@cache
def _index(field: int) -> dict[str, Country]:
    return {row[field]: Country(*row) for row in read_rows("countries.csv") if row[field]}


def by_alpha2(code: str) -> Country | None:
    """The country of an ISO alpha-2 code in any case ("NL"; also "EL" and "UK"), None when unknown."""
    upper = code.upper()
    return _index(1).get(_ALIASES.get(upper, upper))


def by_authority(code: str) -> Country | None:
    """The country of an EU authority code, the last part of its URI ("NLD", "1A0"), None when unknown."""
    return _index(0).get(code)
