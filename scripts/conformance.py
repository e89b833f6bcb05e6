"""Write docs/conformance.md from the vector families of other parties: `python -m scripts.conformance`.

Needs the reference documents (TESTAMUR_REFERENCE).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.conformance.families import Case, all_cases, reason

PAGE = Path(__file__).resolve().parent.parent / "docs" / "conformance.md"

_HEAD = """# Conformance: the vectors of others

Written by `python -m scripts.conformance`; a test holds it against the vectors. Each document is judged at one time,
trusting whoever signed it and nobody else, with the status lists and DID documents of its family as evidence. What the
badges of version 2.0 name by address (themselves, their class, issuer, key and list) is answered by a simulated host.
The W3C's vectors name the context of its examples, under which any name means something: it is known in these tests
alone, and a node calls such a document INDETERMINATE.
Of signed PDF the proof alone is judged; what ought to pass is what its source calls valid and pyHanko finds intact to
the last octet.
*Agreeing* is: what ought to pass passes, and what ought not to doesn't.

| family | cases | agreeing | differing | what ought not to pass, and does |
|---|---|---|---|---|
"""


def page(cases: list[Case]) -> str:
    """The page as Markdown."""
    families = dict.fromkeys(case.family for case in cases)
    rows = "".join(_row(name, [case for case in cases if case.family == name]) for name in families)
    return f"{_HEAD}{rows}\n## Why they differ\n\n{_reasons(cases)}"


def _row(name: str, cases: list[Case]) -> str:
    agreeing = sum(case.agrees for case in cases)
    lax = sum(not case.agrees and not case.good for case in cases)
    return f"| {name} | {len(cases)} | {agreeing} | {len(cases) - agreeing} | {lax} |\n"


def _reasons(cases: list[Case]) -> str:
    counted = Counter((case.family, reason(case)) for case in cases if not case.agrees)
    lines = [f"| {family} | {count} | {why} |\n" for (family, why), count in counted.items()]
    return "| family | cases | reason |\n|---|---|---|\n" + "".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(all_cases()), "utf-8")
