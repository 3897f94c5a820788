"""One statement after another to Snowflake's SQL API v2, under one token; changing.py has those that change.

docs.snowflake.com/en/developer-guide/sql-api/reference. Database, role and warehouse stand in each request,
so nothing of a session's own can be another's. A statement is always sent off as an asynchronous one: only so
its handle is known while it runs, and it is cancelled with the call that is given up.
"""

import math
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote
from uuid import uuid4

import anyio
import httpx2

from policies.canonical import Json, canonical
from policies.errors import Refusal
from policies.frames import BadFrame, parse
from policies.secret import Credential
from policies.sources import SnowflakeSource
from tools.outbound.addresses import origins
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.tls import ClientContext
from tools.rest.api import bearer
from tools.rest.members import Record, record, text
from tools.rest.refusals import late, odd, unreached
from tools.snowflake import refusals
from tools.snowflake.values import Field

MAX_ANSWER: Final = 32_000_000  # bytes: a partition has some ten megabytes at the most
_MAX_PARTITIONS: Final = 10_000
_LONGEST_TAG: Final = 2000  # characters
FIRST_LOOK: Final = 0.02  # seconds until it is asked whether a statement is done
LONGEST_LOOK: Final = 1.0
GRACE_SECONDS: Final = 1.0  # for Snowflake to say itself that time is up
CANCEL_SECONDS: Final = 2.0
_HANDLE: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
STATEMENTS: Final = "/api/v2/statements"
_FORMATS: Final[Mapping[str, Json]] = {
    "date_output_format": "YYYY-MM-DD",
    "time_output_format": "HH24:MI:SS.FF9",
    "timestamp_ntz_output_format": "YYYY-MM-DD HH24:MI:SS.FF9",
    "timestamp_ltz_output_format": "YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM",
    "timestamp_tz_output_format": "YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM",
}
"""What a time is as text, whatever the account has set."""


@dataclass(frozen=True, slots=True)
class Result:
    """The beginning of a statement's result. `partitions` counts all, `rows` are those of the first."""

    handle: str
    fields: Sequence[Field]
    rows: Sequence[Sequence[Json]] = field(repr=False)
    partitions: int


