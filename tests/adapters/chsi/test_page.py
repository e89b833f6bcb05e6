"""The verification page, read by label and never by position."""

from __future__ import annotations

import random

import pytest

from adapters.chsi import ADAPTER
from adapters.chsi.page import Page
from gateway.errors import Refused
from gateway.kit.laws import read_with
from gateway.kit.laws.trip import document_of
from gateway.kit.recognition import head_of
from gateway.readers.containers import unpack
from gateway.rendering.html import html_page
from tests.adapters.chsi.documents import CODE, HEQC, REFERENCE_HTML, octets, page
from tests.unit.rendering.accounts import account


def labelled(body: bytes) -> dict[str, str | None]:
    return {key: shown.text for key, shown in Page(document_of(body).tree).shown.items()}


def test_a_page_says_what_the_report_says() -> None:
    mine, theirs = read_with(ADAPTER, octets(HEQC)).record, read_with(ADAPTER, page()).record
    assert mine.learner == theirs.learner
    assert mine.reports[0].achievements[0].identifiers == theirs.reports[0].achievements[0].identifiers
    assert mine.reports[0].title == theirs.reports[0].title


def test_the_order_of_the_labels_says_nothing() -> None:
    body = page().decode()
    head, *items = body.split('<div class="report-info-item">')
    *items, last = items
    random.Random(7).shuffle(items)
    shuffled = '<div class="report-info-item">'.join([head, *items, last]).encode()
    assert shuffled != page()
    assert labelled(shuffled) == labelled(page())


FORMS = {
    "cells": "<table><tr><td>姓　　名</td><td>单明</td></tr><tr><td>层次</td><td>本科</td></tr></table>",
    "a definition list": "<dl><dt>姓名：</dt><dd>单明</dd><dt>层次</dt><dd>本科</dd></dl>",
    "one text": "<p>姓名：单明</p><p>层次: 本科</p>",
    "a label in bold": "<div><b>姓名</b><span>单明</span></div><table><tr><td><b>层次</b></td><td>本科</td></tr></table>",
    "English": "<div>Name</div><div>单明</div><div>Level</div><div>本科</div>",
    "traditional": "<div>姓名</div><div>单明</div><div>層次</div><div>本科</div>",
    "a value in parts": "<div>姓名</div><div><span>单</span><span>明</span></div><div>层次</div><div><i>本</i>科</div>",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_value_follows_its_label_in_whatever_form(form: str) -> None:
    body = f"<!doctype html><html><body>{FORMS[form]}</body></html>".encode()
    found = labelled(body)
    assert (found["name"], found["level"]) == ("单明", "本科")


def test_an_empty_value_is_not_the_next_label() -> None:
    body = "<!doctype html><div>照片</div><div></div><div>姓名</div><div>单明</div>".encode()
    assert labelled(body)["photo"] == ""
    assert labelled(body)["name"] == "单明"


def test_a_page_in_gb18030_reads_with_characters_that_only_it_has() -> None:
    body = page(name="䶮𠮷").decode().replace("utf-8", "gb2312").encode("gb18030")
    assert unpack(body).kind == "html"
    assert labelled(body)["name"] == "䶮𠮷"


def test_what_is_hidden_is_not_read() -> None:
    hidden = '<div style="display: none"><div>姓名</div><div>别人</div></div><p hidden>姓名：别人</p>'
    assert labelled(page(extra=hidden + "<script>姓名：别人</script>"))["name"] == "吕思远"


def test_two_values_under_one_label_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        read_with(ADAPTER, page(extra="<p>姓名：别人</p>"))
    assert refused.value.code == "chsi.label_twice"


def test_two_titles_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        read_with(ADAPTER, page(extra="<h4>教育部学籍在线验证报告</h4>"))
    assert refused.value.code == "chsi.title_twice"


def test_what_no_label_names_is_a_loss() -> None:
    losses = read_with(ADAPTER, page(extra="<p>免费查询</p>")).losses
    assert ("dropped", "免费查询") in {(loss.kind, loss.from_) for loss in losses}


def test_every_value_of_a_page_that_changes_changes_the_record_or_is_told() -> None:
    """The law of reading, for pages: the laws inherited walk over XML and JSON."""
    before = read_with(ADAPTER, page())
    shown = Page(document_of(page()).tree).shown
    for key, one in shown.items():
        if not one.text:
            continue
        body = page().decode()
        for other in ("变了", one.text[:-1] + ("1" if one.text[-1] != "1" else "2")):
            changed = body.replace(f">{one.text}<", f">{other}<").replace(f"：{one.text}<", f"：{other}<").encode()
            assert changed != page(), key
            try:
                after = read_with(ADAPTER, changed)
            except Refused:
                continue
            told = {loss.source for loss in after.losses}
            assert (after.record, after.document) != (before.record, before.document) or one.label in told, key


@pytest.mark.parametrize("language", ["en", "zh", "ko", "ja"])
def test_a_page_that_testamur_makes_of_another_record_is_not_claimed(language: str) -> None:
    made = html_page(account(languages=(language, "en")))
    assert "Date of birth" in made.decode()
    assert ADAPTER.recognise(head_of(document_of(made))) is None


def test_other_pages_are_not_claimed() -> None:
    for body in (b"<!doctype html><h1>Diploma</h1>", "<!doctype html><p>姓名：某</p>".encode()):
        assert ADAPTER.recognise(head_of(document_of(body))) is None


@pytest.mark.parametrize("path", REFERENCE_HTML, ids=lambda path: path.stem)
def test_pages_of_the_reference_are_the_answers_that_they_are(path) -> None:
    expected = {
        "challenge_captcha": "challenge",
        "error_closed": "closed",
        "error_expired": "expired",
        "error_illegal": "malformed",
        "error_invalid": "not_found",
    }
    document = document_of(path.read_bytes())
    assert ADAPTER.recognise(head_of(document)) is not None
    assert Page(document.tree).answer == expected.get(path.stem, "verified")
    if path.stem.endswith("_ok"):
        assert read_with(ADAPTER, path.read_bytes()).record.reports[0].kinds
        assert Page(document.tree).is_sample


def test_a_page_without_its_code_still_reads_and_the_code_stands_nowhere() -> None:
    assert CODE not in str(read_with(ADAPTER, page()))
