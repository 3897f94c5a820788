"""Whether a recursive query ends, and how its values grow (rule `unbounded`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlglot import exp

from tools.sql.grammar import function_name
from tools.sql.language import words
from tools.sql.reading import ancestors, conjuncts, integer_of, plain, seconds_of
from tools.sql.refusals import denied, named
from tools.sql.scopes import Scope
from tools.sql.ties import is_one_piece

MAX_STEPS = 100_000
_SHORTEST_STEP = 3_600.0
_GROWING = (exp.DPipe, exp.Mul, exp.Pow)
_GROWING_FUNCTIONS = words("""
    array_append array_cat array_fill array_prepend concat concat_ws format jsonb_insert jsonb_set lpad
    overlay power printf regexp_replace repeat replace rpad json_array jsonb_build_array json_build_array
    jsonb_build_object json_build_object array_replace json_insert json_set json_object
    """)


def reads(query: exp.Expr, name: str) -> bool:
    return any(_is_reference(table, name) for table in query.find_all(exp.Table))


def _is_reference(table: exp.Table, name: str) -> bool:
    return isinstance(table.this, exp.Identifier) and table.name == name and not table.args.get("db")


def check(body: exp.Expr, name: str, columns: Sequence[str], scopes: Sequence[Scope], max_rows: int) -> bool:
    """Holds a recursive query against the rule that it ends; True when it gives few rows. Raises `Denied`."""
    term = body.args["expression"]
    while isinstance(term, exp.Subquery):
        term = term.this
    if not isinstance(term, exp.Select):
        raise _endless(name)
    scope = next(known for known in scopes if known.select is term)
    outputs = [value.unalias() for value in term.expressions]
    aliases = {t.alias_or_name for t in term.find_all(exp.Table) if _is_reference(t, name)}
    if len(outputs) != len(columns) or len(aliases) != 1:
        raise _endless(name)
    step = _Step(aliases.pop(), dict(zip(columns, outputs, strict=True)), term)
    step.check_growth()
    others = [source for source in scope.sources.values() if source.name != step.alias]
    conditions = list(conjuncts(term))
    limit = body.args.get("limit")
    limited = limit is not None and (integer_of(limit.expression) or MAX_STEPS + 1) <= MAX_STEPS
    bound = MAX_STEPS if limited else step.bound(conditions)
    if others and (not any(step.follows(condition) for condition in conditions) or not is_one_piece(scope)):
        raise denied(
            "unbounded",
            f"The recursion {named(name)} multiplies its rows by another source in every step",
            "Join the table to it by equal columns.",
        )
    walks = bool(others) or (bool(body.args.get("distinct")) and step.only_copies())
    if bound is None and not walks:
        raise _endless(name)
    return not others and bound is not None and bound <= max_rows


def _endless(name: str) -> Exception:
    return denied(
        "unbounded",
        f"Nothing ends the recursion {named(name)}",
        f"Give the recursive part a bound such as WHERE n < 100 on a column that it counts up; "
        f"at most {MAX_STEPS} steps.",
    )


class _Step:
    """One step of a recursion: its columns before, as `alias.name`, and after, as expressions."""

    def __init__(self, alias: str, after: Mapping[str, exp.Expr], term: exp.Select) -> None:
        self.alias = alias
        self._after = after
        self._term = term

    def _before(self, value: exp.Expr) -> list[exp.Column]:
        return [c for c in value.find_all(exp.Column) if c.table == self.alias]

    def bound(self, conditions: Iterable[exp.Expr]) -> int | None:
        """The largest number in a condition that a counter must run into, 0 for a bound in time."""
        for condition in conditions:
            for smaller, larger in _inequalities(condition):
                for counter, limit, up in ((smaller, larger, True), (larger, smaller, False)):
                    columns = self._before(counter)
                    if len(columns) != 1 or self._before(limit) or not self._moves(columns[0].name, up=up):
                        continue
                    if not isinstance(plain(counter), (exp.Column, exp.Add, exp.Sub)):
                        continue
                    numbers = [abs(float(n.name)) for n in limit.find_all(exp.Literal) if not n.is_string]
                    if limit.find(exp.Mul, exp.Pow) or any(n > MAX_STEPS for n in numbers):
                        continue
                    return int(max(numbers, default=0))
        return None

    def _moves(self, column: str, *, up: bool) -> bool:
        after = plain(self._after.get(column, exp.null()))
        if isinstance(after, exp.Anonymous) and function_name(after) in {"date", "datetime"}:
            modifiers = [a.name for a in after.expressions if isinstance(a, exp.Literal)]
            return bool(self._before(after)) and any(m.startswith("+" if up else "-") for m in modifiers)
        if not isinstance(after, exp.Add if up else exp.Sub):
            return False
        start, by = plain(after.this), plain(after.expression)
        if up and not isinstance(start, exp.Column):
            start, by = by, start
        if not isinstance(start, exp.Column) or (start.table, start.name) != (self.alias, column):
            return False
        if isinstance(by, exp.Literal) and not by.is_string:
            return float(by.name) >= 1
        return (seconds_of(by) or 0) >= _SHORTEST_STEP

    def follows(self, condition: exp.Expr) -> bool:
        """`child.parent = before.id` with `child.id` as the next `id`: a walk along the data."""
        if not isinstance(condition, exp.EQ):
            return False
        one, other = plain(condition.this), plain(condition.expression)
        for here, there in ((one, other), (other, one)):
            if not (isinstance(here, exp.Column) and isinstance(there, exp.Column)):
                continue
            if here.table != self.alias or there.table == self.alias:
                continue
            after = plain(self._after.get(here.name, exp.null()))
            if isinstance(after, exp.Column) and after.table == there.table and after.name != there.name:
                return True
        return False

    def only_copies(self) -> bool:
        return all(isinstance(plain(value), exp.Column) for value in self._after.values())

    def check_growth(self) -> None:
        """A value that is built from itself may take itself in once a step, else it doubles."""
        growing = {
            name
            for name, value in self._after.items()
            if any(isinstance(node, _GROWING) or _is_growing_call(node) for node in value.walk())
            and self._before(value)
        }
        for value in self._after.values():
            taken = [column for column in self._before(value) if column.name in growing]
            inflated = any(
                _is_growing_call(node) and function_name(node) in {"replace", "regexp_replace", "repeat"}
                for column in taken
                for node in ancestors(column)
                if isinstance(node, exp.Anonymous)
            )
            if len(taken) > 1 or inflated:
                raise denied(
                    "unbounded",
                    "A value of the recursion doubles in every step",
                    "Append to it once a step.",
                )


def _is_growing_call(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and function_name(node) in _GROWING_FUNCTIONS


def _inequalities(condition: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    match condition:
        case exp.LT() | exp.LTE():
            yield condition.this, condition.expression
        case exp.GT() | exp.GTE():
            yield condition.expression, condition.this
        case exp.Between():
            yield condition.this, condition.args["high"]
        case _:
            pass
