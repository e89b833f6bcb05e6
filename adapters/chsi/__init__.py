"""Chinese higher-education reports (CHSI), read; and the bilingual dossier, read and written.

Reports are the partner profile as JSON, nested or flat, and the verification page. A dossier holds any record, towards
a Chinese receiver.
"""

from adapters.chsi.adapter import ADAPTER
from adapters.chsi.dossier import DOSSIER

ADAPTERS = (ADAPTER, DOSSIER)

__all__ = ["ADAPTER", "ADAPTERS", "DOSSIER"]
