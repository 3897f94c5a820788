"""How much of a scope may be used within an hour and a day."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from policies.allowance import MINUTE, Minute, full
from policies.scopes import Scope

HOUR, DAY = 60 * MINUTE, 1440 * MINUTE
SCOPE = Scope.model_validate(
    {
        "tool": "shop_write",
        "users": ["ada"],
        "targets": ["stock"],
        "kinds": ["update"],
        "rows": 3,
        "per_hour": {"calls": 3, "rows": 5},
        "per_day": {"calls": 6, "rows": 9},
    }
)


def minutes(starts: list[tuple[int, int]]) -> list[Minute]:
    calls, rows = Counter[int](), Counter[int]()
    for at, changed in starts:
        calls[at // MINUTE] += 1
        rows[at // MINUTE] += changed
    return [Minute(number, calls[number], rows[number]) for number in calls]


@given(st.lists(st.tuples(st.integers(0, HOUR), st.integers(1, 3)), max_size=60))
def test_no_window_ever_holds_more_than_the_scope_says(pauses: list[tuple[int, int]]) -> None:
    now, started = 1_764_241_200_000_000, list[tuple[int, int]]()
    for pause, rows in pauses:
        now += pause
        if not full(SCOPE, minutes(started), rows, now):
            started.append((now, rows))
    for end, _ in started:
        for length, most in ((HOUR, SCOPE.per_hour), (DAY, SCOPE.per_day)):
            within = [rows for at, rows in started if end - length <= at <= end]
            assert len(within) <= most.calls
            assert sum(within) <= most.rows


@given(st.lists(st.tuples(st.integers(0, 2 * DAY), st.integers(1, 3)), max_size=20), st.integers(1, 3))
def test_there_is_room_after_the_wait_and_not_much_earlier(starts: list[tuple[int, int]], rows: int) -> None:
    now = 2 * DAY
    for window in full(SCOPE, minutes(starts), rows, now):
        kind = window.reason.split()[-4]
        assert not any(
            kind in each.reason for each in full(SCOPE, minutes(starts), rows, now + window.wait * 1_000_000)
        )
        if window.wait > 2:
            earlier = now + (window.wait - 2) * 1_000_000
            assert full(SCOPE, minutes(starts), rows, earlier)


def test_what_is_used_up_is_named() -> None:
    used = minutes([(DAY, 1), (DAY, 1), (DAY, 1)])
    assert [each.reason for each in full(SCOPE, used, 1, DAY)] == ["Its 3 calls within an hour are used up."]
    assert [each.reason for each in full(SCOPE, minutes([(DAY, 3)]), 3, DAY)] == [
        "Its 5 records within an hour are used up."
    ]
    assert full(SCOPE, used, 1, DAY + HOUR + MINUTE) == ()


def test_what_a_clock_ahead_has_counted_counts() -> None:
    assert full(SCOPE, minutes([(DAY + HOUR, 1)] * 3), 1, DAY)
