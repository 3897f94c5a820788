"""Whether a query gives few rows, read from its text alone.

Types and sizes of tables are not known here. Two readings of names stand in for them: a column called `id`,
`email`, `customer_id` and the like has about as many values as there are rows (`is_identifier`), so a group
of one such value is small and a condition on it selects few rows; any other column has few values. A relation
counts as large; a query over it counts as `few` rows when a LIMIT, an aggregate or such a condition makes it
so.
"""

import re
from collections.abc import Iterator

from sqlglot import exp

from tools.sql.language import Language
from tools.sql.reading import conjuncts, integer_of, is_plain_aggregate, own_nodes, plain
from tools.sql.scopes import Scope

_IDENTIFIER = re.compile(r"(.*_)?(id|uuid|guid|key|number|no|sku)|email|name|slug|login|username")


def has_small_limit(node: exp.Expr, max_rows: int) -> bool:
    limit = node.args.get("limit")
    if isinstance(limit, exp.Fetch):
        options = limit.args.get("limit_options")
        count = None if options is not None and options.args.get("with_ties") else limit.args.get("count")
    else:
        count = limit.expression if limit is not None else None
    number = integer_of(count)
    return number is not None and number <= max_rows


def is_few(scope: Scope, language: Language, max_rows: int) -> bool:
    """Whether a SELECT gives few rows (see the module)."""
    select = scope.select
    if has_small_limit(select, max_rows) or all(source.few for source in scope.sources.values()):
        return True
    group = select.args.get("group")
    if group is None and any(is_plain_aggregate(node, language) for node in own_nodes(select.expressions)):
        return True
    keys = list(group_keys(select)) if group else select.expressions if select.args.get("distinct") else []
    if keys and not any(mentions_identifier(key) for key in keys):
        return True
    return is_held(scope, max_rows)


def group_keys(select: exp.Select) -> Iterator[exp.Expr]:
    """The keys of a plain GROUP BY; grouping sets hold a total over all rows, so they bound nothing."""
    group = select.args.get("group")
    for key in group.expressions if group else ():
        number = integer_of(key)
        if number is not None and 0 < number <= len(select.expressions):
            yield select.expressions[number - 1].unalias()
        elif not isinstance(key, (exp.Rollup, exp.Cube, exp.GroupingSets)):
            yield from key.expressions if isinstance(key, exp.Tuple) else (key,)


def mentions_identifier(key: exp.Expr) -> bool:
    key = plain(key.unalias())
    return isinstance(key, exp.Column) and is_identifier(key.name)


def is_identifier(name: str) -> bool:
    return _IDENTIFIER.fullmatch(name.lower()) is not None


def is_held(scope: Scope, max_rows: int) -> bool:
    """Whether a condition holds an identifier of a large source to few values."""
    return any(_holds(condition, scope, max_rows) for condition in conjuncts(scope.select))


def _holds(condition: exp.Expr, scope: Scope, max_rows: int) -> bool:
    match condition:
        case exp.EQ():
            return any(
                _is_own_identifier(one, scope) and _is_given(other, scope)
                for one, other in (
                    (condition.this, condition.expression),
                    (condition.expression, condition.this),
                )
            )
        case exp.In() if condition.args.get("query") is None:
            return (
                _is_own_identifier(condition.this, scope)
                and len(condition.expressions) <= max_rows
                and all(isinstance(value, exp.Literal) for value in condition.expressions)
            )
        case exp.LT() | exp.LTE():
            number = integer_of(condition.expression)
            return _is_own_identifier(condition.this, scope) and number is not None and number <= max_rows
        case exp.Between():
            low, high = integer_of(condition.args["low"]), integer_of(condition.args["high"])
            return (
                _is_own_identifier(condition.this, scope)
                and low is not None
                and high is not None
                and high - low < max_rows
            )
        case _:
            return False


def _is_own_identifier(value: exp.Expr, scope: Scope) -> bool:
    value = plain(value)
    return isinstance(value, exp.Column) and value.table in scope.sources and is_identifier(value.name)


def _is_given(value: exp.Expr, scope: Scope) -> bool:
    """One value for all rows of this SELECT: a literal, or a column of a query around it."""
    value = plain(value)
    if isinstance(value, exp.Column):
        return bool(value.table) and value.table not in scope.sources
    return isinstance(value, exp.Literal)
