"""Hidden characters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.redaction.characters import clean, origins

HIDDEN = {
    "zero-width space": "\u200b",
    "zero-width non-joiner": "\u200c",
    "zero-width joiner": "\u200d",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "right-to-left override": "\u202e",
    "isolate": "\u2066",
    "tag": "\U000e0041",
    "variation selector": "\ufe0f",
    "variation selector supplement": "\U000e0100",
    "escape": "\x1b",
    "null": "\x00",
    "C1 control": "\x9b",
    "line separator": "\u2028",
    "combining grapheme joiner": "\u034f",
    "Hangul filler": "\u3164",
    "lone surrogate": "\ud800",
    "private use": "\ue000",
}


@pytest.mark.threat("T22", "T34")
@pytest.mark.parametrize("character", HIDDEN.values(), ids=HIDDEN)
def test_a_hidden_character_is_taken_out_and_counted(character: str) -> None:
    found = clean(f"pay{character}pal")
    assert (found.text, found.hidden) == ("paypal", 1)


@pytest.mark.parametrize("text", ["👩‍💻", "❤️", "👍🏽", "1️⃣", "naïve", "日本語", "a\tb\nc", "👨‍👩‍👧"])
def test_what_a_reader_sees_stays(text: str) -> None:
    assert clean(text).hidden == 0
    assert clean(text).text == text


def test_a_keycap_style_between_digits_is_no_emoji() -> None:
    assert clean("4\ufe0f1\ufe0f1\ufe0f1").text == "4111"


def test_line_ends_become_newlines_and_are_not_counted() -> None:
    found = clean("a\r\nb\rc\n")
    assert (found.text, found.hidden) == ("a\nb\nc\n", 0)


def test_a_letter_and_its_accent_become_one() -> None:
    assert clean("cafe\u0301").text == "café"
    assert clean("e\u200b\u0301").text == "é"


@pytest.mark.threat("T40")
def test_what_is_hidden_between_marks_does_not_let_more_of_them_stand() -> None:
    found = clean("e" + ("\u0327" * 30 + "\u200b") * 100 + "!")
    assert found.text == "\u0229" + "\u0327" * 29 + "!"
    assert found.hidden == 100 + 99 * 30


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once.text) == type(once)(once.text, 0)
    assert unicodedata.is_normalized("NFC", once.text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_character_comes_from_a_place_in_the_text(text: str) -> None:
    plain, places = origins(text)
    assert len(places) == len(plain) + 1
    assert places == sorted(places)
    assert places[-1] == len(text)
    assert unicodedata.normalize("NFC", plain) == clean(text).text
