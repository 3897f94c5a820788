"""Five hundred errors, each with secrets and rows in its text: none of it is told, logged or kept in clear.

The person whose action it is sees it where they confirm it, and nobody sees it elsewhere.
"""

import random
import time
from pathlib import Path
from typing import Final

import httpx2
import pytest

from policies.sources import OWN
from server.history import search
from tests.databases import Databases
from tests.leaks import layers, leaks
from tests.rounds import SEED, rounds
from tests.server.breaking import Breakage, Breaking
from tests.server.oidc.house import House
from tests.server.oidc.issuer import Signer
from tests.server.process_log import as_configured
from tests.server.provoking import RULE, Canaries, Scene, every
from tests.server.walk import Ada, place, running

SAMPLE: Final = rounds(60, 10_000)
FEWEST: Final = 500
ENDS: Final = 8  # letters of a canary that tell too much already


@pytest.mark.anyio
@pytest.mark.threat("T27", "T35", "T46")
@pytest.mark.timeout(rounds(240, 1_800))
async def test_of_five_hundred_errors_none_tells_what_it_was_about(
    tmp_path: Path, databases: Databases, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("asking", "inviting"):  # whom she declines, nobody waits for
        monkeypatch.setattr(f"server.protocol.{module}.HELD", 0.1)
    known, breakage = Canaries(), Breakage()
    with as_configured():
        async with (
            place(tmp_path, databases, Signer.ec("key"), "sqlite") as at,
            running(at, lambda behind: Breaking(behind, breakage)) as service,
            httpx2.AsyncClient(base_url=at.url, headers={"origin": at.url}, timeout=30) as browser,
        ):
            async with at.postgres.admin(at.postgres_name) as admin:
                await admin.execute(RULE)
            ada = Ada(at, browser, {})
            ada.errs = False
            await ada.sign_in()
            scene = Scene(at, ada, breakage)
            token = at.token(exp=int(time.time()) + 3600)
            scene.own = {"authorization": f"Bearer {token}"}
            async with House(at.url, service).client(token, "modern", scene.answer) as client:
                scene.client, scene.browser = client, browser
                open_to_her = {tool.name for tool in (await client.list_tools()).tools}
                tools = [tool for tool in service.catalogue.tools if tool.name in open_to_her]
                for tool in tools:
                    if tool.source != OWN:
                        await scene.well(tool)
                all_of_them = every(tools, known)
                chosen = random.Random(SEED).sample(all_of_them, min(SAMPLE, len(all_of_them)))
                # Of a few, one at the least that is shown to her.
                chosen.append(
                    next(each for each in all_of_them if each.name == "what was confirmed is no longer so")
                )
                for each in chosen:
                    await each.provoke(scene)
                entries = "\n".join(entry.body for entry in await search(service.store, limit=100_000))
            sinks = at.files()
    said = capfd.readouterr()
    sinks |= {
        "the answers": "\n".join(scene.answers).encode(),
        "standard output": said.out.encode(),
        "the process log": said.err.encode(),
        "the audit log": entries.encode(),
    }
    assert len({(each.tool, each.name) for each in all_of_them}) >= FEWEST
    assert len(scene.failed) >= min(FEWEST, SAMPLE * 9 // 10)
    assert b"call refused" in sinks["the process log"]
    assert known.confirmed in "".join(ada.shown)
    assert leaks(sinks, *known.all, at.account.password, *at.shared, *at.tokens) == []
    ends = {end.encode() for each in known.all for end in (each[:ENDS], each[-ENDS:])}
    assert [
        (sink, end)
        for sink, content in sinks.items()
        for layer in layers(content)
        for end in ends
        if end in layer
    ] == []
