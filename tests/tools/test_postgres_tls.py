"""Who may be on the other end of the wire, and what happens when the wire fails."""

# pyright: reportPrivateUsage=false

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from policies.errors import ConfigurationError, UpstreamFailed
from policies.secret import Credential, Secret
from tests.backends import Postgres
from tests.certificates import Authority
from tests.proofs import run
from tests.proxy import proxy
from tests.tools.shop import Shop, make_shop
from tools.outbound.tls import ClientContext, pin_of
from tools.postgres import connector as connecting

pytestmark = [
    pytest.mark.anyio,
    # asyncpg leaves the socket of a server that refused it to whoever collects garbage.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

COUNT = {"sql": "SELECT count(*) FROM orders"}
MANY = {"sql": "SELECT a.id, a.note, b.note AS other FROM orders a CROSS JOIN orders b"}


@pytest.fixture
async def shop(postgres: Postgres) -> Shop:
    return await make_shop(postgres, "wire")


async def count(shop: Shop, **settings: Any) -> Any:
    connector = shop.connector(**settings)
    try:
        return (await run(connector, "query", COUNT, credential=shop.credential)).rows
    finally:
        await connector.close()


async def failure(shop: Shop, arguments: Any = COUNT, **settings: Any) -> UpstreamFailed:
    connector = shop.connector(**settings)
    try:
        with pytest.raises(UpstreamFailed) as failed:
            await run(connector, "query", arguments, credential=shop.credential)
    finally:
        await connector.close()
    return failed.value


@pytest.mark.parametrize("tls", ["verify-full", "verify-ca", "require", "disable"])
async def test_each_mode_of_tls_reaches_a_server_of_our_own_authority(shop: Shop, tls: str) -> None:
    assert await count(shop, tls=tls) == ((3000,),)


async def test_the_server_is_reached_over_its_socket(shop: Shop) -> None:
    assert await count(shop, dsn=shop.server.socket_dsn(shop.database, shop.role)) == ((3000,),)


async def test_a_server_of_another_authority_is_refused(shop: Shop, tmp_path: Path) -> None:
    failed = await failure(shop, tls_ca=str(Authority(tmp_path).certificate))
    assert "CERTIFICATE_VERIFY_FAILED" in failed.detail
    assert "CERTIFICATE" not in failed.message


async def test_a_server_with_a_certificate_for_another_name_is_refused(shop: Shop) -> None:
    async with proxy(shop.server.port, host="127.0.0.2") as relay:
        dsn = f"postgresql://{shop.role}@127.0.0.2:{relay.port}/{shop.database}"
        failed = await failure(shop, dsn=dsn)
    assert "127.0.0.2" in failed.detail


async def test_a_server_without_tls_is_refused(shop: Shop) -> None:
    async def refuse(reader: Any, writer: Any) -> None:
        await reader.read(8)
        writer.write(b"N")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        failed = await failure(shop, dsn=f"postgresql://{shop.role}@127.0.0.1:{port}/{shop.database}")
    assert "rejected SSL upgrade" in failed.detail


async def test_a_role_that_needs_a_client_certificate_is_reached_with_one_alone(shop: Shop) -> None:
    async with shop.server.admin() as admin:
        if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = 'certified'"):
            await admin.execute("CREATE ROLE certified NOLOGIN")
        await admin.execute(f"GRANT certified TO {shop.role}")
    identity = shop.server.certificate(shop.role)
    assert await count(shop, tls_certificate=str(identity.certificate), tls_key=str(identity.key)) == (
        (3000,),
    )
    await failure(shop)
    stranger = shop.server.certificate("stranger")
    await failure(shop, tls_certificate=str(stranger.certificate), tls_key=str(stranger.key))


@pytest.mark.threat("T35")
async def test_a_wrong_password_is_upstream_failed_and_says_nothing_of_it(shop: Shop) -> None:
    connector = shop.connector()
    with pytest.raises(UpstreamFailed) as failed:
        await run(connector, "query", COUNT, credential=Credential(Secret("hunter2-canary")))
    assert "28P01" in failed.value.message
    assert shop.role not in failed.value.message
    assert "hunter2" not in failed.value.message + failed.value.detail


@pytest.mark.threat("T09")
async def test_without_a_credential_nobody_elses_is_taken(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGPASSWORD", shop.credential.secret.reveal())
    passfile = tmp_path / "pgpass"
    passfile.write_text(f"*:*:*:*:{shop.credential.secret.reveal()}\n")
    passfile.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passfile))
    connector = shop.connector()
    with pytest.raises(UpstreamFailed):
        await run(connector, "query", COUNT, credential=None)


