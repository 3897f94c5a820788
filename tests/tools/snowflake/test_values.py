"""Every text that the SQL API sends for a value, as JSON has it, exactly."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.errors import UpstreamFailed
from tools.snowflake.names import plain
from tools.snowflake.values import Field


@pytest.mark.parametrize(
    ("kind", "scale", "told", "value"),
    [
        ("fixed", 0, "9007199254740991", 9007199254740991),
        ("fixed", 0, "9007199254740993", "9007199254740993"),
        ("fixed", 2, "10.50", "10.50"),
        ("real", 0, "1e300", 1e300),
        ("real", 0, "NaN", "NaN"),
        ("real", 0, "-inf", "-inf"),
        ("boolean", 0, "true", True),
        ("boolean", 0, "false", False),
        ("date", 0, "-1", "1969-12-31"),
        ("date", 0, "19723", "2024-01-01"),
        ("time", 9, "3661.500000000", "01:01:01.500000"),
        ("timestamp_ntz", 9, "1704164645.678000000", "2024-01-02T03:04:05.678000"),
        ("timestamp_ltz", 9, "1704164645.000000000", "2024-01-02T03:04:05+00:00"),
        ("timestamp_tz", 9, "1704164645.000000000 1500", "2024-01-02T04:04:05+01:00"),
        ("timestamp_tz", 9, "1704164645.000000000", "2024-01-02T03:04:05+00:00"),
        ("binary", 0, "CAFE", "cafe"),
        ("variant", 0, '{"a":1}', '{"a":1}'),
        ("text", 0, "Ä", "Ä"),
        ("something new", 0, "as it is", "as it is"),
        ("text", 0, None, None),
    ],
)
def test_a_value_comes_as_what_it_is(kind: str, scale: int, told: str | None, value: object) -> None:
    assert Field("x", kind, scale).value(told) == value


@given(st.integers(-62_135_000_000_000_000, 253_402_000_000_000_000))
def test_every_moment_comes_back(passed: int) -> None:
    """`passed` are microseconds since 1970, from the year 1 to 9999."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=passed)
    seconds = Decimal(passed) / 1_000_000
    told = f"{seconds:.9f}"
    assert Field("x", "timestamp_ntz", 9).value(told) == moment.replace(tzinfo=None).isoformat()
    zone = timezone(timedelta(minutes=-210))
    there = Field("x", "timestamp_tz", 9).value(f"{told} {1440 - 210}")
    assert datetime.fromisoformat(str(there)) == moment.replace(tzinfo=UTC).astimezone(zone)


@pytest.mark.parametrize("told", [7, True, [], {"a": 1}])
def test_a_value_that_is_no_text_is_refused(told: object) -> None:
    with pytest.raises(UpstreamFailed):
        Field("x", "fixed", 0).value(told)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "told"),
    [("date", "x"), ("date", "99999999999"), ("real", "1,5"), ("time", "1e9"), ("timestamp_tz", "1.0 99999")],
)
def test_a_text_that_is_none_of_its_type_is_refused(kind: str, told: str) -> None:
    with pytest.raises(UpstreamFailed):
        Field("x", kind, 0).value(told)


def test_a_name_comes_as_it_is_configured() -> None:
    assert [plain(name) for name in ("ORDER_ID", "Order Id", "COUNT(*)", "_X$1")] == [
        "order_id",
        "Order Id",
        "COUNT(*)",
        "_x$1",
    ]
