"""An access that has expired is renewed once, by whichever process comes first (threat T51)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any, Final

import anyio
import anyio.to_thread
import pytest

from policies.call import Tier
from policies.errors import AuditUnavailable, NeedsConnection, Refusal, UpstreamFailed
from policies.networks import Restrictions
from policies.redaction.redactor import Redactor
from server.assembly import assemble
from server.configuration import Configuration
from server.identity import Identity
from server.oauth import renewing
from server.oauth.far import AuthorizationServer
from server.oauth.tokens import Tokens
from tests.crash.replicas import Replica, Serve, replicas
from tests.rounds import rounds
from tests.server.enabling import enable_all
from tests.server.oauth.far import ACT, READ, DeskSystem
from tests.server.oauth.persons import (
    ADA,
    TERMINAL,
    Desk,
    configured,
    connected,
    opened,
    said,
    until,
)
from tests.server.oauth.pretended import Far, connect
from tests.server.oidc.provider import Provider

RACES: Final = rounds(20, 500)


@pytest.mark.threat("T51")
@pytest.mark.timeout(120 + RACES)
@pytest.mark.usefixtures("always_spent")
def test_of_two_processes_one_renews_and_neither_is_refused(vendor: Provider, tmp_path: Path) -> None:
    configuration = configured(tmp_path)
    anyio.run(_connect, configuration, vendor.issuer)
    with replicas(configuration, Redactor(), _serve(vendor.issuer), 2) as both:
        told = [_raced(both) for _ in range(RACES)]
    assert {answer for answers in told for answer in answers} == {"ada"}
    events = anyio.run(_events, configuration, vendor.issuer)
    assert "disconnected" not in events


def _raced(both: list[Replica]) -> list[str]:
    for replica in both:
        replica.send("go")
    return [" ".join(replica.heard()) for replica in both]


async def _connect(configuration: Configuration, url: str) -> None:
    system = DeskSystem(url)
    await enable_all(configuration.document)
    async with assemble(configuration, connected(configuration, system)) as service:
        assert (await Desk(configuration, service, system).person(ADA).connect()).status_code == 200


async def _events(configuration: Configuration, url: str) -> list[str]:
    system = DeskSystem(url)
    async with assemble(configuration, connected(configuration, system)) as service:
        return await Desk(configuration, service, system).events()


def _serve(url: str) -> Serve:
    async def serve(configuration: Configuration, asks: IO[str], answers: IO[str]) -> None:
        system = DeskSystem(url)
        async with assemble(configuration, connected(configuration, system)) as service:
            person = Desk(configuration, service, system).person(ADA)
            while await anyio.to_thread.run_sync(asks.readline):
                try:
                    told = (await person.rows())[0][0]
                except Refusal as refusal:
                    told = f"{refusal.code} {refusal.detail}"
                answers.write(f"{told}\n")
                answers.flush()

    return serve


@pytest.fixture
async def desk(far: Far, tmp_path: Path) -> AsyncIterator[Desk]:
    """Which ada has authorized."""
    async with opened(tmp_path, far.url) as made:
        await connect(made)
        yield made


@pytest.mark.anyio
@pytest.mark.usefixtures("always_spent")
async def test_a_reply_without_a_refresh_token_keeps_the_one_there_was(desk: Desk, far: Far) -> None:
    far.gives(access_token="second")
    assert await desk.person(ADA).rows() == [["ada"]]
    assert await desk.person(ADA).rows() == [["ada"]]
    assert desk.system.shown[-1] == "second"
    assert [form["refresh_token"] for form in far.asked("refresh_token")] == ["once", "once"]


@pytest.mark.anyio
@pytest.mark.usefixtures("always_spent")
async def test_a_rotated_refresh_token_is_used_once(desk: Desk, far: Far) -> None:
    for name in ("second", "third"):
        far.gives(access_token=name, refresh_token=f"{name} once".replace(" ", "-"))
        await desk.person(ADA).rows()
    assert [form["refresh_token"] for form in far.asked("refresh_token")] == ["once", "second-once"]


@pytest.mark.anyio
async def test_an_access_that_lasts_is_not_renewed(desk: Desk, far: Far) -> None:
    assert await desk.person(ADA).rows() == [["ada"]]
    assert far.asked("refresh_token") == []


@pytest.mark.anyio
@pytest.mark.usefixtures("always_spent")
async def test_who_was_ended_at_the_system_has_to_connect_anew(desk: Desk, far: Far) -> None:
    far.gives(400, error="invalid_grant", error_description="canary")
    with pytest.raises(NeedsConnection) as needed:
        await desk.person(ADA).rows()
    assert "canary" not in str(needed.value)
    assert await desk.kept() == 0
    assert "disconnected" in await desk.events()


@pytest.mark.anyio
@pytest.mark.usefixtures("always_spent")
@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (503, {}),
        (500, {"error": "invalid_grant"}),
        (429, {"error": "invalid_grant"}),
        (400, {"error": "invalid_client"}),
        (400, {"error": {"code": "odd"}}),
        (200, {"access_token": "a\r\nx-evil: 1"}),
        (200, {"access_token": 7}),
        (200, {"access_token": "second", "token_type": "mac"}),
        (200, {"access_token": "second", "expires_in": -1}),
        (200, {}),
    ],
)
async def test_a_system_that_fails_costs_a_call_and_no_connection(
    desk: Desk, far: Far, status: int, answer: dict[str, Any]
) -> None:
    far.gives(status, **answer)
    with pytest.raises(UpstreamFailed, match="Try again later"):
        await desk.person(ADA).rows()
    assert await desk.kept() == 1
    far.gives(access_token="after")
    assert await desk.person(ADA).rows() == [["ada"]]
    assert desk.system.shown[-1] == "after"


@pytest.mark.anyio
@pytest.mark.usefixtures("always_spent")
async def test_what_grows_by_itself_is_ended(desk: Desk, far: Far) -> None:
    far.gives(access_token="second", scope=" ".join([*READ, "api"]))
    with pytest.raises(NeedsConnection):
        await desk.person(ADA).rows()
    assert await desk.kept() == 0
    await until(desk, "revoked")
    assert "second" in far.revoked()


@pytest.mark.anyio
@pytest.mark.usefixtures("always_spent")
async def test_the_lease_of_a_process_that_died_runs_out(
    desk: Desk, far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing, "PATIENCE", 0.2)
    await desk.change("UPDATE connections SET lease = 'dead', leased_until = now_ms() + 60000")
    with pytest.raises(UpstreamFailed, match="in a moment"):
        await desk.person(ADA).rows()
    assert far.asked("refresh_token") == []
    await desk.change("UPDATE connections SET leased_until = now_ms() - 1")
    assert await desk.person(ADA).rows() == [["ada"]]


@pytest.mark.anyio
@pytest.mark.usefixtures("always_spent")
async def test_many_calls_of_one_process_renew_once_at_a_time(desk: Desk, far: Far) -> None:
    far.gives(access_token="second", refresh_token="second-once")
    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(desk.person(ADA).rows)
    used = [form["refresh_token"] for form in far.asked("refresh_token")]
    assert used.count("once") == 1


@pytest.mark.anyio
@pytest.mark.usefixtures("always_spent")
async def test_what_its_user_holds_it_to_holds_after_it_was_renewed_and_when_it_is_taken_back(
    far: Far, tmp_path: Path
) -> None:
    async with opened(tmp_path, far.url) as desk:
        await connect(desk, networks="127.0.0.0/8", per_minute="600")
        far.gives(access_token="second", refresh_token="second-once")
        assert await desk.person(ADA).rows() == [["ada"]]
        assert await desk.person(ADA).rows() == [["ada"]]
        (only,) = await desk.service.connecting.connections.everybody()
        assert only.restrictions == Restrictions("127.0.0.0/8", 600)
        await desk.service.connecting.connections.end(only, by="ada", why="a test")
        await until(desk, "revoked")
        assert far.revoked() == {"second", "second-once"}


@pytest.mark.anyio
@pytest.mark.usefixtures("always_spent")
@pytest.mark.parametrize("change", ["networks = ''", "per_minute = 0", "scopes = scopes || ' api'"])
async def test_what_is_widened_in_the_store_does_not_open(far: Far, tmp_path: Path, change: str) -> None:
    async with opened(tmp_path, far.url) as desk:
        await connect(desk, networks="127.0.0.0/8", per_minute="600")
        await desk.person(ADA).rows()
        shown = len(desk.system.shown)
        await desk.change(f"UPDATE connections SET {change}")
        with pytest.raises(AuditUnavailable):
            await desk.person(ADA).rows()
        assert (len(desk.system.shown), await desk.kept()) == (shown, 0)


@pytest.mark.anyio
async def test_what_was_due_is_taken_back_too(desk: Desk, far: Far) -> None:
    await desk.change("UPDATE connections SET due_at = now_ms()")
    with pytest.raises(NeedsConnection, match="was due"):
        await desk.person(ADA).rows()
    await until(desk, "revoked")
    assert far.revoked() == {"first", "once"}


@pytest.mark.anyio
@pytest.mark.usefixtures("always_spent")
async def test_what_is_renewed_after_the_due_day_is_not_kept_but_taken_back(
    desk: Desk, far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    renew = AuthorizationServer.renew

    async def slowly(server: AuthorizationServer, tokens: Tokens, now: int) -> Tokens:
        renewed = await renew(server, tokens, now)
        await desk.change("UPDATE connections SET due_at = now_ms()")
        return renewed

    monkeypatch.setattr(AuthorizationServer, "renew", slowly)
    far.gives(access_token="second", refresh_token="second-once")
    with pytest.raises(NeedsConnection):
        await desk.person(ADA).rows()
    await until(desk, "revoked")
    assert far.revoked() == {"second", "second-once"}


@pytest.mark.anyio
@pytest.mark.parametrize(("tier", "scopes"), [(Tier.READ, READ), (Tier.ACT, ACT)])
async def test_what_is_made_anew_is_asked_for_what_it_was_good_for(
    far: Far, tmp_path: Path, tier: Tier, scopes: tuple[str, ...]
) -> None:
    async with opened(tmp_path, far.url) as desk:
        await connect(desk, tier)
        (only,) = await desk.service.connecting.connections.everybody()
        user = await Identity(ADA).identify(TERMINAL)
        offer = await desk.service.connecting.renew(only.id, user, "a page")
        assert offer
        async with desk.person(ADA).browser() as browser:
            assert said(await browser.set_out(f"/connect/{offer}"))["scope"].split() == list(scopes)
