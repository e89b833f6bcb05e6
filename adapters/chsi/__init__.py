"""Chinese higher-education reports (CHSI), read: the partner profile as JSON, nested or flat, and the verification page.

And the bilingual dossier, read and written: any record, towards a Chinese receiver.
"""

from adapters.chsi.adapter import ADAPTER
from adapters.chsi.dossier import DOSSIER

ADAPTERS = (ADAPTER, DOSSIER)

__all__ = ["ADAPTER", "ADAPTERS", "DOSSIER"]
