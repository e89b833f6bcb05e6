"""The credential systems Testamur knows, one package a family.

A regular package on purpose: other distributions bring their adapters under a name of their own and the entry
point group `gateway.adapters` (docs/your-first-adapter.md).
"""

TESTAMUR_ADAPTERS = True
"""The marker by which discovery knows this package from another distribution of the same import name."""
