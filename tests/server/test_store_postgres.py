"""The shared store: what happens when the connection, the server or another replica fails it."""

import asyncio
import logging
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from policies.document import Document, Server
from policies.errors import ConfigurationError
from policies.secret import Secret
from server.audit import open_audit
from server.history import examine
from server.store import Store, StoreUnavailable, Transaction, look_into_store, open_store
from server.store_postgres import TURN
from tests.backends import Postgres
from tests.certificates import Authority
from tests.server.calls import SETTINGS, Pipeline, keys
from tests.server.places import Place

pytestmark = pytest.mark.anyio

CANARY = "hunter2-canary"
CUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'remit'"


@dataclass
class Shared:
    server: Postgres
    database: str
    folder: Path

    def place(self, query: str = "", *, host: str = "127.0.0.1", password: str | None = None) -> Place:
        dsn = self.server.dsn(self.database, host=host) + query
        secret = Secret(self.server.password if password is None else password)
        return Place(Document(root=self.folder, server=Server(store=dsn)), secret)

    async def sql(self, statement: str) -> object:
        """As the superuser, beside the store."""
        async with self.server.admin(self.database) as connection:
            return await connection.fetchval(statement)


@pytest.fixture
async def shared(postgres: Postgres, tmp_path: Path) -> Shared:
    database = f"store_{secrets.token_hex(4)}"
    await postgres.create_database(database)
    return Shared(postgres, database, tmp_path)


@pytest.fixture
async def store(shared: Shared) -> AsyncIterator[Store]:
    place = shared.place()
    async with open_store(place.document, place.password, deadline=1) as store:
        yield store


def put(key: str) -> Transaction[str]:
    yield "INSERT INTO limits (key, tat) VALUES ($1, $2)", (key, 1)
    return key


def all_keys() -> Transaction[set[str]]:
    rows = yield "SELECT key FROM limits", ()
    return {row[0] for row in rows}


def sleep() -> Transaction[None]:
    yield "SELECT pg_sleep(60)", ()


async def recovered(attempt: Callable[[], Awaitable[object]]) -> None:
    """A connection that was cut may be noticed only when it is used next."""
    for _ in range(100):
        try:
            await attempt()
        except StoreUnavailable:
            await asyncio.sleep(0.05)
        else:
            return
    pytest.fail("the store has not recovered")


async def test_connections_that_were_lost_are_made_anew(store: Store, shared: Shared) -> None:
    await store.run(partial(put, "a"))
    await shared.sql(CUT)
    await recovered(partial(store.run, all_keys))
    await recovered(partial(store.read, all_keys))
    assert await store.run(partial(put, "b")) == "b"
    assert await store.read(all_keys) == {"a", "b"}


async def test_a_server_that_hangs_gives_an_error_in_bounded_time(store: Store) -> None:
    loop = asyncio.get_running_loop()
    for transaction in (store.run, store.read):
        begun = loop.time()
        with pytest.raises(StoreUnavailable):
            await transaction(sleep)
        assert loop.time() - begun < 10
    assert await store.read(all_keys) == set()
    assert await store.run(partial(put, "after")) == "after"


async def test_a_replica_that_stalls_in_its_turn_is_waited_for_in_bounds_and_then_cut_off(
    store: Store, shared: Shared
) -> None:
    async with shared.server.admin(shared.database) as stalled:
        await stalled.execute("SET idle_in_transaction_session_timeout = '1500ms'")
        await stalled.execute("BEGIN")
        await stalled.execute(f"SELECT pg_advisory_xact_lock({TURN})")
        with pytest.raises(StoreUnavailable):
            await store.run(partial(put, "early"))
        await recovered(partial(store.run, partial(put, "late")))
        assert await store.read(all_keys) == {"late"}


async def test_a_stalled_replica_of_ours_is_cut_off_by_the_server(store: Store, shared: Shared) -> None:
    limits = await shared.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'remit' AND state = 'idle'"
    )
    assert limits == 2

    def settings() -> Transaction[list[str]]:
        shown: list[str] = []
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            rows = yield f"SHOW {name}", ()
            shown.append(rows[0][0])
        return shown

    assert await store.run(settings) == ["1s", "1s"]


async def test_a_server_that_commits_before_it_writes_is_overruled_and_one_without_fsync_is_told_of(
    shared: Shared, caplog: pytest.LogCaptureFixture
) -> None:
    """The tests' own server is set for speed: both are off there."""

    def commits() -> Transaction[str]:
        rows = yield "SHOW synchronous_commit", ()
        mode: str = rows[0][0]
        return mode

    assert await shared.sql("SHOW synchronous_commit") == "off"
    place = shared.place()
    with caplog.at_level(logging.WARNING, "remit.store"):
        async with open_store(place.document, place.password) as store:
            assert await store.run(commits) == "on"
    assert "fsync off" in caplog.text


@pytest.mark.threat("T35")
async def test_what_the_database_says_stays_with_it(store: Store) -> None:
    await store.run(partial(put, CANARY))
    for transaction in (partial(put, CANARY), partial(odd, CANARY)):
        with pytest.raises(StoreUnavailable) as refusal:
            await store.run(transaction)
        assert CANARY not in f"{refusal.value.message} {refusal.value.detail}"


def odd(text: str) -> Transaction[None]:
    yield f"SELECT CAST('{text}' AS integer)", ()


