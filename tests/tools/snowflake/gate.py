"""What snowduck lacks of Snowflake's SQL API v2, before it: tokens, roles and grants, statements that run on
for themselves, types, partitions, and every way to fail.

After docs.snowflake.com/en/developer-guide/sql-api/reference; what a statement answers is snowduck's.
"""

import gzip
import json
import re
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.loopback import HERE
from tests.snowduck import Snowduck
from tools.snowflake.catalog import COLUMNS

KIND: Final = "PROGRAMMATIC_ACCESS_TOKEN"
_SHOWN: Final = (
    "created_on",
    "privilege",
    "granted_on",
    "name",
    "granted_to",
    "grantee_name",
    "grant_option",
)
_CHANGE: Final = re.compile(r'(INSERT|UPDATE|DELETE)(?: INTO| FROM)? "PUBLIC"\."(\w+)"')
_PRECISION: Final = "CASE WHEN data_type LIKE 'TIME%' THEN 9 END"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Grants = Sequence[tuple[str, str, str]]
READER: Final[Grants] = (
    ("USAGE", "DATABASE", "SHOP"),
    ("USAGE", "SCHEMA", "SHOP.PUBLIC"),
    ("USAGE", "WAREHOUSE", "REMIT_WH"),
    ("SELECT", "TABLE", "SHOP.PUBLIC.ORDERS"),
    ("SELECT", "TABLE", "SHOP.PUBLIC.CUSTOMERS"),
)


@dataclass(slots=True)
class Who:
    """Whose a token is. `hidden` are tables that the role may not see, `secondary` what acts besides."""

    role: str = "REMIT"
    warehouse: str = "REMIT_WH"
    secondary: str = '{"roles":"","value":""}'
    grants: Grants = READER
    hidden: frozenset[str] = frozenset()
    kind: str = KIND


@dataclass(slots=True)
class Statement:
    """One that was sent; `looks` counts how often it is still running when it is asked for."""

    order: Mapping[str, Any]
    status: int
    body: dict[str, Any]
    looks: int
    cancelled: bool = False


Fault = Callable[[Request], Response]


