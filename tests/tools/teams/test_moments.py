"""When a message was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.errors import UpstreamFailed
from tools.teams.moments import micros, moment


@given(st.integers(0, 2**31))
def test_a_moment_is_told_as_it_is_read(seconds: int) -> None:
    assert micros(moment(seconds * 1_000_000)) == seconds * 1_000_000


@pytest.mark.parametrize(
    "told", ["2020-01-01T10:00:00Z", "2020-01-01T10:00:00.000Z", "2020-01-01T12:00:00+02:00"]
)
def test_graph_writes_a_moment_with_and_without_parts_of_a_second(told: str) -> None:
    assert micros(told) == 1_577_872_800_000_000


@pytest.mark.parametrize("odd", ["", "yesterday", "2020-01-01T10:00:00"])
def test_what_is_no_moment_is_no_message(odd: str) -> None:
    with pytest.raises(UpstreamFailed):
        micros(odd)
