"""Ways to make a running remit fail: each system behind, its store, its callers and its people, each in turn.

What fails has canaries in it, in every text that an error could quote.
"""

import json
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from unittest.mock import patch

import apsw
import asyncpg
import httpx2
import mcp_types as types
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from policies.call import Tier, Tool
from policies.sources import OWN
from server import store_sqlite
from server.commit import Many
from tests.server.breaking import FAULTS, STEPS, Breakage
from tests.server.walk import UNDO, Ada, Place, acting, reading
from tests.tools.rest.faults import Fault

LETTERS: Final = "bcdfghjkmnpqrstvwxz23456789"


def canary() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(24))


@dataclass(frozen=True)
class Canaries:
    """What must go nowhere: of rows, of credentials and DSNs, of arguments, of answers, of confirmations."""

    row: str = field(default_factory=canary)
    credential: str = field(default_factory=canary)
    dsn: str = field(default_factory=canary)
    argument: str = field(default_factory=canary)
    body: str = field(default_factory=canary)
    confirmed: str = field(default_factory=canary)

    @property
    def all(self) -> Sequence[str]:
        return self.row, self.credential, self.dsn, self.argument, self.body, self.confirmed

    @property
    def text(self) -> str:
        """As a driver would put it."""
        return (
            f'duplicate key: Key (email)=({self.row}) of "{self.row}" exists; '
            f"postgresql://{self.dsn}:{self.credential}@10.0.0.1/{self.dsn}?password={self.credential}"
        )


_VALUES: Final = count(1)


@dataclass
class Scene:
    """A running remit, the client of the person who asks it, and what can be broken behind."""

    at: Place
    ada: Ada
    breakage: Breakage
    client: Client = field(init=False)
    answers: list[str] = field(default_factory=list[str])
    browser: httpx2.AsyncClient = field(init=False)
    own: Mapping[str, str] = field(default_factory=dict[str, str])
    visits: bool = False
    says: types.ElicitResult | None = None
    before_the_answer: Callable[[], Awaitable[None]] | None = None
    failed: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    async def answer(self, context: object, params: types.ElicitRequestParams) -> types.ElicitResult:
        """Connects a source only where that is what it is about."""
        if isinstance(params, types.ElicitRequestURLParams) and not self.visits:
            return types.ElicitResult(action="decline")
        if self.before_the_answer is not None:
            await self.before_the_answer()
        return self.says or await self.ada.answer(context, params)

    async def sent(self, name: str, method: str, path: str, **what: Any) -> None:
        """A request that no client library would make."""
        answer = await self.browser.request(method, path, **what)
        self.answers.append(f"{answer.headers}\n{answer.text}")
        if answer.status_code >= 400 or '"error"' in answer.text:
            self.failed.add((f"{method} {path}", name))

    async def well(self, tool: Tool) -> None:
        self.visits = True
        arguments = arguments_of(tool)
        self._put_there(arguments)
        result = await self.client.call_tool(tool.name, dict(arguments))
        assert not result.is_error, result
        self.visits = False

    async def refused(self, name: str, tool: str, arguments: Mapping[str, Any]) -> None:
        self._put_there(arguments)
        try:
            result = await self.client.call_tool(tool, dict(arguments))
        except MCPError as error:
            self.answers.append(f"{error.error.model_dump_json()} {error}")
            self.failed.add((tool, name))
            return
        self.answers.append(result.model_dump_json())
        if result.is_error:
            self.failed.add((tool, name))

    def _put_there(self, arguments: Mapping[str, Any]) -> None:
        if isinstance(file := arguments.get("file"), str):
            self.at.put_there(file)


@dataclass(frozen=True)
class Provoked:
    """One way to make one tool fail."""

    tool: str
    name: str
    provoke: Callable[[Scene], Awaitable[None]]


