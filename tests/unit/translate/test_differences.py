"""Where two documents differ: places, never values."""

from __future__ import annotations

import pytest

from gateway.translate.differences import MOST, differing_places


@pytest.mark.parametrize(
    ("one", "other", "places"),
    [
        (b'{"a": 1}', b'{"a": 2}', ("/a",)),
        (b'{"a": 1}', b'{"a": 1.0}', ("/a",)),
        (b'{"a": "1"}', b'{"a": 1}', ("/a",)),
        (b'{"a": [1, 2]}', b'{"a": [1]}', ("/a/1",)),
        (b'{"a/b": {"c": 1}}', b'{"a/b": {}}', ("/a~1b/c",)),
        (b"[1]", b"{}", ("/",)),
        (b"<r><a>1</a><a>2</a></r>", b"<r><a>1</a><a>3</a></r>", ("/r/a[2]",)),
        (b'<r x="1"/>', b'<r x="2"/>', ("/r/@x",)),
        (b"<r><a/></r>", b"<r/>", ("/r/*[1]",)),
        (b"<r/>", b"<s/>", ("/r",)),
        (b"<r><!--a--></r>", b"<r><!--b--></r>", ("/r/*[1]",)),
        (b"<r/>", b"{}", ("/",)),
        (b"", b"{}", ("/",)),
    ],
)
def test_places(one, other, places):
    assert differing_places(one, other) == places


def test_at_most_ten_are_named():
    many = b'{"a": [%s]}' % b",".join(b"%d" % n for n in range(50))
    assert len(differing_places(many, b'{"a": [%s]}' % b",".join([b"null"] * 50))) == MOST
