"""What stands in a message: as Graph has it, and as people read it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.teams import texts

MENTIONS = {"0": "a0285a22-f77a-40eb-bf6f-23e0d7330ffb"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<p>One</p><p>two<br>three</p>", "One\n\ntwo\nthree"),
        ('Hello <at id="0">Ada Lovelace</at>!', f"Hello <@{MENTIONS['0']}>!"),
        ('<at id="1">Shop</at> look', "@Shop look"),
        ('<a href="https://a.example/x">the page</a>', "the page (https://a.example/x)"),
        ('<a href="https://a.example/x">https://a.example/x</a>', "https://a.example/x"),
        ('<a href="https://a.example/x"></a>', "https://a.example/x"),
        ('<a href="mailto:eve@acme.example">eve@acme.example</a>', "eve@acme.example"),
        ('<a href="javascript:alert(1)">press</a>', "press"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n\n- two"),
        ('<emoji alt="😀" id="x"></emoji> <img src="x" alt="a chart">', "😀 a chart"),
        ('<attachment id="5"></attachment>see', "see"),
        ("1 &lt; 2 &amp;&amp; 3&nbsp;&gt; 2", "1 < 2 && 3 > 2"),
        ("a < b and c > d", "a < b and c > d"),
        ("a<!-- hidden -->b<!-- and", "ab"),
        ("<script>do()</script><style>p{}</style>said", "said"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<b title='>'>x</b>", "x"),
        ("<systemEventMessage/>", ""),
    ],
)
def test_a_message_reads_as_people_see_it(written: str, read: str) -> None:
    assert texts.readable(written, MENTIONS) == read


@pytest.mark.parametrize(
    ("content", "plain"),
    [
        ("<p>One</p><div>two<br/></div>", True),
        ("1 &lt; 2", True),
        ("<p>a <b>b</b></p>", False),
        ('<p class="x">a</p>', False),
        ('<at id="0">Ada</at>', False),
    ],
)
def test_what_has_a_format_is_known(content: str, *, plain: bool) -> None:
    assert texts.is_plain(content) is plain


@given(st.text(st.sampled_from("<>/ab \"'=!-&;#\n") | st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_in_its_one_form(content: str) -> None:
    read = texts.readable(content, {})
    assert texts.normal(read) == read


@pytest.mark.threat("T40")
@pytest.mark.parametrize(
    "unit",
    [
        *("<!--", '<a "', "<a b='", '<a b="', "<", "</", "<a ", "<a/", "<a a ", "<a b=c ", "<p>"),
        *("a", "a=", "&", "<a href='x'>", "\n ", " \n\n"),
    ],
)
def test_a_text_that_means_to_take_long_takes_no_time(unit: str) -> None:
    before = time.perf_counter()
    texts.readable(unit * (200_000 // len(unit)), {})
    texts.readable("<x " + unit * (200_000 // len(unit)) + ">", {})
    assert time.perf_counter() - before < 2


@pytest.mark.threat("T40")
def test_of_a_text_without_an_end_the_beginning_is_read() -> None:
    assert len(texts.readable("a" * 300_000, {})) == 200_000
