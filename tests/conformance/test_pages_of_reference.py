"""Every readable reference document gets a page: well-formed, with every loss and every finding that isn't PASSED."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.model.verdict import Status
from gateway.node import startup
from gateway.node.account import page_of
from gateway.node.translate import Order, Translated, translate_file
from gateway.rendering.markup import shown
from tests.reference import reference
from tests.unit.rendering.test_html import Reader


@pytest.mark.parametrize(
    ("folder", "pattern", "to", "least"), [("elmo", "*.xml", "europass", 15), ("europass", "*.jsonld", "elmo", 3)]
)
def test_pages_of_real_documents_are_whole(folder: str, pattern: str, to: str, least: int) -> None:
    now = startup.right_now()
    node = startup.start(None, now=now)
    told = 0
    for file in sorted(reference(folder).rglob(pattern)):
        done = asyncio.run(translate_file(node, Order(octets=file.read_bytes(), to=to, unsealed=True), now=now))
        if isinstance(done, Translated):
            _hold(done, Reader(page_of(done, node, node.terms(now))).text, file)
            told += 1
    assert told >= least


def _hold(done: Translated, page: str, file: Path) -> None:
    for loss in done.losses:
        for said in (loss.source or loss.path, loss.from_, loss.to, loss.detail):
            assert " ".join(shown(said or "").split()) in page, (file, loss)
    for finding in done.verdict.findings:
        if finding.status is not Status.PASSED:
            assert finding.check in page, (file, finding)
