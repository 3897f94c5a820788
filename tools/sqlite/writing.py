"""Writes to an SQLite file: planned as rows, carried out in one transaction, found again afterwards.

The order is the whole point (threats T17, T18, T47): every row is looked at again under the lock, written by
its key and read back; then what was really stored is noted, and only then it becomes final.
"""

from collections.abc import Callable, Sequence
from typing import Final

import apsw

from policies.call import User
from policies.cause import cause
from policies.change import Change, Effect, Fields, Kind
from policies.errors import Conflict, Denied, InDoubt, InvalidArgument, StaleConfirmation, UpstreamFailed
from tools.connector import Trace
from tools.sql.arguments import claim_values
from tools.sql.refusals import named
from tools.sql.rules import Relation, Rules
from tools.sql.standing import row_condition
from tools.sql.writes import Verb, Write, too_many
from tools.sqlite.database import Cell, Database
from tools.sqlite.hazards import Hazards, hazards
from tools.sqlite.rehearsal import rehearse
from tools.sqlite.rows import Rows, stands
from tools.sqlite.values import kept

_STALE: Final = "What was confirmed no longer stands in the table, so nothing was changed. Plan it anew."
_WRITING: Final = frozenset({apsw.SQLITE_INSERT, apsw.SQLITE_UPDATE, apsw.SQLITE_DELETE})
_LOOKING: Final = frozenset({apsw.SQLITE_READ, apsw.SQLITE_SELECT, apsw.SQLITE_RECURSIVE})


def rows_of(target: str, rules: Rules, user: User | None) -> Rows:
    """The rows that the user may have; all of them for nobody. Raises `Denied`."""
    relation = Relation(rules.default_schema, target)
    readable = rules.relations.get(relation)
    if readable is None or not readable.key or not readable.write:
        raise Denied("This table is no longer open for writing. An administrator can open it.", rule="write")
    condition = row_condition(relation, rules) if user else None
    values = claim_values(condition.claims, user) if condition and user else ()
    return Rows(relation, readable, condition, values)


def changes_of(write: Write, found: Sequence[Sequence[Cell]], rules: Rules) -> tuple[Change, ...]:
    """What the rows of `write.rows` say. Raises `Denied` and `InvalidArgument`."""
    readable, target = rules.relations[write.relation], write.relation.name
    if len(found) > rules.max_changed_rows:
        raise too_many(rules)
    if not found:
        raise InvalidArgument("No row that you may have fits, so there is nothing to change. Check WHERE.")
    split = 0 if write.verb is Verb.INSERT else len(readable.columns)
    changes: list[Change] = []
    for row in found:
        if len(row) != split + len(write.written):
            raise InvalidArgument("The values are not as many as the columns. Match the two.")
        before = dict(zip(readable.columns, map(kept, row[:split]), strict=False))
        after = dict(zip(write.written, map(kept, row[split:]), strict=True))
        if write.verb is Verb.INSERT:
            # A key of NULL is one that SQLite makes.
            key = {name: after.get(name) for name in readable.key}
            known = key if all(value is not None for value in key.values()) else {}
            changes.append(Change(target, known, before=None, after=after))
            continue
        shown = {name.lower(): value for name, value in before.items()}
        key = {name: shown[name.lower()] for name in readable.key}
        gone = write.verb is Verb.DELETE
        changes.append(Change(target, key, before=before, after=None if gone else after))
    return tuple(changes)


def effect_of(database: Database, changes: Sequence[Change], rules: Rules) -> Effect:
    """With what the table does besides. Raises `Denied`. The database must not be asking anybody yet."""
    target = changes[0].target
    readable = rules.relations[Relation(rules.default_schema, target)]
    found = hazards(database, target)
    found.refuse(changes, readable)
    rows = rows_of(target, rules, None)
    statements = dict(rows.statement(change, found) for change in changes)
    triggers = {name for sql, values in statements.items() for name in database.triggers(sql, values)}
    return Effect(
        tuple(changes),
        final=found.final(changes, readable),
        hidden=tuple(f"trigger {named(name)}" for name in sorted(triggers)),
    )


def planned(
    database: Database, write: Write, found: Sequence[Sequence[Cell]], rules: Rules, user: User
) -> Effect:
    """The plan of a statement. Raises as `changes_of` and `effect_of` do, and `Denied` for rows of others."""
    table = hazards(database, write.relation.name)
    table.refuse_generated(write.written)
    changes = changes_of(write, found, rules)
    effect = effect_of(database, changes, rules)
    if write.verb is Verb.INSERT:
        rows = rows_of(write.relation.name, rules, user)
        if any(change.key and rows.find(database, change.key) for change in changes):
            raise Denied("A row with this key exists already. Update it, or give another key.", rule="key")
        if not effect.hidden:
            rehearse(rows, changes, table)
    return effect


