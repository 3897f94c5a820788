"""The store of record, on both engines: what it keeps, what it undoes, what it says when it can't."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from policies.errors import ConfigurationError
from server import schema
from server.commit import Job, Outcome, Script, group
from server.store import Store, StoreUnavailable, Transaction, look_into_store, now_ms, open_store
from server.transaction import Later
from tests.server.places import Place, embedded

pytestmark = pytest.mark.anyio

PUT = "INSERT INTO limits (key, tat) VALUES ($1, $2)"
GET = "SELECT tat FROM limits WHERE key = $1"
COUNT = "SELECT count(*) FROM limits"


class Odd(Exception):  # noqa: N818 - a transaction may raise anything
    pass


def put(key: str, tat: int = 1, *, then: Exception | None = None) -> Callable[[], Transaction[str]]:
    def transaction() -> Transaction[str]:
        yield PUT, (key, tat)
        if then is not None:
            raise then
        return key

    return transaction


def get(key: str) -> Transaction[int | None]:
    rows = yield GET, (key,)
    return rows[0][0] if rows else None


def count() -> Transaction[int]:
    rows = yield COUNT, ()
    number: int = rows[0][0]
    return number


def spend(key: str) -> Transaction[int]:
    """Reads, then writes what it read and one more: wrong unless nobody writes in between."""
    rows = yield GET, (key,)
    after = (rows[0][0] if rows else 0) + 1
    yield (
        "INSERT INTO limits (key, tat) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET tat = $2",
        (key, after),
    )
    return after


async def test_what_a_transaction_wrote_is_there_for_the_next_process(place: Place) -> None:
    async with open_store(place.document, place.password) as store:
        assert await store.run(put("a", 7)) == "a"
    async with open_store(place.document, place.password) as store:
        assert await store.read(partial(get, "a")) == 7


async def test_a_transaction_that_raises_is_undone_and_its_error_is_the_callers(store: Store) -> None:
    with pytest.raises(Odd):
        await store.run(put("a", then=Odd()))
    assert await store.read(count) == 0


async def test_one_that_raises_is_undone_alone_in_a_shared_commit(store: Store) -> None:
    jobs = [put(f"k{i:02}", then=Odd() if i % 3 == 0 else None) for i in range(30)]
    outcomes = await asyncio.gather(*(store.run(job) for job in jobs), return_exceptions=True)
    for i, outcome in enumerate(outcomes):
        assert isinstance(outcome, Odd) if i % 3 == 0 else outcome == f"k{i:02}"
    assert await store.read(count) == 20


async def test_a_statement_that_the_database_refuses_is_undone_alone_too(store: Store) -> None:
    await store.run(put("taken"))
    outcomes = await asyncio.gather(
        store.run(put("before")),
        store.run(put("taken")),
        store.run(put("after")),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], StoreUnavailable)
    assert "taken" not in outcomes[1].detail
    assert [outcomes[0], outcomes[2]] == ["before", "after"]
    assert await store.read(count) == 3


async def test_a_write_that_waits_and_that_the_database_refuses_is_undone_alone_too(store: Store) -> None:
    def later(key: str) -> Transaction[str]:
        yield Later(PUT, (key, 1))
        return key

    outcomes = await asyncio.gather(
        *(store.run(partial(later, key)) for key in ("a", "b", "a", "c")), return_exceptions=True
    )
    assert [outcomes[0], outcomes[1], outcomes[3]] == ["a", "b", "c"]
    assert isinstance(outcomes[2], StoreUnavailable)
    assert await store.read(count) == 3


async def test_what_waits_in_a_reading_is_refused_like_any_write(store: Store) -> None:
    def later() -> Transaction[None]:
        yield Later(PUT, ("a", 1))

    with pytest.raises(StoreUnavailable):
        await store.read(later)
    assert await store.read(count) == 0


async def test_concurrent_transactions_share_a_commit_in_the_order_they_came(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    sizes: list[int] = []

    def watched(begin: str, take: Callable[[], Sequence[Job]]) -> Script[list[Outcome]]:
        def taken() -> Sequence[Job]:
            jobs = take()
            sizes.append(len(jobs))
            return jobs

        return group(begin, taken)

    def one(i: int) -> Transaction[int]:
        yield PUT, (f"{i}", i)
        seen.append(i)
        return i

    monkeypatch.setattr("server.store.group", watched)
    assert await asyncio.gather(*(store.run(partial(one, i)) for i in range(200))) == list(range(200))
    assert seen == list(range(200))
    assert sum(sizes) == 200
    assert len(sizes) < 5


async def test_concurrent_transactions_never_lose_an_update(place: Place) -> None:
    """Two stores on one database stand for two replicas."""
    async with (
        open_store(place.document, place.password) as one,
        open_store(place.document, place.password) as other,
    ):
        results = await asyncio.gather(
            *(store.run(partial(spend, "shared")) for _ in range(20) for store in (one, other))
        )
        assert sorted(results) == list(range(1, 41))


async def test_a_caller_that_goes_away_breaks_no_ones_commit(store: Store) -> None:
    tasks = [asyncio.create_task(store.run(put(f"k{i}"))) for i in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert outcomes[1::2] == [f"k{i}" for i in range(1, 20, 2)]
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes[::2])


async def test_what_a_caller_gave_up_before_it_began_never_begins(store: Store) -> None:
    first = asyncio.create_task(store.run(put("first")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the commit of the first is under way
    second = asyncio.create_task(store.run(put("second")))
    await asyncio.sleep(0)
    second.cancel()
    await first
    await store.run(put("third"))
    assert await store.read(partial(get, "second")) is None


async def test_a_reading_changes_nothing(store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        await store.read(put("a"))
    assert await store.read(count) == 0
    assert await store.run(put("a")) == "a"


async def test_a_reading_that_raises_leaves_the_store_readable(store: Store) -> None:
    def odd() -> Transaction[None]:
        yield COUNT, ()
        raise Odd

    with pytest.raises(Odd):
        await store.read(odd)
    assert await store.read(count) == 0


@pytest.mark.threat("T52")
async def test_the_clock_is_the_databases_in_milliseconds(store: Store) -> None:
    first = await store.run(now_ms)
    second = await store.read(now_ms)
    assert 1_700_000_000_000 < first <= second < 5_000_000_000_000


async def test_a_store_newer_than_the_program_stops_the_start(place: Place) -> None:
    def renew() -> Transaction[None]:
        yield "INSERT INTO store_version (version) VALUES ($1)", (len(schema.MIGRATIONS) + 1,)

    async with open_store(place.document, place.password) as store:
        await store.run(renew)
    with pytest.raises(ConfigurationError, match=r"newer than this program's .* Run the newer remit"):
        async with open_store(place.document, place.password):
            pass
    with pytest.raises(ConfigurationError, match="newer than this program's"):
        async with look_into_store(place.document, place.password):
            pass


async def test_a_store_older_than_the_program_is_brought_up_to_date_and_keeps_what_it_has(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(place.document, place.password) as store:
        await store.run(put("a", 7))
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("ALTER TABLE limits ADD COLUMN x TEXT",)))
    with pytest.raises(ConfigurationError, match="older than this program's"):
        async with look_into_store(place.document, place.password):
            pass
    async with open_store(place.document, place.password) as store:
        assert await store.read(partial(get, "a")) == 7


async def test_a_migration_that_fails_leaves_nothing_behind(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        schema, "MIGRATIONS", (*schema.MIGRATIONS, ("CREATE TABLE half (x TEXT)", "NONSENSE"))
    )
    with pytest.raises(ConfigurationError, match="can't be used"):
        async with open_store(place.document, place.password):
            pass
    monkeypatch.undo()
    async with open_store(place.document, place.password) as store:
        assert await store.read(count) == 0


async def test_processes_that_start_at_once_migrate_once(place: Place) -> None:
    async def start() -> int:
        async with open_store(place.document, place.password) as store:
            return await store.read(count)

    assert await asyncio.gather(*(start() for _ in range(4))) == [0, 0, 0, 0]


async def test_looking_into_a_store_needs_no_right_to_write(place: Place) -> None:
    async with open_store(place.document, place.password) as store:
        await store.run(put("a", 7))
        async with look_into_store(place.document, place.password) as reader:
            assert await reader.read(partial(get, "a")) == 7
            with pytest.raises(StoreUnavailable):
                await reader.read(put("b"))


async def test_looking_into_a_store_that_is_not_there_makes_none(tmp_path: Path) -> None:
    place = embedded(tmp_path)
    with pytest.raises(ConfigurationError, match="can't be opened"):
        async with look_into_store(place.document, place.password):
            pass
    assert not list(place.document.root.iterdir())


async def test_a_closed_store_takes_nothing(place: Place) -> None:
    async with open_store(place.document, place.password) as store:
        pass
    with pytest.raises(StoreUnavailable) as refusal:
        await store.run(put("a"))
    assert refusal.value.detail == "the store is closed"


async def test_closing_waits_for_the_commit_under_way(place: Place) -> None:
    async with open_store(place.document, place.password) as store:
        writing = asyncio.create_task(store.run(put("a", 7)))
        await asyncio.sleep(0)
    assert await writing == "a"
    async with open_store(place.document, place.password) as store:
        assert await store.read(partial(get, "a")) == 7


async def test_an_address_of_no_known_kind_stops_the_start(tmp_path: Path) -> None:
    document = embedded(tmp_path).document
    elsewhere = document.model_copy(
        update={"server": document.server.model_copy(update={"store": "mysql://db/x"})}
    )
    with pytest.raises(ConfigurationError, match="neither sqlite: nor postgresql"):
        async with open_store(elsewhere, None):
            pass
