"""What is out of the ordinary, and from where on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.anomalies import (
    ERRORS,
    Anomaly,
    Day,
    Figures,
    History,
    Kind,
    Normal,
    Of,
    done,
    normal,
    of_authentication,
    of_day,
    of_errors,
    of_response,
    of_sources,
    of_tenant,
)
from policies.thresholds import Anomalies, ResponseSize

pytestmark = pytest.mark.threat("T39")

DEFAULT = Anomalies()
days = st.lists(st.builds(Figures, st.integers(1, 10_000), st.integers(0, 10**8)), max_size=28)


def usual(calls: float = 100, **more: object) -> Normal:
    """Of a user whose days are so; nothing but what is named can be out of the ordinary."""
    known: dict[str, object] = {"bytes": 10**9, "records": 10**6, "hours": {*range(24)}, "targets": set()}
    return Normal(**{"of": Of.USER, "days": 20, "calls": calls, "tools": {}, **known, **more})  # type: ignore[arg-type]


def kinds(found: list[Anomaly]) -> set[Kind]:
    return {each.kind for each in found}


@pytest.mark.parametrize(("calls", "found"), [(290, False), (300, False), (301, True), (310, True)])
def test_volume_is_an_anomaly_above_three_times_the_users_normal_day(calls: int, *, found: bool) -> None:
    assert (Kind.VOLUME in kinds(of_day(Day(calls), usual(100), DEFAULT))) is found


@pytest.mark.parametrize(("errors", "found"), [(49, False), (50, False), (51, True)])
def test_the_error_rate_is_an_anomaly_above_five_percent(errors: int, *, found: bool) -> None:
    assert (of_errors(1000, errors, DEFAULT) is not None) is found


def test_one_error_of_three_calls_is_no_rate() -> None:
    assert of_errors(3, 1, DEFAULT) is None
    assert of_errors(19, 19, DEFAULT) is None
    assert of_errors(20, 2, DEFAULT) is not None


@pytest.mark.parametrize(("size", "found"), [(999_999, False), (1_000_000, False), (1_000_001, True)])
def test_an_answer_is_an_anomaly_above_the_maximum(size: int, *, found: bool) -> None:
    assert (of_response(size, DEFAULT) is not None) is found


@pytest.mark.parametrize(("failures", "found"), [(5, False), (6, True)])
def test_the_sixth_failure_to_authenticate_is_an_anomaly(failures: int, *, found: bool) -> None:
    assert (of_authentication(failures, DEFAULT) is not None) is found


@pytest.mark.threat("T25")
def test_the_fourth_source_is_an_anomaly_and_the_third_is_none() -> None:
    assert of_sources({"crm", "db", "helpdesk", "remit"}, DEFAULT) is None
    found = of_sources({"crm", "db", "helpdesk", "slack", "remit"}, DEFAULT)
    assert found
    assert found.evidence == {"sources": ["crm", "db", "helpdesk", "slack"]}


@given(days, st.integers(0, 100_000))
def test_a_day_is_an_anomaly_exactly_where_it_is_above_three_normal_ones(
    before: list[Figures], calls: int
) -> None:
    day = normal(History(before), (), DEFAULT)
    found = Kind.VOLUME in kinds(of_day(Day(calls), day, DEFAULT))
    assert found is (calls > 3 * max(day.calls, DEFAULT.volume.least))


@given(days.filter(lambda all_: len(all_) >= 5), st.data())
def test_a_few_wild_days_do_not_make_the_next_one_ordinary(
    before: list[Figures], data: st.DataObject
) -> None:
    """As long as most days are as they were, so is the normal one."""
    most = max(day.calls for day in before)
    wild = data.draw(st.lists(st.builds(Figures, st.integers(0, 10**9)), max_size=len(before) - 1))
    assert normal(History([*before, *wild]), (), DEFAULT).calls <= most


@given(days)
def test_the_order_of_days_changes_nothing(before: list[Figures]) -> None:
    assert normal(History(before), (), DEFAULT) == normal(History([*reversed(before)]), (), DEFAULT)


def test_who_is_new_is_measured_by_what_others_of_their_tenant_do() -> None:
    tenant = [Figures(40, 1e6, 100)] * 10
    new = normal(History([Figures(1, 0, 0)] * 4), tenant, DEFAULT)
    assert (new.of, new.calls) == (Of.TENANT, 40)
    assert Kind.VOLUME not in kinds(of_day(Day(120), new, DEFAULT))
    assert Kind.VOLUME in kinds(of_day(Day(121), new, DEFAULT))
    settled = normal(History([Figures(20, 0, 0)] * 5), tenant, DEFAULT)
    assert (settled.of, settled.calls) == (Of.USER, 20)


def test_a_tenant_that_nobody_was_seen_of_is_measured_by_the_settings() -> None:
    first = normal(History(), (), DEFAULT)
    assert (first.of, first.calls) == (Of.NOBODY, 100)
    assert kinds(of_day(Day(301), first, DEFAULT)) == {Kind.VOLUME}
    assert not of_day(Day(300), first, DEFAULT)


def test_who_calls_once_a_day_may_call_a_few_times() -> None:
    assert not of_day(Day(30), usual(1), DEFAULT)
    assert of_day(Day(31), usual(1), DEFAULT)


def test_a_slow_drip_shows_in_the_different_rows_of_a_day() -> None:
    """However little each call reads, and however many tokens, clients or hours it is split over."""
    day = usual(records=300)
    assert Kind.RECORDS not in kinds(of_day(Day(100, records=900), day, DEFAULT))
    assert Kind.RECORDS in kinds(of_day(Day(100, records=901), day, DEFAULT))


def test_a_tenant_has_a_normal_day_too_so_that_a_flood_split_over_its_users_shows() -> None:
    before = [1000] * 20
    assert of_tenant(3000, before, DEFAULT) is None
    assert of_tenant(3001, before, DEFAULT) is not None
    assert of_tenant(10**6, before[:4], DEFAULT) is None


def test_another_mix_of_tools_is_an_anomaly() -> None:
    day = usual(tools={"shop_query": 0.9, "shop_write": 0.1})
    assert not of_day(Day(100, tools={"shop_query": 40, "shop_write": 60}), day, DEFAULT)
    (found,) = of_day(Day(100, tools={"shop_query": 30, "shop_write": 70}), day, DEFAULT)
    assert (found.kind, round(found.figure)) == (Kind.ACTION_MIX, 60)
    assert not of_day(Day(29, tools={"crm_delete": 29}), day, DEFAULT)


def test_calls_at_night_of_who_never_calls_at_night_are_an_anomaly() -> None:
    day = usual(hours={8, 9, 10, 17, 23})
    assert not of_day(Day(100, hours={7: 50, 18: 50, 0: 50, 3: 20}), day, DEFAULT)
    (found,) = of_day(Day(100, hours={3: 21}), day, DEFAULT)
    assert (found.kind, found.evidence["hours"]) == (Kind.HOURS, [3])


def test_many_targets_that_were_never_touched_are_an_anomaly() -> None:
    day = usual(targets={"shop.orders"})
    ten = {f"shop.t{number}" for number in range(10)}
    assert not of_day(Day(20, targets={*ten, "shop.orders"}), day, DEFAULT)
    (found,) = of_day(Day(20, targets={*ten, "shop.salaries"}), day, DEFAULT)
    assert (found.kind, found.figure) == (Kind.TARGETS, 11)


def test_who_has_no_days_of_their_own_has_no_hours_mix_or_targets_of_their_own() -> None:
    today = Day(100, tools={"x": 100}, hours={3: 100}, targets={f"t{number}" for number in range(100)})
    assert not of_day(today, normal(History(), [Figures(100, 1e9, 1e9)], DEFAULT), DEFAULT)


def test_a_question_a_no_and_a_limit_are_no_errors() -> None:
    assert not ERRORS & {"needs_answer", "not_approved", "limit_reached", "needs_connection", "cancelled"}
    assert {"denied", "failed", "upstream_failed", "invalid_argument"} <= ERRORS


def test_settings_say_what_is_done_about_each_kind() -> None:
    assert {kind: done(kind, DEFAULT) for kind in Kind} == {
        Kind.VOLUME: "demote",
        Kind.ERRORS: "demote",
        Kind.RESPONSE_SIZE: "alert",
        Kind.OUTSIDE: "alert",
        Kind.AUTHENTICATION: "demote",
        Kind.SOURCES: "demote",
        Kind.TENANT_VOLUME: "alert",
        Kind.BYTES: "demote",
        Kind.RECORDS: "demote",
        Kind.ACTION_MIX: "demote",
        Kind.HOURS: "demote",
        Kind.TARGETS: "demote",
    }
    stricter = Anomalies(response_size=ResponseSize(do="demote"))
    assert done(Kind.RESPONSE_SIZE, stricter) == "demote"
