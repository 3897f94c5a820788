"""Pseudonyms can't be made up, and none counts outside of its context."""

import random
import re
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.labels import PERSONAL
from policies.pseudonyms import Mint, alike, defused, filled, filled_in, within
from policies.redaction.spans import placeholders

if TYPE_CHECKING:
    from policies.canonical import Json

KEY = bytes(range(32))
MINT = Mint(KEY, "a context")
labels = st.sampled_from([*PERSONAL, "CUSTOM_PROJECT", "CUSTOM_A_B"])
numbers = st.integers(1, 999_999)
TRIES = 10_000


@given(labels, numbers)
def test_what_was_made_is_known_again_and_found_in_any_text(label: str, number: int) -> None:
    made = MINT.make(label, number)
    assert MINT.know(str(made)) == made
    assert alike(f"for {made}, see {made}") == [str(made)] * 2
    assert placeholders(f"a {made}") == [(2, 2 + len(str(made)))]


@given(labels, numbers, st.text(max_size=20), st.binary(min_size=1, max_size=64))
def test_another_context_and_another_key_know_none_of_it(
    label: str, number: int, context: str, key: bytes
) -> None:
    text = str(MINT.make(label, number))
    others = [Mint(KEY, context)] * (context != "a context") + [Mint(key, "a context")] * (key != KEY)
    # One in a billion is alike by chance.
    assert all(other.know(text) is None for other in others)


@pytest.mark.threat("T28")
def test_ten_thousand_that_are_made_up_are_known_by_nobody() -> None:
    chance = random.Random(1)
    letters = string.ascii_lowercase + "234567"
    for _ in range(TRIES):
        label, number = chance.choice(PERSONAL), chance.randint(1, 20)
        check = "".join(chance.choices(letters, k=6))
        assert MINT.know(f"<{label}_{number}_{check}>") is None


@given(labels, numbers, st.data())
def test_one_that_was_altered_anywhere_is_none(label: str, number: int, data: st.DataObject) -> None:
    text = str(MINT.make(label, number))
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("a2Z_<> 9").filter(lambda letter: letter != text[place]))
    assert MINT.know(text[:place] + other + text[place + 1 :]) is None
    assert MINT.know(text[:place] + text[place + 1 :]) is None


@pytest.mark.parametrize(
    "text",
    [
        "<PERSON_1>",
        "<CUSTOM_PROJECT_1>",
        "<PERSON_1_K7QM2A>",
        "<person_1_k7qm2a>",
        "<PERSON_1_k7qm2>",
        "<PERSON_01_k7qm2a>",
        "<FOO_1_k7qm2a>",
    ],
)
def test_what_a_model_made_of_one_is_seen_and_not_taken_for_plain_text(text: str) -> None:
    assert alike(text) == [text]
    assert MINT.know(text) is None


@given(st.text(alphabet=st.sampled_from("<>PERSON_1abc234567 x"), max_size=60))
def test_what_a_source_returns_holds_no_pseudonym_afterwards(text: str) -> None:
    made = str(MINT.make("PERSON", 1))
    for said in (text, f"{text}{made}{text}", made.join([text, text])):
        assert not [
            found for found in alike(defused(said)) if re.fullmatch(r"<PERSON_\d+_[a-z2-7]{6}>", found)
        ]


def test_it_reads_like_a_mask_and_leads_nowhere() -> None:
    assert defused(f"to {MINT.make('EMAIL_ADDRESS', 3)}") == "to <EMAIL_ADDRESS>"


def test_they_are_filled_in_wherever_they_stand_in_a_value() -> None:
    one, other = str(MINT.make("PERSON", 1)), str(MINT.make("PERSON", 2))
    value: Json = {"a": [f"for {one}", 1, None], other: {"b": one}}
    assert list(within(value)) == [one, other, one]
    assert filled_in(value, {one: "Lena", other: "Omar"}) == {
        "a": ["for Lena", 1, None],
        "Omar": {"b": "Lena"},
    }
    assert filled(one, {}) == one


def test_a_value_that_reads_like_one_is_not_filled_in_again() -> None:
    one, other = str(MINT.make("PERSON", 1)), str(MINT.make("PERSON", 2))
    assert filled(one, {one: other, other: "Omar"}) == other


def test_the_key_has_no_text_form() -> None:
    assert repr(MINT) == "Mint()"
