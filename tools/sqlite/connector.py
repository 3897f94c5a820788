"""An SQLite source: one file, opened anew for each call, and the tools over it."""

import hashlib
import os
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final, cast

import anyio.from_thread
import apsw

from policies.call import Call, Column, Grant, Kind, Plan, Raw, Table, Tool, User
from policies.canonical import Json, canonical
from policies.change import Effect, Fields, changes_from_json, changes_to_json
from policies.errors import ConfigurationError, Refusal, UpstreamFailed
from policies.secret import Credential
from policies.sources import SqliteSource
from tools.authorization import Authorization
from tools.connector import Finding, Ledger, Session, Trace
from tools.sql import arguments, cursors, origins, toolset
from tools.sql.lineage import matched, origin_of
from tools.sql.pages import Limits, Page
from tools.sql.rules import Relation, Rules
from tools.sql.statements import Statements
from tools.sql.writes import Write, check_write
from tools.sqlite import writing
from tools.sqlite.authorizer import Witness, hold, witness
from tools.sqlite.database import Database
from tools.sqlite.engine import fault_of, run, run_writing
from tools.sqlite.hazards import hazards
from tools.sqlite.values import common, kinds, restored, shown

_SCHEME: Final = "sqlite:"
_COLUMNS_SQL: Final = """
SELECT name, type, "notnull" = 0 AND pk = 0, pk > 0 FROM pragma_table_xinfo(?, 'main') WHERE hidden <> 1
"""
_KEYS_SQL: Final = """SELECT "from", "table", "to" FROM pragma_foreign_key_list(?, 'main')"""

SCHEMA_COLUMNS: Final = (
    Column("table", Kind.NAME),
    Column("column", Kind.NAME),
    # Free text in SQLite: whoever made the table could write anything there.
    Column("type", Kind.TEXT),
    Column("nullable", Kind.BOOLEAN),
    Column("key", Kind.BOOLEAN),
    Column("references", Kind.NAME),
)
STEPS: Final = (Column("step", Kind.NUMBER), Column("parent", Kind.NUMBER), Column("operation", Kind.TEXT))


class SqliteConnector:
    """One source of kind `sqlite`: `dsn` is `sqlite:` and a path, relative to `root`."""

    authorization: Authorization | None = None

    def __init__(self, name: str, source: SqliteSource, root: Path) -> None:
        """Raises `ConfigurationError` for a dsn that is no path."""
        path = source.dsn.removeprefix(_SCHEME)
        if path == source.dsn or not path or "\0" in path:
            raise ConfigurationError(
                "the dsn is no SQLite file", where=f"sources.{name}", remedy='Write dsn = "sqlite:shop.db".'
            )
        self._name = name
        self._source = source
        self._rules = Rules.of(source)
        self._statements = Statements(self._rules)
        self._path = root / path
        self._tools = toolset.toolset(name, source)
        self._version = hashlib.sha256(canonical(source.model_dump(mode="json")).encode()).hexdigest()

    @property
    def tools(self) -> Sequence[Tool]:
        return self._tools

    @asynccontextmanager
    async def open(self, user: User | None, credential: Credential | None) -> AsyncGenerator[Session]:
        del user, credential  # a file knows neither
        yield SqliteSession(self._path, self._source, self._rules, self._version, self._statements)

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        del credential
        if fault := fault_of(self._path):
            return [Finding(self._name, fault, "Mend sources.*.dsn, or put the file there.", fatal=True)]
        try:
            found, unfit = await run(
                self._path,
                self._source.timeout,
                lambda database: (self._columns(database), self._unfit(database)),
            )
        except Refusal as refusal:
            return [
                Finding(self._name, f"{refusal.message} ({refusal.detail})", "Check the file.", fatal=True)
            ]
        return unfit + [
            Finding(
                self._name,
                f"{relation.name}.{column} is configured and does not exist",
                "Mend the name, or take it out.",
                fatal=False,
            )
            for relation, readable in self._rules.relations.items()
            for column in readable.columns
            if column.lower() not in found.get(relation.name.lower(), ())
        ]

    def _columns(self, database: Database) -> Mapping[str, frozenset[str]]:
        return {
            relation.name.lower(): frozenset(
                str(row[0]).lower() for row in database.read(_COLUMNS_SQL, (relation.name,))
            )
            for relation in self._rules.relations
        }

    def _unfit(self, database: Database) -> list[Finding]:
        """What keeps tables from being written."""
        writable = {
            relation: readable for relation, readable in self._rules.relations.items() if readable.write
        }
        faults = [
            (f"{relation.name} has write and no key", "Name its key.")
            if not readable.key
            else (f"the key of {relation.name} is not unique in it", "Name its primary key, or a unique one.")
            for relation, readable in writable.items()
            if not readable.key or not hazards(database, relation.name).has_key(readable.key)
        ]
        if writable and not os.access(self._path, os.W_OK):
            faults.append(("the file may not be written", "Give remit's user the right, or take write out."))
        return [Finding(self._name, what, remedy, fatal=False) for what, remedy in faults]

    async def close(self) -> None:
        """Nothing stays open between calls."""


