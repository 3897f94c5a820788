"""What the names of a statement mean, as data: sources, scopes, and the columns used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from tools.sql.rules import Relation


@dataclass(eq=False, slots=True)
class Source:
    """One entry of a FROM list. `columns` are its output names, "" for one that can't be named.

    `relation` is set for a table or view itself; `projected` asks for it to be read through a sub-select of
    its permitted columns. `query` is set for what a query gives; it is `turned` where its columns
    are made of rows.
    """

    name: str
    node: exp.Expr
    columns: tuple[str, ...]
    relation: Relation | None = None
    few: bool = False
    projected: bool = False
    query: exp.Expr | None = None
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """What a query gives: its column names, and whether its rows are few (see tools/sql/few.py)."""

    columns: tuple[str, ...]
    few: bool
    query: exp.Expr | None = None


@dataclass(eq=False, slots=True)
class Scope:
    """One SELECT: what its FROM list offers, and the scope around it."""

    select: exp.Select
    outer: "Scope | None"
    queries: Mapping[str, Derived]
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    merged: dict[str, Source | None] = field(default_factory=dict[str, "Source | None"])
    """Columns of USING, with the source that has the joined value; None where no single source has it."""
    outer_references: int = 0

    def chain(self) -> Iterator["Scope"]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer


@dataclass(eq=False, slots=True)
class Reference:
    """A column as it is used: where, and of which source."""

    column: exp.Column
    source: Source
    used_in: Scope
    found_in: Scope


@dataclass(eq=False, slots=True)
class Resolution:
    """All that resolving has learned about a statement, innermost scopes first."""

    scopes: list[Scope] = field(default_factory=list[Scope])
    references: list[Reference] = field(default_factory=list[Reference])
    derived: dict[int, Derived] = field(default_factory=dict[int, Derived])
    recursive: set[int] = field(default_factory=set[int])
    """Queries of WITH RECURSIVE that read themselves, by their node's identity."""
    understood: dict[int, exp.Expr] = field(default_factory=dict[int, exp.Expr])
    """Every table and column that has been looked at, by its node's identity."""

    def relations(self) -> frozenset[Relation]:
        return frozenset(
            source.relation
            for scope in self.scopes
            for source in scope.sources.values()
            if source.relation is not None
        )
