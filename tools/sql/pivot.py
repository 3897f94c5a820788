"""PIVOT over a sub-select: values of one of its columns become columns (rule `syntax`).

Only over a sub-select, whose columns are all known: of a table, those that are not open would group its rows.
"""

from collections.abc import Sequence
from typing import Final

from sqlglot import exp

from tools.sql.columns import Columns
from tools.sql.grammar import function_name
from tools.sql.language import words
from tools.sql.names import quoted
from tools.sql.refusals import denied, named

MAX_COLUMNS: Final = 100
_AGGREGATES: Final = words("avg count max min sum")


def columns_of(
    node: exp.Expr, pivots: Sequence[exp.Expr], columns: Sequence[str], names: Columns
) -> tuple[str, ...]:
    """The names of what it gives. Raises `Denied`."""
    pivot = pivots[0]
    fields: Sequence[exp.Expr] = pivot.args.get("fields") or ()
    aggregates = pivot.expressions
    if (
        len(pivots) != 1
        or node.args.get("alias")
        or pivot.args.get("unpivot")
        or pivot.args.get("default_on_null")
        or len(fields) != 1
        or len(aggregates) != 1
    ):
        raise _refused("This form of PIVOT is not open here")
    turned = fields[0]
    values = turned.expressions if isinstance(turned, exp.In) and not turned.args.get("query") else ()
    if not 0 < len(values) <= MAX_COLUMNS or not all(isinstance(value, exp.Literal) for value in values):
        raise _refused(f"PIVOT takes a list of at most {MAX_COLUMNS} plain values")
    call = aggregates[0]
    if (
        not isinstance(call, exp.Anonymous)
        or function_name(call) not in _AGGREGATES
        or len(call.expressions) != 1
    ):
        raise _refused("PIVOT takes one of avg, count, max, min and sum")
    used = [_settled(column, columns, names) for column in (call.expressions[0], turned.this)]
    return (*(name for name in columns if name not in used), *(value.sql("snowflake") for value in values))


def _settled(column: exp.Expr, columns: Sequence[str], names: Columns) -> str:
    name = names.name(column.this) if isinstance(column, exp.Column) and not column.table else ""
    if not name or columns.count(name) != 1:
        raise denied(
            "column",
            f"{named(column.name)} is no column of the sub-select before PIVOT",
            "Select it there, by that name.",
        )
    column.set("this", quoted(name))
    return name


def _refused(what: str) -> Exception:
    return denied(
        "syntax", what, "Write (SELECT ...) PIVOT (sum(a) FOR b IN ('x', 'y')), or use CASE and GROUP BY."
    )
