"""Rows that are to be added, tried on an empty copy of their table: what its definition makes of them.

So a row that the user could not have afterwards is refused before anybody is asked. It is no proof: the rows
that are there, and the tables that are referred to, are looked at when it is carried out, as all of it is.
"""

from collections.abc import Iterable

import apsw

from policies.cause import cause
from policies.change import Change
from policies.errors import Denied
from tools.sql.filters import columns_asked
from tools.sql.rules import Dialect
from tools.sqlite.engine import scratch
from tools.sqlite.hazards import Hazards
from tools.sqlite.rows import Rows


def rehearse(rows: Rows, changes: Iterable[Change], table: Hazards) -> None:
    """Of a table without triggers. Raises `Denied`."""
    asked = {name.lower() for name in columns_asked(rows.readable, Dialect.SQLITE)}
    asks_key = not asked.isdisjoint(name.lower() for name in rows.readable.key)
    with scratch() as copy:
        try:
            copy.write(table.definition)
        except apsw.SQLError:
            return  # it is made with a function or a collation of its owner's
        for change in changes:
            try:
                key = rows.write(copy, change, table)
            except apsw.ConstraintError as error:
                raise Denied(
                    "A value breaks a rule of the table: NOT NULL, a check, its type, or a key that two of "
                    "the rows have. Give others.",
                    rule="constraint",
                    detail=cause(error),
                ) from error
            if key is None:
                continue
            if (change.key or not asks_key) and rows.find(copy, key) is None:
                raise Denied(
                    "A row would then be none of those that you may have. Add only rows that you could read.",
                    rule="row_filter",
                )
            if not change.key:
                # The file gives its row another key, so that no other row here meets it.
                rows.write(copy, Change(change.target, key, before={}, after=None), table)
