"""Moments of the store, in milliseconds since 1970, as people read them: in UTC."""

from datetime import UTC, date, datetime, time, timedelta


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def day(milliseconds: int) -> str:
    """As in 2026-11-26."""
    return moment(milliseconds).date().isoformat()


def end_of(last: date) -> int:
    """The moment at which the day is over."""
    return round(datetime.combine(last + timedelta(days=1), time(), UTC).timestamp() * 1000)
