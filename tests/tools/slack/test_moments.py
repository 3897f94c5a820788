"""Messages are called by the moment at which they were sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.errors import UpstreamFailed
from tools.slack.moments import micros, moment, ts


@given(st.integers(0, 2**31 * 1_000_000))
def test_a_moment_counts_as_it_is_written(count: int) -> None:
    assert micros(ts(count)) == count


def test_a_moment_is_told_as_a_time() -> None:
    assert moment("1735689600.000100") == "2025-01-01T00:00:00+00:00"


@pytest.mark.parametrize("odd", ["", "1", "1.5", "1735689600.0000001", "-1.000000", "1735689600.00010a"])
def test_what_is_no_moment_is_no_message(odd: str) -> None:
    with pytest.raises(UpstreamFailed):
        micros(odd)
