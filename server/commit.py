"""How transactions are run: many in one commit, or one to read. No I/O here.

Each is made into a script: what an engine runs, statement by statement. What costs time is the way to the
database, and other processes wait while a commit is under way; so a commit takes as many ways for a hundred
calls as for one.
"""

from collections.abc import Callable, Generator, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from server.transaction import Arguments, Later, Recall, Rows, Statement, StoreUnavailable, Transaction

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Many:
    """One statement with many arguments, in their order and in one way to the database. It gives no rows."""

    sql: str
    arguments: Sequence[Arguments]


Job: TypeAlias = Callable[[], Transaction[Any]]
Script: TypeAlias = Generator[Statement | Many, Rows, T]


@dataclass(frozen=True, slots=True)
class Done:
    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    error: Exception


Outcome: TypeAlias = Done | Failed


def group(begin: str, take: Callable[[], Sequence[Job]]) -> Script[list[Outcome]]:
    """Many transactions in one commit, in their order; one that raises is undone alone.

    They are taken once it has begun, which may mean to wait for other processes: who comes meanwhile goes
    along. The outcomes are worth something only once the whole has returned: it ends with the commit.

    What raises has mostly written nothing yet, and then there is nothing to undo. Where it has, or where what
    waited can't be written, the others begin anew, each behind a savepoint and with nothing that waits: these
    cost a way to the database for each statement.
    """
    try:
        yield begin, ()
        transactions = take()
        try:
            return (yield from _lightly(transactions))
        except _MustBeUndone as undone:
            yield from _abandon()
            return (yield from _carefully(begin, transactions, undone))
    except Exception:
        yield from _abandon()
        raise


def alone(begin: str, transaction: Callable[[], Transaction[T]]) -> Script[T]:
    """One transaction that shares no commit. What `begin` says decides what it sees and what it may do."""
    yield begin, ()
    try:
        result = yield from _Run(waits=False).steps(transaction())
    except Exception:
        yield from _abandon()
        raise
    yield "COMMIT", ()
    return result


class _MustBeUndone(Exception):  # noqa: N818 - no error: a way out of `_lightly`
    """The transaction at `place` raised `error` after it wrote, or broke the one around it.

    Without a place, nobody knows whose write it was.
    """

    def __init__(self, error: Exception, place: int | None = None) -> None:
        self.error = error
        self.place = place


class _Run:
    """What the transactions of one commit know, and which of their writes wait: none unless it `waits`."""

    def __init__(self, *, waits: bool) -> None:
        self.touched = False
        """Whether the transaction that ran last has left anything to undo."""
        self._waits = waits
        self._known: dict[Callable[[], Any], Any] = {}
        self._waiting: dict[str, dict[Hashable, Arguments]] = {}

    def steps(self, transaction: Transaction[T]) -> Script[T]:
        """Returns and raises what it does. Raises `_MustBeUndone` where a write that waited can't be made."""
        self.touched = False
        try:
            asked = next(transaction)
            while True:
                try:
                    rows = yield from self._answer(asked)
                except StoreUnavailable as error:
                    self.touched = True
                    asked = transaction.throw(error)
                else:
                    asked = transaction.send(rows)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def flush(self) -> Script[None]:
        """Raises `_MustBeUndone`."""
        waiting, self._waiting = self._waiting, {}
        for sql, writes in waiting.items():
            try:
                yield Many(sql, [*writes.values()])
            except StoreUnavailable as error:
                raise _MustBeUndone(error) from None

    def _answer(self, asked: Statement | Later | Recall) -> Script[Rows]:
        match asked:
            case Recall(new):
                if new not in self._known:
                    self._known[new] = new()
                return ((self._known[new],),)
            case Later(sql, arguments, key):
                self.touched = True
                if not self._waits:
                    return (yield sql, arguments)
                self._waiting.setdefault(sql, {})[object() if key is None else key] = arguments
                return ()
            case sql, arguments:
                yield from self.flush()
                if not sql.lstrip().startswith("SELECT"):
                    self.touched = True
                    self._known.clear()
                return (yield sql, arguments)


def _lightly(transactions: Sequence[Job]) -> Script[list[Outcome]]:
    outcomes: list[Outcome] = []
    run = _Run(waits=True)
    for place, transaction in enumerate(transactions):
        try:
            outcomes.append(Done((yield from run.steps(transaction()))))
        except _MustBeUndone:
            raise
        except Exception as error:  # noqa: BLE001 - as below
            if run.touched:
                raise _MustBeUndone(error, place) from None
            outcomes.append(Failed(error))
    yield from run.flush()
    yield "COMMIT", ()
    return outcomes


def _carefully(begin: str, transactions: Sequence[Job], undone: _MustBeUndone) -> Script[list[Outcome]]:
    outcomes: list[Outcome] = []
    before = begin
    for place, transaction in enumerate(transactions):
        if place == undone.place:
            outcomes.append(Failed(undone.error))
            continue
        # Several in one way to the database, which may be far.
        yield f"{before}; SAVEPOINT one", ()
        try:
            outcomes.append(Done((yield from _Run(waits=False).steps(transaction()))))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this transaction's outcome
            outcomes.append(Failed(error))
            yield "ROLLBACK TO SAVEPOINT one", ()
        before = "RELEASE SAVEPOINT one"
    yield f"{before}; COMMIT", ()
    return outcomes


def _abandon() -> Script[None]:
    try:
        yield "ROLLBACK", ()
    except StoreUnavailable:
        # Some failures have rolled back already, and a lost connection rolls back by itself.
        return
