"""State that one replica sealed is opened by any other, for the person that it was sealed for alone."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from server.assembly import assemble
from server.configuration import Configuration, load
from server.listening import HttpServer
from tests.backends import free_port as port_of_another
from tests.conformance.build import FixtureApp, FixtureTransports
from tests.conformance.connector import connect
from tests.conformance.test_conformance import CONFIGURATION
from tests.server.oidc.forgeries import Forge, make_forge
from tests.server.oidc.house import OIDC
from tests.server.oidc.issuer import AUDIENCE

pytestmark = pytest.mark.anyio

TOOL = "test_input_required_result_request_state"
ENVELOPE: Any = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
}


def configured(folder: Path, forge: Forge) -> Configuration:
    folder.mkdir()
    file = folder / "remit.toml"
    told = CONFIGURATION.replace('"tester"', '"analyst"').replace(
        'name = "conformance"',
        f'name = "conformance"\nurl = "{AUDIENCE.removesuffix("/mcp")}"\nstore = "sqlite:../remit.db"',
    )
    keys = '[keys]\nmaster = "file:../master.key"\n'
    file.write_text(told + keys + OIDC.format(issuer=forge.issuer.url))
    return load(file)


@asynccontextmanager
async def replica(folder: Path, forge: Forge, port: int) -> AsyncGenerator[str]:
    """What they share is the store, the master key and the name."""
    configuration = configured(folder, forge)
    document = configuration.document
    async with assemble(configuration, connect(document)) as service, anyio.create_task_group() as tasks:
        transports = FixtureTransports(FixtureApp(service))
        server = HttpServer(service, document, ("127.0.0.1", port), transports)
        tasks.start_soon(server.serve)
        with anyio.fail_after(60):
            await server.ready.wait()
        yield f"http://127.0.0.1:{port}/mcp"
        server.stop()


async def ask(url: str, token: str, **more: object) -> Any:
    headers = {
        "authorization": f"Bearer {token}",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": TOOL,
    }
    params: Any = {"name": TOOL, "arguments": {}, "_meta": ENVELOPE, **more}
    async with httpx2.AsyncClient(timeout=30) as http:
        body: Any = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        answer: Any = (await http.post(url, json=body, headers=headers)).json()
    return answer


def altered_once(sealed: str) -> str:
    """In the middle, where each character carries six bits."""
    middle = len(sealed) // 2
    return f"{sealed[:middle]}{'B' if sealed[middle] == 'A' else 'A'}{sealed[middle + 1 :]}"


@pytest.mark.threat("T05", "T51")
async def test_a_question_asked_by_one_replica_is_answered_at_another_by_its_own_user_alone(
    tmp_path: Path, free_port: int
) -> None:
    forge = make_forge()
    answers = {"confirm": {"action": "accept", "content": {"ok": True}}}
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(replica(tmp_path / "one", forge, free_port))
        other = await stack.enter_async_context(replica(tmp_path / "other", forge, port_of_another()))
        ada, bob = forge.sign(sub="ada"), forge.sign(sub="bob")
        first = await ask(one, ada)
        assert "result" in first, first
        asked = first["result"]
        assert asked["resultType"] == "input_required"
        sealed = asked["requestState"]
        assert "confirmation" not in sealed
        answered = await ask(other, ada, requestState=sealed, inputResponses=answers)
        assert "state-ok" in answered["result"]["content"][0]["text"]
        foreign = await ask(other, bob, requestState=sealed, inputResponses=answers)
        altered = await ask(other, ada, requestState=altered_once(sealed), inputResponses=answers)
        assert foreign["error"] == altered["error"]
        elsewhere = forge.sign(sub="ada", client_id="another client")
        assert "error" in await ask(other, elsewhere, requestState=sealed, inputResponses=answers)
    forge.issuer.close()
    forge.elsewhere.close()
