"""A table that is to be written, as the server's catalogue knows it: what would happen, and what can't be."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, cast

from policies.change import Kind
from policies.errors import Denied
from tools.sql.changes import final
from tools.sql.refusals import denied, named
from tools.sql.rules import Readable, Relation

_MONEY: Final = frozenset({790, 791})
"""Written and read with the signs of a setting, and so not exactly."""
_EVENTS: Final = {Kind.CREATE: 4, Kind.DELETE: 8, Kind.UPDATE: 16}
"""Bits of pg_trigger.tgtype (src/include/catalog/pg_trigger.h)."""

TARGET: Final = """
WITH RECURSIVE tree(oid) AS (
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = $2
    UNION
    SELECT i.inhrelid FROM pg_inherits i JOIN tree ON tree.oid = i.inhparent
)
SELECT json_build_object(
    'kind', c.relkind,
    'has_children', EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid),
    'has_rules', EXISTS (SELECT FROM pg_rewrite r JOIN tree ON tree.oid = r.ev_class),
    'fields', (
        SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod),
            format_type(base.oid, -1), base.oid::bigint, base.modifier <> -1 AND base.oid < 16384,
            a.attnotnull, a.attgenerated <> '', a.attidentity = 'a',
            CASE WHEN a.attidentity <> '' OR EXISTS (
                    SELECT FROM pg_type t WHERE t.oid = a.atttypid AND t.typdefault IS NOT NULL) THEN NULL
                WHEN NOT a.atthasdef THEN 'NULL'
                WHEN d.adbin::text LIKE '{CONST %' THEN pg_get_expr(d.adbin, d.adrelid) END
        ) ORDER BY a.attnum)
        FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum, LATERAL (
            WITH RECURSIVE below(oid, modifier) AS (
                SELECT a.atttypid, a.atttypmod
                UNION ALL
                SELECT t.typbasetype, t.typtypmod FROM below JOIN pg_type t ON t.oid = below.oid
                WHERE t.typtype = 'd'
            )
            SELECT below.oid, below.modifier FROM below JOIN pg_type t ON t.oid = below.oid
            WHERE t.typtype <> 'd'
        ) AS base
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ),
    'keys', (
        SELECT coalesce(json_agg(key.names ORDER BY key.names::text), '[]')
        FROM pg_index i, LATERAL (
            SELECT json_agg(a.attname ORDER BY a.attname) AS names
            FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) AS part(attnum)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = part.attnum
        ) AS key
        WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
            AND i.indpred IS NULL AND i.indexprs IS NULL
    ),
    'triggers', (
        SELECT coalesce(json_agg(found ORDER BY found::text), '[]')
        FROM (
            SELECT DISTINCT g.tgname, g.tgtype, ARRAY(
                SELECT a.attname::text FROM pg_attribute a
                WHERE a.attrelid = g.tgrelid AND a.attnum = ANY (g.tgattr) ORDER BY 1) AS columns
            FROM pg_trigger g JOIN tree ON tree.oid = g.tgrelid
            WHERE NOT g.tgisinternal AND g.tgenabled IN ('O', 'A')
        ) AS trigger, LATERAL (SELECT json_build_array(tgname, tgtype, columns) AS found) AS told
    ),
    'cascades', (
        SELECT coalesce(json_agg(found ORDER BY found::text), '[]')
        FROM pg_constraint f JOIN tree ON tree.oid = f.confrelid, LATERAL (
            SELECT json_build_array(f.confdeltype IN ('c', 'n', 'd'), f.confupdtype IN ('c', 'n', 'd'),
                ARRAY(SELECT a.attname::text FROM pg_attribute a
                    WHERE a.attrelid = f.confrelid AND a.attnum = ANY (f.confkey) ORDER BY 1)) AS found
        ) AS told
        WHERE f.contype = 'f' AND (f.confdeltype IN ('c', 'n', 'd') OR f.confupdtype IN ('c', 'n', 'd'))
    )
)::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2
"""
"""Everything that a write of the relation depends on, as one JSON text; no row where there is none.

