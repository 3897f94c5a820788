"""Which texts a forge or its bots would obey, and what else comes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.code.spoken import closes, commands, lines, told


@pytest.mark.parametrize("text", ["/close", " \t/close", "a\n/close", "a\r/close", "a\r\n /unknown_word x"])
def test_a_line_that_begins_with_a_command_is_one(text: str) -> None:
    assert commands(text)


@pytest.mark.parametrize("text", ["", "see /usr/bin", "`/close`", "- /close", "1/2", "/ close", "//", "> x"])
def test_any_other_text_is_as_it_is(text: str) -> None:
    assert not commands(text)
    assert lines(text) == text


@given(st.text(alphabet="/ac \n\r\t`."))
def test_no_line_of_a_text_that_passes_begins_with_a_command(text: str) -> None:
    begins = [line.strip(" \t") for line in lines(text).split("\n")]
    assert "\r" not in lines(text)
    assert commands(text) == any(line.startswith("/") and line[1:2].isalpha() for line in begins)


def test_names_are_told_once_and_not_those_of_mail_and_paths() -> None:
    assert list(told("GitLab", "@ada @ada (@acme/team), a@b.example x/@y .@z")) == [
        "GitLab tells @ada, @acme/team of it"
    ]
    assert list(told("GitLab", "no names")) == []
    (many,) = told("GitLab", " ".join(f"@p{number}" for number in range(12)))
    assert many.endswith("@p9 and 2 more of it")


@pytest.mark.parametrize("text", ["Closes #1", "fixed: #2", "Resolves acme/shop#3", "implements issue #4"])
def test_what_closes_an_issue_is_told(text: str) -> None:
    assert list(closes("x", text)) == ["to merge it closes the issues that it names"]
    assert list(closes("see #1", "closed minds")) == []
