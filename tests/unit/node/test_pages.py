"""The pages of a translation: one for each report and language, with what vouches for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.errors import ConfigError
from gateway.kit import Source
from gateway.model.record import Learner, Name, Organisation, Record, Report
from gateway.model.verdict import Indication
from gateway.node import pages
from gateway.node.pages import draw_pages, find_renderer, footer
from gateway.translate.engine import Inputs
from gateway.translate.issuer import PLACEHOLDER

RECORD = Record(
    learner=Learner(names=(Name(full="Élodie Nemo"),)),
    reports=(
        Report(issuer=Organisation(legal_name={"en": "One"})),
        Report(issuer=Organisation(legal_name={"en": "Two"})),
    ),
)
SOURCE = Source(
    original=b"", sha256="ab" * 32, media_type="", format="ELMO 1.7", adapter="elmo", verdict=Indication.PASSED
)
INPUTS = Inputs(
    issuer=PLACEHOLDER, now="2026-06-01T12:00:00Z", languages=("en", "el"), node="node.example.org", draft=True
)


def test_each_report_has_a_page_in_each_language():
    drawn = draw_pages(RECORD, SOURCE, INPUTS)
    assert [(page.report, page.language) for page in drawn.images] == [
        ("One", "en"), ("One", "el"), ("Two", "en"), ("Two", "el"),
    ]  # fmt: skip
    assert all(page.png.startswith(b"\x89PNG") for page in drawn.images)
    assert drawn.missing == ()


def test_a_draft_looks_otherwise_than_a_sealed_page():
    sealed = draw_pages(RECORD, SOURCE, replace(INPUTS, draft=False))
    assert sealed.images[0].png != draw_pages(RECORD, SOURCE, INPUTS).images[0].png


def test_equal_inputs_draw_equal_octets():
    assert draw_pages(RECORD, SOURCE, INPUTS) == draw_pages(RECORD, SOURCE, INPUTS)


def test_the_foot_says_who_issued_it_and_from_what():
    issuer, derived, digest = footer(SOURCE, INPUTS, "en")
    assert issuer == "Issued by: Unsealed draft, no issuer · node.example.org"
    assert derived == "Derived from ELMO 1.7, verified on 2026-06-01"
    assert digest == f"SHA-256 {'ab' * 32}"


@pytest.mark.parametrize("verdict", [Indication.FAILED, Indication.INDETERMINATE])
def test_the_foot_never_says_verified_of_what_is_not_passed(verdict):
    assert not any("verified" in line for line in footer(replace(SOURCE, verdict=verdict), INPUTS, "en"))


def test_characters_that_no_font_has_are_told():
    record = RECORD.model_copy(update={"learner": Learner(names=(Name(full="N\U0010ffff"),))})
    assert draw_pages(record, SOURCE, INPUTS).missing == ("\U0010ffff",)


def test_without_the_extra_there_is_no_renderer(monkeypatch):
    def absent() -> str:
        raise ConfigError("pages.not_installed", "")

    monkeypatch.setattr(pages.fonts, "renderer", absent)
    assert find_renderer() is None


def test_the_renderer_names_its_version_and_those_of_its_fonts():
    found = find_renderer()
    assert found.name == "testamur"
    assert "uharfbuzz/" in found.version
