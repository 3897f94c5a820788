"""What a person is shown is what is in the plan, and nothing in it can deceive (threats T17, T21)."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.call import Call, Plan, Tier, Tool, Transport, User
from policies.canonical import Json
from policies.change import Change, Effect, changes_from_json, changes_to_json
from policies.question import caveats, title, wording
from policies.risk import Level, assess
from policies.sources import SqliteSource
from policies.visible import quoted, visible
from server.approvals import new_id
from server.protocol.asking import FORM

pytestmark = pytest.mark.threat("T17")

WRITE = Tool("shop", "write", Tier.ACT, "Write", "Writes.", {}, {})
SHOP = SqliteSource(kind="sqlite", dsn="sqlite:shop.db")
DECEIVING = "\u202e\u200b\u2066\ufeff\x1b[2J\x07\r\n\t\ufe0f\U000e0041\u3164"
VALUES: st.SearchStrategy[Json] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(st.characters() | st.sampled_from(DECEIVING), max_size=80),
)
FIELDS = st.dictionaries(st.text(min_size=1, max_size=20), VALUES, min_size=1, max_size=4)


def asked(*changes: Change, **more: Any) -> str:
    effect = Effect(changes, **more)
    call = Call("c1", User("ada", "acme", frozenset()), WRITE, "d1", {}, Transport.STDIO)
    plan = Plan(call, {"changes": changes_to_json(changes)}, "1", effect)
    return wording(plan, effect, assess(effect, SHOP), plan.digest)


def test_a_question_reads_like_this() -> None:
    told = asked(
        Change("orders", {"id": 7}, before={"id": 7, "status": "new"}, after={"status": "paid"}),
        Change("orders", {"id": 9}, before={"id": 9, "status": "new"}, after={"status": "paid"}),
    )
    digest = told.rpartition("Plan ")[2]
    assert told == (
        "Do this in shop, for ada?\n\n"
        "Change 2 records of orders:\n"
        '- id = 7\n    status: "new" -> "paid"\n'
        '- id = 9\n    status: "new" -> "paid"\n\n'
        f"It can be taken back later.\nPlan {digest}"
    )
    assert re.fullmatch(r"[0-9a-f]{12}\.", digest)


def test_whatever_is_not_a_plain_change_is_said_once() -> None:
    effect = Effect(
        (Change("t", {"id": 1}, {"a": 1}, None), Change("t", {"id": 2}, {"a": 1}, None)),
        destinations=("#all",),
        final="gone is gone",
        hidden=("trigger on_delete",),
        readers=("everybody",),
    )
    assert [*caveats(effect, assess(effect, SHOP).reasons)] == [
        'Who else will see it: "#all".',
        'Who can read it: "everybody".',
        'The system may do more: "trigger on_delete".',
        "It can't be taken back: gone is gone.",
        "It deletes 2 records.",
    ]
    assert title(effect, "shop", undoing=False) == "In shop: delete 2 records of t"


@given(FIELDS, FIELDS, FIELDS)
def test_nothing_in_the_data_is_hidden_or_ends_its_line(
    key: dict[str, Json], before: dict[str, Json], after: dict[str, Json]
) -> None:
    told = asked(Change("t", key, before=before, after=after))
    assert all(line.isprintable() for line in told.split("\n"))
    assert told.count("\n") == asked(Change("t", {"k": 1}, before={}, after=dict.fromkeys(after, 1))).count(
        "\n"
    )
    for value in after.values():
        assert quoted(value) in told


@given(st.text(), st.text())
def test_two_texts_never_read_the_same(one: str, other: str) -> None:
    assert (visible(one) == visible(other)) is (one == other)


@given(st.text(max_size=60))
def test_a_quoted_text_is_json_of_it_and_no_link(text: str) -> None:
    shown = quoted(text)
    assert "://" not in shown
    assert "](" not in shown
    assert shown.startswith('"')
    assert shown.endswith('"')


@given(st.lists(st.tuples(FIELDS, st.none() | FIELDS, st.none() | FIELDS), max_size=3))
def test_changes_survive_being_written_down(parts: list[tuple[Any, Any, Any]]) -> None:
    changes = tuple(Change("t", key, before, after) for key, before, after in parts)
    assert changes_from_json(json.loads(json.dumps(changes_to_json(changes)))) == changes
    for readers in ((), ("everybody",)):
        effect = Effect(changes, ("#all",), "final", ("hidden",), readers)
        assert Effect.from_json(json.loads(json.dumps(effect.to_json()))) == effect


@given(FIELDS, FIELDS)
def test_taking_back_twice_is_doing_it_again(key: dict[str, Json], after: dict[str, Json]) -> None:
    before = {**dict.fromkeys(after, "was"), "other": "stays"}
    change = Change("t", key, before, after)
    assert change.inverse().after == dict.fromkeys(after, "was")
    assert change.inverse().inverse().after == after


@pytest.mark.parametrize(
    "effect",
    [
        Effect((), final="gone is gone"),
        Effect((), hidden=("a trigger",)),
        Effect((), destinations=("everybody",)),
        Effect(tuple(Change("t", {"id": n}, {"a": 1}, {"a": 2}) for n in range(21))),
        Effect(tuple(Change("t", {"id": n}, {"a": 1}, None) for n in range(2))),
    ],
    ids=["final", "hidden", "seen by others", "many", "deletes"],
)
def test_what_can_go_wrong_badly_takes_more_than_a_form(effect: Effect) -> None:
    assert assess(effect, SHOP).level is Level.HIGH
    assert assess(Effect((Change("t", {"id": 1}, {"a": 1}, {"a": 2}),)), SHOP).level is Level.LOW


@pytest.mark.threat("T21")
def test_no_form_asks_for_a_secret_and_no_address_holds_more_than_an_id() -> None:
    assert set(FORM["properties"]) == {"approve"}
    assert not re.search(r"password|token|secret|api.?key", json.dumps(FORM), re.IGNORECASE)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22,}", new_id())
