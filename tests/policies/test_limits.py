"""The rate limit's arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.errors import LimitReached
from policies.limits import Rate, spend

rates = st.builds(Rate, per_minute=st.integers(1, 100_000), burst=st.integers(1, 1000))


def admitted(rate: Rate, moments: list[int]) -> list[int]:
    arrival, passed = None, list[int]()
    for now in moments:
        try:
            arrival = spend(rate, arrival, now)
        except LimitReached:
            continue
        passed.append(now)
    return passed


@given(rates, st.integers(0, 2**60))
def test_a_burst_passes_and_the_call_after_it_does_not(rate: Rate, now: int) -> None:
    assert len(admitted(rate, [now] * (rate.burst + 1))) == rate.burst


@given(rates, st.lists(st.integers(0, 600_000_000), max_size=200).map(sorted))
def test_no_span_of_time_admits_more_than_the_burst_and_the_rate(rate: Rate, moments: list[int]) -> None:
    passed = admitted(rate, moments)
    for i, start in enumerate(passed):
        for j in range(i, len(passed)):
            assert j - i + 1 <= rate.burst + (passed[j] - start) / rate.interval


@given(rates, st.integers(0, 2**60))
def test_who_comes_back_when_told_is_admitted(rate: Rate, now: int) -> None:
    arrival: int | None = None
    for _ in range(rate.burst):
        arrival = spend(rate, arrival, now)
    with pytest.raises(LimitReached) as caught:
        spend(rate, arrival, now)
    assert spend(rate, arrival, now + caught.value.retry_after * 1_000_000)


@given(rates, st.integers(10_000_000, 2**60), st.integers(1, 10_000_000))
def test_a_clock_that_steps_back_admits_nothing_more(rate: Rate, now: int, step: int) -> None:
    arrival: int | None = None
    for _ in range(rate.burst):
        arrival = spend(rate, arrival, now)
    with pytest.raises(LimitReached):
        spend(rate, arrival, now - step)
