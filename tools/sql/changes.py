"""What writes have in common where values go both ways as text: rows as changes, and whether they stand."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from policies.canonical import canonical
from policies.change import Change, Fields, Kind, stands
from policies.errors import Denied, InvalidArgument
from tools.connector import Trace
from tools.sql.names import fold
from tools.sql.refusals import denied
from tools.sql.rules import Readable, Relation, Rules
from tools.sql.writes import Verb, too_many

KINDS: Final[Mapping[Verb, Kind]] = {
    Verb.INSERT: Kind.CREATE,
    Verb.UPDATE: Kind.UPDATE,
    Verb.DELETE: Kind.DELETE,
}


def change_of(
    relation: Relation, readable: Readable, kind: Kind, written: Sequence[str], values: Sequence[str | None]
) -> Change | None:
    """What one row of `Write.rows` says, or None where the row is as it shall be already.

    The key of a new row is empty where the database gives it.
    """
    target = ".".join(relation)
    if kind is Kind.CREATE:
        given: Fields = dict(zip(written, values, strict=True))
        whole = all(given.get(name) is not None for name in readable.key)
        return Change(target, {name: given[name] for name in readable.key} if whole else {}, None, given)
    before = dict(zip(readable.columns, values, strict=False))
    key = key_of(readable, before)
    if kind is Kind.DELETE:
        return Change(target, key, before, None)
    after = dict(zip(written, values[len(before) :], strict=True))
    return None if stands(after, before) else Change(target, key, before, after)


def key_of(readable: Readable, row: Fields) -> Fields:
    """The key of a row that has all readable columns, under the names that the key has."""
    folded = {fold(name): value for name, value in row.items()}
    return {name: row[name] if name in row else folded[fold(name)] for name in readable.key}


def traced(found: Iterable[tuple[Change, Fields | None]]) -> Trace:
    """What became of changes of which each is given with the row of its key, once nobody writes it."""
    each = list(found)
    if all(stands(change.after, row) for change, row in each):
        return Trace.DONE
    if all(stands(change.before, row) for change, row in each):
        return Trace.NOT_DONE
    return Trace.UNKNOWN


def hold_many(count: int, rules: Rules) -> None:
    """Raises `Denied` for more rows than may be changed."""
    if count > rules.max_changed_rows:
        raise too_many(rules)


def hold_some(changes: Sequence[Change]) -> None:
    """Raises `InvalidArgument` where there is none."""
    if not changes:
        raise InvalidArgument("This would change no row. Look with the query tool which rows there are.")


def hold_cells(found: Iterable[Sequence[object]], most: int) -> None:
    """A value is kept and shown in the whole, or its row is not changed here. Raises `Denied`."""
    if any(isinstance(value, str) and len(value) > most for row in found for value in row):
        raise Denied(
            f"A row holds a value of more than {most} characters, which can't be shown in the whole. Change "
            "it another way.",
            rule="cell_size",
        )


def hold_size(changes: Sequence[Change], most: int) -> None:
    """Raises `Denied` for more than `most` bytes of changes together."""
    if sum(len(canonical(change.to_json()).encode()) for change in changes) > most:
        raise denied(
            "max_bytes",
            f"What would change is more than {most} bytes",
            "Narrow it, or do it in several calls.",
        )


def hold_distinct(changes: Sequence[Change]) -> Sequence[Fields]:
    """The keys that are known already. Raises `Denied` where two are the same."""
    keys = [change.key for change in changes if change.key]
    if len({canonical(dict(key)) for key in keys}) < len(keys):
        raise denied("key", "Two of the rows have the same key", "Give each its own.")
    return keys


def taken() -> Denied:
    return denied("key", "A row with this key exists already", "Update it, or give another key.")


def still_open(target: str, rules: Rules) -> Relation:
    """Where an action was. Raises `Denied` where nothing may be written there any more."""
    relation = Relation(*target.split(".", 1))
    readable = rules.relations.get(relation)
    if readable is None or not readable.write:
        raise Denied("The table is not open for writing any more. Ask an administrator.", rule="relation")
    return relation


def final(kind: Kind, readable: Readable, *, whole: bool) -> str:
    """Why such a change of a table can't be taken back; empty where it can.

    `whole` says that every column can be read whose values the database does not make from others.
    """
    if kind is Kind.CREATE and not readable.deletes:
        return "no row of this table may be deleted"
    if kind is Kind.DELETE and not whole:
        return "the table has columns that are not open here, and what they hold would be lost"
    return ""
