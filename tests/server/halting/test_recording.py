"""A change of the switch waits for nobody, and is on record soon, once, with what was in flight."""

import json
import secrets
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from policies.call import Tier
from policies.document import Document, Server
from policies.halt import EVERYTHING, NOTHING, KillSwitch, Scope
from policies.secret import Secret
from server.audit import Audit, open_audit
from server.halting import rows
from server.halting.flights import in_flight
from server.halting.recording import EVERY, Recording, is_recorded
from server.history import search
from server.store import Store, open_store
from server.store_postgres import TURN
from server.transaction import Transaction
from tests.backends import Postgres
from tests.server.calls import SETTINGS, Pipeline, keys

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T41")]


@pytest.fixture
async def audit(store: Store, tmp_path: Path) -> AsyncIterator[Audit]:
    async with open_audit(store, keys(tmp_path), SETTINGS, tmp_path / "second") as audit:
        yield audit


async def halt(store: Store, scope: Scope = EVERYTHING, by: str = "root") -> int:
    return (await store.at_once(partial(rows.halt, scope, by, "a leak"))).epoch


async def entries(store: Store, *events: str) -> list[dict[str, Any]]:
    found = [json.loads(entry.body) for entry in reversed(await search(store))]
    return [entry for entry in found if entry["event"] in events]


async def test_a_change_is_on_record_by_whom_and_why_and_with_what_was_in_flight(
    store: Store, audit: Audit
) -> None:
    pipeline, epochs = Pipeline(store, audit), list[int]()

    async def halting(_: object) -> None:
        epochs.append(await halt(store, Scope(tenant="acme", source="shop")))
        assert not await is_recorded(store, epochs[0])
        await Recording(store, audit).look()

    await pipeline.run(tier=Tier.ACT, act=halting)
    assert await is_recorded(store, epochs[0])
    (entry,) = await entries(store, "halted")
    told = [entry[name] for name in ("tenant", "source", "by", "why", "epoch", "in_flight")]
    assert told == ["acme", "shop", "root", "a leak", 1, 1]
    flights = await store.run(partial(in_flight, EVERYTHING, 1))
    assert entry["actions"] == [flight.action for flight in flights]


async def test_each_change_is_on_record_once_whoever_comes_by(store: Store, audit: Audit) -> None:
    one, other = Recording(store, audit), Recording(store, audit)
    await halt(store)
    await halt(store, Scope(user="ada"))
    for recording in (one, other):
        await recording.look()
    await store.at_once(partial(rows.resume, Scope(user="ada"), "root", "over"))
    await store.at_once(partial(rows.ask_to_lift, "code", "ada", "over"))
    for recording in (other, one):
        await recording.look()
    await store.at_once(partial(rows.lift, "code", "bob", "over"))
    for recording in (one, other):
        await recording.look()
    told = await entries(store, "halted", "resumed", "resume_asked")
    assert [(entry["event"], entry["epoch"], entry["user"], entry.get("asked_by")) for entry in told] == [
        ("halted", 1, "", None),
        ("halted", 2, "ada", None),
        ("resumed", 3, "ada", None),
        ("resume_asked", 4, "", None),
        ("resumed", 5, "", "ada"),
    ]


async def test_each_process_knows_of_it_within_a_second(store: Store, audit: Audit) -> None:
    known = {epoch: anyio.Event() for epoch in (0, 1, 2)}

    class Telling(Recording):
        async def look(self) -> None:
            await super().look()
            assert self.seen is not None
            known[self.seen.epoch].set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(Telling(store, audit).watch)
        for epoch in (1, 2):
            assert await halt(store, Scope(user=f"user {epoch}")) == epoch
            with anyio.fail_after(EVERY + 4):  # what a machine that is busy adds
                await known[epoch].wait()
        tasks.cancel_scope.cancel()


@pytest.mark.threat("T42")
async def test_a_switch_that_cannot_be_read_is_seen_as_none(
    store: Store, audit: Audit, caplog: pytest.LogCaptureFixture
) -> None:
    def delete() -> Transaction[None]:
        yield "DELETE FROM kill_switch", ()

    recording = Recording(store, audit)
    seen: list[KillSwitch | None] = []
    await recording.look()
    seen.append(recording.seen)
    await store.run(delete)
    await recording.look()
    seen.append(recording.seen)
    assert seen == [NOTHING, None]
    assert "nothing acts" in caplog.text


async def test_a_halt_in_a_transaction_of_the_queue_stands_with_its_commit(
    store: Store, audit: Audit
) -> None:
    """As one that finds something out does, in the transaction that finds it."""

    def tripping() -> Transaction[int]:
        return (yield from rows.halt(Scope(user="ada"), "remit", "too much")).epoch

    assert await store.run(tripping) == 1
    await Recording(store, audit).look()
    assert [entry["by"] for entry in await entries(store, "halted")] == ["remit"]


@pytest.mark.threat("T42")
async def test_a_halt_waits_for_no_replica_that_stands_still_and_its_list_does(
    postgres: Postgres, tmp_path: Path
) -> None:
    name = f"turn_{secrets.token_hex(4)}"
    address = f"{await postgres.create_database(name)}?sslmode=verify-full&sslrootcert={postgres.ca}"
    document = Document(root=tmp_path, server=Server(store=address))
    opening = partial(open_store, document, Secret(postgres.password))
    async with opening(), postgres.admin(name) as replica:
        await replica.execute(f"BEGIN; SELECT pg_advisory_xact_lock({TURN})")
        async with opening() as store:  # which waits for it no more than the halt
            assert await halt(store) == 1
            assert [str(one.scope) for one in (await rows.look(store)).halts] == ["everything"]
            listed = anyio.Event()

            async def listing() -> None:
                assert await store.run(partial(in_flight, EVERYTHING, 1)) == []
                listed.set()

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(listing)
                await anyio.wait_all_tasks_blocked()
                assert not listed.is_set()
                await replica.execute("COMMIT")