def arguments_of(tool: Tool, value: str = "") -> Mapping[str, Any]:
    """For a tool that acts with a value of its own: what was done already is answered, and nothing fails."""
    if tool.name == UNDO:
        return {"id": "nothing"}
    if tool.tier is Tier.READ:
        return reading(tool)[0]
    return acting(tool, value or f"lost{next(_VALUES)}")[0]


def broken(tool: Tool, known: Canaries) -> Iterator[Provoked]:
    """Each step in each system fails with each kind of error."""
    if tool.source == OWN:
        return
    for step in STEPS:
        for name, fault in FAULTS.items():

            async def provoke(scene: Scene, step: Any = step, name: str = name, fault: Any = fault) -> None:
                scene.breakage.step, scene.breakage.error = step, fault(known.text)
                try:
                    await scene.refused(f"{step} {name}", tool.name, arguments_of(tool, known.confirmed))
                finally:
                    scene.breakage.step = None

            yield Provoked(tool.name, f"{step} breaks with {name}", provoke)


def misused(tool: Tool, known: Canaries) -> Iterator[Provoked]:
    """Arguments that are none: what stands in them is the caller's, and may be a secret all the same."""
    mark, right = known.argument, dict(arguments_of(tool))
    text = next(iter(right), "")
    wrong: dict[str, Mapping[str, Any]] = {
        "an unknown key": {**right, mark: mark},
        "a list": {**right, text or mark: [mark, {mark: mark}]},
        "an object": {**right, text or mark: {mark: {mark: [mark]}}},
        "a control character": {**right, text or mark: f"\x00{mark}\x1b[2J{mark}"},
        "too long": {**right, text or mark: mark * 10_000},
        "a cursor": {**right, "cursor": mark},
        "an idempotency key": {**right, "idempotency_key": mark * 10},
    }
    if "sql" in right:
        wrong |= {
            f"SQL number {number}": {"sql": sql.format(mark)}
            for number, sql in enumerate(
                (
                    "SELECT '{0}",
                    "SELECT '{0}' FROM nowhere",
                    "SELECT '{0}' FROM orders WHERE 1 = = '{0}'",
                    "SELECT nothing FROM orders WHERE status = '{0}'",
                    "SELECT id FROM orders WHERE pg_read_file('{0}') = '{0}'",
                    "DELETE FROM orders WHERE status = '{0}'",
                    "UPDATE orders SET id = 1 WHERE status = '{0}'",
                    "UPDATE orders SET status = '{0}' WHERE status = '{0}' RETURNING *",
                    "INSERT INTO orders (id, status) VALUES (3, '{0}')",
                    "SELECT CAST('{0}' AS int) FROM orders",
                    "SELECT id FROM orders WHERE 1 / (length('{0}') - length('{0}')) = 1",
                    "SELECT '{0}' COLLATE nowhere; SELECT '{0}'",
                    "/* {0} */ SELECT $1, '{0}'",
                    "COPY orders TO '/tmp/{0}'",
                    "SET application_name = '{0}'",
                    "SELECT json_extract('{0}', '$') FROM orders",
                )
            )
        }
    for name, arguments in wrong.items():

        async def provoke(scene: Scene, name: str = name, arguments: Any = arguments) -> None:
            await scene.refused(name, tool.name, arguments)

        yield Provoked(tool.name, f"arguments: {name}", provoke)


def states() -> Sequence[str]:
    """Every SQLSTATE of an error that the driver knows."""
    known = {getattr(each, "sqlstate", None) for each in vars(asyncpg.exceptions).values()}
    return sorted(s for s in known if s and len(s) == 5 and s[:2] not in {"00", "01", "02"})


def raised(tool: Tool, known: Canaries) -> Iterator[Provoked]:
    """PostgreSQL itself raises, with a row's values in all that an error has of words."""
    if tool.source != "ledger" or tool.verb not in {"query", "write"}:
        return
    for state in states():

        async def provoke(scene: Scene, state: str = state) -> None:
            async with scene.at.postgres.admin(scene.at.postgres_name) as admin:
                await admin.execute(FAILING.format(state=state, text=known.row))
            await scene.refused(state, tool.name, arguments_of(tool, known.confirmed))
            async with scene.at.postgres.admin(scene.at.postgres_name) as admin:
                await admin.execute(WELL)

        yield Provoked(tool.name, f"SQLSTATE {state}", provoke)


