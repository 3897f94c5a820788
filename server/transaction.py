"""What is done to the store of record, apart from how: no I/O here.

A transaction is a generator. It yields statements, is sent their rows, and returns its result; an exception
that leaves it undoes what it did. Its SQL runs on SQLite and on PostgreSQL alike, with `$1` to `$n` for its
arguments. An engine steps it, in a thread of its own if need be: a transaction therefore touches nothing but
its arguments, and may run again after a failure that nobody was told a result of.

What it yields may be several statements, with `;` between them: then they have no arguments and give no rows.

Those that share a commit (server/commit.py) have the store to themselves, one after the other. So that not
each of them goes to the database, one may let its writes wait (`Later`), and find what those before it have
read or written (`recall`). What they mean stays what they mean one by one.
"""

from collections.abc import Callable, Generator, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from policies.errors import AuditUnavailable

T = TypeVar("T")
M = TypeVar("M")

Arguments: TypeAlias = tuple[Any, ...]
Statement: TypeAlias = tuple[str, Arguments]
Rows: TypeAlias = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Later:
    """A write that may wait until something is read, or until the commit.

    Those that wait may change places, unless they have the same `sql`; so it is for rows that no other `sql`
    touches. `key` names the row that it writes whole: of two with one `sql` and one key the last is enough.
    Without a key every one is needed.
    """

    sql: str
    arguments: Arguments
    key: Hashable | None = None


@dataclass(frozen=True, slots=True)
class Recall:
    """Asks for what is known by this name; `new` makes it where there is nothing yet. See `recall`."""

    new: Callable[[], Any]


Transaction: TypeAlias = Generator[Statement | Later | Recall, Rows, T]


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


def recall(new: Callable[[], M]) -> Transaction[M]:
    """What transactions of this commit know of the store: a value of their own, `new` and empty at first.

    It begins anew after a statement that is no `SELECT` and no `Later`: whoever changes it so, it is then not
    known. A transaction may add to it what it has read, and what it has written, once it has yielded that.
    """
    rows = yield Recall(new)
    known: M = rows[0][0]
    return known


def now_ms() -> Transaction[int]:
    """The store's own clock, in milliseconds since 1970: the same for every replica (threat T52)."""
    rows = yield "SELECT now_ms()", ()
    now: int = rows[0][0]
    return now
