"""The tour: a real MCP client asks the sample organisation, and each answer is held against what was told."""

import io
import json
import shlex
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, TextIO

from anyio import move_on_after, sleep, to_thread
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent

from server.demo.steps import ACTIONS, ALONE, STEPS, Answer, Errand, Step, action

PATIENCE = 5  # seconds
AT_MOST = 60  # seconds
AGAIN = 0.1

Say = Callable[[str], None]
Remit = Callable[[Sequence[str]], int]
"""Runs a command, and returns its status."""


class Ada:
    """The person at the client's form. `asked` is what she was last shown."""

    def __init__(self) -> None:
        self.says = ""
        self.asked = ""

    def will_say(self, says: str) -> None:
        """From the next question on."""
        self.says, self.asked = says, ""

    async def __call__(self, context: object, params: ElicitRequestParams) -> ElicitResult:
        del context
        self.asked = params.message
        return ElicitResult(action="accept", content={"approve": self.says == "yes"})


class TourError(Exception):
    """A step did not go as told."""


async def ask(client: Client, step: Step, done: str) -> Answer:
    arguments = step.arguments(done)
    result = await client.call_tool(step.tool, arguments)
    with move_on_after(AT_MOST):
        while _code(result) == "limit_reached":  # who takes one tour after the other asks faster than most
            await sleep(1)
            result = await client.call_tool(step.tool, arguments)
    text = "\n".join(part.text for part in result.content if isinstance(part, TextContent))
    return Answer(_code(result), text, result.structured_content or {})


def _code(result: CallToolResult) -> str:
    facts: dict[str, Any] = (result.meta or {}).get("remit/call", {}) if result.is_error else {}
    return str(facts.get("code", "error" if result.is_error else ""))


async def walk(
    client: Client, steps: Sequence[Step | Errand], say: Say, ada: Ada, remit: Remit | None = None
) -> None:
    """Takes every step. Raises `TourError` at the first that goes otherwise."""
    tools = [tool.name for tool in (await client.list_tools()).tools]
    say(f"   {client.protocol_version}: the tools of this user are {', '.join(tools)}\n")
    if any(not name.startswith(("shop_", "remit_")) for name in tools):
        raise TourError(f"a tool is listed that is not Ada's: {tools}")
    done = ""
    for number, step in enumerate(steps, 1):
        say(f"{number:2}. {step.told}")
        if isinstance(step, Errand):
            await run(step, say, remit)
            await listed(client, step)
            say("")
            continue
        ada.will_say(step.says)
        answer = await ask(client, step, done)
        done = str(action(answer).get("id", done))
        arguments = step.arguments(done)
        say(f"    {step.tool} {json.dumps(arguments, ensure_ascii=True)}")
        if ada.asked:
            for line in ada.asked.splitlines():
                say(f"      ? {line[:150]}")
            say(f"      Ada: {ada.says}")
        for line in answer.text.splitlines()[:12]:
            say(f"      {'✗' if answer.refused else '│'} {line[:150]}")
        if not step.holds(answer) or bool(ada.asked) is not (step.says != "nothing"):
            raise TourError(f"step {number} went otherwise: {answer}")
        say("")


async def run(errand: Errand, say: Say, remit: Remit | None) -> None:
    """Raises `TourError` where the command fails."""
    say(f"    $ remit {shlex.join(errand.command)}")
    told = io.StringIO()

    def go() -> int:
        with redirect_stdout(told), redirect_stderr(told):
            return 1 if remit is None else remit(errand.command)

    status = await to_thread.run_sync(go)  # a command has an event loop of its own
    for line in told.getvalue().splitlines():
        say(f"      │ {line[:150]}")
    if status:
        raise TourError(f"`remit {errand.command[0]}` ended with {status}")


async def listed(client: Client, errand: Errand) -> None:
    """Returns once the client's list is as told. Raises `TourError` where it is not in time."""
    with move_on_after(PATIENCE):
        while True:
            names = {tool.name for tool in (await client.list_tools(cache_mode="refresh")).tools}
            if all((name in names) is there for name, there in errand.lists.items()):
                return
            await sleep(AGAIN)
    raise TourError(f"the list of tools did not change: {errand.lists}")


async def over_stdio(command: Sequence[str], say: Say, log: TextIO, remit: Remit) -> None:
    """Starts the server as a client does, and takes the tour in protocol 2026-07-28."""
    parameters = StdioServerParameters(command=command[0], args=list(command[1:]))
    ada = Ada()
    async with Client(stdio_client(parameters, errlog=log), elicitation_callback=ada) as client:
        await walk(client, [*STEPS, *ACTIONS, *ALONE], say, ada, remit)


async def over_http(url: str, say: Say) -> None:
    """Takes the first steps again over HTTP, in the handshake era."""
    ada = Ada()
    async with Client(url, mode="legacy", elicitation_callback=ada) as client:
        await walk(client, STEPS[:2], say, ada)
