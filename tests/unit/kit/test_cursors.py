"""The cursors remember what was taken; what wasn't is a loss, named at the highest place of which nothing was taken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.kit.json_cursor import JsonReading
from gateway.kit.xml_cursor import XmlReading, own_text
from gateway.readers.json import parse_json
from gateway.readers.limits import DEFAULT_LIMITS
from gateway.readers.xml import parse_xml
from tests.work import lines_in


def xml(text, namespaces=frozenset({""})):
    return XmlReading(parse_xml(text.encode()), namespaces)


def told(reading):
    return [(loss.source, loss.from_) for loss in reading.finish().losses]


# --- XML -------------------------------------------------------------------------------------------------------------


def test_xml_of_which_nothing_was_taken_is_one_loss():
    assert told(xml("<a x='1'><b>t</b></a>")) == [("/a", None)]


def test_xml_taken_whole_is_no_loss():
    reading = xml("<a x='1'><b>t</b></a>")
    reading.root.skip()
    assert told(reading) == []


def test_xml_losses_name_the_highest_place_and_come_in_document_order():
    reading = xml("<a><b><c>1</c></b><d k='v' l='w'>2</d><b><c>3</c><c>4</c></b></a>")
    reading.root.child("d").attribute("k")
    reading.root.children("b")[1].child("c").text()
    assert told(reading) == [("/a/b[1]", None), ("/a/d[1]", "2"), ("/a/d[1]/@l", "w"), ("/a/b[2]/c[2]", "4")]


def test_xml_an_empty_element_is_a_leaf():
    reading = xml("<a><b/><c>x</c></a>")
    reading.root.child("c").text()
    assert told(reading) == [("/a/b[1]", None)]


def test_xml_a_comment_does_not_split_a_text():
    """Attack A11: `user@good<!---->.evil` must not be read as `user@good`."""
    reading = xml("<a>user@good<!-- x -->.evil<?pi x?>.example</a>")
    assert reading.root.text() == "user@good.evil.example"
    assert told(reading) == []


def test_xml_white_space_between_elements_is_no_leaf():
    reading = xml("<a>\n  <b>x</b>\n</a>")
    reading.root.child("b").text()
    assert told(reading) == []


def test_xml_text_between_elements_is_a_leaf():
    reading = xml("<a>loose<b>x</b>ends</a>")
    reading.root.child("b").text()
    assert told(reading) == [("/a", "looseends")]


def test_xml_hints_for_validators_are_no_leaves():
    reading = xml("<a xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='u v'>t</a>")
    reading.root.text()
    assert told(reading) == []


def test_xml_foreign_namespaces_are_not_looked_into_and_are_losses():
    reading = xml("<a xmlns:f='urn:f'><b>1</b><f:b>2</f:b></a>")
    assert [b.text() for b in reading.root.children("b")] == ["1"]
    assert [c.name for c in reading.root] == ["b"]
    assert told(reading) == [("/a/b[2]", "2")]


def test_xml_language_is_inherited_and_taken_where_it_stands():
    reading = xml("<a xml:lang='EN'><b>x</b><b xml:lang='nb'>y</b><b xml:lang=''>z</b></a>")
    assert [(b.language(), b.text()) for b in reading.root.children("b")] == [("en", "x"), ("nb", "y"), ("und", "z")]
    assert told(reading) == []


def test_xml_a_date_that_cannot_be_stays_a_loss():
    reading = xml("<a><b>2014-06-31</b><b> 2014-06-30 </b></a>")
    assert [b.when() for b in reading.root.children("b")] == [None, "2014-06-30"]
    assert reading.root.when_of("c") is None
    assert told(reading) == [("/a/b[1]", "2014-06-31")]


def test_xml_an_explicit_loss_takes_what_it_names():
    reading = xml("<a><b><c>1</c></b><d>2</d></a>")
    reading.root.child("b").lose("approximated", detail="why")
    reading.root.child("d").text()
    losses = reading.finish().losses
    assert [(x.kind, x.source, x.detail) for x in losses] == [("approximated", "/a/b[1]", "why")]


def test_xml_taken_under_something_taken_whole_is_no_loss():
    reading = xml("<a><b><c>1</c><d>2</d></b></a>")
    b = reading.root.child("b")
    b.child("c").text()
    b.skip()
    assert told(reading) == []


def crowded(depth):
    """So many levels, each with twenty elements of which none is taken, and one at the bottom that is."""
    reading = xml("<a>" + ("<a>" + "<b/>" * 20) * (depth - 1) + "<c>x</c>" + "</a>" * depth)
    here = reading.root
    while (below := here.child("a")) is not None:
        here = below
    assert here.token_of("c") == "x"
    return reading


def test_xml_200_levels_of_untaken_elements_cost_no_more_each_than_ten_levels():
    """Each element is looked at once, however deep: no square in the depth."""
    deep, shallow = DEFAULT_LIMITS.depth - 2, 10
    few, ledger = lines_in(crowded(shallow).finish)
    assert len(ledger.losses) == 20 * (shallow - 1)
    many, ledger = lines_in(crowded(deep).finish)
    assert len(ledger.losses) == 20 * (deep - 1)
    assert many / (deep - 1) < 1.2 * few / (shallow - 1)


# --- JSON ------------------------------------------------------------------------------------------------------------


def js(text):
    return JsonReading(parse_json(text.encode()))


def test_json_of_which_nothing_was_taken_is_one_loss():
    assert told(js('{"a": 1}')) == [("", None)]


def test_json_losses_name_the_highest_place_and_come_in_document_order():
    reading = js('{"a": {"b": {"c": 1}, "d": [1, 2]}, "e~/": true, "f": [], "g": null}')
    assert reading.root.one("a").scalar("d") == "1"
    assert told(reading) == [("/a/b", None), ("/a/d/1", "2"), ("/e~0~1", "true"), ("/f", None), ("/g", "null")]


def test_json_a_single_value_stands_for_a_list_of_one():
    one, many = js('{"a": {"b": "x"}}'), js('{"a": [{"b": ["x"]}]}')
    for reading in (one, many):
        assert [a.scalars("b") for a in reading.root.each("a")] == [["x"]]
        assert told(reading) == []


def test_json_numbers_keep_their_printed_form():
    reading = js('{"a": 6.0, "b": [6, 1e2, true]}')
    assert (reading.root.scalar("a"), reading.root.scalars("b")) == ("6.0", ["6", "1e2", "true"])
    assert told(reading) == []


def test_json_members_of_another_kind_stay_untaken():
    reading = js('{"a": ["x", {"b": 1}], "t": "no map"}')
    assert [a.scalar("b") for a in reading.root.each("a")] == ["1"]
    assert reading.root.text("t") == {}
    assert told(reading) == [("/a/0", "x"), ("/t", "no map")]


def test_json_texts_take_one_value_of_each_language():
    reading = js('{"t": {"EN": "x", "nb": ["y", "z"], "el": 3}, "e": {}}')
    assert reading.root.text("t") == {"en": "x", "nb": "y"}
    assert reading.root.text("e") == {}
    assert told(reading) == [("/t/nb/1", "z"), ("/t/el", "3")]


def test_json_a_date_that_cannot_be_stays_a_loss():
    reading = js('{"a": "2014-02-30", "b": "2014-02", "c": 2014}')
    assert [reading.root.when(n) for n in "abcd"] == [None, "2014-02", None, None]
    assert told(reading) == [("/a", "2014-02-30"), ("/c", "2014")]


def test_json_equal_members_are_told_apart():
    """What was taken is remembered by place: two equal objects are two."""
    reading = js('{"a": [{"b": "x"}, {"b": "x"}]}')
    reading.root.each("a")[1].scalar("b")
    assert told(reading) == [("/a/0", None)]


def test_json_places_are_pointers():
    reading = js('{"a": [{"b/c": {"d": 1}}]}')
    assert reading.root.each("a")[0].one("b/c").place == "/a/0/b~1c"


def chained(depth):
    """An object in an object, so many, and at the bottom a long list of which only the first value is taken."""
    reading = js('{"n": ' * depth + '{"x": "y", "l": [' + "1," * 5_000 + "1]}" + "}" * depth)
    here = reading.root
    while (below := here.one("n")) is not None:
        here = below
    here.scalar("x")
    here.scalar("l")
    return reading


def test_json_untaken_members_at_the_end_of_a_deep_chain_cost_no_more_than_higher_up():
    """The way down is gone once, not once for each member."""
    few, ledger = lines_in(chained(1).finish)
    assert len(ledger.losses) == 5_000
    many, ledger = lines_in(chained(190).finish)
    assert len(ledger.losses) == 5_000
    assert many < 1.2 * few


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=3), v, max_size=3),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=3), JSON, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_json_every_leaf_is_taken_or_under_exactly_one_loss(value, random):
    """Whatever is taken, in whatever order: each leaf is accounted for once."""
    reading = JsonReading(value)
    taken = set()

    def visit(holder, place):
        members = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for key, member in members:
            at = f"{place}/{str(key).replace('~', '~0').replace('/', '~1')}"
            if random.random() < 0.3:
                reading.take(holder, key)
                taken.add(at)
            if isinstance(member, dict | list):
                visit(member, at)

    visit(value, "")
    losses = [loss.source for loss in reading.finish().losses]

    def check(member, at):
        over = [x for x in [*taken, *losses] if at == x or at.startswith(x + "/")]
        if isinstance(member, dict | list) and member:
            for key, below in member.items() if isinstance(member, dict) else enumerate(member):
                check(below, f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}")
        elif at:
            assert over
            assert len([x for x in losses if at == x or at.startswith(x + "/")]) <= 1

    check(value, "")
    assert not set(losses) & taken


@given(st.text(alphabet="ab<!-->&; é", max_size=20))
def test_own_text_is_what_the_parser_gives(text):
    """Taking text apart and together again loses nothing."""
    element = parse_xml(b"<a><!--c-->x</a>").getroot()
    element[0].tail = text
    element.text = text
    assert own_text(element) == text + text
