"""An SQLite source: one file, opened anew for each call, and the three tools over it."""

import hashlib
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final, cast

import apsw

from policies.call import Call, Column, Grant, Json, Kind, Plan, Raw, Table, Tool, User, canonical
from policies.document import Source
from policies.errors import ConfigurationError, Refusal
from policies.secret import Secret
from tools.connector import Finding, Session
from tools.sql import arguments, cursors, toolset
from tools.sql.guard import check
from tools.sql.pages import Limits, Page, integer
from tools.sql.rules import Relation, Rules
from tools.sqlite.authorizer import Witness, hold, witness
from tools.sqlite.database import Cell, Database
from tools.sqlite.engine import fault_of, run

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

    def __init__(self, name: str, source: Source, root: Path) -> None:
        """Raises `ConfigurationError` for a dsn that is no path."""
        path = source.dsn.removeprefix(_SCHEME)
        if path == source.dsn or not path or "\0" in path:
            raise ConfigurationError(
                "the dsn is no SQLite file", where=f"sources.{name}", remedy='Write dsn = "sqlite:shop.db".'
            )
        self._name = name
        self._source = source
        self._rules = Rules.of(source)
        self._path = root / path
        self._tools = toolset.toolset(name, source)
        self._version = hashlib.sha256(canonical(source.model_dump(mode="json")).encode()).hexdigest()

    @property
    def tools(self) -> Sequence[Tool]:
        return self._tools

    @asynccontextmanager
    async def open(self, user: User, credential: Secret | None) -> AsyncGenerator[Session]:
        del user, credential  # a file knows neither
        yield SqliteSession(self._path, self._source, self._rules, self._version)

    async def inspect(self, credential: Secret | None) -> Sequence[Finding]:
        del credential
        if fault := fault_of(self._path):
            return [Finding(self._name, fault, "Mend sources.*.dsn, or put the file there.", fatal=True)]
        try:
            found = await run(self._path, self._source.timeout, self._columns)
        except Refusal as refusal:
            return [
                Finding(self._name, f"{refusal.message} ({refusal.detail})", "Check the file.", fatal=True)
            ]
        return [
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

    async def close(self) -> None:
        """Nothing stays open between calls."""


class SqliteSession:
    def __init__(self, path: Path, source: Source, rules: Rules, version: str) -> None:
        self._path = path
        self._source = source
        self._rules = rules
        self._version = version

    async def plan(self, call: Call) -> Plan:
        request: dict[str, Json] = {"verb": call.tool.verb}
        if call.tool.verb == toolset.SCHEMA:
            only = arguments.only_table(call, self._rules)
            relations = [only] if only else list(self._rules.relations)
            request["columns"] = {
                relation.name: list(self._rules.relations[relation].columns) for relation in relations
            }
            return Plan(call, request, self._version)
        statement, offset = arguments.statement(call), arguments.offset(call)
        checked = check(statement, self._rules, offset=offset, cap=call.tool.verb == toolset.QUERY)
        explained = arguments.without_explain(checked.sql)
        request |= {
            "verb": toolset.EXPLAIN if explained else call.tool.verb,
            "sql": explained or checked.sql,
            "parameters": list(arguments.claims(checked, call.user)),
            "relations": [list[Json](relation) for relation in sorted(checked.relations)],
            "query": cursors.digest(statement),
            "offset": offset,
        }
        # Compiling asks the authorizer: what it refuses is refused before anybody says yes.
        await run(self._path, self._source.timeout, lambda database: self._steps(database, request))
        return Plan(call, request, self._version)

    async def carry_out(self, grant: Grant) -> Raw:
        request = grant.plan.request
        work = {toolset.SCHEMA: self._schema, toolset.QUERY: self._read}.get(
            str(request["verb"]), self._steps
        )
        return Raw(grant, await run(self._path, self._source.timeout, lambda link: work(link, request)))

    def _read(self, database: Database, request: Mapping[str, Json]) -> Table:
        with self._watched(database, request):
            answer = database.read(str(request["sql"]), _values(request))
        page = Page(Limits.of(self._source, len(answer.names)))
        found = [set[Kind]() for _ in answer.names]
        for row in answer:
            page.add([_cell(value) for value in row])
            if page.full:
                break
            for kinds, value in zip(found, row, strict=True):
                kinds.update(_kinds(value))
        columns = [Column(name, _common(kinds)) for name, kinds in zip(answer.names, found, strict=True)]
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
            page.add((_cell(number), _cell(parent), told))
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


def _cell(value: Cell) -> Json:
    match value:
        case int():
            return integer(value)
        case float():
            return value if abs(value) != float("inf") else ("Infinity" if value > 0 else "-Infinity")
        case bytes():
            return value.hex()
        case _:
            return value


def _kinds(value: Cell) -> frozenset[Kind]:
    match value:
        case None:
            return frozenset()
        case int() | float():
            return frozenset({Kind.NUMBER})
        case bytes():
            return frozenset({Kind.BINARY})
        case str():
            return frozenset({Kind.TEXT})


def _common(kinds: set[Kind]) -> Kind:
    """What was found in a column, for a declared type binds nobody in SQLite; text where it is mixed."""
    return kinds.pop() if len(kinds) == 1 else Kind.TEXT
