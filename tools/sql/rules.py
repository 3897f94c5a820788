"""What a statement is held against, and what is left of it once it has passed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Self

from policies.document import Source


class Dialect(StrEnum):
    POSTGRES = "postgres"
    SQLITE = "sqlite"


class Relation(NamedTuple):
    """A table or view by its full name, in the case that the system's catalogue keeps."""

    schema: str
    name: str


@dataclass(frozen=True, slots=True)
class Readable:
    """What may be read of one relation; `rows` is a condition with claims of the user as `:name`."""

    columns: tuple[str, ...]
    rows: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """One source's allowlist. What is not in it is refused."""

    dialect: Dialect
    default_schema: str
    relations: Mapping[Relation, Readable]
    functions: frozenset[str]
    max_rows: int

    @classmethod
    def of(cls, source: Source) -> Self:
        """Table names of the configuration are `name` or `schema.name`."""
        dialect = Dialect(source.kind)
        schema = "main" if dialect is Dialect.SQLITE else source.default_schema
        return cls(
            dialect=dialect,
            default_schema=schema,
            relations={
                Relation(*(name.split(".", 1) if "." in name else (schema, name))): Readable(
                    rules.columns, rules.rows
                )
                for name, rules in source.tables.items()
            },
            functions=frozenset(source.functions),
            max_rows=source.max_rows,
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement that has passed. `sql` is generated from the tree that was checked, not from what came.

    `claims` are the names of the user's claims to bind, in the order of the placeholders in `sql`.
    `relations` are those that it reads, to hold against the planner's own list.
    """

    sql: str
    claims: tuple[str, ...]
    relations: frozenset[Relation]
