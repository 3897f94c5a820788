"""The SQL that makes a role which can read and write what is configured, and nothing else (threat T09)."""

from collections.abc import Iterator

from policies.sources import PostgresSource
from tools.postgres.privileges import needed
from tools.sql.filters import columns_read
from tools.sql.rules import Relation, Rules

# Functions that take a query as text, reach beyond the transaction, or hold a connection: by the shape of
# their names, because each comes in several forms. set_config stays: drivers look types up with it; and
# pg_advisory_unlock_all frees what a connection holds before the next caller gets it.
_REVOKE_BUILT_INS = r"""DO $do$ DECLARE routine regprocedure; BEGIN
    FOR routine IN SELECT p.oid FROM pg_catalog.pg_proc p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace
            AND p.proname ~ '_to_xml|_xmlschema|^ts_(stat|rewrite)$|^lo_|^lo(read|write)$|advisory'
                '|^pg_notify$|^pg_sleep'
            AND p.proname <> 'pg_advisory_unlock_all'
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', routine);
    END LOOP;
END $do$;
"""
# A serial column takes its values from a sequence of its own. An identity column's needs no grant.
_GRANT_SEQUENCE = """DO $do$ DECLARE feeding text; BEGIN
    SELECT pg_catalog.pg_get_serial_sequence({table}, a.attname) INTO feeding FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = {table}::pg_catalog.regclass AND a.attname = {column} AND a.attidentity = '';
    IF feeding IS NOT NULL THEN
        EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO %I', feeding, {role});
    END IF;
END $do$;"""


def role_sql(source: PostgresSource, role: str) -> str:
    """For an administrator to read and run in the source's database; it can be run again.

    It sets no password: `\\password` in psql sends one hashed. Revocations are from PUBLIC, and so for every
    role of the database: roles that need one of these functions are granted it by name.
    """
    return "\n".join(_lines(Rules.of(source), source, role)) + "\n"


def _lines(rules: Rules, source: PostgresSource, name: str) -> Iterator[str]:
    role = _identifier(name)
    milliseconds = round(source.timeout * 1000)
    schemas = sorted({relation.schema for relation in rules.relations})
    yield f"""DO $do$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {_literal(name)}) THEN
        CREATE ROLE {role} LOGIN NOINHERIT;
    END IF;
END $do$;
ALTER ROLE {role} LOGIN NOINHERIT NOCREATEDB NOCREATEROLE;
ALTER ROLE {role} SET default_transaction_read_only = on;
ALTER ROLE {role} SET statement_timeout = {milliseconds};
ALTER ROLE {role} SET lock_timeout = {milliseconds};
ALTER ROLE {role} SET idle_in_transaction_session_timeout = {2 * milliseconds};
ALTER ROLE {role} SET search_path = pg_catalog;

-- Nobody but owners makes, writes or calls things here unless granted by name."""
    for schema in map(_identifier, sorted({"public", *schemas})):
        yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC;"
        yield f"REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA {schema} FROM PUBLIC;"
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {role};"
        yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM PUBLIC, {role};"
    yield _REVOKE_BUILT_INS
    yield "-- What remit.toml says."
    for schema in schemas:
        yield f"GRANT USAGE ON SCHEMA {_identifier(schema)} TO {role};"
    for relation, readable in rules.relations.items():
        columns = ", ".join(map(_identifier, sorted(columns_read(readable, rules.dialect))))
        yield f"GRANT SELECT ({columns}) ON TABLE {_qualified(relation)} TO {role};"
    for privilege in needed(rules):
        table = _qualified(privilege.relation)
        listed = f" ({', '.join(map(_identifier, privilege.columns))})" if privilege.columns else ""
        yield f"GRANT {privilege.what}{listed} ON TABLE {table} TO {role};"
        if privilege.what == "INSERT":
            for column in privilege.columns:
                yield _GRANT_SEQUENCE.format(
                    table=_literal(table), column=_literal(column), role=_literal(name)
                )
    for function in sorted(rules.functions):
        schema, dot, routine = function.rpartition(".")
        if dot and schema != "pg_catalog":
            yield f"GRANT EXECUTE ON ROUTINE {_identifier(schema)}.{_identifier(routine)} TO {role};"
    if source.row_security:
        yield f"GRANT USAGE ON SCHEMA remit TO {role};"
        yield f"GRANT EXECUTE ON FUNCTION remit.claim(text) TO {role};"


def _qualified(relation: Relation) -> str:
    return f"{_identifier(relation.schema)}.{_identifier(relation.name)}"


def _identifier(name: str) -> str:
    if "\0" in name:
        raise ValueError("a name in PostgreSQL has no NUL")
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