@pytest.mark.threat("T35")
async def test_a_wrong_password_stops_the_start_and_is_not_shown(shared: Shared) -> None:
    place = shared.place(password=CANARY)
    with pytest.raises(ConfigurationError, match=r"can't be reached .InvalidPasswordError.. Check") as no:
        async with open_store(place.document, place.password):
            pass
    assert CANARY not in str(no.value)


async def test_the_environment_and_files_of_the_user_give_no_credential(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = shared.folder / "pgpass"
    passwords.write_text(f"*:*:*:*:{shared.server.password}\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSWORD", shared.server.password)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    with pytest.raises(ConfigurationError, match="can't be reached"):
        async with open_store(shared.place().document, None):
            pass


async def test_nobody_listening_stops_the_start_with_the_remedy(shared: Shared) -> None:
    document = Document(root=shared.folder, server=Server(store="postgresql://u@127.0.0.1:1/d"))
    with pytest.raises(ConfigurationError, match=r"can't be reached .*Check that the server runs"):
        async with open_store(document, None):
            pass


@pytest.mark.parametrize(
    ("store", "why"),
    [
        ("postgresql://u@db.example/d?sslmode=require", "not one of verify-full"),
        ("postgresql://u@db.example/d?sslmode=disable", "not one of verify-full"),
        ("postgresql://u@db.example/d?sslmode=prefer", "not one of verify-full"),
        ("postgresql://u@127.0.0.1/d?sslmode=require", "not one of verify-full"),
        ("postgresql://u@127.0.0.1/d?passfile=/etc/x", "has the parameter passfile"),
        ("postgresql://u@127.0.0.1/d?service=x", "has the parameter service"),
        ("postgresql://127.0.0.1/d", "names no user or no database"),
        ("postgresql://u@127.0.0.1", "names no user or no database"),
        ("postgresql://u@127.0.0.1:x/d", "not a database URL"),
        ("postgresql://u@db.example/d?sslrootcert=nowhere.pem", "can't be read as PEM"),
        ("redis://u@127.0.0.1/d", "neither sqlite: nor postgresql"),
    ],
)
async def test_an_address_that_would_weaken_the_connection_stops_the_start(
    tmp_path: Path, store: str, why: str
) -> None:
    with pytest.raises(ConfigurationError, match=why):
        async with open_store(Document(root=tmp_path, server=Server(store=store)), None):
            pass


async def test_a_certificate_is_checked_against_the_authority_and_the_name(
    shared: Shared, postgres: Postgres, tmp_path: Path
) -> None:
    good = shared.place(f"?sslmode=verify-full&sslrootcert={postgres.ca}")
    async with open_store(good.document, good.password) as store:
        assert await store.run(secured) is True
    other = Authority(tmp_path).certificate
    for query in ("?sslmode=verify-full", f"?sslrootcert={other}"):
        unknown = shared.place(query)
        with pytest.raises(ConfigurationError, match="SSLCertVerificationError"):
            async with open_store(unknown.document, unknown.password):
                pass


@pytest.mark.parametrize("query", ["", "?sslmode=verify-full"])
async def test_a_host_elsewhere_is_verified_without_being_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    used: list[object] = []

    async def connect(**options: object) -> None:
        used.append(options["ssl"])
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncpg, "connect", connect)
    document = Document(root=tmp_path, server=Server(store=f"postgresql://u@db.example/d{query}"))
    with pytest.raises(ConfigurationError, match="can't be reached"):
        async with open_store(document, None):
            pass
    (context,) = used
    assert isinstance(context, ssl.SSLContext)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def secured() -> Transaction[bool]:
    rows = yield "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", ()
    encrypted: bool = rows[0][0]
    return encrypted


async def test_a_role_that_may_only_use_the_tables_can_start_and_look(
    shared: Shared, postgres: Postgres
) -> None:
    """The migration's role may be another than the one that serves."""
    place = shared.place()
    async with open_store(place.document, place.password):
        pass
    role = f"remit_{secrets.token_hex(4)}"
    password = await postgres.create_login(role)
    await shared.sql(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}")
    document = Document(root=shared.folder, server=Server(store=postgres.dsn(shared.database, role)))
    async with open_store(document, Secret(password)) as store:
        assert await store.run(partial(put, "a")) == "a"
    async with look_into_store(document, Secret(password)) as reader:
        assert await reader.read(all_keys) == {"a"}


async def test_a_server_that_dies_in_the_middle_leaves_a_whole_log(shared: Shared) -> None:
    """The connections are cut again and again while calls run."""
    place, second = shared.place(), shared.folder / "second"
    outcomes: list[object] = []
    async with (
        open_store(place.document, place.password) as store,
        open_audit(store, keys(shared.folder), SETTINGS, second) as audit,
    ):
        pipeline = Pipeline(store, audit)
        for _ in range(20):
            running = [asyncio.create_task(pipeline.run()) for _ in range(5)]
            await shared.sql(CUT)
            outcomes += await asyncio.gather(*running, return_exceptions=True)
            await recovered(pipeline.run)
    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert {type(outcome) for outcome in refused} == {StoreUnavailable}
    async with look_into_store(place.document, place.password) as reader:
        report = await examine(reader, second, second / "public.pem")
    assert report.ok, report.faults
    assert report.entries > 2 * 20
