"""What went wrong over there, in our words: PostgreSQL's own text carries values (threats T35, T26)."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import asyncpg

from policies.cause import cause
from policies.errors import UpstreamFailed

_HINTS = {
    "22003": "a number is out of its type's range. Cast to a wider type",
    "22004": "a NULL stands where none may. Filter NULLs out",
    "22007": "a text is no valid date or time. Check the cast",
    "22008": "a date or time is out of range. Check the arithmetic",
    "22012": "division by zero. Wrap the divisor in NULLIF(x, 0)",
    "22023": "a function got an argument value that it does not take. Check the arguments",
    "22P02": "a text is no valid value of the type it is cast to. Check the cast",
    "21000": "a subquery used as a value gave more than one row. Aggregate it or add LIMIT 1",
    "23502": "a NULL is of a domain that takes none. Give it a value",
    "23514": "a value breaks the rules of its domain. Give another",
    "42501": "the database role may not read this. Read only what the schema tool lists",
    "42601": "the statement's syntax is wrong. Mend it",
    "42702": "a column name is ambiguous. Write table.column",
    "42703": "there is no such column. See the schema tool",
    "42725": "a function or operator name is ambiguous. Add casts",
    "42803": "a column is neither grouped nor aggregated. Add it to GROUP BY",
    "42804": "the types on both sides differ. Add a cast",
    "42846": "there is no such cast. Cast by way of text",
    "42883": "no function or operator fits these argument types. Add a cast, or use another",
    "42P01": "there is no such table. See the schema tool",
    "42P10": "a column reference in ORDER BY or DISTINCT is invalid. Name the column",
    "42P18": "the type of a value can't be told. Add a cast",
    "53200": "the server is out of memory. Ask for less",
    "54000": "the statement is too complex. Simplify it",
    "54001": "the statement is too complex. Simplify it",
    "55P03": "a lock could not be had in time. Try later",
    "57014": "it took longer than this source allows. Narrow it with WHERE or LIMIT",
}
_CLASSES = {
    "08": "the connection broke. Try again",
    "0A": "the server does not support this. Write it another way",
    "21": "a subquery used as a value gave more than one row. Aggregate it or add LIMIT 1",
    "22": "a value does not fit. Check casts and arithmetic",
    "25": "the statement tried to change something. Only reading is open",
    "28": "the server refused the credential. An administrator must renew it",
    "3D": "the database does not exist. An administrator must mend the configuration",
    "40": "the server gave the transaction up. Try again",
    "42": "the statement is not valid here. Check names and types with the schema tool",
    "53": "the server is short of resources. Try later, or ask for less",
    "54": "the statement is too complex. Simplify it",
    "57": "the server stopped the statement or is shutting down. Try later",
}

_NO_TLS: Final = "rejected SSL upgrade"  # the driver's words, of an error that has no number

DRIVER: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    EOFError,
    TimeoutError,
    ValueError,
)
"""All that the driver raises when a server, or the way to it, fails."""


@contextmanager
def failures_of(source: str) -> Generator[None]:
    """Turns whatever the driver raises into `UpstreamFailed`; the driver's text goes nowhere."""
    try:
        yield
    except asyncpg.PostgresError as error:
        state = error.sqlstate if re.fullmatch(r"[0-9A-Z]{5}", error.sqlstate or "") else "XX000"
        hint = _HINTS.get(state) or _CLASSES.get(state[:2]) or "the server could not do this. Try another way"
        raise UpstreamFailed(
            f"{source} answered with SQLSTATE {state}: {hint}.", detail=cause(error)
        ) from error
    except TimeoutError as error:
        raise UpstreamFailed(
            f"{source} did not answer in time. Ask for less, or try later.", detail=cause(error)
        ) from error
    except (OSError, EOFError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise UpstreamFailed(
            f"{source} could not be reached, or the connection broke. Try again; if it stays so, an "
            "administrator should run remit doctor.",
            detail=_NO_TLS if _NO_TLS in str(error) else cause(error),
        ) from error
    except ValueError as error:  # bytes that are not in the encoding that the server claims
        raise UpstreamFailed(
            f"{source} sent a value that can't be read. Leave out columns until it works.",
            detail=cause(error),
        ) from error
