"""What is done to the store of record, apart from how: no I/O here.

A transaction is a generator. It yields statements, is sent their rows, and returns its result; an exception
that leaves it undoes what it did. Its SQL runs on SQLite and on PostgreSQL alike, with `$1` to `$n` for its
arguments. An engine steps it, in a thread of its own if need be: a transaction therefore touches nothing but
its arguments, and may run again after a failure that nobody was told a result of.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from policies.errors import AuditUnavailable

T = TypeVar("T")

Statement: TypeAlias = tuple[str, tuple[Any, ...]]
Rows: TypeAlias = Sequence[Sequence[Any]]
Transaction: TypeAlias = Generator[Statement, Rows, T]


class StoreUnavailable(AuditUnavailable):
    """The store of record can't answer, or can't keep, so nothing is done on the strength of it.

    `detail` names the failure's class and number. A driver's text may quote values, so it goes nowhere (T35).
    """

    def __init__(self, detail: str) -> None:
        super().__init__(
            "remit can't reach or write its store of record, so it did nothing more. Try again later; "
            "an operator finds the reason in the log.",
            detail=detail,
        )


@dataclass(frozen=True, slots=True)
class Done:
    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    error: Exception


Outcome: TypeAlias = Done | Failed


def now_ms() -> Transaction[int]:
    """The store's own clock, in milliseconds since 1970: the same for every replica (threat T52)."""
    rows = yield "SELECT now_ms()", ()
    now: int = rows[0][0]
    return now


def group(
    begin: Sequence[str], transactions: Sequence[Callable[[], Transaction[Any]]]
) -> Transaction[list[Outcome]]:
    """Many transactions in one commit, in their order; one that raises is undone alone.

    The outcomes are worth something only once the whole has returned: it ends with the commit.
    """
    outcomes: list[Outcome] = []
    try:
        for statement in begin:
            yield statement, ()
        for transaction in transactions:
            yield "SAVEPOINT one", ()
            try:
                outcomes.append(Done((yield from transaction())))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this transaction's outcome
                outcomes.append(Failed(error))
                yield "ROLLBACK TO SAVEPOINT one", ()
            yield "RELEASE SAVEPOINT one", ()
        yield "COMMIT", ()
    except Exception:
        yield from _abandon()
        raise
    return outcomes


def snapshot(begin: str, transaction: Callable[[], Transaction[T]]) -> Transaction[T]:
    """One reading transaction: all that it sees is of one moment."""
    yield begin, ()
    try:
        result = yield from transaction()
    except Exception:
        yield from _abandon()
        raise
    yield "COMMIT", ()
    return result


def _abandon() -> Transaction[None]:
    try:
        yield "ROLLBACK", ()
    except StoreUnavailable:
        # Some failures have rolled back already, and a lost connection rolls back by itself.
        return
