"""What an operator should mend about a MySQL source."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from typing import Final

from asyncmy import errors

from policies.errors import Denied
from policies.sources import MysqlSource
from tools.connector import Finding
from tools.mysql.catalog import columns_of
from tools.mysql.link import READING, Link, transaction
from tools.mysql.privileges import REMEDY, excess, held_by, lacking, spare_reads
from tools.mysql.targets import look_up, unfit
from tools.mysql.values import described
from tools.sql.guard import check
from tools.sql.names import fold
from tools.sql.rules import Relation, Rules
from tools.sql.unnumbered import bound

_TOLD: Final = 5
_ENCRYPTED: Final = "SHOW SESSION STATUS LIKE 'Ssl_cipher'"


async def inspect_link(name: str, source: MysqlSource, rules: Rules, link: Link) -> list[Finding]:
    """Looks at what the connection's account may do. Raises what is in `failures.DRIVER`."""
    held = await held_by(link)
    seen = {each: {fold(name) for name, *_ in await columns_of(link, each)} for each in rules.relations}
    absent = [
        f"{relation.schema}.{relation.name}.{column}"
        for relation, readable in rules.relations.items()
        for column in readable.columns
        if fold(column) not in seen[relation]
    ]
    unwritable = [each async for each in _unfit_tables(rules, link)]
    misfits = [relation async for relation in _unfit_filters(rules, link)]
    is_encrypted = any(cipher for _, cipher in (await link.ask(_ENCRYPTED)).rows)

    def findings() -> Iterator[tuple[str, str]]:
        if found := excess(held, rules):
            yield f"the account {_list(found)}; tolerated because: {source.overprivileged}", REMEDY
        for column in absent:
            yield (
                f"{column} is configured, and does not exist or may not be seen",
                "Mend the name, or grant it: docs/mysql.md.",
            )
        if short := list(lacking(held, rules)):
            yield "the account may do less than is configured", "; ".join(short) + ";"
        for relation in misfits:
            yield (
                f"the row filter of {relation.schema}.{relation.name} does not fit the table",
                "Mend the condition: claims are text.",
            )
        for relation, why in unwritable:
            yield (
                f"{relation.schema}.{relation.name} can't be written: {why}",
                "Mend the table, or its key and write in the configuration: docs/mysql.md.",
            )
        if spare := spare_reads(held, rules, seen):
            yield f"the account may read more than is configured: {_list(spare)}", REMEDY
        if not is_encrypted and source.isolation != "this machine alone":
            yield "the connection is not encrypted", 'Set tls = "verify-full".'

    return [Finding(name, what, remedy, fatal=False) for what, remedy in findings()]


async def _unfit_filters(rules: Rules, link: Link) -> AsyncIterator[Relation]:
    """Those that the server can't compile."""
    for relation, readable in rules.relations.items():
        if readable.rows is None:
            continue
        schema, name = (part.replace("`", "``") for part in relation)
        checked = check(f"SELECT count(*) FROM `{schema}`.`{name}`", rules)  # noqa: S608 - the guard reads it
        sql, parameters = bound(checked.sql, [""] * len(checked.claims))
        try:
            async with transaction(link, READING):
                await link.ask(described(sql), parameters)
        except errors.MySQLError:
            yield relation


async def _unfit_tables(rules: Rules, link: Link) -> AsyncIterator[tuple[Relation, str]]:
    """Those that are to be written and can't be. One that does not exist is found by its columns."""
    for relation, readable in rules.relations.items():
        if readable.write:
            with suppress(Denied):
                for why in unfit(await look_up(link, relation), readable):
                    yield relation, why


def _list(items: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(items))
    return ", ".join(distinct[:_TOLD]) + (
        f" and {len(distinct) - _TOLD} more" if len(distinct) > _TOLD else ""
    )
