"""What an operator should mend about a PostgreSQL source."""

from collections.abc import AsyncIterator, Iterator

import asyncpg

from policies.sources import PostgresSource
from tools.connector import Finding
from tools.postgres.catalog import schema_parameters
from tools.postgres.privileges import (
    CONFIGURED,
    DEFINERS,
    EXCESS,
    REMEDY,
    SHORTFALL,
    SPARE_READS,
    Excess,
    write_parameters,
)
from tools.postgres.targets import TARGET, Target, unfit
from tools.postgres.transactions import Link
from tools.sql.filters import columns_read
from tools.sql.guard import check
from tools.sql.rules import Relation, Rules

_TOLD = 5


async def inspect_link(name: str, source: PostgresSource, rules: Rules, link: Link) -> list[Finding]:
    """Looks at the privileges of the connection's role, within a transaction that is open."""
    writes = write_parameters(rules)
    excess = [str(Excess(row["what"], row["object"])) for row in await link.fetch(EXCESS, *writes)]
    lacking = [row["grant"] for row in await link.fetch(SHORTFALL, *writes)]
    configured = await link.fetch(CONFIGURED, *schema_parameters(rules, None))
    spare = [
        f"{row['schema']}.{row['name']}.{row['column']}"
        for row in await link.fetch(SPARE_READS)
        if not _permits(rules, Relation(row["schema"], row["name"]), row["column"])
    ]
    definers = [row["name"] for row in await link.fetch(DEFINERS)]
    misfits = [relation async for relation in _unfit_filters(rules, link)]
    unwritable = [finding async for finding in _unfit_tables(rules, link)]
    unencrypted = not await link.fetchval(
        "SELECT ssl OR inet_server_addr() IS NULL FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    )

    def findings() -> Iterator[tuple[str, str]]:
        if excess:
            yield f"the role {_list(excess)}; tolerated because: {source.overprivileged}", REMEDY
        for row in configured:
            column = f"{row['schema']}.{row['name']}.{row['column']}"
            if not row["has_relation"] or not row["has_column"]:
                yield f"{column} is configured and does not exist", "Mend the name, or take it out."
            elif not row["readable"]:
                yield f"the role may not read {column}", "Grant it: docs/postgres.md."
        if lacking:
            yield "the role may write less than is configured", "; ".join(lacking) + ";"
        for relation in misfits:
            yield (
                f"the row filter of {relation.schema}.{relation.name} does not fit the table",
                "Claims are text: compare others as in `id = CAST(:number AS int)`.",
            )
        for relation, why in unwritable:
            yield (
                f"{relation.schema}.{relation.name} can't be written: {why}",
                "Mend the table, or its key and write in the configuration: docs/postgres.md.",
            )
        if spare:
            yield f"the role may read more than is configured: {_list(spare)}", REMEDY
        if definers:
            yield (
                f"the role may call functions that run with their owners' rights: {_list(definers)}",
                "REVOKE EXECUTE on them FROM PUBLIC and from the role.",
            )
        if unencrypted:
            yield "the connection is not encrypted", 'Set tls = "verify-full".'

    return [Finding(name, what, remedy, fatal=False) for what, remedy in findings()]


async def _unfit_filters(rules: Rules, link: Link) -> AsyncIterator[Relation]:
    """Those that the server can't compile."""
    for relation, readable in rules.relations.items():
        if readable.rows is None:
            continue
        schema, name = (part.replace('"', '""') for part in relation)
        checked = check(f'SELECT count(*) FROM "{schema}"."{name}"', rules)  # noqa: S608 - the guard reads it
        await link.execute("SAVEPOINT filter")  # an error must not end the transaction around it
        try:
            await link.prepare(checked.sql)
        except asyncpg.PostgresError:
            yield relation
        await link.execute("ROLLBACK TO SAVEPOINT filter")


async def _unfit_tables(rules: Rules, link: Link) -> AsyncIterator[tuple[Relation, str]]:
    """Those that are to be written and can't be. One that does not exist is found by its columns."""
    for relation, readable in rules.relations.items():
        facts = await link.fetchval(TARGET, *relation) if readable.write else None
        if facts is not None:
            for why in unfit(Target.of(relation, facts), readable):
                yield relation, why


def _permits(rules: Rules, relation: Relation, column: str) -> bool:
    readable = rules.relations.get(relation)
    return readable is not None and column in columns_read(readable, rules.dialect)


def _list(items: list[str]) -> str:
    return ", ".join(items[:_TOLD]) + (f" and {len(items) - _TOLD} more" if len(items) > _TOLD else "")
