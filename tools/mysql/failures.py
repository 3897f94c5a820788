"""What went wrong over there, in our words: the server's own text carries values (threats T35, T26)."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from asyncmy import errors

from policies.cause import cause
from policies.errors import Denied, UpstreamFailed

_HINTS: Final = {
    1044: "the server refused the credential. An administrator must renew it",
    1045: "the server refused the credential. An administrator must renew it",
    1048: "a NULL stands where none may. Give it a value",
    1052: "a column name is ambiguous. Write table.column",
    1054: "there is no such column. See the schema tool",
    1055: "a column is neither grouped nor aggregated. Add it to GROUP BY",
    1060: "two columns have one name. Give each its own",
    1062: "a row with this key exists already. Give another key",
    1064: "the statement's syntax is wrong. Mend it",
    1111: "an aggregate stands where none may. Move it to HAVING or a sub-select",
    1142: "the database account may not do this. Use only what the schema tool lists",
    1143: "the database account may not do this. Use only what the schema tool lists",
    1146: "there is no such table. See the schema tool",
    1205: "a lock could not be had in time. Try later",
    1213: "the server gave the transaction up. Try again",
    1242: "a subquery used as a value gave more than one row. Aggregate it or add LIMIT 1",
    1267: "texts of two collations are compared. Add COLLATE to one of them",
    1292: "a text is no valid value of the type that it is compared with. Cast it",
    1305: "there is no such function. Use another",
    1317: "the server stopped the statement. Try again, or ask for less",
    1345: "the account may not explain a view. Ask for the rows instead",
    1364: "a column without a default lacks a value. Give it one",
    1365: "division by zero. Wrap the divisor in NULLIF(x, 0)",
    1366: "a text is no valid value of its column's type. Mend it",
    1406: "a text is too long for its column. Shorten it",
    1451: "other rows refer to this one. Change those first",
    1452: "a row that this one refers to is missing. Add that first",
    1690: "a number is out of its type's range. Cast to a wider type",
    1792: "the statement tried to change something. Only reading is open",
    1969: "it took longer than this source allows. Narrow it with WHERE or LIMIT",
    3024: "it took longer than this source allows. Narrow it with WHERE or LIMIT",
    3819: "a value breaks a rule of the table. Give another",
    4025: "a value breaks a rule of the table. Give another",
}
_BROKEN: Final = frozenset({1048, 1062, 1292, 1364, 1366, 1406, 1451, 1452, 1690, 3819, 4025})
"""A rule of the table, or of a column's type."""

_LOST: Final = frozenset({2002, 2003, 2006, 2013, 2014, 2055})
"""The client's own numbers for a connection that can't be made or has broken (its errmsg.h)."""

DRIVER: Final = (errors.MySQLError, OSError, EOFError, TimeoutError, ValueError, RuntimeError)
"""All that the driver raises when a server, or the way to it, fails."""


def number_of(error: BaseException) -> int:
    """The server's number of an error; 0 for one without."""
    first = error.args[0] if error.args else 0
    return first if isinstance(first, int) else 0


@contextmanager
def failures_of(source: str) -> Generator[None]:
    """Turns whatever the driver raises into `UpstreamFailed`; the driver's text goes nowhere."""
    try:
        yield
    except TimeoutError as error:
        raise UpstreamFailed(
            f"{source} did not answer in time. Ask for less, or try later.", detail=cause(error)
        ) from error
    except (OSError, EOFError, RuntimeError, errors.InterfaceError) as error:
        raise _unreached(source, error) from error
    except errors.MySQLError as error:
        number = number_of(error)
        if number in _LOST or not number:
            raise _unreached(source, error) from error
        hint = _HINTS.get(number, "the server could not do this. Try another way")
        raise UpstreamFailed(
            f"{source} answered with error {number}: {hint}.", detail=cause(error)
        ) from error
    except ValueError as error:  # bytes that are not in the encoding that the server claims
        raise UpstreamFailed(
            f"{source} sent a value that can't be read. Leave out columns until it works.",
            detail=cause(error),
        ) from error


@contextmanager
def nothing_done(source: str) -> Generator[None]:
    """For all that a write does before its COMMIT: whatever fails there leaves no trace."""
    try:
        with failures_of(source):
            yield
    except UpstreamFailed as failed:
        number = number_of(failed.__cause__) if failed.__cause__ else 0
        if number in _BROKEN:
            hint = _HINTS[number]
            raise Denied(
                f"Nothing was changed: {hint}.", rule="constraint", detail=failed.detail
            ) from failed.__cause__
        raise UpstreamFailed(
            f"Nothing was changed. {failed.message}", detail=failed.detail
        ) from failed.__cause__


def _unreached(source: str, error: BaseException) -> UpstreamFailed:
    return UpstreamFailed(
        f"{source} could not be reached, or the connection broke. Try again; if it stays so, an "
        "administrator should run remit doctor.",
        detail=cause(error),
    )
