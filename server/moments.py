"""Moments of the store, in milliseconds since 1970, as people read them: in UTC."""

from datetime import UTC, datetime


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def day(milliseconds: int) -> str:
    """As in 2026-11-26."""
    return moment(milliseconds).date().isoformat()
