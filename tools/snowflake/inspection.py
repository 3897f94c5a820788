"""What an operator should mend about a Snowflake source."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from policies.errors import NeedsConnection, Refusal
from policies.secret import Credential
from policies.sources import SnowflakeSource
from tools.connector import Finding
from tools.snowflake.api import Api
from tools.snowflake.catalog import described
from tools.snowflake.grants import REMEDY, Held, excess, held_by, lacking
from tools.snowflake.targets import Target, unfit
from tools.sql.guard import check
from tools.sql.names import fold
from tools.sql.rules import Relation, Rules
from tools.sql.unnumbered import bound

_ADDRESS: Final = "docs/snowflake.md: the account and TLS."
_TOLD: Final = 5
_WITHOUT: Final = 401


async def findings(
    name: str, source: SnowflakeSource, rules: Rules, api: Api, credential: Credential | None
) -> AsyncIterator[Finding]:
    """Without a credential, whether a Snowflake answers there; with one, what its role may do and reads."""
    if credential is None:
        if (status := await api.status()) != _WITHOUT:
            what = f"{source.url} answers {status} to a request without a token, and not as Snowflake does"
            yield Finding(name, what, _ADDRESS, fatal=False)
        return
    try:
        held = await held_by(api, source)
    except NeedsConnection:
        yield Finding(name, "the token is not taken", "Connect anew: docs/snowflake.md.", fatal=False)
        return
    for what, remedy in [*_of_the_role(source, rules, held), *await _of_the_tables(rules, api)]:
        yield Finding(name, what, remedy, fatal=False)


def _of_the_role(source: SnowflakeSource, rules: Rules, held: Held) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if fold(held.role) != fold(source.role or ""):
        found.append(("another role acts than the one that is set", "Grant it to the user of the token."))
    if fold(held.warehouse) != fold(source.warehouse or ""):
        found.append(("the warehouse that is set can't be used", "Grant its USAGE to the role."))
    if short := lacking(held, rules):
        found.append((f"the role lacks what actions need: {_list(short)}", REMEDY))
    if spare := excess(held, rules):
        why = f"; tolerated because: {source.overprivileged}" if source.overprivileged else ""
        found.append((f"the role {_list(spare)}{why}", REMEDY))
    return found


async def _of_the_tables(rules: Rules, api: Api) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for relation, readable in rules.relations.items():
        table = f"{relation.schema}.{relation.name}"
        kind, columns = await described(api, relation)
        seen = {fold(column.name): column for column in columns}
        found += [
            (
                f"{table}.{column} is configured, and does not exist or may not be seen",
                "Mend the name, or grant it: docs/snowflake.md.",
            )
            for column in readable.columns
            if fold(column) not in seen
        ]
        if readable.write and seen:
            found += [
                (f"{table} can't be written: {why}", "Mend the table, or its write: docs/snowflake.md.")
                for why in unfit(Target(relation, kind, seen), readable)
            ]
        if readable.rows is not None and not await _fits(relation, rules, api):
            found.append(
                (
                    f"the row filter of {table} does not fit the table",
                    "Mend the condition: claims are text.",
                )
            )
    return found


async def _fits(relation: Relation, rules: Rules, api: Api) -> bool:
    """Whether Snowflake can compile the row filter."""
    checked = check(f'SELECT count(*) FROM "{relation.schema}"."{relation.name}"', rules)  # noqa: S608 - the guard reads it
    sql, parameters = bound(checked.sql, [""] * len(checked.claims))
    try:
        await api.run(f"EXPLAIN USING TABULAR {sql}", parameters)
    except Refusal:
        return False
    return True


def _list(items: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(items))
    return ", ".join(distinct[:_TOLD]) + (
        f" and {len(distinct) - _TOLD} more" if len(distinct) > _TOLD else ""
    )
