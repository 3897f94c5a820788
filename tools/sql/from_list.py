"""The entries of a FROM list and what they offer (rule `relation`)."""

from collections.abc import Sequence
from itertools import zip_longest

from sqlglot import exp

from tools.sql import pivot
from tools.sql.columns import Columns, Query
from tools.sql.grammar import function_name
from tools.sql.language import Language
from tools.sql.names import bare, comparable, has_own_clauses, quoted
from tools.sql.refusals import denied, named, unparsable
from tools.sql.rules import Rules
from tools.sql.scopes import Derived, Resolution, Scope, Source

MAX_SOURCES = 64

_JOINS = {"", "INNER", "CROSS", "OUTER"}
_SIDES = {"", "LEFT", "RIGHT", "FULL"}
_METHODS = {"", "NATURAL"}


class FromList:
    def __init__(
        self, rules: Rules, language: Language, found: Resolution, columns: Columns, query: Query
    ) -> None:
        self._rules = rules
        self._language = language
        self._found = found
        self._columns = columns
        self._query = query
        self._relations = {
            (comparable(r.schema, language), comparable(r.name, language)): r for r in rules.relations
        }

    def add(self, first: exp.Expr, joins: Sequence[exp.Expr], scope: Scope) -> list[Source]:
        """Adds the sources of one FROM item with its joins, and returns them."""
        return self._joined(self._item(first, scope), joins, scope)

    def _joined(self, added: list[Source], joins: Sequence[exp.Expr], scope: Scope) -> list[Source]:
        for join in joins:
            kind, side, method = (join.text(key).upper() for key in ("kind", "side", "method"))
            if kind not in _JOINS or side not in _SIDES or method not in _METHODS:
                raise denied(
                    "syntax", "This kind of join is not open here", "Use INNER, LEFT, RIGHT, FULL or CROSS."
                )
            right = self._item(join.this, scope)
            if method == "NATURAL":
                self._natural(join, added, right, scope)
            elif join.args.get("using"):
                self._using(
                    join, [self._columns.name(name) for name in join.args["using"]], added, right, scope
                )
            added += right
            if (on := join.args.get("on")) is not None:
                self._columns.resolve([on], scope, scope.queries)
        return added

    def _item(self, node: exp.Expr, scope: Scope) -> list[Source]:
        # A join tree stands in a bracket, or hangs on its first table where the brackets were left out.
        joins = node.args.get("joins") or ()
        match node:
            case exp.Table() | exp.Lateral() | exp.TableFromRows() if isinstance(node.this, exp.Anonymous):
                added = [self._add(self._function(node, node.this, scope), scope)]
            case exp.Table():
                added = [self._add(self._relation(node, scope), scope)]
            case exp.Lateral() if isinstance(node.this, exp.Subquery):
                added = [self._add(self._derived(node, node.this, scope, outer=scope), scope)]
            case exp.Subquery() if isinstance(node.this, exp.Table) or _is_item(node.this):
                added = self._bracketed(node, scope)
            case exp.Subquery() | exp.Values():
                added = [self._add(self._derived(node, node, scope, outer=scope.outer), scope)]
            case _:
                raise denied(
                    "syntax", f"{named(node.key)} is not open in FROM", "Name a table or a sub-select."
                )
        return self._joined(added, joins, scope)

    def _bracketed(self, node: exp.Subquery, scope: Scope) -> list[Source]:
        if node.args.get("alias"):
            raise denied(
                "syntax", "An alias over a join is not open here", "Give the tables aliases instead."
            )
        if has_own_clauses(node):
            raise denied("syntax", "A join has no order and no limit", "Move them to the SELECT.")
        return self._item(node.this, scope)

    def _add(self, source: Source, scope: Scope) -> Source:
        if source.name in scope.sources:
            raise unparsable(
                f"The name {named(source.name)} stands twice in FROM", "Give each its own alias."
            )
        if len(scope.sources) == MAX_SOURCES:
            raise unparsable(f"FROM has more than {MAX_SOURCES} entries", "Ask for less at once.")
        scope.sources[source.name] = source
        return source

    def _relation(self, node: exp.Table, scope: Scope) -> Source:
        self._found.understood[id(node)] = node
        if node.args.get("catalog") or not isinstance(node.this, exp.Identifier):
            raise denied(
                "relation", f"{named(_full_name(node))} is in another database", "Write schema.table."
            )
        name, schema = self._columns.name(node.this), node.args.get("db")
        alias = node.args.get("alias")
        label = self._columns.name(alias.this) if alias and alias.this else name
        renamed = self.alias_columns(alias)
        if schema is None and name in scope.queries:
            derived = self.rename(scope.queries[name], renamed, label)
            if node.args.get("sample") or node.args.get("only"):
                raise denied("syntax", "Only a table itself can be sampled", "Leave it out.")
            node.set("this", quoted(name))
            self._set_alias(node, label, renamed)
            return Source(label, node, derived.columns, few=derived.few, query=derived.query)
        default = comparable(self._rules.default_schema, self._language)
        relation = self._relations.get((self._columns.name(schema) if schema else default, name))
        if relation is None:
            shown = f"{self._columns.name(schema)}.{name}" if schema else name
            open_ = ", ".join(sorted(f"{r.schema}.{r.name}" for r in self._rules.relations)) or "none"
            raise denied("relation", f"The relation {named(shown)} is not open", f"Open are: {open_}.")
        columns = tuple(self._rules.relations[relation].columns)
        _check_sample(node)
        node.set("this", quoted(relation.name))
        node.set("db", quoted(relation.schema))
        if len(renamed) > len(columns):
            raise denied(
                "column",
                f"{named(relation.name)} has {len(columns)} columns open, and the list has more",
                "Name columns with AS.",
            )
        self._set_alias(node, label, ())
        known = (*renamed, *(comparable(name, self._language) for name in columns[len(renamed) :]))
        projected = bool(renamed) or self._rules.relations[relation].rows is not None
        return Source(label, node, known, relation, projected=projected)

    def _function(self, node: exp.Expr, call: exp.Anonymous, scope: Scope) -> Source:
        self._found.understood[id(node)] = node
        name = function_name(call).rpartition(".")[2]
        if name in self._language.aggregates:
            raise denied(
                "function", f"The function {named(name)} is not open in FROM", "Move it to the SELECT list."
            )
        if isinstance(node, exp.Table) and (node.args.get("db") or node.args.get("catalog")):
            raise denied("function", f"The function {named(name)} is not open", "Call it without a schema.")
        if node.args.get("sample") or node.args.get("only"):
            raise denied("syntax", "Only a table itself can be sampled", "Leave it out.")
        self._columns.resolve(call.expressions, scope, scope.queries)
        alias = node.args.get("alias")
        label = self._columns.name(alias.this) if alias and alias.this else name
        renamed = self.alias_columns(alias)
        columns = self._language.records.get(name) or (label,)
        if name == "unnest" and len(call.expressions) > 1:
            columns = ("",) * len(call.expressions)
        if alias and any(isinstance(column, exp.ColumnDef) for column in alias.args.get("columns") or ()):
            columns = renamed
        if node.args.get("ordinality"):
            columns = (*columns, "ordinality")
        derived = self.rename(Derived(columns, few=True), renamed, label)
        if alias is None or alias.this is None:
            self._set_alias(node, label, ())
        return Source(label, node, derived.columns, few=True)

    def _derived(self, node: exp.Expr, query: exp.Expr, scope: Scope, *, outer: Scope | None) -> Source:
        alias = node.args.get("alias")
        label = self._columns.name(alias.this) if alias and alias.this else f"q{len(scope.sources) + 1}"
        renamed = self.alias_columns(alias)
        if query is node and isinstance(query, exp.Subquery):
            # The node is both the bracket in FROM and the query in it.
            if query.args.get("with_") or query.args.get("order") or query.args.get("limit"):
                raise denied("syntax", "This bracket in FROM is not open", "Put ORDER BY and LIMIT inside.")
            query = query.this
        derived = self._query(query, outer, scope.queries)
        if pivots := node.args.get("pivots"):
            return self._pivoted(node, pivots, derived, len(scope.sources))
        derived = self.rename(derived, renamed, label)
        self._set_alias(node, label, renamed)
        return Source(label, node, derived.columns, few=derived.few, query=derived.query)

    def _pivoted(self, node: exp.Expr, pivots: Sequence[exp.Expr], derived: Derived, number: int) -> Source:
        """The rows of a sub-select, some of whose values have become columns."""
        taken = pivot.columns_of(node, pivots, derived.columns, self._columns)
        pivoted = pivots[0]
        for column in pivoted.find_all(exp.Column):
            self._found.understood[id(column)] = column
        alias = pivoted.args.get("alias")
        label = self._columns.name(alias.this) if alias and alias.this else f"q{number + 1}"
        renamed = self.alias_columns(alias)
        turned = self.rename(Derived(taken, derived.few, derived.query), renamed, label)
        self._set_alias(pivoted, label, renamed)
        return Source(label, node, turned.columns, few=turned.few, query=turned.query, turned=True)

    def _using(
        self,
        join: exp.Expr,
        names: Sequence[str],
        left: Sequence[Source],
        right: Sequence[Source],
        scope: Scope,
    ) -> None:
        side = join.text("side").upper()
        for name in names:
            lefts = [source for source in left if name in source.columns]
            rights = [source for source in right if name in source.columns]
            if not lefts or not rights:
                raise denied(
                    "column", f"The column {named(name)} is not open on both sides of the join", "Use ON."
                )
            if (len(lefts) > 1 and name not in scope.merged) or len(rights) > 1:
                raise unparsable(f"The column {named(name)} is ambiguous", "Use ON.")
            # In a chain of joins, the column joined so far is the left side.
            left_value = scope.merged.get(name, lefts[0])
            scope.merged[name] = {"": left_value, "LEFT": left_value, "RIGHT": rights[0]}.get(side)
        join.set("using", [quoted(name) for name in names])

    def _natural(self, join: exp.Expr, left: Sequence[Source], right: Sequence[Source], scope: Scope) -> None:
        """NATURAL compares every column that both sides have, also those that nobody here may see."""
        for one, other in ((left, right), (right, left)):
            open_ = {name for source in one for name in source.columns}
            if any(source.relation for source in one) and not all(
                source.relation is None and set(source.columns) <= open_ for source in other
            ):
                raise denied(
                    "column",
                    "NATURAL JOIN may compare columns that are not open",
                    "Name the columns: USING (...).",
                )
        lefts = [name for source in left for name in source.columns]
        common = [name for source in right for name in source.columns if name and name in lefts]
        join.set("method", None)
        if common:
            self._using(join, list(dict.fromkeys(common)), left, right, scope)
        elif join.text("side"):
            join.set("on", exp.true())
        else:
            join.set("kind", "CROSS")

    def alias_columns(self, alias: exp.Expr | None) -> tuple[str, ...]:
        columns = alias.args.get("columns") if alias else None
        return tuple(
            self._columns.name(column.this if isinstance(column, exp.ColumnDef) else column)
            for column in columns or ()
        )

    def rename(self, derived: Derived, renamed: Sequence[str], label: str) -> Derived:
        if len(renamed) > len(derived.columns):
            raise unparsable(
                f"{named(label)} has fewer columns than names are given for them", "Match the two."
            )
        columns = tuple(new or old for new, old in zip_longest(renamed, derived.columns, fillvalue=""))
        return Derived(columns, derived.few, derived.query)

    def _set_alias(self, node: exp.Expr, label: str, columns: Sequence[str]) -> None:
        node.set(
            "alias",
            exp.TableAlias(this=quoted(label), columns=[quoted(column) for column in columns] or None),
        )


def _is_item(node: exp.Expr) -> bool:
    """Whether a bracket holds an item of FROM, which has an alias or joins, and not a query."""
    return isinstance(node, (exp.Subquery, exp.Values)) and bool(
        node.args.get("alias") or node.args.get("joins")
    )


def _full_name(node: exp.Table) -> str:
    parts = [node.args.get(key) for key in ("catalog", "db", "this")]
    return ".".join(part.name for part in parts if isinstance(part, exp.Expr))


def _check_sample(node: exp.Table) -> None:
    sample = node.args.get("sample")
    if sample is None:
        return
    if sample.text("method").upper() not in {"SYSTEM", "BERNOULLI"} or not all(
        isinstance(bare(value), exp.Literal)
        for key in ("percent", "seed", "size")
        if (value := sample.args.get(key))
    ):
        raise denied(
            "syntax",
            "A sample needs SYSTEM or BERNOULLI and a plain number",
            "Write TABLESAMPLE SYSTEM (10).",
        )
