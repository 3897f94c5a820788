"""Many transactions in one commit, as a model says it should be."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import apsw
from hypothesis import given
from hypothesis import strategies as st

from server.transaction import Done, Failed, Outcome, StoreUnavailable, Transaction, group


class Odd(Exception):  # noqa: N818 - a transaction may raise anything
    pass


class Step(NamedTuple):
    """Adds a number, or reads the sum, and may raise after that."""

    adds: int | None
    raises: bool


def job(steps: Sequence[Step]) -> Transaction[list[int]]:
    sums: list[int] = []
    for step in steps:
        if step.adds is None:
            rows = yield "SELECT coalesce(sum(n), 0) FROM t", ()
            sums.append(rows[0][0])
        else:
            yield "INSERT INTO t VALUES ($1)", (step.adds,)
        if step.raises:
            raise Odd
    return sums


def run(connection: Any, transaction: Transaction[list[Outcome]]) -> list[Outcome]:
    try:
        sql, arguments = next(transaction)
        while True:
            try:
                rows = connection.execute(sql, arguments or None).fetchall()
            except apsw.Error as error:
                sql, arguments = transaction.throw(StoreUnavailable(type(error).__name__))
            else:
                sql, arguments = transaction.send(rows)
    except StopIteration as stop:
        outcomes: list[Outcome] = stop.value
        return outcomes


def expected(jobs: Sequence[Sequence[Step]]) -> tuple[list[list[int] | None], int]:
    """Each job's result, None where it raised, and the sum that is left."""
    results: list[list[int] | None] = []
    total = 0
    for steps in jobs:
        mine, sums = total, list[int]()
        for step in steps:
            if step.adds is None:
                sums.append(mine)
            else:
                mine += step.adds
            if step.raises:
                results.append(None)
                break
        else:
            total = mine
            results.append(sums)
    return results, total


STEPS = st.lists(
    st.builds(Step, st.none() | st.integers(-9, 9), st.sampled_from([False, False, False, True]))
)


@given(st.lists(STEPS, max_size=8))
def test_jobs_run_one_after_the_other_and_those_that_raise_never_were(jobs: list[list[Step]]) -> None:
    connection: Any = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE t (n INTEGER)")
    outcomes = run(connection, group(["BEGIN"], [partial(job, steps) for steps in jobs]))
    results, total = expected(jobs)
    assert [outcome.value if isinstance(outcome, Done) else None for outcome in outcomes] == results
    assert all(isinstance(outcome.error, Odd) for outcome in outcomes if isinstance(outcome, Failed))
    assert connection.execute("SELECT coalesce(sum(n), 0) FROM t").get == total
    assert connection.getautocommit()
    connection.close()


class Failing:
    """A connection whose statement at `place` fails, and with it all after it if the connection is `lost`."""

    def __init__(self, connection: Any, place: int, *, lost: bool) -> None:
        self._connection = connection
        self._left = place
        self._lost = lost

    def execute(self, sql: str, arguments: object) -> Any:
        self._left -= 1
        if self._left == -1 or (self._lost and self._left < 0):
            raise apsw.IOError
        return self._connection.execute(sql, arguments)


@given(st.lists(STEPS, min_size=1, max_size=4), st.integers(0, 40))
def test_on_a_lost_connection_there_is_a_result_only_if_it_was_kept(
    jobs: list[list[Step]], place: int
) -> None:
    connection: Any = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE t (n INTEGER)")
    transaction = group(["BEGIN"], [partial(job, steps) for steps in jobs])
    try:
        outcomes = run(Failing(connection, place, lost=True), transaction)
    except StoreUnavailable:
        if not connection.getautocommit():
            connection.execute("ROLLBACK")
        assert connection.execute("SELECT count(*) FROM t").get == 0
    else:
        assert connection.getautocommit()
        assert len(outcomes) == len(jobs)
    connection.close()


@given(st.lists(STEPS, min_size=1, max_size=4), st.integers(0, 40))
def test_after_one_statement_that_failed_the_connection_is_free_for_the_next(
    jobs: list[list[Step]], place: int
) -> None:
    connection: Any = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE t (n INTEGER)")
    transaction = group(["BEGIN"], [partial(job, steps) for steps in jobs])
    try:
        run(Failing(connection, place, lost=False), transaction)
    except StoreUnavailable:
        assert connection.execute("SELECT count(*) FROM t").get == 0
    assert connection.getautocommit()
    connection.close()
