"""Which relation and which column every name of a statement means, by the database's own rules.

A name that these rules leave open is refused: what is not understood here could mean anything there. A name
that is understood is written back so that it can mean nothing else: relations with their schema, columns with
their source. That matters because a relation may have more columns than the allowlist knows: left as it came,
an unqualified name that seems to mean an outer column would be taken for a hidden one of the inner relation.

Rules `relation` and `column` of the guard live here (threat T29).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlglot import exp

from tools.sql import outputs, recursion
from tools.sql.columns import Columns
from tools.sql.few import has_small_limit, is_few
from tools.sql.from_list import FromList
from tools.sql.language import Language
from tools.sql.names import bare, has_own_clauses, is_ordinal, quoted, settle
from tools.sql.reading import clauses, is_plain_aggregate, own_nodes
from tools.sql.refusals import denied, named, unparsable
from tools.sql.rules import Rules
from tools.sql.scopes import Derived, Resolution, Scope, Source

_MOST_REPEATED: Final = 10_000  # nodes that names of outputs stand for


def resolve(tree: exp.Expr, rules: Rules, language: Language) -> Resolution:
    """Qualifies every name in `tree`, expands stars, and says what was found.

    Raises `Denied` (rules `relation`, `column`, `syntax`, `unbounded`) and `InvalidArgument`.
    """
    settle(tree, language)
    resolver = _Resolver(rules, language)
    resolver.query(tree, None, {})
    _check_nothing_was_overlooked(tree, resolver.found)
    return resolver.found


def _check_nothing_was_overlooked(tree: exp.Expr, found: Resolution) -> None:
    """Whatever the shape of the tree, a name that was not resolved does not run."""
    for node in tree.find_all(exp.Table, exp.Column):
        if id(node) not in found.understood:
            raise denied(
                "syntax", f"{named(node.name)} stands where it has no meaning", "Write it another way."
            )


class _Resolver:
    def __init__(self, rules: Rules, language: Language) -> None:
        self._rules = rules
        self._language = language
        self.found = Resolution()
        self._repeated = 0
        self._columns = Columns(language, self.found, self.query)
        self._from = FromList(rules, language, self.found, self._columns, self.query)

    def query(self, node: exp.Expr, outer: Scope | None, queries: Mapping[str, Derived]) -> Derived:
        if isinstance(node, exp.Query):
            queries = self._with(node, outer, queries)
        match node:
            case exp.Select():
                derived = self._select(node, outer, queries)
            case exp.SetOperation():
                derived = self._set_operation(node, outer, queries)
            case exp.Subquery():
                derived = self._wrapped(node, outer, queries)
            case exp.Values():
                derived = self._values(node, outer, queries)
            case _:
                raise denied(
                    "syntax", f"The form {named(node.key)} is not open here", "Write it as a SELECT."
                )
        self.found.derived[id(node)] = derived
        return derived

    def _with(
        self, node: exp.Query, outer: Scope | None, queries: Mapping[str, Derived]
    ) -> Mapping[str, Derived]:
        with_ = node.args.get("with_")
        if with_ is None:
            return queries
        visible = dict(queries)
        names = [self._columns.name(cte.args["alias"].this) for cte in with_.expressions]
        if len(set(names)) != len(names):
            raise unparsable("A name stands twice in WITH", "Give each query its own name.")
        for name, cte in zip(names, with_.expressions, strict=True):
            if name.startswith("pg_"):
                raise denied("relation", f"The name {named(name)} is reserved", "Choose another name.")
            later = set(names[names.index(name) + 1 :]) if with_.args.get("recursive") else set[str]()
            scope_names = {known: found for known, found in visible.items() if known not in later}
            visible[name] = self._cte(
                cte, name, outer, scope_names, recursive=bool(with_.args.get("recursive"))
            )
        return visible

    def _cte(
        self,
        cte: exp.Expr,
        name: str,
        outer: Scope | None,
        queries: Mapping[str, Derived],
        *,
        recursive: bool,
    ) -> Derived:
        renamed = self._from.alias_columns(cte.args["alias"])
        body = cte.this
        while isinstance(body, exp.Subquery) and not any(
            body.args.get(key) for key in ("with_", "alias", "order", "limit", "offset")
        ):
            body = body.this
        if not (recursive and isinstance(body, exp.Union) and recursion.reads(body.expression, name)):
            return self._from.rename(self.query(cte.this, outer, queries), renamed, name)
        inner = self._with(body, outer, queries)
        first = self._from.rename(self.query(body.this, outer, inner), renamed, name)
        self.found.recursive.add(id(body))
        growing = Derived(first.columns, few=False, query=body)
        self.query(body.expression, outer, {**inner, name: growing})
        if body.args.get("order") or body.args.get("offset"):
            raise denied(
                "syntax", "A recursive query is not open with ORDER BY or OFFSET", "Order its reader."
            )
        limited = recursion.check(body, name, first.columns, self.found.scopes, self._rules.max_rows)
        return Derived(first.columns, few=limited, query=body)

    def _set_operation(
        self, node: exp.SetOperation, outer: Scope | None, queries: Mapping[str, Derived]
    ) -> Derived:
        arms: list[exp.Expr] = []
        first: exp.Expr = node
        # The left spine of a long UNION is as deep as the UNION is long.
        while isinstance(first, exp.SetOperation) and (first is node or not has_own_clauses(first)):
            arms.append(first.expression)
            first = first.this
        derived = [self.query(arm, outer, queries) for arm in (first, *reversed(arms))]
        if len({len(arm.columns) for arm in derived}) > 1:
            raise unparsable("The arms of a set operation differ in their columns", "Select as many in each.")
        names = derived[0].columns
        self._order_by_outputs(node, names)
        self._limits(node, outer, queries)
        few = all(arm.few for arm in derived) or has_small_limit(node, self._rules.max_rows)
        return Derived(names, few, node)

    def _wrapped(self, node: exp.Subquery, outer: Scope | None, queries: Mapping[str, Derived]) -> Derived:
        derived = self.query(node.this, outer, queries)
        self._order_by_outputs(node, derived.columns)
        self._limits(node, outer, queries)
        few = derived.few or has_small_limit(node, self._rules.max_rows)
        return Derived(derived.columns, few, node)

    def _values(self, node: exp.Values, outer: Scope | None, queries: Mapping[str, Derived]) -> Derived:
        rows = node.expressions
        widths = {len(row.expressions) if isinstance(row, exp.Tuple) else 1 for row in rows}
        if len(widths) != 1:
            raise unparsable("The rows of VALUES differ in length", "Make them alike.")
        scope = outer or Scope(exp.Select(), None, queries)
        self._columns.resolve(rows, scope, queries)
        names = tuple(f"column{n + 1}" for n in range(widths.pop()))
        self._order_by_outputs(node, names)
        self._limits(node, outer, queries)
        return Derived(names, few=True, query=node)

    def _order_by_outputs(self, node: exp.Expr, names: Sequence[str]) -> None:
        order = node.args.get("order")
        for ordered in order.expressions if order else ():
            by = bare(ordered.this)
            if isinstance(by, exp.Column) and not by.table and self._columns.name(by.this) in names:
                by.set("this", quoted(self._columns.name(by.this)))
                self.found.understood[id(by)] = by
            elif not is_ordinal(by):
                raise denied(
                    "syntax",
                    "A set operation can only be ordered by the names or numbers of its columns",
                    "Order by a number.",
                )

    def _limits(self, node: exp.Expr, outer: Scope | None, queries: Mapping[str, Derived]) -> None:
        # No column of the query itself is visible here, so an empty scope stands in its place.
        scope = Scope(exp.Select(), outer, queries)
        for key in ("limit", "offset"):
            if (clause := node.args.get(key)) is not None:
                self._columns.resolve([clause], scope, queries)

    def _select(self, node: exp.Select, outer: Scope | None, queries: Mapping[str, Derived]) -> Derived:
        scope = Scope(node, outer, queries)
        if (from_ := node.args.get("from_")) is not None:
            self._from.add(from_.this, node.args.get("joins") or [], scope)
        self._expand_stars(node, scope)
        self._outputs_in_outputs(node, scope)
        for key in ("expressions", "where", "windows"):
            value: exp.Expr | list[exp.Expr] | None = node.args.get(key)
            if value is not None:
                self._columns.resolve(value if isinstance(value, list) else [value], scope, queries)
        names = [self._output_name(value) for value in node.expressions]
        self._windows(node)
        self._group(node, scope, names)
        for key in ("having", "qualify"):
            self._condition_on_outputs(node.args.get(key), scope)
        self._order(node, scope, names)
        self._distinct(node, scope, names)
        self._limits(node, outer, queries)
        self.found.scopes.append(scope)
        return Derived(tuple(names), is_few(scope, self._language, self._rules.max_rows), node)

    def _windows(self, node: exp.Select) -> None:
        known = {window.this.name for window in node.args.get("windows") or ()}
        for used in own_nodes(clauses(node)):
            alias = used.args.get("alias") if isinstance(used, exp.Window) else None
            if alias is not None and alias.name not in known:
                raise unparsable(f"There is no window {named(alias.name)}", "Define it with WINDOW.")

    def _output_name(self, value: exp.Expr) -> str:
        if isinstance(value, exp.Alias):
            return self._columns.name(value.args["alias"])
        name = outputs.natural_name(value, self._language)
        return "" if name == outputs.UNNAMED else name

    def _expand_stars(self, node: exp.Select, scope: Scope) -> None:
        expanded: list[exp.Expr] = []
        for value in node.expressions:
            star = value.this if isinstance(value, exp.Column) else value
            if isinstance(value, exp.Star):
                if not scope.sources:
                    raise unparsable("There is nothing that * could stand for", "Name a table in FROM.")
                expanded += self._but(star, self._all_columns(scope))
            elif isinstance(star, exp.Star):
                source, found_in = self._columns.source_named(value, scope)
                expanded += self._but(star, self._columns_of(source, found_in, scope))
            elif _is_row_star(value):
                column = bare(value.this)
                source, found_in = self._columns.whole_row(column, scope)
                expanded += self._columns_of(source, found_in, scope)
            else:
                expanded.append(value)
        node.set("expressions", expanded)

    def _but(self, star: exp.Star, columns: list[exp.Expr]) -> list[exp.Expr]:
        """Without those that `* EXCLUDE (...)` names, which are open, for hidden ones are named nowhere."""
        left_out = {self._columns.name(column.this) for column in star.args.get("except_") or ()}
        names = [self._columns.name(column.this) for column in columns]
        if unknown := left_out - set(names):
            raise denied(
                "column", f"The column {named(min(unknown))} is not open", "Leave out one that * stands for."
            )
        return [column for column, name in zip(columns, names, strict=True) if name not in left_out]

    def _all_columns(self, scope: Scope) -> list[exp.Expr]:
        if not scope.merged:
            return [
                column
                for source in scope.sources.values()
                for column in self._columns_of(source, scope, scope)
            ]
        for source in scope.sources.values():
            if not all(source.columns) or len(set(source.columns)) != len(source.columns):
                raise denied(
                    "column", "Not all columns behind * have a name of their own", "Name the columns."
                )
        merged: list[exp.Expr] = [exp.column(quoted(name)) for name in scope.merged]
        self._columns.resolve(merged, scope, scope.queries)
        rest = [
            self._columns.refer(exp.column(quoted(name)), source, scope, scope)
            for source in scope.sources.values()
            for name in source.columns
            if name not in scope.merged
        ]
        return merged + rest

    def _columns_of(self, source: Source, found_in: Scope, scope: Scope) -> list[exp.Expr]:
        if source.relation is None and (
            not all(source.columns) or len(set(source.columns)) != len(source.columns)
        ):
            # Nothing is hidden behind the star of a query that has been checked.
            star = exp.Column(this=exp.Star(), table=quoted(source.name))
            self.found.understood[id(star)] = star
            return [star]
        return [
            self._columns.refer(exp.column(quoted(name)), source, scope, found_in) for name in source.columns
        ]

    def _group(self, node: exp.Select, scope: Scope, names: Sequence[str]) -> None:
        group = node.args.get("group")
        stack = list(group.expressions) if group else []
        while stack:
            key = stack.pop()
            if isinstance(key, (exp.Tuple, exp.Rollup, exp.Cube, exp.GroupingSets)):
                stack.extend(key.expressions)
            elif not self._is_output(key, scope, names, inputs_first=True):
                self._columns.resolve([key], scope, scope.queries)

    def _order(self, node: exp.Select, scope: Scope, names: Sequence[str]) -> None:
        order = node.args.get("order")
        for ordered in order.expressions if order else ():
            if not self._is_output(ordered.this, scope, names, inputs_first=False):
                self._columns.resolve([ordered.this], scope, scope.queries)

    def _distinct(self, node: exp.Select, scope: Scope, names: Sequence[str]) -> None:
        distinct = node.args.get("distinct")
        on = distinct.args.get("on") if distinct else None
        if on is None:
            return
        for key in on.expressions if isinstance(on, exp.Tuple) else [on]:
            if not self._is_output(key, scope, names, inputs_first=False):
                self._columns.resolve([key], scope, scope.queries)

    def _condition_on_outputs(self, condition: exp.Expr | None, scope: Scope) -> None:
        if condition is None:
            return
        if self._language.output_names_in_having:
            self._replace_outputs(condition, self._aliases(scope.select.expressions), scope)
            # A copy holds names that are resolved already; to resolve them again changes nothing.
        self._columns.resolve([condition], scope, scope.queries)

    def _outputs_in_outputs(self, node: exp.Select, scope: Scope) -> None:
        if not self._language.output_names_in_outputs:
            return
        for index, value in enumerate(node.expressions):
            self._replace_outputs(value, self._aliases(node.expressions[:index]), scope)
        if (where := node.args.get("where")) is not None:
            self._replace_outputs(where, self._aliases(node.expressions), scope)

    def _aliases(self, values: Sequence[exp.Expr]) -> Mapping[str, exp.Expr]:
        return {
            self._columns.name(value.args["alias"]): value.this
            for value in values
            if isinstance(value, exp.Alias)
        }

    def _replace_outputs(self, root: exp.Expr, outputs: Mapping[str, exp.Expr], scope: Scope) -> None:
        """Puts an output's expression in the place of its name, which there could be a hidden column's."""
        for column in list(root.find_all(exp.Column)) if outputs else ():
            name = self._columns.name(column.this)
            if (
                not column.table
                and name in outputs
                and not self._inputs(name, scope)
                and column.find_ancestor(exp.Select) is scope.select
            ):
                self._repeated += sum(1 for _ in outputs[name].walk())
                if self._repeated > _MOST_REPEATED:
                    raise denied(
                        "unbounded", "Names of outputs stand for too much", "Use WITH or a sub-select."
                    )
                value = outputs[name].copy()
                is_output = column.parent is scope.select
                column.replace(exp.alias_(value, quoted(name)) if is_output else exp.paren(value))

    def _is_output(self, key: exp.Expr, scope: Scope, names: Sequence[str], *, inputs_first: bool) -> bool:
        """Whether a key of GROUP BY, ORDER BY or DISTINCT ON is an output; then its number replaces it.

        A number, because a name that is an output's here could be a hidden column's there.
        """
        by = bare(key)
        if is_ordinal(by):
            if not 0 < int(by.name) <= len(names):
                raise unparsable(f"There is no column number {by.name[:6]}", "Count the selected columns.")
            return True
        if not isinstance(by, exp.Column) or by.table or isinstance(by.this, exp.Star):
            return False
        name = self._columns.name(by.this)
        places = [index for index, output in enumerate(names) if output == name]
        if not places or (inputs_first and self._inputs(name, scope)):
            return False
        values = scope.select.expressions
        if len({values[place].unalias().sql(self._language.name) for place in places}) > 1:
            raise unparsable(f"The name {named(name)} is ambiguous", "Use the column's number.")
        if inputs_first and any(is_plain_aggregate(n, self._language) for n in values[places[0]].walk()):
            raise denied(
                "column",
                f"{named(name)} is an aggregate, so nothing can be grouped by it",
                "Group by a column.",
            )
        key.replace(exp.Literal.number(places[0] + 1))
        return True

    def _inputs(self, name: str, scope: Scope) -> bool:
        return name in scope.merged or any(name in source.columns for source in scope.sources.values())


def _is_row_star(node: exp.Expr) -> bool:
    return (
        isinstance(node, exp.Dot)
        and isinstance(node.expression, exp.Star)
        and isinstance(bare(node.this), exp.Column)
    )
