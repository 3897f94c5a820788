"""What a part of a tree says: its nodes, its conditions, its constants."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlglot import exp

from tools.sql.grammar import function_name
from tools.sql.language import Language

UNIT_SECONDS = {
    "microsecond": 1e-6,
    "millisecond": 1e-3,
    "second": 1.0,
    "sec": 1.0,
    "s": 1.0,
    "minute": 60.0,
    "min": 60.0,
    "hour": 3_600.0,
    "day": 86_400.0,
    "week": 604_800.0,
    "month": 2_592_000.0,
    "mon": 2_592_000.0,
    "quarter": 7_776_000.0,
    "year": 31_536_000.0,
    "decade": 315_360_000.0,
}

_AROUND_CALLS = (exp.Filter, exp.WithinGroup, exp.IgnoreNulls, exp.RespectNulls, exp.Window)
_WHOLE = (exp.Column, exp.Literal, exp.Query)


def clauses(select: exp.Select) -> list[exp.Expr]:
    keys = ("having", "qualify", "order", "distinct", "where", "limit", "offset")
    return [*select.expressions, *(value for key in keys if (value := select.args.get(key)) is not None)]


def own_nodes(roots: Iterable[exp.Expr]) -> Iterator[exp.Expr]:
    """Nodes of these expressions, without what queries within and columns are made of."""
    stack = list(roots)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _WHOLE):
            stack.extend(node.iter_expressions())


def ancestors(node: exp.Expr) -> Iterator[exp.Expr]:
    while node.parent is not None and not isinstance(node.parent, exp.Query):
        node = node.parent
        yield node


def conjuncts(select: exp.Select) -> Iterator[exp.Expr]:
    where = select.args.get("where")
    stack = [where.this] if where is not None else []
    stack += [on for join in _own_joins(select) if (on := join.args.get("on")) is not None]
    while stack:
        condition = plain(stack.pop(), casts=False)
        if isinstance(condition, exp.And):
            stack += [condition.this, condition.expression]
        else:
            yield condition


def _own_joins(select: exp.Select) -> Iterator[exp.Expr]:
    stack: list[exp.Expr] = [*(select.args.get("joins") or ())]
    if (from_ := select.args.get("from_")) is not None:
        stack.append(from_.this)
    while stack:
        node = stack.pop()
        if isinstance(node, exp.Join):
            yield node
            stack.append(node.this)
        elif isinstance(node, (exp.Table, exp.Subquery)):
            stack += node.args.get("joins") or ()
            if isinstance(node, exp.Subquery) and isinstance(node.this, (exp.Table, exp.Subquery)):
                stack.append(node.this)


def is_plain_aggregate(node: exp.Expr, language: Language) -> bool:
    """Whether this call makes one value of many rows, and is no window function."""
    if not isinstance(node, exp.Anonymous) or function_name(node) not in language.aggregates:
        return False
    # SQLite's max(a, b) is the larger of the two.
    if function_name(node) in {"max", "min"} and len(node.expressions) > 1:
        return False
    return window_of(node) is None


def window_of(call: exp.Expr) -> exp.Expr | None:
    node = call
    while isinstance(node.parent, _AROUND_CALLS) and node.parent.this is node:
        node = node.parent
        if isinstance(node, exp.Window):
            return node
    return None


def plain(value: exp.Expr, *, casts: bool = True) -> exp.Expr:
    while isinstance(value, (exp.Paren, exp.Cast) if casts else exp.Paren):
        value = value.this
    return value


def number_of(value: exp.Expr | None) -> float | None:
    """The value of a constant of numbers alone."""
    match value:
        case exp.Literal() if not value.is_string:
            return float(value.name)
        case exp.Paren() | exp.Cast():
            return number_of(value.this)
        case exp.Neg():
            inner = number_of(value.this)
            return None if inner is None else -inner
        case exp.Add() | exp.Sub() | exp.Mul():
            one, other = number_of(value.this), number_of(value.expression)
            if one is None or other is None:
                return None
            return (
                one + other
                if isinstance(value, exp.Add)
                else one - other
                if isinstance(value, exp.Sub)
                else one * other
            )
        case _:
            return None


def integer_of(value: exp.Expr | None) -> int | None:
    if isinstance(value, exp.Literal) and not value.is_string and value.name.isdigit():
        return int(value.name)
    return None


def time_of(value: exp.Expr) -> datetime | None:
    value = plain(value)
    if not isinstance(value, exp.Literal) or not value.is_string:
        return None
    try:
        return datetime.fromisoformat(value.name.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def seconds_of(value: exp.Expr) -> float | None:
    value = plain(value)
    if not isinstance(value, exp.Literal) or not value.is_string:
        return None
    parts = re.findall(r"([+-]?\d+(?:\.\d+)?)\s*([a-zA-Z]+)", value.name)
    rest = re.sub(r"([+-]?\d+(?:\.\d+)?)\s*([a-zA-Z]+)", "", value.name)
    seconds = 0.0
    for number, unit in parts:
        known = UNIT_SECONDS.get(unit.lower()) or UNIT_SECONDS.get(unit.lower().removesuffix("s"))
        if known is None:
            return None
        seconds += float(number) * known
    if clock := re.fullmatch(r"\s*(\d{1,4}):(\d{2})(?::(\d{2}))?\s*", rest):
        seconds += int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
    elif rest.strip():
        return None
    return seconds or None
