"""A token that came in goes nowhere: not to a system behind, a log, the store, or back to a client."""

import base64
import json
import logging
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client

from policies.call import Call, Grant, Plan, Raw, Tool, User
from policies.canonical import Json
from policies.change import Effect
from policies.secret import Credential
from server.assembly import connected
from server.logs import JsonLines
from server.vault import Connected
from tests.server.oidc.house import WAYS, Way, configured, open_house
from tests.server.oidc.issuer import URL, PretendIssuer, Signer
from tools.connector import Connector, Finding, Ledger, Session, Trace

CANARY = "CANARY-4b1d-7f3a-9c2e"
KEY = Signer.ec("key")
CLIENT_LOGS = ("httpx2", "httpcore2", "mcp.client", "client")  # the test's own client, not the server


@pytest.fixture
def far() -> Iterator[PretendIssuer]:
    issuer = PretendIssuer(KEY.published())
    yield issuer
    issuer.close()


class Wire:
    """A system behind that keeps all that the server hands it."""

    def __init__(self, behind: Connector, sent: list[str]) -> None:
        self._behind = behind
        self._sent = sent

    @property
    def tools(self) -> Sequence[Tool]:
        return self._behind.tools

    @asynccontextmanager
    async def open(self, user: User | None, credential: Credential | None) -> AsyncGenerator[Session]:
        self._sent.append(repr((user, credential and credential.secret.reveal())))
        async with self._behind.open(user, credential) as session:
            yield WiredSession(session, self._sent)

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        return await self._behind.inspect(credential)

    async def close(self) -> None:
        await self._behind.close()


class WiredSession:
    def __init__(self, behind: Session, sent: list[str]) -> None:
        self._behind = behind
        self._sent = sent

    async def plan(self, call: Call) -> Plan:
        self._sent.append(repr(call) + json.dumps(call.arguments))
        return await self._behind.plan(call)

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        self._sent.append(repr(grant) + json.dumps(grant.plan.request))
        return await self._behind.carry_out(grant, ledger)

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        return await self._behind.trace(effect, mark)


def forms(token: str) -> Mapping[str, bytes]:
    """What would betray the token: it and its parts, plain, in base64 at every alignment, and in hex."""
    found: dict[str, bytes] = {}
    for part in (CANARY, token, *token.split(".")):
        raw = part.encode()
        found |= {f"{part} plain": raw, f"{part} hex": raw.hex().encode()}
        for shift in range(3):
            # The first and last letters depend on what stands beside: the middle is always the same.
            letters = base64.b64encode(b"x" * shift + raw).rstrip(b"=")[4:-4]
            found[f"{part} base64 {shift}"] = letters
            found[f"{part} base64url {shift}"] = letters.translate(bytes.maketrans(b"+/", b"-_"))
    return found


def leaks(token: str, sinks: Mapping[str, bytes]) -> list[str]:
    return [
        f"{form} in {sink}"
        for sink, content in sinks.items()
        for form, letters in forms(token).items()
        if letters in content or letters.lower() in content.lower()
    ]


def test_a_leak_would_be_seen_in_every_form() -> None:
    token = KEY.sign({"jti": CANARY})
    for shift in range(3):
        for planted in (
            token.encode(),
            token.split(".")[2].encode(),
            token.encode().hex().upper().encode(),
            base64.b64encode(b"." * shift + token.encode() + b"...."),
            base64.urlsafe_b64encode(b"." * shift + CANARY.encode() + b"...."),
        ):
            assert leaks(token, {"a sink": b"before " + planted + b" after"})


def files(folder: Path) -> Mapping[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.anyio
@pytest.mark.threat("T03")
@pytest.mark.parametrize("way", WAYS)
async def test_a_token_that_came_in_is_found_nowhere_else(
    tmp_path: Path, free_port: int, far: PretendIssuer, caplog: pytest.LogCaptureFixture, way: Way
) -> None:
    caplog.set_level(logging.DEBUG)
    token = KEY.sign(far.claims(jti=CANARY, nonce=CANARY, email=CANARY))
    expired = KEY.sign(far.claims(jti=CANARY, exp=1))
    configuration = configured(tmp_path, far.url, URL)
    sent: list[str] = []
    sources = {
        name: Connected(source.settings, Wire(source.connector, sent), source.credential)
        for name, source in connected(configuration.document).items()
    }
    answers: list[str] = []
    async with open_house(configuration, free_port, sources) as house:
        async with house.client(token, way) as client:
            answers += [str(await client.list_tools()), *[str(one) async for one in every_tool(client)]]
        async with house.browser(expired) as browser:
            refused = await browser.post("/mcp", json={})
            answers.append(refused.text + str(refused.headers))
            refused = await browser.get(f"/mcp?access_token={token}", headers={"authorization": ""})
            answers.append(refused.text + str(refused.headers))
    log = "\n".join(
        JsonLines().format(record) for record in caplog.records if not record.name.startswith(CLIENT_LOGS)
    )
    assert "token refused" in log
    assert sum("SELECT" in message for message in sent) >= 2
    sinks = {
        "the log": log.encode(),
        "what was sent on": "\n".join(sent).encode(),
        "the answers": "\n".join(answers).encode(),
        **files(tmp_path),
    }
    assert len(sinks) > 4
    for text in (token, expired):
        assert leaks(text, sinks) == []


async def every_tool(client: Client) -> AsyncGenerator[Any]:
    """Each tool once as it should be called, once with what it refuses, and some that there are not."""
    query = {"sql": "SELECT name, territory FROM customers"}
    for tool in (await client.list_tools()).tools:
        if tool.annotations and not tool.annotations.read_only_hint:
            continue  # the token does not reach so far, and the server answers with a status that says so
        yield await client.call_tool(tool.name, {} if tool.name.endswith("_schema") else query)
        yield await client.call_tool(tool.name, {"sql": "SELECT ssn FROM customers"})
    yield await client.call_tool("shop_query", {"sql": "SELECT"})
    yield await client.call_tool("shop_query", {"token": "x"})
    yield await client.call_tool("payroll_query", query)
    yield await client.call_tool("nowhere", {})
