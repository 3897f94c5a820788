"""What an authorization server answers is told to nobody, nor logged, nor kept in clear (threat T35)."""

import itertools
import json
import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import pytest

from policies.errors import Refusal
from server.history import search
from server.oauth.tokens import Tokens
from tests.leaks import leaks
from tests.rounds import SEED, rounds
from tests.server.oauth.persons import ADA, RETURN, Desk, opened
from tests.server.oauth.pretended import Far, connect, under_way
from tests.server.process_log import as_configured
from tests.server.provoking import canary

TOKEN: Final = "/realm/oauth/token"
STATUSES: Final = (200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 502, 503)
CODES: Final = ("invalid_grant", "invalid_client", "odd")
SAMPLE: Final = rounds(12, 1_000)


@pytest.fixture
def always_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    def spent(tokens: Tokens, now: int) -> bool:
        return True

    monkeypatch.setattr(Tokens, "is_spent", spent)


@pytest.fixture
async def desk(far: Far, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path, far.url) as made:
        yield made


def bodies(mark: str) -> Sequence[bytes]:
    """With a token or a row wherever a text could stand."""
    said = {"error_description": mark, "error_uri": f"https://x.example/{mark}", mark: mark}
    return [
        *(json.dumps({"error": code, **said}).encode() for code in CODES),
        json.dumps({"error": {mark: mark}, **said}).encode(),
        json.dumps({"access_token": mark, "token_type": mark, "expires_in": mark, "scope": mark}).encode(),
        json.dumps({"access_token": f"{mark}\r\nx: {mark}", "token_type": "Bearer"}).encode(),
        f"<html>{mark}</html>".encode(),
        f'{{"error": "{mark}'.encode(),
        f"access_token={mark}&error={mark}".encode(),
    ]


def files(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.anyio
@pytest.mark.threat("T27", "T35", "T46")
@pytest.mark.timeout(rounds(240, 1_800))
@pytest.mark.usefixtures("always_spent")
async def test_of_what_an_authorization_server_answers_no_word_is_told_logged_or_kept(
    desk: Desk, far: Far, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    mark, code, told = canary(), canary(), list[str]()
    ways = [*itertools.product(STATUSES, bodies(mark))]
    chosen = random.Random(SEED).sample(ways, min(SAMPLE, len(ways)))
    ada = desk.person(ADA)
    with as_configured():
        for status, body in chosen:
            head = {"location": f"https://x.example/{mark}", "www-authenticate": f'Bearer realm="{mark}"'}
            # The token is asked for where a person comes back, and where an access is renewed.
            far.pretend.answer(TOKEN, body, status, head)
            async with ada.browser() as browser:
                for answer in (f"code={code}", f"error={code}&error_description={code}&error_uri={code}"):
                    state = await under_way(browser, await ada.offered())
                    came = await browser.come_back(f"{RETURN}?{answer}&state={state}")
                    told.append(f"{came.headers}\n{came.text}")
            far.gives(access_token="first", refresh_token="once")
            await connect(desk)
            far.pretend.answer(TOKEN, body, status, head)
            try:
                told.append((await ada.call()).text)
            except Refusal as refusal:
                told.append(f"{refusal.message} {refusal!r}")
        entries = [entry.body for entry in await search(desk.service.store, limit=100_000)]
    said = capfd.readouterr()
    sinks = files(tmp_path) | {
        "what was told": "\n".join(told).encode(),
        "standard output": said.out.encode(),
        "the process log": said.err.encode(),
        "the audit log": "\n".join(entries).encode(),
    }
    assert b"call refused" in sinks["the process log"]
    assert leaks(sinks, mark, code) == []
