from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.connector import Trace
from tools.rest.marks import mark, settled, since_of
from tools.rest.records import is_it

moments = st.integers(0, 2**32)
limits = st.integers(0, 3600)


@given(moments, limits, st.sampled_from(Trace))
def test_nothing_but_done_is_said_before_all_that_was_sent_has_come_to_an_end(
    now: int, limit: int, found: Trace
) -> None:
    noted = mark(now, limit)
    early = settled(found, noted, now + limit)
    assert early is (Trace.DONE if found is Trace.DONE else Trace.UNDER_WAY)
    assert settled(found, noted, now + limit + 120) is found


@given(moments, limits)
def test_what_a_clock_half_a_minute_behind_says_counts_as_made_since(now: int, limit: int) -> None:
    since = since_of(mark(now, limit))
    assert since is not None
    assert is_it({}, {}, datetime.fromtimestamp(now - 30, UTC).isoformat(), since)
    assert not is_it({}, {}, datetime.fromtimestamp(now - 90, UTC).isoformat(), since)


@pytest.mark.parametrize("noted", [None, {}, {"over": "0"}, {"over": None}, [0], 0])
def test_a_mark_that_says_nothing_settles_nothing(noted: object) -> None:
    assert settled(Trace.NOT_DONE, noted, 2.0**40) is Trace.UNDER_WAY  # type: ignore[arg-type]
