"""A sketch counts different things, exactly while they are few."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from policies.distinct import RANGE, SIZE, Distinct

hashes = st.lists(st.integers(0, RANGE - 1), max_size=600)


def spread(count: int) -> list[int]:
    """As many hashes, evenly spread as a digest's are."""
    return [int.from_bytes(sha256(str(number).encode()).digest()[:7]) << 7 for number in range(count)]


@given(st.lists(st.integers(0, RANGE - 1), max_size=SIZE - 1))
def test_few_things_are_counted_exactly(of: list[int]) -> None:
    assert Distinct.of(of).count == len(set(of))


@given(hashes, hashes, hashes)
def test_the_order_and_the_number_of_times_that_sketches_are_put_together_change_nothing(
    one: list[int], two: list[int], three: list[int]
) -> None:
    whole = Distinct.of([*one, *two, *three])
    first, second, third = map(Distinct.of, (one, two, three))
    assert first.together(second).together(third) == third.together(first.together(second)) == whole
    assert whole.together(first) == whole


@given(hashes)
def test_it_takes_bounded_space(of: list[int]) -> None:
    sketch = Distinct.of(of)
    assert len(sketch.smallest) <= SIZE
    assert [*sketch.smallest] == sorted(set(sketch.smallest))


def test_many_things_are_counted_within_a_fifth() -> None:
    for count in (1_000, 10_000, 100_000):
        assert abs(Distinct.of(spread(count)).count - count) < count / 5