class SqliteSession:
    def __init__(
        self, path: Path, source: SqliteSource, rules: Rules, version: str, statements: Statements
    ) -> None:
        self._statements = statements
        self._path = path
        self._source = source
        self._rules = rules
        self._version = version

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        request: dict[str, Json] = {"verb": call.tool.verb}
        if call.tool.verb == toolset.WRITE:
            return await self._plan_write(call, values)
        if call.tool.verb == toolset.SCHEMA:
            only = arguments.only_table(call, self._rules)
            relations = [only] if only else list(self._rules.relations)
            request["columns"] = {
                relation.name: list(self._rules.relations[relation].columns) for relation in relations
            }
            return Plan(call, request, self._version)
        statement, offset = arguments.statement(call), arguments.offset(call)
        is_query = call.tool.verb == toolset.QUERY
        checked = self._statements.check(
            statement, offset=offset, cap=is_query, values=values if is_query else None
        )
        explained = arguments.without_explain(checked.sql)
        request |= {
            "verb": toolset.EXPLAIN if explained else call.tool.verb,
            "sql": explained or checked.sql,
            "parameters": list(arguments.claims(checked, call.user)),
            "relations": [list[Json](relation) for relation in sorted(checked.relations)],
            "origins": [origins.to_json(each) for each in checked.origins],
            "query": cursors.digest(statement),
            "offset": offset,
        }
        # Compiling asks the authorizer: what it refuses is refused before anybody says yes.
        await run(self._path, self._source.timeout, lambda database: self._steps(database, request))
        return Plan(call, request, self._version)

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        request = grant.plan.request
        if request["verb"] == toolset.WRITE:
            return await self._write(grant, ledger)
        work = {toolset.SCHEMA: self._schema, toolset.QUERY: self._read}.get(
            str(request["verb"]), self._steps
        )
        return Raw(grant, await run(self._path, self._source.timeout, lambda link: work(link, request)))

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        del mark
        try:
            return await run_writing(
                self._path,
                self._source.timeout,
                lambda database: writing.trace(database, effect, self._rules),
            )
        except UpstreamFailed as failed:
            # Whoever holds the lock may be about to make it final.
            if isinstance(failed.__cause__, apsw.BusyError):
                return Trace.UNDER_WAY
            raise

    async def _plan_write(self, call: Call, values: Mapping[str, str]) -> Plan:
        changes = call.inverse
        if changes is None:
            write = check_write(arguments.statement(call), self._rules, values)
            request: dict[str, Json] = {
                "sql": write.rows.sql,
                "parameters": list(arguments.claims(write.rows, call.user)),
                "relations": [list[Json](relation) for relation in sorted(write.rows.relations)],
            }
            effect = await run(
                self._path,
                self._source.timeout,
                lambda database: self._effect(database, write, request, call.user),
            )
        else:
            undone = changes
            effect = await run(
                self._path,
                self._source.timeout,
                lambda database: writing.inverse(database, undone, self._rules, call.user),
            )
        return Plan(
            call,
            {"verb": toolset.WRITE, "changes": changes_to_json(effect.changes)},
            self._version,
            effect,
        )

    def _effect(self, database: Database, write: Write, request: Mapping[str, Json], user: User) -> Effect:
        with self._watched(database, request):
            found = list(database.read(str(request["sql"]), _values(request)))
        database.ask(None)
        return writing.planned(database, write, found, self._rules, user)

    async def _write(self, grant: Grant, ledger: Ledger) -> Raw:
        effect = grant.plan.effect
        assert effect is not None
        changes, user = changes_from_json(grant.plan.request["changes"]), grant.plan.call.user
        planned = effect.holding(changes)

        def note(done: Effect) -> None:
            anyio.from_thread.run(ledger.note, done, None)

        def work(database: Database) -> Table:
            _, rows = writing.make_final(database, planned, self._rules, user, note)
            return self._shown(changes[0].target, rows)

        return Raw(grant, await run_writing(self._path, self._source.timeout, work))

    def _shown(self, target: str, rows: Sequence[Fields]) -> Table:
        relation = Relation(self._rules.default_schema, target)
        names = self._rules.relations[relation].columns
        page = Page(Limits.of(self._source, len(names)))
        found = [set[Kind]() for _ in names]
        for row in rows:
            values = [restored(row[name]) for name in names]
            page.add([shown(value) for value in values])
            for seen, value in zip(found, values, strict=True):
                seen.update(kinds(value))
        columns = [
            Column(name, common(seen), (origin_of(relation, name, self._rules),))
            for name, seen in zip(names, found, strict=True)
        ]
        return page.table(columns)

    def _read(self, database: Database, request: Mapping[str, Json]) -> Table:
        with self._watched(database, request):
            answer = database.read(str(request["sql"]), _values(request))
        page = Page(Limits.of(self._source, len(answer.names)))
        found = [set[Kind]() for _ in answer.names]
        for row in answer:
            page.add([shown(value) for value in row])
            if page.full:
                break
            for seen, value in zip(found, row, strict=True):
                seen.update(kinds(value))
        known = [origins.from_json(each) for each in cast("list[Json]", request["origins"])]
        made = matched(known, len(answer.names))
        columns = [
            Column(name, common(seen), each)
            for name, seen, each in zip(answer.names, found, made, strict=True)
        ]
        query, offset = str(request["query"]), cast("int", request["offset"])
        return page.table(columns, lambda taken: cursors.encode(query, offset + taken))

    def _steps(self, database: Database, request: Mapping[str, Json]) -> Table:
        with self._watched(database, request) as seen:
            answer = database.steps(str(request["sql"]), _values(request))
        page = Page(Limits.of(self._source, len(STEPS)))
        for number, parent, _, detail in answer:
            operation = str(detail)
            # What a view is made of is not the caller's to read: the first word is SQLite's own.
            told = operation.partition(" ")[0] if seen.views else operation
            page.add((shown(number), shown(parent), told))
        return page.table(STEPS)

    @contextmanager
    def _watched(self, database: Database, request: Mapping[str, Json]) -> Generator[Witness]:
        """What is compiled within is compiled before the authorizer's eyes."""
        relations = [Relation(*pair) for pair in cast("list[list[str]]", request["relations"])]
        seen = witness(self._rules, relations, database)
        database.ask(seen)
        try:
            yield seen
        except (apsw.AuthError, apsw.SQLError) as error:  # the latter for a function
            if not seen.refused:
                raise
            raise hold(seen, error) from error

    def _schema(self, database: Database, request: Mapping[str, Json]) -> Table:
        page = Page(Limits.of(self._source, len(SCHEMA_COLUMNS)))
        tables = cast("dict[str, list[str]]", request["columns"])
        for table, columns in tables.items():
            permitted = {column.lower() for column in columns}
            keys = [map(str, row) for row in database.read(_KEYS_SQL, (table,))]
            references = {
                source.lower(): f"{target}.{column}"
                for source, target, column in keys
                if self._is_open(target, column)
            }
            for name, declared, nullable, key in database.read(_COLUMNS_SQL, (table,)):
                column = str(name)
                if column.lower() in permitted:
                    link = references.get(column.lower())
                    page.add((table, column, str(declared), bool(nullable), bool(key), link))
        return page.table(SCHEMA_COLUMNS)

    def _is_open(self, table: str, column: str) -> bool:
        return any(
            relation.name.lower() == table.lower() and column.lower() in map(str.lower, readable.columns)
            for relation, readable in self._rules.relations.items()
        )


def _values(request: Mapping[str, Json]) -> list[str]:
    return cast("list[str]", request["parameters"])
