"""How long `generate_series`, or Snowflake's `generator`, gets (rule `unbounded`)."""

import re
from collections.abc import Callable, Mapping, Sequence
from math import prod

from sqlglot import exp

from tools.sql.grammar import function_name
from tools.sql.reading import UNIT_SECONDS, integer_of, number_of, seconds_of, time_of
from tools.sql.refusals import denied
from tools.sql.scopes import Scope

MAX_STEPS = 100_000
MAX_PRODUCT = 1_000_000
MAX_PER_ROW = 10_000
_SHORTEST_OPEN_STEP = 3_600.0


def check(tree: exp.Expr, scopes: Sequence[Scope]) -> None:
    """Raises `Denied`."""
    calls = [node for node in tree.find_all(exp.Anonymous) if function_name(node) in _LENGTHS]
    counts = [_LENGTHS[function_name(call)](call) for call in calls]
    crossed = any(
        _runs_per_row(call, scope) and count > MAX_PER_ROW
        for call, count in zip(calls, counts, strict=True)
        for scope in scopes
    )
    if any(count > MAX_STEPS for count in counts) or prod(counts) > MAX_PRODUCT or crossed:
        raise denied("unbounded", "A series would make too many rows", "Give it a shorter range.")


def _runs_per_row(call: exp.Expr, scope: Scope) -> bool:
    select = call.find_ancestor(exp.Select)
    return select is scope.select and any(not source.few for source in scope.sources.values())


def _series_length(call: exp.Anonymous) -> int:
    """The number of steps, 1 where it follows the data. Raises `Denied`."""
    if len(call.expressions) not in {2, 3}:
        raise denied("unbounded", "generate_series needs a start and an end", "Give it both.")
    start, end, *rest = call.expressions
    step = rest[0] if rest else None
    numbers = number_of(start), number_of(end), number_of(step) if step is not None else 1.0
    if numbers[0] is not None and numbers[1] is not None and numbers[2]:
        return max(0, int((numbers[1] - numbers[0]) / numbers[2])) + 1
    seconds = seconds_of(step) if step is not None else None
    if seconds:
        times = time_of(start), time_of(end)
        if times[0] is not None and times[1] is not None:
            return max(0, int((times[1] - times[0]).total_seconds() / seconds)) + 1
        if abs(seconds) >= _SHORTEST_OPEN_STEP and _is_near_time(start) and _is_near_time(end):
            return 1
    elif (step is None or numbers[2]) and _follows_data(start) and _follows_data(end):
        return 1
    raise denied(
        "unbounded",
        "How many rows generate_series would make can't be told",
        "Give it plain numbers, or dates with a step of an hour or more.",
    )


def _generator_length(call: exp.Anonymous) -> int:
    """Raises `Denied`."""
    settings = [
        (str(value.this.name).lower(), integer_of(value.expression))
        for value in call.expressions
        if isinstance(value, exp.Kwarg)
    ]
    if len(settings) == len(call.expressions) == 1 and settings[0][0] == "rowcount":
        count = settings[0][1]
        if count is not None:
            return count
    raise denied(
        "unbounded", "How many rows generator would make can't be told", "Write ROWCOUNT => a plain number."
    )


_LENGTHS: Mapping[str, Callable[[exp.Anonymous], int]] = {
    "generate_series": _series_length,
    "generator": _generator_length,
}


def _follows_data(value: exp.Expr) -> bool:
    """A number that grows no faster than what is stored."""
    if value.find(exp.Mul, exp.Pow, exp.BitwiseLeftShift, exp.Query):
        return False
    return all(_is_small(literal) for literal in value.find_all(exp.Literal))


def _is_small(literal: exp.Literal) -> bool:
    if literal.is_string:
        return not re.search(r"\d{6}|[eE]\d|inf", literal.name)
    return float(literal.name) <= MAX_STEPS


def _is_near_time(value: exp.Expr) -> bool:
    """Made of dates within living memory, spans of time, and columns."""
    if value.find(exp.Pow, exp.Query) and not value.find(exp.Select):
        return False
    for literal in value.find_all(exp.Literal):
        if not literal.is_string:
            if float(literal.name) > 10_000:
                return False
        elif re.search(r"\d", literal.name):
            time, seconds = time_of(literal), seconds_of(literal)
            near = time is not None and 1900 <= time.year <= 2200
            if not near and (seconds is None or abs(seconds) > 200 * UNIT_SECONDS["year"]):
                return False
        elif not re.fullmatch(r"[a-zA-Z/_+-]{1,40}", literal.name) or "infinity" in literal.name.lower():
            return False
    return True
