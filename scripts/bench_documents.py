"""The fictional documents of the benchmarks."""

from __future__ import annotations

import datetime as dt

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
PROGRAMME = """<specifies><learningOpportunityInstance>
    <start>2021-09-01</start><date>2024-06-15</date><status>passed</status></learningOpportunityInstance></specifies>"""


def conforming(document: bytes) -> bytes:
    """An ELMO of the tests that keeps the rules: its programme was taken, its country exists, its issuer has a page."""
    text = document.decode().replace("<?print page?>", PROGRAMME).replace(">XX<", ">NO<")
    return text.replace("</title></issuer>", "</title><url>https://examplia.example</url></issuer>").encode()
