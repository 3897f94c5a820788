"""A table that is to be written, as information_schema knows it: what would happen, and what can't be.

The account sees there what it has been granted something of. So what others have hung on the table, triggers
and foreign keys of tables that are not open, stays unseen, and each plan says so.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policies.change import Kind
from policies.errors import Denied
from tools.mysql.columns import Stored
from tools.sql.changes import final
from tools.sql.names import fold
from tools.sql.refusals import denied, named
from tools.sql.rules import Readable, Relation

if TYPE_CHECKING:
    from tools.mysql.link import Link

_TABLE: Final = (
    "SELECT table_type, engine FROM information_schema.tables WHERE table_schema = ? AND table_name = ?"
)
_COLUMNS: Final = """
SELECT column_name, data_type, column_type, is_nullable = 'YES', extra, generation_expression IS NOT NULL
    AND generation_expression <> '' FROM information_schema.columns
WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position
"""
_KEYS: Final = """
SELECT index_name, column_name, nullable = 'YES', sub_part IS NOT NULL FROM information_schema.statistics
WHERE table_schema = ? AND table_name = ? AND non_unique = 0 ORDER BY index_name, seq_in_index
"""
_REFERENCES: Final = """
SELECT k.table_name, k.referenced_column_name, r.update_rule, r.delete_rule
FROM information_schema.key_column_usage k LEFT JOIN information_schema.referential_constraints r
    ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
    AND r.table_name = k.table_name
WHERE k.referenced_table_schema = ? AND k.referenced_table_name = ?
ORDER BY 1, 2, 3, 4
"""
_TRIGGERS: Final = """
SELECT trigger_name, event_manipulation FROM information_schema.triggers
WHERE event_object_schema = ? AND event_object_table = ? ORDER BY 1
"""
_EVENTS: Final = {Kind.CREATE: "INSERT", Kind.UPDATE: "UPDATE", Kind.DELETE: "DELETE"}
_SPREADING: Final = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key to the table's `column`, and what an update and a deletion there do to its rows: None
    where the account is not told.
    """

    of: str
    column: str
    on_update: str | None
    on_delete: str | None

    def rule(self, kind: Kind, given: Collection[str]) -> str | None:
        """What such a change does, or "" for nothing."""
        if kind is Kind.DELETE:
            return self.on_delete
        return self.on_update if kind is Kind.UPDATE and self.column in given else ""


@dataclass(frozen=True, slots=True)
class Target:
    """What information_schema says. Names are as fold makes them; equal only while nothing has changed.

    `unique` are the columns of each unique key whose columns are never NULL and count in the whole;
    `triggers` are names and events.
    """

    relation: Relation
    kind: str
    engine: str
    columns: Mapping[str, Stored]
    unique: tuple[frozenset[str], ...]
    references: tuple[Reference, ...]
    triggers: tuple[tuple[str, str], ...]

    def hidden(self, kind: Kind, written: Collection[str], *, unseen: bool) -> tuple[str, ...]:
        """What may happen besides. `unseen` says that nobody knows what hangs on the table."""
        given = {fold(name) for name in written}
        moved = [
            f"the column {named(column.name)} is set to the time"
            for name, column in self.columns.items()
            if kind is Kind.UPDATE and column.follows_updates and name not in given
        ]
        fired = [f"trigger {named(name)}" for name, event in self.triggers if event == _EVENTS[kind]]
        untold = [
            f"a foreign key of {named(each.of)}, whose rule the account can't see"
            for each in self.references
            if each.rule(kind, given) is None
        ]
        rest = ["other triggers and foreign keys, if there are any: the account can't see them"]
        return (*moved, *fired, *((*untold, *rest) if unseen else ()))

    def final(self, kind: Kind, readable: Readable) -> str:
        """Why such a change can't be taken back; empty where it can."""
        known = {fold(name) for name in (*readable.columns, *readable.key)}
        whole = all(name in known or column.is_made for name, column in self.columns.items())
        return final(kind, readable, whole=whole)


async def look_up(link: "Link", relation: Relation) -> Target:
    """Raises `Denied` for a table that does not exist, or what is in `failures.DRIVER`."""
    found = (await link.ask(_TABLE, relation)).rows
    if not found:
        raise Denied(
            "The table does not exist in the database. An administrator should run remit doctor.",
            rule="relation",
        )
    ((kind, engine),) = found
    columns = [Stored.of(*row) for row in (await link.ask(_COLUMNS, relation)).rows]
    references = [
        Reference(str(of), fold(str(column)), update, delete)
        for of, column, update, delete in (await link.ask(_REFERENCES, relation)).rows
    ]
    triggers = [(str(name), str(event)) for name, event in (await link.ask(_TRIGGERS, relation)).rows]
    return Target(
        relation,
        str(kind),
        str(engine),
        {fold(column.name): column for column in columns},
        _unique((await link.ask(_KEYS, relation)).rows),
        tuple(references),
        tuple(triggers),
    )


def _unique(rows: Sequence[Sequence[object]]) -> tuple[frozenset[str], ...]:
    columns: dict[str, set[str]] = {}
    unfit: set[str] = set()
    for index, column, nullable, is_part in rows:
        columns.setdefault(str(index), set()).add(fold(str(column)))
        if column is None or nullable or is_part:
            unfit.add(str(index))
    return tuple(sorted((frozenset(of) for name, of in columns.items() if name not in unfit), key=sorted))


def unfit(target: Target, readable: Readable) -> Iterator[str]:
    """Why the table can't be written, whatever is written: sentences for a caller and for an operator."""
    if target.kind != "BASE TABLE":
        yield "it is a view"
    elif target.engine != "InnoDB":
        yield f"it is of the engine {target.engine}, which takes nothing back"
    missing = [name for name in (*readable.columns, *readable.key) if fold(name) not in target.columns]
    if missing:
        yield f"it has no column {named(missing[0])}"
        return
    if frozenset(map(fold, readable.key)) not in target.unique:
        yield f"its key ({', '.join(readable.key)}) has no unique index of its own, or may be NULL"
    for name in dict.fromkeys((*readable.columns, *readable.key)):
        if target.columns[fold(name)].cast is None:
            yield f"{named(name)} is of a type that is not written here"


def hold_fit(target: Target, readable: Readable) -> None:
    """Raises `Denied` for a table that can't be written."""
    for why in unfit(target, readable):
        raise Denied(
            f"The table can't be written: {why}. An administrator should run remit doctor.", rule="table"
        )


def hold_written(target: Target, written: Collection[str]) -> None:
    """Raises `Denied` for a column whose values only the server makes."""
    for name in written:
        if target.columns[fold(name)].is_made:
            raise denied("made", f"{named(name)} is given by the database alone", "Leave it out.")


def hold_cascades(target: Target, kind: Kind, written: Collection[str]) -> None:
    """Raises `Denied` for what would change rows that the plan can't show."""
    given = {fold(name) for name in written}
    if any(each.rule(kind, given) in _SPREADING for each in target.references):
        raise denied(
            "cascade", "A foreign key would change rows of another table with it", "Change those first."
        )
