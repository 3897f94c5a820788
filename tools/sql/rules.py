"""What a statement is held against, and what is left of it once it has passed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Self

from policies.call import Origin
from policies.sources import SqlSource


class Dialect(StrEnum):
    POSTGRES = "postgres"
    SQLITE = "sqlite"
    MYSQL = "mysql"
    SNOWFLAKE = "snowflake"


class Relation(NamedTuple):
    """A table or view by its full name, in the case that the system's catalogue keeps."""

    schema: str
    name: str


@dataclass(frozen=True, slots=True)
class Readable:
    """What may be read of one relation, and what may be written.

    `rows` is a condition with claims of the user as `:name`. `key` tells its rows apart; `write` are the
    columns that may be given values. `labels` say what kind of personal data columns hold.
    """

    columns: tuple[str, ...]
    rows: str | None = None
    key: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def deletes(self) -> bool:
        """Whether whole rows may go: every column may be written, to put one back."""
        return bool(self.write) and {*self.write, *self.key} >= {*self.columns}


@dataclass(frozen=True, slots=True)
class Rules:
    """One source's allowlist. What is not in it is refused."""

    dialect: Dialect
    default_schema: str
    relations: Mapping[Relation, Readable]
    functions: frozenset[str]
    max_rows: int
    max_changed_rows: int = 100

    @classmethod
    def of(cls, source: SqlSource) -> Self:
        """Table names of the configuration are `name` or `schema.name`."""
        dialect = Dialect(source.kind)
        schema = source.default_schema
        return cls(
            dialect=dialect,
            default_schema=schema,
            relations={
                Relation(*(name.split(".", 1) if "." in name else (schema, name))): Readable(
                    rules.columns, rules.rows, rules.key, rules.write, rules.labels
                )
                for name, rules in source.tables.items()
            },
            functions=frozenset(source.functions),
            max_rows=source.max_rows,
            max_changed_rows=source.max_changed_rows,
        )

    def for_changes(self) -> "Rules":
        """The same for a SELECT that shows what a write would change."""
        return Rules(
            self.dialect,
            self.default_schema,
            self.relations,
            self.functions,
            max_rows=self.max_changed_rows,
            max_changed_rows=self.max_changed_rows,
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement that has passed. `sql` is generated from the tree that was checked, not from what came.

    `claims` are the names of the user's claims to bind, in the order of the placeholders in `sql`.
    `relations` are those that it reads, to hold against the planner's own list. `columns` are the names of
    its outputs, "" for one without, and `origins` what each of them is made of.
    """

    sql: str
    claims: tuple[str, ...]
    relations: frozenset[Relation]
    columns: tuple[str, ...] = ()
    origins: tuple[tuple[Origin, ...], ...] = ()
