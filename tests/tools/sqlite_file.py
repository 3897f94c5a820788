"""An SQLite file whose tables may be written, and whatever a test needs to write them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw

from policies.call import Call, Plan, Transport, Undoing, User
from policies.change import Change
from policies.sources import SqliteSource
from tests.proofs import ADA, Notes, grant_of, tool_of
from tools.sqlite.connector import SqliteConnector


def execute(file: Path, sql: str) -> list[tuple[Any, ...]]:
    """As the file's owner would, outside everything that remit guards."""
    connection: Any = apsw.Connection(str(file))
    try:
        return list(connection.execute(sql))
    finally:
        connection.close()


def writable(*columns: str, key: tuple[str, ...] = ("id",), **more: Any) -> dict[str, Any]:
    """What a source says of such a table."""
    return {"columns": [*key, *columns], "key": [*key], "write": [*columns], **more}


def connector_of(file: Path, **more: Any) -> SqliteConnector:
    document = {"kind": "sqlite", "dsn": f"sqlite:{file.name}", "timeout": 5, **more}
    return SqliteConnector("shop", SqliteSource.model_validate(document), file.parent)


async def plan(source: SqliteConnector, sql: str, user: User = ADA, undo: Any = None) -> Plan:
    undoing = None if undo is None else Undoing("a1", (0,), tuple(undo))
    call = Call("c1", user, tool_of(source, "write"), "d1", {"sql": sql}, Transport.STDIO, undoing)
    async with source.open(user, None) as session:
        return await session.plan(call, {})


async def carry_out(source: SqliteConnector, planned: Plan, notes: Any = None) -> tuple[Any, Notes]:
    ledger = notes or Notes()
    async with source.open(ADA, None) as session:
        return (await session.carry_out(grant_of(planned), ledger)).table, ledger


async def write(source: SqliteConnector, sql: str) -> tuple[Any, tuple[Change, ...]]:
    table, notes = await carry_out(source, await plan(source, sql))
    return table, notes.taken[0][0].changes


async def take_back(source: SqliteConnector, changes: Sequence[Change]) -> tuple[Change, ...]:
    planned = await plan(source, "", undo=[change.inverse() for change in reversed(changes)])
    _, notes = await carry_out(source, planned)
    return notes.taken[0][0].changes