Its parameters are the schema and the name.
"""


@dataclass(frozen=True, slots=True)
class Field:
    """One column. `type` is its own, with its size and its domain; `base` is beneath them, and `oid` is its.

    `is_sized` says that the type rounds, cuts or fills values; `is_made` that the server makes them from
    others, `is_numbered` that it gives them itself. `default` is what the column gets where nothing is given,
    as an expression: only NULL or a constant, and None where it is told no sooner than it is stored.
    """

    name: str
    type: str
    base: str
    oid: int
    is_sized: bool
    not_null: bool
    is_made: bool
    is_numbered: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class Trigger:
    """`columns` are those whose update fires it: none where any does."""

    name: str
    events: int
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cascade:
    """A foreign key that changes the rows it is in; `columns` are those of this table that it points to."""

    on_delete: bool
    on_update: bool
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Target:
    """What the catalogue says. `facts` is all of it as it came: equal only while nothing has changed."""

    relation: Relation
    facts: str
    kind: str
    has_children: bool
    has_rules: bool
    fields: Mapping[str, Field]
    keys: frozenset[frozenset[str]]
    triggers: tuple[Trigger, ...]
    cascades: tuple[Cascade, ...]

    @classmethod
    def of(cls, relation: Relation, facts: str) -> Self:
        parts = cast("dict[str, Any]", json.loads(facts))
        return cls(
            relation,
            facts,
            kind=parts["kind"],
            has_children=parts["has_children"],
            has_rules=parts["has_rules"],
            fields={field[0]: Field(*field) for field in parts["fields"] or ()},
            keys=frozenset(frozenset(key) for key in parts["keys"]),
            triggers=tuple(Trigger(name, events, frozenset(of)) for name, events, of in parts["triggers"]),
            cascades=tuple(Cascade(gone, new, frozenset(of)) for gone, new, of in parts["cascades"]),
        )

    def events(self, kind: Kind) -> int:
        """The bits of the triggers that fire. An update of a partitioned table may move a row."""
        if kind is Kind.UPDATE and self.kind == "p":
            return sum(_EVENTS.values())
        return _EVENTS[kind]

    def hidden(self, kind: Kind, written: Collection[str]) -> tuple[str, ...]:
        """What may happen besides, by the triggers of the table and of its partitions."""
        events = self.events(kind)
        names = {
            trigger.name
            for trigger in self.triggers
            if trigger.events & events and (not trigger.columns or trigger.columns & set(written))
        }
        return tuple(f"trigger {named(name)}" for name in sorted(names))

    def final(self, kind: Kind, readable: Readable) -> str:
        """Why such a change can't be taken back; empty where it can."""
        known = {*readable.columns, *readable.key}
        whole = all(name in known or field.is_made for name, field in self.fields.items())
        return final(kind, readable, whole=whole)


def unfit(target: Target, readable: Readable) -> Iterator[str]:
    """Why the table can't be written, whatever is written: sentences for a caller and for an operator."""
    if target.kind not in {"r", "p"}:
        yield "it is a view or a foreign table"
    if target.has_children and target.kind != "p":
        yield "other tables inherit from it"
    if target.has_rules:
        yield "it has rules that rewrite what is written"
    missing = [name for name in (*readable.columns, *readable.key) if name not in target.fields]
    if missing:
        yield f"it has no column {named(missing[0])}"
        return
    if frozenset(readable.key) not in target.keys or not all(
        target.fields[name].not_null for name in readable.key
    ):
        yield f"its key ({', '.join(readable.key)}) has no unique index of its own, or may be NULL"
    for name in dict.fromkeys((*readable.columns, *readable.key)):
        if target.fields[name].oid in _MONEY:
            yield f"{named(name)} is of type money, which is not kept exactly"


def hold_fit(target: Target, readable: Readable) -> None:
    """Raises `Denied` for a table that can't be written."""
    for why in unfit(target, readable):
        raise Denied(
            f"The table can't be written: {why}. An administrator should run remit doctor.", rule="table"
        )


def hold_written(target: Target, written: Collection[str]) -> None:
    """Raises `Denied` for a column whose values only the server makes."""
    for name in written:
        if target.fields[name].is_made or target.fields[name].is_numbered:
            raise denied("made", f"{named(name)} is given by the database alone", "Leave it out.")


def hold_cascades(target: Target, kind: Kind, written: Collection[str]) -> None:
    """Raises `Denied` for what would change rows that the plan can't show."""
    for cascade in target.cascades:
        deletes = kind is Kind.DELETE or (kind is Kind.UPDATE and target.kind == "p")
        updates = kind is Kind.UPDATE and bool(cascade.columns & set(written))
        if (deletes and cascade.on_delete) or (updates and cascade.on_update):
            raise denied(
                "cascade", "A foreign key would change rows of another table with it", "Change those first."
            )