def inverse(database: Database, changes: Sequence[Change], rules: Rules, user: User) -> Effect:
    """The plan of taking something back, from the rows as they are now. Raises `Conflict` and `Denied`."""
    planned: list[Change] = []
    differences: list[tuple[Change, Fields | None]] = []
    for change in changes:
        rows = rows_of(change.target, rules, user)
        now = rows.find(database, change.key)
        if not stands(change.before, now):
            differences.append((change, now))
        planned.append(Change(change.target, change.key, before=now, after=change.after))
    if differences:
        raise Conflict(tuple(differences))
    return effect_of(database, planned, rules)


def make_final(
    database: Database, effect: Effect, rules: Rules, user: User, note: Callable[[Effect], None]
) -> tuple[Effect, list[Fields]]:
    """Makes exactly these changes in the open transaction, and commits. What was stored, and rows to show.

    Raises `StaleConfirmation`, `Denied` or `UpstreamFailed` when nothing was done, `InDoubt` when nobody can
    say.
    """
    if effect_of(database, effect.changes, rules) != effect:
        raise StaleConfirmation(_STALE)
    table = hazards(database, effect.changes[0].target)
    written: list[tuple[Rows, Change, Fields]] = []
    for change in effect.changes:
        rows = rows_of(change.target, rules, user)
        if change.key and not stands(change.before, rows.find(database, change.key)):
            raise StaleConfirmation(_STALE)
        written.append((rows, change, _make(database, rows, change, table)))
    # Only now: a trigger of one row may change another.
    stored = [_read_back(database, *one) for one in written]
    if database.puts_off():
        raise Denied(
            "A row that one of these refers to is missing, or one refers to a row that is gone. Nothing was "
            "changed. Mend that first.",
            rule="constraint",
        )
    complete = effect.holding(tuple(change for change, _ in stored))
    note(complete)
    _commit(database)
    return complete, [row for _, row in stored]


def _make(database: Database, rows: Rows, change: Change, table: Hazards) -> Fields:
    """The key of the row that it was made to."""
    database.ask(_permits(change))
    try:
        key = rows.write(database, change, table)
    finally:
        database.ask(None)
    if key is None:
        raise UpstreamFailed("A row could not be told from others by its key. Nothing was changed.")
    return key


def _read_back(database: Database, rows: Rows, change: Change, key: Fields) -> tuple[Change, Fields]:
    """The change as it was really stored, and the row to show."""
    now = rows.find(database, key)
    if change.after is None:
        if now is not None:
            raise _differs()
        return change, change.before or {}
    if now is None:
        raise Denied(
            "A row would then be none of those that you may have. Nothing was changed.", rule="row_filter"
        )
    # In the place of a key of NULL, SQLite has made one.
    made = rows.readable.key if not change.key else ()
    confirmed = {name: value for name, value in change.after.items() if name not in made or value is not None}
    if not rows.holds(database, key, confirmed):
        raise _differs()
    stored = now if change.kind is Kind.CREATE else {name: now[name] for name in change.after}
    return Change(change.target, key, before=change.before, after=stored), now


def _differs() -> Exception:
    return Denied(
        "The table would store something else than what was confirmed, by rules of its own. "
        "Nothing was changed.",
        rule="stored_differently",
    )


def _permits(change: Change) -> Callable[[int, str | None, str | None, str | None, str | None], int]:
    """The engine as a second witness: one kind of change to one table, and what its triggers do."""
    action = {
        Kind.CREATE: apsw.SQLITE_INSERT,
        Kind.UPDATE: apsw.SQLITE_UPDATE,
        Kind.DELETE: apsw.SQLITE_DELETE,
    }[change.kind]
    written = {name.lower() for name in change.after or ()}

    def ask(asked: int, first: str | None, second: str | None, _: str | None, by: str | None) -> int:
        if asked in _LOOKING:
            return apsw.SQLITE_OK
        if asked == apsw.SQLITE_FUNCTION:
            return apsw.SQLITE_OK if (second or "").lower() != "load_extension" else apsw.SQLITE_DENY
        if by and asked in _WRITING:
            return apsw.SQLITE_OK  # a trigger's, which was named before anybody said yes
        own = asked == action and (first or "").lower() == change.target.lower()
        column = asked != apsw.SQLITE_UPDATE or (second or "").lower() in written
        return apsw.SQLITE_OK if own and column else apsw.SQLITE_DENY

    return ask


def _commit(database: Database) -> None:
    # From here on the outcome has to be known, however long that takes.
    database.unhurried()
    try:
        database.write("COMMIT")
    except (apsw.BusyError, apsw.ConstraintError):
        raise  # still open, and rolled back when the file is closed
    except apsw.Error as error:
        raise InDoubt(
            "SQLite did not say whether the change was kept. It is being found out: look with remit_actions.",
            detail=cause(error),
        ) from error


def trace(database: Database, effect: Effect, rules: Rules) -> Trace:
    """Compares each row with what was noted of it, while nobody else can write."""
    standing = [
        (change, rows_of(change.target, rules, None).find(database, change.key)) for change in effect.changes
    ]
    if all(stands(change.after, now) for change, now in standing):
        return Trace.DONE
    if all(stands(change.before, now) for change, now in standing):
        return Trace.NOT_DONE
    return Trace.UNKNOWN
