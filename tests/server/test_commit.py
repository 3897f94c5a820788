"""Many transactions in one commit, as a model says it should be."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple, TypeVar

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.commit import Done, Failed, Job, Many, Outcome, Script, alone, group
from server.transaction import Later, StoreUnavailable, Transaction, recall

T = TypeVar("T")


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


def run(connection: Any, script: Script[T]) -> T:
    try:
        asked = next(script)
        while True:
            try:
                if isinstance(asked, Many):
                    rows = connection.executemany(asked.sql, asked.arguments).fetchall()
                else:
                    sql, arguments = asked
                    rows = connection.execute(sql, arguments or None).fetchall()
            except apsw.Error as error:
                asked = script.throw(StoreUnavailable(type(error).__name__))
            else:
                asked = script.send(rows)
    except StopIteration as stop:
        result: T = stop.value
        return result


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
    outcomes = run(connection, group("BEGIN", lambda: [partial(job, steps) for steps in jobs]))
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
    transaction = group("BEGIN", lambda: [partial(job, steps) for steps in jobs])
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
    transaction = group("BEGIN", lambda: [partial(job, steps) for steps in jobs])
    try:
        run(Failing(connection, place, lost=False), transaction)
    except StoreUnavailable:
        assert connection.execute("SELECT count(*) FROM t").get == 0
    assert connection.getautocommit()
    connection.close()


def test_what_raises_before_it_writes_costs_the_others_nothing() -> None:
    connection: Any = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE t (n INTEGER)")
    listening = Listening(connection)
    reads, adds = Step(None, raises=True), Step(1, raises=False)
    outcomes = run(listening, group("BEGIN", lambda: [partial(job, [step]) for step in (adds, reads, adds)]))
    assert [type(outcome) for outcome in outcomes] == [Done, Failed, Done]
    assert (listening.said[0], listening.said[-1]) == ("BEGIN", "COMMIT")
    assert not any("SAVEPOINT" in sql for sql in listening.said)


class Wish(NamedTuple):
    """What a transaction does next, with a key and a number."""

    what: Literal["put", "put now", "get", "note", "note too much", "read all", "raise"]
    key: str
    number: int


PUT = "INSERT INTO kept VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET n = excluded.n"
NOTE = "INSERT INTO notes VALUES ($1)"
TOO_MUCH = 100


def kept() -> dict[str, int | None]:
    return {}


def wished(wishes: Sequence[Wish]) -> Transaction[list[Any]]:
    seen: list[Any] = []
    for what, key, number in wishes:
        match what:
            case "put":
                yield Later(PUT, (key, number), key)
                (yield from recall(kept))[key] = number
            case "put now":
                yield PUT, (key, number)
            case "get":
                known = yield from recall(kept)
                if key not in known:
                    rows = yield "SELECT (SELECT n FROM kept WHERE key = $1)", (key,)
                    known[key] = rows[0][0]
                seen.append(known[key])
            case "note":
                yield Later(NOTE, (number,))
            case "note too much":
                yield Later(NOTE, (TOO_MUCH,))
            case "read all":
                seen.append((yield "SELECT key, n FROM kept ORDER BY key", ()))
                seen.append((yield "SELECT n FROM notes ORDER BY rowid", ()))
            case "raise":
                raise Odd
    return seen


@pytest.fixture
def tables() -> Iterator[Any]:
    connection = made()
    yield connection
    connection.close()


def made() -> Any:
    connection: Any = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE kept (key TEXT PRIMARY KEY, n INTEGER)")
    connection.execute(f"CREATE TABLE notes (n INTEGER CHECK (n < {TOO_MUCH}))")
    return connection


def left(connection: Any) -> list[Any]:
    return [
        connection.execute(sql).fetchall()
        for sql in ("SELECT * FROM kept ORDER BY key", "SELECT * FROM notes")
    ]


WISHES = st.lists(
    st.builds(
        Wish,
        st.sampled_from(
            ["put", "put", "get", "get", "note", "put now", "read all", "note too much", "raise"]
        ),
        st.sampled_from("abc"),
        st.integers(0, 9),
    ),
    max_size=5,
)


def only(job: Job) -> Script[list[Outcome]]:
    return group("BEGIN", lambda: [job])


@given(st.lists(WISHES, max_size=8))
def test_what_waits_and_what_is_known_change_nothing_of_what_transactions_do(jobs: list[list[Wish]]) -> None:
    together, alone = made(), made()
    outcomes = run(together, group("BEGIN", lambda: [partial(wished, wishes) for wishes in jobs]))
    one_by_one = [run(alone, only(partial(wished, each)))[0] for each in jobs]
    assert [outcome.value if isinstance(outcome, Done) else None for outcome in outcomes] == [
        outcome.value if isinstance(outcome, Done) else None for outcome in one_by_one
    ]
    assert left(together) == left(alone)
    together.close()
    alone.close()


class Listening:
    """Keeps what was said."""

    def __init__(self, connection: Any) -> None:
        self.said: list[str] = []
        self._connection = connection

    def execute(self, sql: str, arguments: object) -> Any:
        self.said.append(sql)
        return self._connection.execute(sql, arguments)

    def executemany(self, sql: str, arguments: Sequence[tuple[Any, ...]]) -> Any:
        self.said.append(f"{len(arguments)} of {sql}")
        return self._connection.executemany(sql, arguments)


def test_what_waits_is_written_together_and_of_one_row_the_last_alone(tables: Any) -> None:
    listening = Listening(tables)
    wishes = [[Wish("put", "a", number), Wish("note", "", number)] for number in range(9)]
    run(listening, group("BEGIN", lambda: [partial(wished, each) for each in wishes]))
    assert listening.said == ["BEGIN", f"1 of {PUT}", f"9 of {NOTE}", "COMMIT"]
    assert left(tables) == [[("a", 8)], [(number,) for number in range(9)]]


def test_one_whose_waiting_write_fails_is_undone_alone(tables: Any) -> None:
    wishes = [
        [Wish("put", "a", 1)],
        [Wish("put", "a", 2), Wish("note too much", "", 0)],
        [Wish("note", "", 3)],
    ]
    outcomes = run(tables, group("BEGIN", lambda: [partial(wished, each) for each in wishes]))
    assert [type(outcome) for outcome in outcomes] == [Done, Failed, Done]
    assert isinstance(outcomes[1], Failed)
    assert isinstance(outcomes[1].error, StoreUnavailable)
    assert left(tables) == [[("a", 1)], [(3,)]]


def get(key: str) -> Callable[[], Transaction[list[Any]]]:
    return partial(wished, [Wish("get", key, 0)])


def test_what_one_has_read_or_written_the_next_one_knows(tables: Any) -> None:
    listening = Listening(tables)
    put = partial(wished, [Wish("put", "b", 2)])
    outcomes = run(listening, group("BEGIN", lambda: [get("a"), get("a"), put, get("b")]))
    assert outcomes == [Done([None]), Done([None]), Done([]), Done([2])]
    assert sum(sql.startswith("SELECT") for sql in listening.said) == 1


def test_nothing_is_known_in_the_next_commit_or_in_a_reading(tables: Any) -> None:
    run(tables, group("BEGIN", lambda: [get("a")]))
    tables.execute(PUT, ("a", 7))
    assert run(tables, group("BEGIN", lambda: [get("a")])) == [Done([7])]
    assert run(tables, alone("BEGIN", get("a"))) == [7]


def test_nothing_is_known_after_a_write_that_did_not_wait(tables: Any) -> None:
    put = partial(wished, [Wish("put now", "a", 7)])
    assert run(tables, group("BEGIN", lambda: [get("a"), put, get("a")])) == [
        Done([None]),
        Done([]),
        Done([7]),
    ]


def test_nothing_is_known_of_what_was_undone(tables: Any) -> None:
    put = partial(wished, [Wish("put", "a", 7), Wish("raise", "", 0)])
    outcomes = run(tables, group("BEGIN", lambda: [get("a"), put, get("a")]))
    assert [outcome.value if isinstance(outcome, Done) else "undone" for outcome in outcomes] == [
        [None],
        "undone",
        [None],
    ]


def test_who_comes_while_the_turn_is_waited_for_goes_along(tables: Any) -> None:
    waiting = [get("a")]
    running = group("BEGIN", lambda: waiting)
    assert next(running) == ("BEGIN", ())
    waiting.append(get("b"))
    assert run(tables, _after(running)) == [Done([None]), Done([None])]


def _after(running: Script[list[Outcome]]) -> Script[list[Outcome]]:
    """The rest of a commit that has begun."""
    yield "BEGIN", ()
    asked = running.send(())
    while True:
        try:
            asked = running.send((yield asked))
        except StopIteration as stop:
            outcomes: list[Outcome] = stop.value
            return outcomes
