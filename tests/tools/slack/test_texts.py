"""What stands in a message: as Slack writes it, as people read it, and as it is sent."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.slack import texts

texts_of_all_kinds = st.text(
    st.sampled_from("ab <>&|@#!UC0:/.\n") | st.characters(codec="utf-8"), max_size=80
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Hello <@U012AB3CD>", "Hello <@U012AB3CD>"),
        ("and <@W012AB3CD|eve>", "and <@W012AB3CD>"),
        ("in <#C012AB3CD|shop>, <#C0AB>", "in #shop, #C0AB"),
        ("<!here> <!channel> <!subteam^S012|@team>", "@here @channel @team"),
        ("<https://a.example/x>", "https://a.example/x"),
        ("<https://a.example/x|the page>", "the page (https://a.example/x)"),
        ("<mailto:eve@acme.example|eve@acme.example>", "eve@acme.example"),
        ("<!date^1392734382^{date}|in February>", "in February"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("a < b", "a < b"),
    ],
)
def test_a_message_reads_as_people_see_it(written: str, read: str) -> None:
    assert texts.readable(written) == read


@pytest.mark.parametrize(
    ("made", "sent"),
    [
        ("<https://a.example/x>", "https://a.example/x"),
        ("<http://a.example|a.example>", "a.example"),
        ("<mailto:eve@acme.example|eve@acme.example>", "eve@acme.example"),
        ("<https://a.example|elsewhere>", "<https://a.example|elsewhere>"),
        ("one\r\ntwo\n", "one\ntwo"),
    ],
)
def test_what_slack_made_of_a_text_is_the_text_that_was_sent(made: str, sent: str) -> None:
    assert texts.normal(made) == sent


@pytest.mark.threat("T23")
@pytest.mark.parametrize(
    ("given_", "sent"),
    [
        ("<@U012AB3CD> hello", "<@U012AB3CD> hello"),
        ("<!here> <!channel>", "<!here> <!channel>"),
        ("<https://evil.example|https://acme.example>", "&lt;https://evil.example|https://acme.example&gt;"),
        ("a & b < c", "a &amp; b &lt; c"),
        ("<!date^1^x|y> <#C012AB3CD>", "&lt;!date^1^x|y&gt; &lt;#C012AB3CD&gt;"),
        ("<@U012AB3CD|Somebody else>", "&lt;@U012AB3CD|Somebody else&gt;"),
    ],
)
def test_only_mentions_by_id_are_obeyed(given_: str, sent: str) -> None:
    assert texts.sent(given_) == sent


@given(texts_of_all_kinds)
def test_a_text_that_is_sent_is_in_its_one_form_and_obeys_mentions_alone(text: str) -> None:
    sent = texts.sent(text)
    assert texts.normal(sent) == sent
    marked = re.findall(r"<[^<>]*>", sent)
    assert all(
        re.fullmatch(r"<(@[UW][A-Z0-9]+|!here|!channel|!everyone|!subteam\^S[A-Z0-9]+)>", each)
        for each in marked
    )


@pytest.mark.threat("T23")
def test_who_would_be_told_all_at_once_is_known() -> None:
    for text in ("<!here> lunch", "<!channel>", "<!everyone|everyone>", "<!subteam^S012AB3CD>"):
        assert texts.tells_everybody(text)
    for text in ("@here", "&lt;!here&gt;", "<@U012AB3CD>"):
        assert not texts.tells_everybody(texts.sent(text))
