"""Word of a connection that has to be made anew: in time, and not from its first day on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.milliseconds import DAY
from policies.renewal import AHEAD, due_within


@pytest.mark.parametrize(
    ("life", "left", "told"),
    [
        (90, 31, None),
        (90, 30, 30),
        (90, 7, 7),
        (90, 1, 1),
        (90, 0, 0),
        (90, -5, 0),
        (30, 29, None),
        (30, 6, 7),
        (7, 6, None),
        (7, 0.5, 1),
        (1, 0.5, None),
        (1, 0, 0),
    ],
)
def test_it_is_told_thirty_seven_and_one_day_ahead_of_what_lives_longer(
    life: float, left: float, told: int | None
) -> None:
    assert due_within(0, round(life * DAY), round((life - left) * DAY)) == told


@given(st.integers(1, 90 * DAY), st.integers(0, 100 * DAY), st.integers(0, 100 * DAY))
def test_as_time_goes_by_the_warnings_only_come_closer(life: int, one: int, other: int) -> None:
    first, then = (due_within(0, life, now) for now in sorted((one, other)))
    assert first in {None, 0, *AHEAD}
    if first is not None:
        assert then is not None
        assert then <= first