FAILING: Final = """
CREATE OR REPLACE FUNCTION look(status text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'row {text}' USING ERRCODE = '{state}', DETAIL = 'Failing row contains ({text}).',
        HINT = '{text}', COLUMN = '{text}', CONSTRAINT = '{text}', DATATYPE = '{text}', TABLE = '{text}';
END $$
"""
WELL: Final = "CREATE OR REPLACE FUNCTION look(status text) RETURNS bool LANGUAGE sql AS 'SELECT true'"
RULE: Final = f"""
{WELL};
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY look ON orders USING (look(status));
"""


def answered(tool: Tool, known: Canaries) -> Iterator[Provoked]:
    """A system behind HTTP answers wrongly, with a token and a row in the body and the head."""
    if tool.source not in {"code", "hub", "chat", "files", "papers", "docs", "team"}:
        return
    body = f'{{"error":"{known.body}","message":"{known.credential} {known.body}","error_description":"'
    bodies = {
        "JSON": body + f'{known.body}"}}',
        "half a JSON": body,
        "HTML": f"<html>{known.body} {known.credential}</html>",
        "rows": f'[{{"id": "{known.body}", "{known.body}": ["{known.credential}"]}}]',
    }
    for status in (200, 201, 204, 302, 400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503):
        for name, text in bodies.items():

            async def provoke(scene: Scene, status: int = status, name: str = name, text: str = text) -> None:
                head = {"location": f"http://{known.body}.example/{known.credential}", "x-row": known.body}
                head["retry-after"] = "3600"  # so that none is waited for
                said = b"" if status == 204 else text.encode()
                at = scene.at
                faults = {
                    "code": at.code.gitlab.faults,
                    "hub": at.hub.gate.faults,
                    "chat": at.chat.gate.faults,
                    "files": at.s3.faults,
                    "papers": at.drive.gate.faults,
                    "docs": at.docs.at.faults,
                    "team": at.team.gate.faults,
                }[tool.source]
                faults[:] = [Fault(status, said, head)] * 8
                try:
                    await scene.refused(f"{status} {name}", tool.name, arguments_of(tool))
                finally:
                    faults.clear()
                if status == 401:  # the connection has ended with it
                    await scene.well(tool)

            yield Provoked(tool.name, f"it answers {status} with {name}", provoke)


def confirmed(tool: Tool, known: Canaries) -> Iterator[Provoked]:
    """The person says no, says nothing that is an answer, or says yes to what is no longer so."""
    if tool.tier is Tier.READ or tool.source == OWN:
        return
    accepted: Sequence[dict[str, Any]] = ({"approve": False}, {}, {known.confirmed: known.confirmed})
    answers = [types.ElicitResult(action=action) for action in ("decline", "cancel")]
    answers += [types.ElicitResult(action="accept", content=content) for content in accepted]
    for number, said in enumerate(answers):

        async def decline(scene: Scene, said: Any = said, number: int = number) -> None:
            scene.says = said
            try:
                await scene.refused(f"no {number}", tool.name, arguments_of(tool, known.confirmed))
            finally:
                scene.says = None

        yield Provoked(tool.name, f"answer {number} is no yes", decline)
    if tool.source != "ledger":
        return

    async def change(scene: Scene) -> None:
        async def change() -> None:
            async with scene.at.postgres.admin(scene.at.postgres_name) as admin:
                await admin.execute(f"UPDATE orders SET status = '{known.row}' WHERE id = 3")
            scene.says, scene.before_the_answer = None, decline_the_next

        async def decline_the_next() -> None:
            scene.says = types.ElicitResult(action="decline")

        scene.before_the_answer = change
        try:
            await scene.refused("stale", tool.name, arguments_of(tool, known.confirmed))
        finally:
            scene.says = scene.before_the_answer = None

    yield Provoked(tool.name, "what was confirmed is no longer so", change)


