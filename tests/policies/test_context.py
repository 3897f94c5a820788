"""How long a context lasts."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from policies.context import Context, is_over, turn, until
from policies.document import Window

MINUTE = 60_000
WINDOW = Window(minutes=2, turns=3)


def test_a_context_ends_so_many_minutes_after_its_last_call() -> None:
    context = turn(None, WINDOW, new="a", source="shop", now=1_000)
    assert until(context, WINDOW) == 1_000 + 2 * MINUTE
    assert not is_over(context, WINDOW, 1_000 + 2 * MINUTE - 1)
    assert is_over(context, WINDOW, 1_000 + 2 * MINUTE)


def test_a_call_prolongs_a_context_and_adds_its_source() -> None:
    first = turn(None, WINDOW, new="a", source="shop", now=0)
    second = turn(first, WINDOW, new="b", source="code", now=MINUTE)
    assert second == Context("a", 0, MINUTE, 2, frozenset({"shop", "code"}), trail="a")


@given(st.lists(st.integers(0, 5 * MINUTE), max_size=30))
def test_no_context_has_more_calls_or_a_longer_pause_than_its_window(pauses: list[int]) -> None:
    now, context, calls = 0, None, dict[str, list[int]]()
    for number, pause in enumerate(pauses):
        now += pause
        context = turn(context, WINDOW, new=str(number), source="shop", now=now)
        calls.setdefault(context.id, []).append(now)
        assert context.turns == len(calls[context.id])
    for moments in calls.values():
        assert len(moments) <= WINDOW.turns
        assert all(later - earlier < 2 * MINUTE for earlier, later in pairwise(moments))
