"""Which columns of a relation remit itself reads: those that are open, and those that its row filter asks."""

import sqlglot
from sqlglot import exp

from tools.sql.rules import Dialect, Readable


def columns_read(readable: Readable, dialect: Dialect) -> frozenset[str]:
    """By name, as `columns_asked` has them. Raises `sqlglot.errors.SqlglotError`."""
    return frozenset(readable.columns) | columns_asked(readable, dialect)


def columns_asked(readable: Readable, dialect: Dialect) -> frozenset[str]:
    """The row filter's, by name: as written, folded to lower case where unquoted, as PostgreSQL does.

    Raises `sqlglot.errors.SqlglotError` for a filter that is no condition.
    """
    if readable.rows is None:
        return frozenset()
    condition = sqlglot.parse_one(readable.rows, dialect=dialect.value, into=exp.Condition)
    return frozenset(
        column.name if column.this.args.get("quoted") else column.name.lower()
        for column in condition.find_all(exp.Column)
    )