class Api:
    """Raises `Refusal` wherever Snowflake does not answer as it should."""

    def __init__(self, name: str, source: SnowflakeSource, asking: httpx2.AsyncClient) -> None:
        self._name = name
        self._source = source
        self._asking = asking

    async def run(self, sql: str, values: Sequence[Json] = (), *, tag: str = "", most: int = 0) -> Result:
        """`sql` has a `?` for each of `values`, which go as texts; `most` is how many rows it may give."""
        try:
            with anyio.fail_after(self.seconds):
                return await self._run(self.order(sql, values, tag, most))
        except TimeoutError as error:
            raise late(self._name, self._source.timeout) from error

    async def rows(self, result: Result) -> AsyncIterator[Sequence[Json]]:
        """All of its rows, partition by partition as they are asked for."""
        for row in result.rows:
            yield row
        for number in range(1, result.partitions):
            path, params = f"{STATEMENTS}/{result.handle}", {"partition": str(number)}
            answer = await self._ask("GET", path, params=params)
            for row in _rows(self.read(answer), result.fields):
                yield row

    @property
    def seconds(self) -> float:
        """What a statement may take, until the answer is here."""
        return self._source.timeout + GRACE_SECONDS

    async def status(self) -> int:
        """Of an answer to somebody who asks for a statement that nobody made."""
        try:
            return (await self._asking.get(f"{self._source.url}{STATEMENTS}/none")).status_code
        except httpx2.HTTPError as error:
            raise unreached(self._name, error) from error

    def order(self, sql: str, values: Sequence[Json], tag: str, most: int) -> Json:
        """The body of a request for the statement."""
        source = self._source
        parameters: dict[str, Json] = {
            "multi_statement_count": "1",
            "timezone": "UTC",
            "binary_output_format": "HEX",
            **_FORMATS,
            "query_tag": tag[:_LONGEST_TAG],
        }
        if most:
            parameters["rows_per_resultset"] = str(most)
        return {
            "statement": sql,
            "timeout": max(1, math.ceil(source.timeout)),
            "resultSetMetaData": {"format": "jsonv2"},
            "database": source.database,
            "schema": source.default_schema.upper(),
            "warehouse": (source.warehouse or "").upper(),
            "role": (source.role or "").upper(),
            "bindings": {
                str(number): {"type": "TEXT", "value": value} for number, value in enumerate(values, 1)
            },
            "parameters": parameters,
        }

    async def _run(self, order: Json) -> Result:
        # The number of the request makes it one statement, should a proxy send it twice.
        answer = await self._ask(
            "POST",
            STATEMENTS,
            params={"requestId": str(uuid4()), "async": "true"},
            content=canonical(order).encode(),
        )
        body = self.read(answer)
        handle = handle_of(body)
        try:
            pause = FIRST_LOOK
            while answer.status_code == 202:
                await anyio.sleep(pause)
                pause = min(pause * 2, LONGEST_LOOK)
                answer = await self._ask("GET", f"{STATEMENTS}/{handle}")
                body = self.read(answer)
        except BaseException:
            await self.cancel(handle)
            raise
        return _result(handle, body)

    async def cancel(self, handle: str) -> None:
        """What nobody waits for any more costs nobody anything."""
        with anyio.move_on_after(CANCEL_SECONDS, shield=True):
            try:
                await self.send("POST", f"{STATEMENTS}/{handle}/cancel")
            except httpx2.HTTPError:
                return  # its own limit of time ends it

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx2.Response:
        try:
            answer = await self.send(method, path, params=params, content=content)
        except httpx2.HTTPError as error:
            raise unreached(self._name, error) from error
        if answer.status_code not in {200, 202}:
            raise self.refusal(answer)
        return answer

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx2.Response:
        """Raises `httpx2.HTTPError` where there is no answer."""
        kind = {"content-type": "application/json"} if content is not None else None
        return await self._asking.request(
            method, f"{self._source.url}{quote(path)}", params=params, content=content, headers=kind
        )

    def refusal(self, answer: httpx2.Response) -> Refusal:
        return refusals.refusal(self._name, answer, answer.content, self._source.timeout, time.time())

    def read(self, answer: httpx2.Response) -> Record:
        try:
            return record(parse(answer.content, MAX_ANSWER))
        except BadFrame as error:
            raise odd(error.message) from error


def handle_of(body: Record) -> str:
    handle = text(body, "statementHandle")
    if not _HANDLE.fullmatch(handle):
        raise odd("a statement's handle is none")
    return handle


def _result(handle: str, body: Record) -> Result:
    told = record(body.get("resultSetMetaData"))
    columns, parts = told.get("rowType"), told.get("partitionInfo", [])
    if not isinstance(columns, list) or not isinstance(parts, list) or len(parts) > _MAX_PARTITIONS:
        raise odd("a result says nothing of its columns")
    fields = [Field.of(column) for column in columns]
    return Result(handle, fields, _rows(body, fields), len(parts))


def _rows(body: Record, fields: Sequence[Field]) -> Sequence[Sequence[Json]]:
    rows = body.get("data")
    if not isinstance(rows, list) or not all(
        isinstance(row, list) and len(row) == len(fields) for row in rows
    ):
        raise odd("a result's rows are none")
    return [
        [each.value(cell) for each, cell in zip(fields, row, strict=True)]
        for row in rows
        if isinstance(row, list)
    ]


@asynccontextmanager
async def asking(
    name: str, source: SnowflakeSource, tls: ClientContext, credential: Credential | None
) -> AsyncGenerator[Api]:
    """Raises `NeedsConnection` for what can be no token. Without a credential it asks as nobody."""
    headers = {"accept": "application/json"}
    if credential is not None:
        headers["authorization"] = bearer(name, credential)
        kind = "OAUTH" if source.oauth else "PROGRAMMATIC_ACCESS_TOKEN"
        headers["x-snowflake-authorization-token-type"] = kind
    bounds = Bounds(source.timeout + GRACE_SECONDS, MAX_ANSWER, longest_pause=source.timeout, unpacks=True)
    async with client(Transport(tls, origins((source.url,)), bounds), headers=headers) as http:
        yield Api(name, source, http)
