"""What a column's name means where it stands (rule `column`), and how it is written back."""

from collections.abc import Callable, Iterable, Mapping

from sqlglot import exp

from tools.sql.grammar import function_name
from tools.sql.language import Language
from tools.sql.names import bare, comparable, is_counted, quoted
from tools.sql.refusals import denied, named, unparsable
from tools.sql.scopes import Derived, Reference, Resolution, Scope, Source

QUERIES = (exp.Query, exp.Values)
Query = Callable[[exp.Expr, Scope | None, Mapping[str, Derived]], Derived]


class Columns:
    """Resolves expressions; a query within one is handed to `query`."""

    def __init__(self, language: Language, found: Resolution, query: Query) -> None:
        self._language = language
        self._found = found
        self._query = query

    def resolve(self, roots: Iterable[exp.Expr], scope: Scope, queries: Mapping[str, Derived]) -> None:
        stack = list(roots)
        while stack:
            node = stack.pop()
            if isinstance(node, QUERIES):
                self._query(node, scope, queries)
            elif isinstance(node, exp.Column):
                self._column(node, scope)
            elif isinstance(node, exp.Dot):
                self._field(node, scope)
            elif isinstance(node, exp.Star):
                if not is_counted(node):
                    raise denied("column", "A * is not open here", "Name the columns.")
            elif isinstance(node, (exp.Kwarg, exp.PropertyEQ)):
                stack.append(node.expression)
            else:
                stack.extend(node.iter_expressions())

    def _column(self, column: exp.Column, scope: Scope) -> None:
        self._found.understood[id(column)] = column
        if isinstance(column.this, exp.Star):
            source, found_in = self.source_named(column, scope)
            # Where rows are no values, `count(t.*)` counts those without a NULL in any column, hidden or not.
            harmless = is_counted(column) and self._language.whole_rows
            if source.relation is not None and not harmless:
                raise self._row_of_relation(source)
            self._project_between(scope, found_in)
            return
        if not isinstance(column.this, exp.Identifier):
            raise denied("syntax", "This is no column", "Write table.column.")
        name = self.name(column.this)
        if column.table:
            source, found_in = self.source_named(column, scope)
            if name not in source.columns:
                raise self._no_column(f"{column.table}.{name}")
            self.refer(column, source, scope, found_in, name)
            return
        for candidate in scope.chain():
            if name in candidate.merged:
                own = candidate.merged[name]
                if own is not None:
                    self.refer(column, own, scope, candidate, name)
                elif candidate is scope:
                    column.set("this", quoted(name))
                else:
                    raise unparsable(f"The column {named(name)} is ambiguous", "Write table.column.")
                return
            holders = [source for source in candidate.sources.values() if name in source.columns]
            if len(holders) > 1:
                raise unparsable(f"The column {named(name)} is ambiguous", "Write table.column.")
            if holders:
                if holders[0].relation is None and _passes_relation(scope, candidate):
                    # Here the name seems to be one that a query further out has made up; there it could be a
                    # hidden column of the relation in between.
                    raise self._no_column(name)
                self.refer(column, holders[0], scope, candidate, name)
                return
        source, found_in = self.whole_row(column, scope)
        if source.relation is not None:
            raise self._row_of_relation(source)
        self._project_between(scope, found_in)

    def _row_of_relation(self, source: Source) -> Exception:
        return denied(
            "column",
            f"{named(source.name)} as a value is a whole row, with columns that may not be open",
            "Name the columns, or wrap the table: FROM (SELECT * FROM t) AS t.",
        )

    def refer(
        self, column: exp.Column, source: Source, scope: Scope, found_in: Scope, name: str | None = None
    ) -> exp.Column:
        name = column.name if name is None else name
        if source.columns.count(name) > 1:
            raise unparsable(f"The column {named(name)} is ambiguous", "Give the columns their own names.")
        for inner in scope.chain():
            if inner is found_in:
                break
            if source.name in inner.sources:
                # Written back as source.column, the name would mean the source in between.
                raise unparsable(f"The name {named(source.name)} has two meanings", "Use different aliases.")
        self._found.understood[id(column)] = column
        column.set("this", quoted(name))
        column.set("table", quoted(source.name))
        column.set("db", None)
        self._note_outer(scope, found_in)
        self._found.references.append(Reference(column, source, scope, found_in))
        return column

    def _note_outer(self, scope: Scope, found_in: Scope) -> None:
        for inner in scope.chain():
            if inner is found_in:
                return
            inner.outer_references += 1

    def source_named(self, column: exp.Column, scope: Scope) -> tuple[Source, Scope]:
        name = self.name(column.args["table"])
        schema = column.args.get("db")
        for candidate in scope.chain():
            source = candidate.sources.get(name)
            if source is None:
                continue
            if schema is not None and (
                source.relation is None
                or not self._same(self.name(schema), source.relation.schema)
                or not self._same(name, source.relation.name)
            ):
                break
            if column.args.get("catalog"):
                break
            column.set("table", quoted(name))
            column.set("db", None)
            return source, candidate
        raise denied(
            "relation", f"{named(name)} is no table of this FROM list", "Use the alias that FROM gives."
        )

    def whole_row(self, column: exp.Expr, scope: Scope) -> tuple[Source, Scope]:
        """A relation's name as a value: the row, of which only the permitted columns may be seen."""
        if isinstance(column, exp.Column) and not column.table and self._language.whole_rows:
            name = self.name(column.this)
            for candidate in scope.chain():
                if (source := candidate.sources.get(name)) is not None:
                    column.set("this", quoted(name))
                    return source, candidate
        raise self._no_column(column.name)

    def _project_between(self, scope: Scope, found_in: Scope) -> None:
        """Reads relations through their permitted columns wherever the row's name could mean a hidden one."""
        self._note_outer(scope, found_in)
        for candidate in scope.chain():
            for other in candidate.sources.values():
                other.projected |= other.relation is not None
            if candidate is found_in:
                return

    def _field(self, node: exp.Dot, scope: Scope) -> None:
        """`(row).field`: the database takes a field that does not exist for a call of a function."""
        holder = bare(node.this)
        field = self.name(node.expression) if isinstance(node.expression, exp.Identifier) else ""
        if isinstance(holder, exp.Anonymous):
            if field not in self._language.records.get(function_name(holder), ()):
                raise self._no_column(field or "*")
            self.resolve(holder.expressions, scope, scope.queries)
            node.set("expression", quoted(field))
            node.set("this", exp.Paren(this=holder))
            return
        if not isinstance(holder, exp.Column) or isinstance(holder.this, exp.Star):
            raise denied("column", "A field of this expression is not open", "Select the column itself.")
        source, found_in = self.whole_row(holder, scope)
        if field not in source.columns:
            raise self._no_column(f"{source.name}.{field or '*'}")
        column = exp.column(quoted(field))
        node.replace(column)
        self.refer(column, source, scope, found_in)

    def _no_column(self, name: str) -> Exception:
        return denied(
            "column",
            f"The column {named(name)} is not open",
            "The schema tool lists those that are; a text stands in single quotes.",
        )

    def name(self, identifier: exp.Expr) -> str:
        return comparable(identifier.name, self._language)

    def _same(self, written: str, configured: str) -> bool:
        return written == comparable(configured, self._language)


def _passes_relation(scope: Scope, found_in: Scope) -> bool:
    for candidate in scope.chain():
        if candidate is found_in:
            return False
        if any(source.relation is not None for source in candidate.sources.values()):
            return True
    return False