async def test_a_server_that_is_down_is_upstream_failed(shop: Shop) -> None:
    await failure(shop, dsn=f"postgresql://{shop.role}@127.0.0.1:1/{shop.database}")


@pytest.mark.threat("T40")
@pytest.mark.parametrize("at", [0, 9_000, 400_000])
async def test_a_server_that_stalls_is_given_up_within_the_time(shop: Shop, at: int) -> None:
    async with proxy(shop.server.port, stall_after=at) as relay:
        dsn = f"postgresql://{shop.role}@127.0.0.1:{relay.port}/{shop.database}"
        began = time.monotonic()
        failed = await failure(
            shop, MANY, dsn=dsn, timeout=0.5, max_rows=100_000, max_bytes=50_000_000, max_cost=1e12
        )
    assert time.monotonic() - began < 8
    assert "in time" in failed.message, failed.detail


@pytest.mark.parametrize("at", [0, 9_000, 400_000])
async def test_a_connection_that_is_cut_is_upstream_failed(shop: Shop, at: int) -> None:
    async with proxy(shop.server.port, cut_after=at) as relay:
        dsn = f"postgresql://{shop.role}@127.0.0.1:{relay.port}/{shop.database}"
        failed = await failure(shop, MANY, dsn=dsn, max_rows=100_000, max_bytes=50_000_000, max_cost=1e12)
    assert "could not be reached" in failed.message or "SQLSTATE 08" in failed.message


async def test_a_call_after_a_lost_connection_gets_a_new_one(shop: Shop) -> None:
    connector = shop.connector()
    assert (await run(connector, "query", COUNT, credential=shop.credential)).rows == ((3000,),)
    async with shop.server.admin() as admin:
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", shop.role
        )
    with suppress(UpstreamFailed):  # the driver may learn of it only now
        await run(connector, "query", COUNT, credential=shop.credential)
    assert (await run(connector, "query", COUNT, credential=shop.credential)).rows == ((3000,),)
    await connector.close()


async def test_accounts_that_do_not_work_are_not_remembered_for_good(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "_MOST_WAYS", 2)
    connector = shop.connector()
    for number in range(5):
        with pytest.raises(UpstreamFailed):
            await run(connector, "query", COUNT, credential=Credential(Secret(f"guess {number}")))
        assert len(connector._ways) <= 2
    await connector.close()


async def test_only_a_server_with_a_pinned_key_hears_the_password(shop: Shop) -> None:
    reserve = "sha256//" + "A" * 43 + "="
    connector = shop.connector()
    await run(connector, "query", COUNT, credential=shop.credential)
    assert isinstance(connector._tls, ClientContext)
    (seen,) = connector._tls.peers.values()
    await connector.close()
    assert await count(shop, tls_pins=(pin_of(seen), reserve)) == ((3000,),)
    async with proxy(shop.server.port) as relay:
        dsn = f"postgresql://{shop.role}@127.0.0.1:{relay.port}/{shop.database}"
        failed = await failure(shop, dsn=dsn, tls_pins=(reserve, "sha256//" + "B" * 43 + "="))
    assert "tls_pins" in failed.detail
    assert "tls_pins" not in failed.message


@pytest.mark.parametrize("pins", [("A",), ("A", "A")])
async def test_a_pin_has_one_in_reserve(shop: Shop, pins: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="second pin"):
        shop.connector(tls_pins=tuple(f"sha256//{pin * 43}=" for pin in pins))


async def test_pins_that_nobody_would_check_are_refused(shop: Shop) -> None:
    pins = tuple(f"sha256//{letter * 43}=" for letter in "AB")
    socket = shop.server.socket_dsn(shop.database, shop.role)
    withouts: list[dict[str, Any]] = [{"tls": "disable"}, {"dsn": socket}]
    for settings in withouts:
        with pytest.raises(ConfigurationError, match="need TLS"):
            shop.connector(tls_pins=pins, **settings)


async def test_an_account_that_a_call_holds_is_not_forgotten(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "_MOST_WAYS", 1)
    connector = shop.connector()
    acquire, waiting, go_on = connector._acquire, asyncio.Event(), asyncio.Event()

    async def wait(pool: Any) -> Any:
        if not waiting.is_set():
            waiting.set()
            await go_on.wait()  # the pool has no connection yet, and looks idle
        return await acquire(pool)

    monkeypatch.setattr(connector, "_acquire", wait)
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(run(connector, "query", COUNT, credential=shop.credential))
        await waiting.wait()
        (held,) = connector._ways.values()
        with pytest.raises(UpstreamFailed):
            await run(connector, "query", COUNT, credential=Credential(Secret("guess")))
        assert held in connector._ways.values()
        go_on.set()
    assert first.result().rows == ((3000,),)
    assert held.held == 0
    await connector.close()
