"""People by their given names."""

import time

import pytest

from policies.redaction.given import find_given, is_given_name
from policies.redaction.lexicon import NOT_NAMES


def people_in(text: str) -> list[str]:
    return [text[f.start : f.end] for f in find_given(text)]


@pytest.mark.threat("T27")
@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Please call Helena Miettinen before noon.", ["Helena Miettinen"]),
        ("issued to Marie-Claire van den Berg in May", ["Marie-Claire van den Berg"]),
        ("Yesterday Nikhil Called Again", ["Nikhil"]),
        ("ask Siobhan's manager", ["Siobhan"]),
        ("hey george, could you ping brian about it?", ["george", "brian"]),
        ("[10:08] qxavo: morning\n[10:12] elaine: hi", ["qxavo", "elaine"]),
        ("Olof: is it down?\nHelena: yes", ["Helena", "Olof"]),
    ],
)
def test_who_bears_a_given_name_is_a_person(text: str, people: list[str]) -> None:
    assert set(people_in(text)) == set(people)


@pytest.mark.parametrize(
    "text",
    [
        "class Helena:",
        "import Helena",
        "/home/Helena/x",
        "see Helena.java and Helena_test",
        "HELENA=1",
        "we may ask them to mark the will",
        "Status: open\nPriority: high",
        "",
    ],
)
def test_a_name_of_a_type_a_path_or_a_word_is_nobodys(text: str) -> None:
    assert people_in(text) == []


def test_the_quote_behind_a_name_is_not_part_of_it() -> None:
    assert people_in("('Helena Miettinen', 4)") == ["Helena Miettinen"]


def test_no_common_word_is_a_given_name() -> None:
    assert [word for word in NOT_NAMES if is_given_name(word)] == []


@pytest.mark.threat("T40")
def test_a_line_of_a_long_chat_takes_no_longer_than_one_of_a_short_chat() -> None:
    def seconds(turns: int) -> float:
        begun = time.thread_time()
        assert len(people_in("anna: hi\nzzqx: hi\n" * turns)) == turns
        return time.thread_time() - begun

    assert min(seconds(8_000) for _ in range(2)) < 24 * min(seconds(1_000) for _ in range(3))
