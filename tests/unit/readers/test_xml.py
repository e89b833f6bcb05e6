"""The XML reader: what it takes, what it refuses, and by which code."""

from __future__ import annotations

import pytest
from lxml import etree

from gateway.errors import Refused
from gateway.readers.limits import Limits
from gateway.readers.xml import parse_xml
from tests.signing import elmo

HEAD = b'<?xml version="1.0" encoding="%s"?>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "xml.empty"),
        (b" \r\n", "xml.empty"),
        (b"<a", "xml.malformed"),
        (b"<a><b></a>", "xml.malformed"),
        (b"<a/><a/>", "xml.malformed"),
        (b"<a>&undeclared;</a>", "xml.malformed"),
        (b"<p:a/>", "xml.namespace"),
        (b"<a xmlns:p=''/>", "xml.namespace"),
        (b"<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>", "xml.namespace"),
        (b'<a b="1" b="2"/>', "xml.malformed"),
        (b"not XML", "xml.malformed"),
        (b"<a>\x00</a>", "xml.character"),
        (b"<a>\x08</a>", "xml.character"),
        (b"<a>&#0;</a>", "xml.character"),
        (b"<a>\xff</a>", "xml.encoding"),
        (HEAD % b"ISO-8859-1" + b"<a/>", "xml.encoding"),
        (HEAD % b"UTF-7" + b"<a>+AGE-</a>", "xml.encoding"),
        (HEAD % b"UTF-16" + b"<a/>", "xml.encoding"),
        (HEAD % b"US-ASCII" + "<a>é</a>".encode(), "xml.encoding"),
        ("<a/>".encode("utf-16"), "xml.encoding"),
        ("<a/>".encode("utf-16-le"), "xml.encoding"),
        ("<a/>".encode("utf-16-be"), "xml.encoding"),
        ("<a/>".encode("utf-32"), "xml.encoding"),
        ('<?xml version="1.0"?><a/>'.encode("cp500"), "xml.encoding"),
        (b'<?xml version="1.1"?><a/>', "xml.version"),
        (b"<?xml encoding='UTF-8'?><a/>", "xml.version"),
        (b"<!DOCTYPE a><a/>", "xml.doctype"),
        (b"\xef\xbb\xbf<!-- c -->\n<?p <!DOCTYPE?> <!DOCTYPE a><a/>", "xml.doctype"),
        (b"<!doctype a><a/>", "xml.doctype"),
    ],
)
def test_what_is_not_a_plain_utf8_document_is_refused_by_its_code(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_xml(data)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "data",
    [
        b"<a/>",
        b"\xef\xbb\xbf<a/>",
        HEAD % b"utf-8" + b"<a/>",
        HEAD % b"US-ASCII" + b"<a>&#233;</a>",
        b"<!-- <!DOCTYPE a> --><a/>",
        b"<?p <!DOCTYPE a>?><a/>",
        b"<a><![CDATA[<!DOCTYPE a>]]></a>",
        b"<a>&lt;!DOCTYPE a></a>",
    ],
)
def test_a_plain_document_is_parsed_even_where_its_text_looks_like_a_doctype(data: bytes) -> None:
    assert parse_xml(data).getroot().tag == "a"


def test_what_stands_beside_the_root_is_in_the_tree() -> None:
    tree = parse_xml(b"<?before?><a/><!-- after -->")
    assert etree.tostring(tree) == b"<?before?><a/><!-- after -->"


def test_a_message_never_quotes_the_document() -> None:
    with pytest.raises(Refused) as refused:
        parse_xml(b"<learner><name>Nemo Secret</nemosecret>")
    assert "ecret" not in refused.value.message


class TestLimits:
    def test_a_document_over_the_octet_limit_is_refused(self) -> None:
        assert code(b"<a></a>", Limits(document_bytes=6)) == "limit.bytes"
        assert code(b"<a></a>", Limits(document_bytes=7)) is None

    @pytest.mark.parametrize("depth", [1, 5, 200, 255])
    def test_depth_is_counted_in_elements_exactly(self, depth: int) -> None:
        assert code(b"<a>" * depth + b"</a>" * depth, Limits(depth=depth)) is None
        assert code(b"<a>" * (depth + 1) + b"</a>" * (depth + 1), Limits(depth=depth)) == "limit.depth"

    def test_depth_is_capped_where_the_parser_itself_would_go_deeper(self) -> None:
        deep = b"<a>" * 300 + b"x" * 10_000_001 + b"</a>" * 300
        assert code(deep, Limits()) == "limit.depth"

    def test_nodes_are_elements_and_attributes(self) -> None:
        assert code(b"<a>" + b"<b/>" * 99 + b"</a>", Limits(nodes=100)) is None
        assert code(b"<a>" + b"<b/>" * 100 + b"</a>", Limits(nodes=100)) == "limit.nodes"
        assert code(b"<a>" + b"<b c='1'/>" * 50 + b"</a>", Limits(nodes=100)) == "limit.nodes"

    def test_equals_signs_in_text_are_no_attributes(self) -> None:
        assert code(b"<a>" + b"=x" * 1000 + b"</a>", Limits(nodes=100)) is None

    def test_a_text_over_ten_megabytes_is_read(self) -> None:
        tree = parse_xml(b"<a>" + b"x" * 10_500_000 + b"</a>")
        assert len(tree.getroot().text or "") == 10_500_000

    def test_an_ordinary_document_is_within_all_limits(self) -> None:
        assert code(elmo(60), Limits()) is None


def code(data: bytes, limits: Limits) -> str | None:
    """The code of the refusal, or None where the document is read."""
    try:
        parse_xml(data, limits)
    except Refused as refused:
        return refused.code
    return None