def unkept(tool: Tool, known: Canaries) -> Iterator[Provoked]:
    """The store of record fails at one statement of the call."""
    if tool.name not in {"shop_query", "ledger_write", "code_read"}:
        return
    failures = (apsw.IOError, apsw.FullError, apsw.CorruptError, apsw.BusyError, apsw.ConstraintError)
    for failure in failures:
        for place_ in range(6):

            async def provoke(scene: Scene, failure: Any = failure, place_: int = place_) -> None:
                run, left = vars(store_sqlite)["_rows"], iter(range(place_))

                def fails(connection: Any, asked: Any) -> Any:
                    # What begins and ends a transaction goes well, or the store would be of no use after it.
                    sql = asked.sql if isinstance(asked, Many) else asked[0]
                    of_data = sql.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))
                    if of_data and next(left, None) is None:
                        raise failure(known.text)
                    return run(connection, asked)

                with patch.object(store_sqlite, "_rows", fails):
                    await scene.refused(f"{failure.__name__} {place_}", tool.name, arguments_of(tool))

            yield Provoked(tool.name, f"statement {place_} of the store fails: {failure.__name__}", provoke)


def malformed(known: Canaries) -> Iterator[Provoked]:
    """What is no call at all."""
    mark = known.argument
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    bodies: Mapping[str, bytes] = {
        "no JSON": f"{{{mark}".encode(),
        "half a JSON": f'{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"{mark}":"{mark}'.encode(),
        "a key twice": f'{{"{mark}":1,"{mark}":2}}'.encode(),
        "no UTF-8": mark.encode() + b"\xff",
        "an unknown method": json.dumps({**call, "method": mark}).encode(),
        "an id": json.dumps({**call, "id": {mark: mark}}).encode(),
        "no parameters": json.dumps({**call, "params": mark}).encode(),
        "odd parameters": json.dumps({**call, "params": {"name": [mark], mark: mark}}).encode(),
        "deep": f'{{"{mark}":{"[" * 100}'.encode(),
    }
    heads = ("mcp-session-id", "mcp-protocol-version", "origin", "host", "accept", "last-event-id", "cookie")
    for name, body in bodies.items():

        async def post(scene: Scene, name: str = name, body: bytes = body) -> None:
            head = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
            await scene.sent(name, "POST", "/mcp", content=body, headers={**head, **scene.own})

        yield Provoked("/mcp", name, post)
    for name in heads:

        async def head(scene: Scene, name: str = name) -> None:
            await scene.sent(name, "POST", "/mcp", json=call, headers={**scene.own, name: mark})

        yield Provoked("/mcp", f"the head {name}", head)
    pages = ("nowhere", "approve", "connect", "connect/return", "sign-in", "messages", "approvals")
    for page in pages:

        async def visit(scene: Scene, page: str = page) -> None:
            for method in ("GET", "POST", "DELETE"):
                address = f"/{page}/{mark}?{mark}={mark}&code={mark}&state={mark}"
                await scene.sent("a path", method, address)

        yield Provoked(f"/{page}", "a path and a query", visit)

    async def token(scene: Scene) -> None:
        for bearer in (mark, f"{mark}.{mark}.{mark}"):
            await scene.sent(
                "a token", "POST", "/mcp", json=call, headers={"authorization": f"Bearer {bearer}"}
            )

    yield Provoked("/mcp", "a token that is none", token)


def every(tools: Sequence[Tool], known: Canaries) -> list[Provoked]:
    ways = (broken, misused, raised, answered, confirmed, unkept)
    return [*malformed(known), *(each for tool in tools for way in ways for each in way(tool, known))]