@dataclass(slots=True)
class Gate:
    """`looks` is how often a statement is still running, `partition` how many rows one partition has, and
    `faults` are the answers to the next requests that are let in, in the place of carrying them out, and
    `losses` those to the next statements, after they were. `types` are those of columns, by name, and
    `collated` are columns that have a collation.
    With `ends_after_loss` all tokens have ended by then.
    `requests` are the handles of requests by their numbers.
    """

    behind: Snowduck
    database: str
    tokens: dict[str, Who] = field(default_factory=dict[str, Who])
    looks: int = 0
    partition: int = 10_000
    packs: bool = True
    faults: list[Fault] = field(default_factory=list[Fault])
    statements: dict[str, Statement] = field(default_factory=dict[str, Statement])
    types: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    looked: threading.Event = field(default_factory=threading.Event)
    collated: frozenset[str] = frozenset()
    losses: list[Fault] = field(default_factory=list[Fault])
    ends_after_loss: bool = False
    requests: dict[str, str] = field(default_factory=dict[str, str])

    def token(self, who: Who | None = None) -> str:
        made = secrets.token_urlsafe(24)
        self.tokens[made] = who or Who()
        return made

    @property
    def orders(self) -> list[Mapping[str, Any]]:
        """Those of statements, in the order in which they came."""
        return [each.order for each in self.statements.values()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        at = "/api/v2/statements"
        routes = [
            Route(at, self._submit, methods=["POST"]),
            Route(at + "/{handle}", self._look, methods=["GET"]),
            Route(at + "/{handle}/cancel", self._cancel, methods=["POST"]),
        ]
        await Starlette(routes=routes)(scope, receive, send)

    def _who(self, request: Request) -> Who | None:
        who = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        kind = request.headers.get("x-snowflake-authorization-token-type", "")
        return who if who is not None and kind == who.kind else None

    async def _submit(self, request: Request) -> Response:
        who = self._who(request)
        if who is None:
            return _failure(401, "390303", "Invalid OAuth access token.")
        if self.faults:
            return self.faults.pop(0)(request)
        order = await request.json()
        number = request.query_params["requestId"]
        if request.query_params.get("retry") == "true" and number in self.requests:
            return self._running(self.requests[number])
        status, body = await self._answer(order, who)
        handle = self.requests[number] = f"01b7{secrets.token_hex(4)}-0000-{secrets.token_hex(2)}"
        self.statements[handle] = Statement(order, status, body, self.looks)
        if self.losses:
            if self.ends_after_loss:
                self.tokens.clear()
            return self.losses.pop(0)(request)
        if self.looks == 0 and request.query_params.get("async") != "true":
            return self._partition(handle, 0)
        return self._running(handle)

    async def _look(self, request: Request) -> Response:
        handle = request.path_params["handle"]
        if self._who(request) is None:
            return _failure(401, "390303", "Invalid OAuth access token.")
        if self.faults:
            return self.faults.pop(0)(request)
        statement = self.statements.get(handle)
        if statement is None:
            return _failure(404, "390142", "Not found.")
        if statement.looks:
            statement.looks -= 1
            self.looked.set()
            return self._running(handle)
        return self._partition(handle, int(request.query_params.get("partition", "0")))

    async def _cancel(self, request: Request) -> Response:
        statement = self.statements[request.path_params["handle"]]
        statement.cancelled, statement.looks = True, 0
        statement.status, statement.body = 422, _told("000604", "SQL execution canceled")
        return JSONResponse({"code": "000604", "message": "SQL execution canceled"})

    def _running(self, handle: str) -> Response:
        told = {
            "code": "333334",
            "statementHandle": handle,
            "statementStatusUrl": f"/api/v2/statements/{handle}",
        }
        return JSONResponse(told, status_code=202)

    def _partition(self, handle: str, number: int) -> Response:
        statement = self.statements[handle]
        if statement.status != 200:
            return JSONResponse(statement.body, status_code=statement.status)
        rows = statement.body["data"]
        parts = [rows[at : at + self.partition] for at in range(0, len(rows), self.partition)] or [[]]
        told: dict[str, Any] = {"code": "090001", "statementHandle": handle, "data": parts[number]}
        if number == 0:
            told["resultSetMetaData"] = {
                "numRows": len(rows),
                "format": "jsonv2",
                "rowType": statement.body["resultSetMetaData"]["rowType"],
                "partitionInfo": [{"rowCount": len(part), "uncompressedSize": 1} for part in parts],
            }
        elif self.packs:
            # Whatever the request says that it takes.
            packed = gzip.compress(json.dumps(told).encode())
            return Response(packed, headers={"content-encoding": "gzip", "content-type": "application/json"})
        return JSONResponse(told)

    async def _answer(self, order: Mapping[str, Any], who: Who) -> tuple[int, dict[str, Any]]:
        sql = str(order["statement"])
        if order["role"] != who.role or order["warehouse"] != who.warehouse:
            return 422, _told("390201", "The requested role or warehouse does not exist or not authorized.")
        if order["parameters"]["multi_statement_count"] != "1":
            return 422, _told("000008", "Actual statement count did not match the desired statement count.")
        if sql.startswith("SELECT CURRENT_ROLE()"):
            row = [who.role, who.secondary, who.warehouse]
            return 200, _result(["CURRENT_ROLE()", "CURRENT_SECONDARY_ROLES()", "CURRENT_WAREHOUSE()"], [row])
        if shown := re.fullmatch(r'SHOW GRANTS TO ROLE "(\w+)"', sql):
            rows = [["0", *each, "ROLE", shown[1], "false"] for each in who.grants]
            return 200, _result(_SHOWN, rows)
        if sql.startswith("EXPLAIN USING TABULAR "):
            return await self._explained(sql.removeprefix("EXPLAIN USING TABULAR "), order, who)
        return await self._run(sql, order, who)

    async def _explained(self, sql: str, order: Mapping[str, Any], who: Who) -> tuple[int, dict[str, Any]]:
        status, body = await self._run(sql, order, who)
        if status != 200:
            return status, body
        names = ["step", "id", "parent", "operation", "objects", "alias", "expressions", "partitionsTotal"]
        return 200, _result(names, [["1", "0", None, "Result", None, None, None, None]])

    async def _run(self, sql: str, order: Mapping[str, Any], who: Who) -> tuple[int, dict[str, Any]]:
        if any(f'"{table}"' in sql for table in who.hidden):
            return 422, _told("002003", "SQL compilation error: Object does not exist or not authorized.")
        if (change := _CHANGE.match(sql)) and (
            change[1],
            "TABLE",
            f"SHOP.PUBLIC.{change[2]}",
        ) not in who.grants:
            return 422, _told("003001", "SQL access control error: Insufficient privileges.")
        if sql == COLUMNS:
            return await self._columns(order, who)
        status, body = await self._pass_on({**order, "statement": sql})
        if status == 200:
            self._type(body)
        return status, body

    async def _pass_on(self, order: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        told = {**order, "database": self.database}
        async with httpx2.AsyncClient(timeout=30, **HERE) as client:
            answer = await client.post(f"{self.behind.url}/api/v2/statements", json=told)
        return answer.status_code, answer.json()

    async def _columns(self, order: Mapping[str, Any], who: Who) -> tuple[int, dict[str, Any]]:
        """What is behind has no precision of times, and no length of a text that is given none."""
        told = {**order, "statement": COLUMNS.replace("datetime_precision", _PRECISION)}
        status, body = await self._pass_on(told)
        is_hidden = order["bindings"]["2"]["value"] in who.hidden
        rows: list[list[str | None]] = [] if is_hidden else body["data"]
        for row in rows:
            row[-1] = "en-ci" if row[1] in self.collated else None
            if row[2] == "TEXT":
                row[4] = row[4] or "16777216"
        return status, {**body, "data": rows}

    def _type(self, body: dict[str, Any]) -> None:
        """Gives the columns that have a type of their own this type, and their values in its form."""
        for at, column in enumerate(body["resultSetMetaData"]["rowType"]):
            column["type"] = "text"
            if column["name"] in self.types:
                column["type"], column["scale"] = self.types[column["name"]]
                for row in body["data"]:
                    row[at] = _in_form(row[at], column["type"])


def _in_form(value: str | None, kind: str) -> str | None:
    if value is None or not kind.startswith("timestamp"):
        return value
    passed = datetime.fromisoformat(value).replace(tzinfo=UTC) - _EPOCH
    return f"{passed.days * 86_400 + passed.seconds}.{passed.microseconds:06}000"


def _result(names: Sequence[str], rows: list[list[Any]]) -> dict[str, Any]:
    return {
        "data": rows,
        "resultSetMetaData": {"rowType": [{"name": each, "type": "text"} for each in names]},
    }


def _told(code: str, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "sqlState": "42000"}


def _failure(status: int, code: str, message: str) -> Response:
    return JSONResponse(_told(code, message), status_code=status)


def failing(status: int, code: str = "000001", **headers: str) -> Fault:
    """An answer of this status, whose text has a value in it."""
    told = _told(code, "Numeric value 'LEAK-in-an-error' is not recognized")
    return lambda _: JSONResponse(
        told, status_code=status, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def saying(body: bytes, status: int = 200, **headers: str) -> Fault:
    """Something else than what was asked for."""
    return lambda _: Response(
        body, status_code=status, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
