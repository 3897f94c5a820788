"""The rate limit's arithmetic, and what is counted together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.call import Call, Tier, Tool, Transport, User
from policies.document import Limits
from policies.errors import LimitReached
from policies.limits import Bucket, Buckets, Rate, spend
from policies.sources import SqliteSource
from policies.values import Pace

rates = st.builds(Rate, per_minute=st.integers(1, 100_000), burst=st.integers(1, 1000))


def after(rate: Rate, arrival: int | None, now: int) -> int:
    return spend([Bucket("k", rate, "you")], [arrival], now)[0]


def admitted(rate: Rate, moments: list[int]) -> list[int]:
    arrival, passed = None, list[int]()
    for now in moments:
        try:
            arrival = after(rate, arrival, now)
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
        arrival = after(rate, arrival, now)
    with pytest.raises(LimitReached) as caught:
        after(rate, arrival, now)
    assert after(rate, arrival, now + caught.value.retry_after * 1_000_000)


@given(rates, st.integers(10_000_000, 2**60), st.integers(1, 10_000_000))
def test_a_clock_that_steps_back_admits_nothing_more(rate: Rate, now: int, step: int) -> None:
    arrival: int | None = None
    for _ in range(rate.burst):
        arrival = after(rate, arrival, now)
    with pytest.raises(LimitReached):
        after(rate, arrival, now - step)


@given(st.lists(rates, min_size=1, max_size=4), st.lists(st.integers(0, 90_000_000), max_size=60).map(sorted))
def test_a_call_passes_only_where_every_bucket_has_room_and_else_is_counted_in_none(
    all_rates: list[Rate], moments: list[int]
) -> None:
    buckets = [Bucket(str(number), rate, "you") for number, rate in enumerate(all_rates)]
    arrivals: list[int | None] = [None] * len(buckets)
    alone = {bucket.key: list[int]() for bucket in buckets}
    for now in moments:
        have_room = all(
            len(admitted(bucket.rate, [*alone[bucket.key], now])) == len(alone[bucket.key]) + 1
            for bucket in buckets
        )
        try:
            arrivals = [*spend(buckets, arrivals, now)]
            passed = True
        except LimitReached:
            passed = False
        assert passed is have_room
        for earlier in alone.values():
            earlier.extend([now] if passed else [])


def test_a_refusal_names_whose_calls_they_were_and_when_to_come_back() -> None:
    buckets = [Bucket("a", Rate(60, 1), "you"), Bucket("b", Rate(1, 1), "your organisation")]
    arrivals = spend(buckets, [None, None], 0)
    with pytest.raises(
        LimitReached, match=r"your organisation may make 1 a minute\. Try again in 60 s"
    ) as told:
        spend(buckets, arrivals, 0)
    assert told.value.retry_after == 60


LIMITS = Limits(tenant=Pace(calls_per_minute=7, burst=7))
SHOP = SqliteSource(
    kind="sqlite",
    dsn="sqlite:shop.db",
    limits=Pace(calls_per_minute=5, burst=5),
    tool_limits={"query": Pace(calls_per_minute=3, burst=3)},
)
names = st.text(st.sampled_from('ab:,"[]'), min_size=1, max_size=4)


def keys(tenant: str, user: str, verb: str = "query") -> list[str]:
    tool = Tool("shop", verb, Tier.READ, "", "", {}, {})
    call = Call("1", User(user, tenant, frozenset()), tool, "d1", {}, Transport.HTTP)
    return [bucket.key for bucket in Buckets(LIMITS, {"shop": SHOP}).of(call)]


@given(names, names, names, names)
def test_no_two_users_share_a_count_whatever_they_are_called(
    tenant: str, user: str, other_tenant: str, other: str
) -> None:
    same = (tenant, user) == (other_tenant, other)
    assert (keys(tenant, user)[0] == keys(other_tenant, other)[0]) is same


def test_a_call_is_counted_for_its_user_its_tenant_its_source_and_its_tool() -> None:
    mine, colleague = keys("acme", "ada"), keys("acme", "bob")
    stranger, other_tool = keys("zeta", "ada"), keys("acme", "ada", "schema")
    assert [mine.index(key) for key in mine if key in colleague] == [1, 2, 3]
    assert [mine.index(key) for key in mine if key in stranger] == [2, 3]
    assert [mine.index(key) for key in mine if key in other_tool] == [0, 1, 2]
    assert len(other_tool) == 3
