"""What has ended here is taken back there (RFC 7009), however long that takes, and no end waits for it."""

import json
import secrets
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from policies.bearer import Logout
from policies.document import Document
from policies.errors import NeedsConnection
from server.commands import credential
from server.connections import Connection
from server.oauth.revocations import TRIES
from server.vault import Connected
from tests.leaks import leaks
from tests.server.oauth.far import READ
from tests.server.oauth.persons import ADA, Desk, opened, until
from tests.server.oauth.pretended import Far, connect

pytestmark = pytest.mark.anyio

REVOKE = "/realm/oauth/revoke"


@pytest.fixture
async def desk(far: Far, tmp_path: Path) -> AsyncIterator[Desk]:
    """Which ada has authorized."""
    async with opened(tmp_path, far.url) as made:
        await connect(made)
        yield made


async def only(desk: Desk) -> Connection:
    (found,) = await credential.listed(desk.configuration.document)
    return found


async def due(desk: Desk) -> None:
    """As if the pause before the next try were over."""
    await desk.change("UPDATE revocations SET due_at = now_ms()")
    desk.service.connecting.connections.ended.set()


async def test_a_system_that_fails_at_first_takes_it_back_later(desk: Desk, far: Far) -> None:
    far.pretend.answer(REVOKE, status=503)
    connections = desk.service.connecting.connections
    assert await connections.end(await only(desk), by="ada", why="a test")
    with pytest.raises(NeedsConnection):
        await desk.person(ADA).rows()
    await until(desk, "revocation_failed")
    assert far.revoked() == {"once"}
    ((tries, is_later),) = await desk.change("SELECT tries, due_at > now_ms() FROM revocations")
    assert (tries, bool(is_later)) == (1, True)
    far.pretend.answer(REVOKE)
    await due(desk)
    await until(desk, "revoked")
    assert far.revoked() == {"once", "first"}
    assert await desk.change("SELECT id FROM revocations") == []


@pytest.mark.threat("T43")
@pytest.mark.parametrize("by", ["an administrator", "the issuer"])
async def test_what_a_user_authorized_is_taken_back_at_once_when_they_are_ended(
    desk: Desk, far: Far, by: str
) -> None:
    endings = desk.service.endings
    if by == "the issuer":
        logout = Logout("one", "ada", "", issued=1, expires=2)
        assert await endings.log_out(logout, "acme", keep_connections=False)
    else:
        await endings.end_user("", "ada", by="root", why="", block=False, keep_connections=False)
    with pytest.raises(NeedsConnection):
        await desk.person(ADA).rows()
    await until(desk, "revoked")
    assert far.revoked() == {"once", "first"}


async def test_what_a_system_never_takes_back_is_given_up_and_forgotten(desk: Desk, far: Far) -> None:
    far.pretend.answer(REVOKE, b'{"error": "invalid_client"}', status=401)
    assert await desk.service.connecting.connections.end(await only(desk), by="ada", why="a test")
    for tried in range(1, TRIES + 1):
        await until(desk, "revocation_failed", tried)
        await due(desk)
    assert await desk.change("SELECT id FROM revocations") == []
    assert "revoked" not in await desk.events()


async def test_what_a_user_had_who_was_ended_is_taken_back(desk: Desk, far: Far) -> None:
    await desk.service.endings.end_user(
        "acme", "ada", by="root", why="a test", block=False, keep_connections=False
    )
    await until(desk, "revoked")
    assert far.revoked() == {"once", "first"}
    assert await desk.kept() == 0


@pytest.mark.threat("T37")
async def test_the_store_alone_tells_no_token(desk: Desk, far: Far, tmp_path: Path) -> None:
    access, refresh = (f"{name}-{secrets.token_hex(16)}" for name in ("access", "refresh"))
    far.gives(access_token=access, refresh_token=refresh)
    far.pretend.answer(REVOKE, status=503)
    await connect(desk)
    connection = await only(desk)
    assert await desk.person(ADA).rows() == [["ada"]]
    assert desk.system.shown[-1] == access
    await desk.service.connecting.connections.end(connection, by="ada", why="a test")
    await until(desk, "revocation_failed", 2)  # both it and the one before are waiting now
    assert leaks({"the store": dump(tmp_path)}, access, refresh) == []


def dump(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("remit.db*"))


class Command:
    """`remit credential revoke`, of an installation whose desk is the one here."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self._desk = desk

        def connected(document: Document) -> Mapping[str, Connected]:
            return {"desk": Connected(document.sources["desk"], desk.system, None)}

        monkeypatch.setattr(credential, "connected", connected)

    async def revoke(self) -> str:
        connection = await only(self._desk)
        return await credential.revoked(self._desk.configuration.document, connection.id, "she has left")


@pytest.fixture
def command(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(desk, monkeypatch)


async def test_an_administrator_sees_what_somebody_has_access_to(desk: Desk) -> None:
    found = await only(desk)
    assert f"acme/ada  desk with access to {' '.join(READ)}, since" in credential.line(found)
    told = credential.facts(found)
    assert (told["login"], told["scopes"]) == ("", list(READ))
    assert not {"first", "once"} & {*json.dumps(told).split('"')}


async def test_an_administrator_ends_it_here_and_there(desk: Desk, far: Far, command: Command) -> None:
    assert "desk has taken its access back" in await command.revoke()
    assert far.revoked() == {"first", "once"}
    with pytest.raises(NeedsConnection):
        await desk.person(ADA).rows()
    assert {"disconnected", "revoked"} <= {*await desk.events()}


async def test_an_administrator_is_told_that_the_system_does_not_answer(
    desk: Desk, far: Far, command: Command
) -> None:
    far.pretend.answer(REVOKE, status=503)
    assert "has not taken its access back yet" in await command.revoke()
    assert await desk.kept() == 0
    far.pretend.answer(REVOKE)
    await due(desk)
    await until(desk, "revoked")


async def test_an_administrator_is_told_that_the_system_takes_nothing_back(
    desk: Desk, far: Far, command: Command
) -> None:
    desk.system.takes_back = False
    assert "end it at desk itself" in await command.revoke()
    assert "revocation_failed" in await desk.events()
    assert "revoked" not in await desk.events()
    assert far.revoked() == set()
