"""What a role may do beyond reading and writing what is configured (threat T09)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from policies.canonical import Json
from policies.errors import Denied
from tools.sql.rules import Relation, Rules

# Of each table that is configured to be written: what may be done to it, and to which columns. A DELETE is of
# whole rows, and so of no column.
_CONFIGURED_WRITES: Final = """
    SELECT c.oid, w.privilege, w.column, a.attnum
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS w(schema, name, privilege, "column")
    JOIN pg_namespace n ON n.nspname = w.schema
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind IN ('r', 'p')
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = w.column AND a.attnum > 0
        AND NOT a.attisdropped
"""
# What hangs on columns that an INSERT may give. Of these, a sequence is what a serial column takes its values
# from.
_FEEDING: Final = """
    SELECT d.objid AS oid
    FROM pg_depend d JOIN writable w ON d.refobjid = w.oid AND d.refobjsubid = w.attnum
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
        AND w.privilege = 'INSERT'
"""

EXCESS: Final = f"""
WITH writable AS ({_CONFIGURED_WRITES}), feeding AS ({_FEEDING}), reach AS (
    -- SET ROLE reaches each of these, whether or not their privileges are inherited.
    SELECT oid, rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
    FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')
), relation AS (
    SELECT c.oid, c.relkind, c.relowner, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        AND n.nspname !~ '^(pg_(catalog|toast|temp)|information_schema$)'
), excess(rank, what, object) AS (
    SELECT 1, 'has ' || held.attribute, reach.rolname
    FROM reach, LATERAL (VALUES ('SUPERUSER', rolsuper), ('BYPASSRLS', rolbypassrls),
        ('CREATEROLE', rolcreaterole), ('CREATEDB', rolcreatedb), ('REPLICATION', rolreplication)
    ) AS held(attribute, is_held) WHERE is_held
    UNION ALL
    SELECT 2, 'is a member of', rolname FROM reach WHERE oid < 16384 AND rolname ^@ 'pg_'
    UNION ALL
    SELECT 3, 'owns', relation.name FROM relation JOIN reach ON reach.oid = relation.relowner
    UNION ALL
    SELECT 3, 'owns the database', d.datname FROM pg_database d JOIN reach ON reach.oid = d.datdba
    WHERE d.datname = current_database()
    UNION ALL
    SELECT 4, 'may write', relation.name FROM relation JOIN reach ON CASE
        WHEN relation.relkind = 'S' THEN has_sequence_privilege(reach.oid, relation.oid, 'UPDATE')
            OR has_sequence_privilege(reach.oid, relation.oid, 'USAGE')
            AND relation.oid NOT IN (SELECT oid FROM feeding)
        WHEN relation.oid IN (SELECT oid FROM writable)
            THEN has_table_privilege(reach.oid, relation.oid, 'TRUNCATE, TRIGGER')
            OR has_table_privilege(reach.oid, relation.oid, 'DELETE')
            AND NOT EXISTS (SELECT FROM writable w WHERE w.oid = relation.oid AND w.privilege = 'DELETE')
        ELSE has_table_privilege(reach.oid, relation.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
            OR has_any_column_privilege(reach.oid, relation.oid, 'INSERT, UPDATE') END
    UNION ALL
    SELECT 4, 'may write', format('%s.%I', relation.name, a.attname)
    FROM relation JOIN pg_attribute a ON a.attrelid = relation.oid AND a.attnum > 0 AND NOT a.attisdropped
    CROSS JOIN (VALUES ('INSERT'), ('UPDATE')) AS way(privilege)
    JOIN reach ON has_column_privilege(reach.oid, relation.oid, a.attnum, way.privilege)
    WHERE relation.oid IN (SELECT oid FROM writable) AND NOT EXISTS (SELECT FROM writable w
        WHERE w.oid = relation.oid AND w.privilege = way.privilege AND w.attnum = a.attnum)
    UNION ALL
    SELECT 5, 'may create in', format('%I', n.nspname) FROM pg_namespace n JOIN reach
        ON has_schema_privilege(reach.oid, n.oid, 'CREATE')
    WHERE n.nspname !~ '^(pg_(catalog|toast|temp)|information_schema$)'
    UNION ALL
    SELECT 5, 'may create schemas in', d.datname FROM pg_database d JOIN reach
        ON has_database_privilege(reach.oid, d.oid, 'CREATE') WHERE d.datname = current_database()
)
SELECT what::text, object::text FROM excess GROUP BY rank, what, object ORDER BY rank, object LIMIT 50
"""  # noqa: S608 - all of it is ours
"""Its parameters are those of `write_parameters`."""

SHORTFALL: Final = f"""
WITH writable AS ({_CONFIGURED_WRITES}), feeding AS ({_FEEDING})
SELECT format('GRANT %s%s ON TABLE %I.%I TO %I', w.privilege, ' (' || quote_ident(w.column) || ')',
    n.nspname, c.relname, session_user) AS grant
FROM writable w JOIN pg_class c ON c.oid = w.oid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE CASE WHEN w.column IS NULL THEN NOT has_table_privilege(session_user, w.oid, w.privilege)
    ELSE NOT has_column_privilege(session_user, w.oid, w.attnum, w.privilege) END
UNION
SELECT format('GRANT USAGE ON SEQUENCE %I.%I TO %I', n.nspname, c.relname, session_user)
FROM feeding f JOIN pg_class c ON c.oid = f.oid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE CASE c.relkind WHEN 'S' THEN NOT has_sequence_privilege(session_user, f.oid, 'USAGE') END
ORDER BY 1 LIMIT 100
"""  # noqa: S608 - all of it is ours
"""What the role lacks to write as configured, as what mends it. Its parameters are as those of EXCESS."""

SPARE_READS: Final = """
SELECT DISTINCT n.nspname::text AS schema, c.relname::text AS name, a.attname::text AS column
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^(pg_(catalog|toast|temp)|information_schema$)'
    AND has_schema_privilege(session_user, n.oid, 'USAGE')
    AND has_column_privilege(session_user, c.oid, a.attnum, 'SELECT')
ORDER BY 1, 2, 3 LIMIT 10000
"""

DEFINERS: Final = """
SELECT DISTINCT format('%I.%I', n.nspname, p.proname) AS name
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND n.nspname !~ '^(pg_(catalog|toast|temp)|information_schema$)' AND n.nspname <> 'remit'
    AND has_schema_privilege(session_user, n.oid, 'USAGE')
    AND has_function_privilege(session_user, p.oid, 'EXECUTE')
ORDER BY 1 LIMIT 100
"""

CONFIGURED: Final = """
SELECT w.schema, w.name, w.column, c.oid IS NOT NULL AS has_relation, a.attname IS NOT NULL AS has_column,
    a.attname IS NOT NULL AND has_schema_privilege(session_user, n.oid, 'USAGE')
        AND has_column_privilege(session_user, c.oid, a.attnum, 'SELECT') AS readable
FROM unnest($1::text[], $2::text[], $3::text[]) AS w(schema, name, "column")
LEFT JOIN pg_namespace n ON n.nspname = w.schema
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = w.column AND a.attnum > 0
    AND NOT a.attisdropped
"""

REMEDY = (
    "Give it a role that can do no more than is configured: `remit sql role` prints the SQL that makes one "
    '(docs/postgres.md), or set overprivileged = "why" on the source.'
)


@dataclass(frozen=True, slots=True)
class Privilege:
    """What a role needs of a table to write it: `columns` is empty for DELETE, which has none."""

    relation: Relation
    what: str
    columns: tuple[str, ...] = ()


def needed(rules: Rules) -> Iterator[Privilege]:
    """All that the configuration lets write."""
    for relation, readable in rules.relations.items():
        if not readable.write:
            continue
        yield Privilege(relation, "UPDATE", readable.write)
        yield Privilege(relation, "INSERT", tuple(dict.fromkeys((*readable.key, *readable.write))))
        if readable.deletes:
            yield Privilege(relation, "DELETE")


def write_parameters(rules: Rules) -> tuple[Json, ...]:
    """Four lists of one length, schemas, tables, privileges and columns: every write that is configured."""
    rows = [
        (*privilege.relation, privilege.what, column)
        for privilege in needed(rules)
        for column in privilege.columns or (None,)
    ]
    return tuple([row[part] for row in rows] for part in range(4))


@dataclass(frozen=True, slots=True)
class Excess:
    """One thing too many, such as `may write` `public.orders`."""

    what: str
    object: str

    def __str__(self) -> str:
        return f"{self.what} {self.object}"


def hold_privileges(source: str, found: Sequence[Excess], configured: Iterable[str]) -> None:
    """Raises `Denied`: it names objects of the configuration, and the rest in its detail alone."""
    if not found:
        return
    known = set(configured)
    told = [str(excess) if excess.object in known else excess.what for excess in found]
    raise Denied(
        f"The database role of {source} can do more than is configured: it {_list(told)}. An administrator "
        "must narrow it; docs/postgres.md has the SQL.",
        rule="over_privileged",
        detail=", ".join(map(str, found)),
    )


def _list(items: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(items))
    return ", ".join(distinct[:5]) + (f" and {len(distinct) - 5} more" if len(distinct) > 5 else "")
