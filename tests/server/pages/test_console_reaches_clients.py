"""What the console switches is on the list of every connected client within a second."""

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final, Literal

import anyio
import pytest
from mcp.client import Client
from mcp.client.session import IncomingMessage
from mcp_types import ToolListChangedNotification

from server.assembly import assemble
from server.vault import Connected
from tests.rounds import rounds
from tests.server.autonomous.alone import TWIN
from tests.server.pages.administrators import GRACE, Seat, open_console
from tests.server.serving import serving
from tests.server.shelf import Shelf

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T26", "T43")]

WITHIN: Final = rounds(3, 1)  # seconds: beside other tests it may take longer
ERAS: Final[tuple[Literal["auto", "legacy"], ...]] = ("auto", "legacy")


async def test_clients_of_another_process_hear_of_a_scope_within_a_second(
    tmp_path: Path, free_port: int
) -> None:
    took: list[float] = []
    async with open_console(tmp_path) as console, console.browser(GRACE) as seat:
        settings = console.configuration.document.sources
        sources = {name: Connected(settings[name], Shelf(), None) for name in ("shelf", "archive")}
        async with (
            assemble(console.configuration, sources) as other,
            serving(other, console.configuration.document, free_port),
        ):
            for era in ERAS:
                took += await heard_after(seat, f"http://127.0.0.1:{free_port}/mcp", era)
    assert max(took) < WITHIN, took


async def heard_after(seat: Seat, url: str, era: Literal["auto", "legacy"]) -> list[float]:
    """The seconds from each change, of one on and one off, to the word of it."""
    told = anyio.Semaphore(0)
    took: list[float] = []

    async def hear(message: IncomingMessage) -> None:
        if isinstance(message, ToolListChangedNotification):
            told.release()

    today = datetime.now(UTC).date().isoformat()
    token = await seat.token_of("scope")
    with anyio.fail_after(60):
        async with (
            Client(url, mode=era, message_handler=hear) as client,
            client.listen(tools_list_changed=True) if era == "auto" else nullcontext() as changes,
        ):
            await client.list_tools()
            for do in ("on", "off"):
                sent = {"form": token, "scope": "fill", "do": do, "until": today, "why": "tests"}
                begun = monotonic()
                answer = await seat.browser.post("/console/scope", data=sent)
                assert answer.status_code == 303, answer.text
                await (anext(changes) if changes else told.acquire())
                took.append(monotonic() - begun)
                tools = [tool.name for tool in (await client.list_tools()).tools]
                assert (TWIN in tools) is (do == "on")
    return took
