"""What is beside the way that sources are enabled is found, told, on record and of no use to anybody."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from policies.call import Caller, Channel, Request, Transport, User
from policies.errors import Denied
from policies.networks import UNRESTRICTED
from policies.secret import Secret
from server.assembly import Service, assemble
from server.commands.credential import listed
from server.commands.doctor import examine
from server.commands.opened import opened
from server.commands.source import inventory, is_left, removed
from server.configuration import Configuration, load
from server.connections import Connections
from server.demo.organisation import found
from server.history import search
from server.keys import Ring
from tests.server.enabling import enable_all
from tests.server.silent import Silent

pytestmark = [pytest.mark.anyio]

ADA = User("ada", "demo", frozenset({"analyst"}))
TERMINAL = Caller(Transport.STDIO, "an editor", channels=frozenset({Channel.TERMINAL}))
SECRET = "hunter2hunter2"
LEDGER = """
[sources.ledger]
kind = "postgres"
dsn = "postgresql://127.0.0.1:{port}/ledger"
tls = "disable"
timeout = 1
owner = "the head of finance"
purpose = "questions about the ledger"
reason = "it knows logins alone"
classification = "internal"
roles.read = ["analyst"]
tables.entries.columns = ["id"]
"""


@pytest.fixture
async def with_ledger(tmp_path: Path, silent: Silent) -> Configuration:
    """Ada has connected it."""
    file = found(tmp_path)
    file.write_text(file.read_text() + LEDGER.format(port=silent.port))
    configuration = load(file)
    async with opened(configuration.document) as its:
        connections = Connections(its.store, its.audit, Ring(its.store, its.masters))
        await connections.make(ADA, "ledger", "ada", Secret(SECRET), days=30, restrictions=UNRESTRICTED)
    return configuration


@pytest.fixture
async def without_ledger(with_ledger: Configuration) -> Configuration:
    """It was enabled, and then taken out of the configuration."""
    await enable_all(with_ledger.document)
    file = with_ledger.file
    text = file.read_text()
    file.write_text(text[: text.index("[sources.ledger]")])
    return load(file)


async def refused(service: Service, silent: Silent) -> bool:
    """In the words of a tool that does not exist, and without a way to the source."""
    with pytest.raises(Denied, match="No tool ledger_query is open to you"):
        await service.pipeline.run(
            Request(f"{1:032x}", TERMINAL, "ledger_query", {"sql": "SELECT id FROM entries"})
        )
    return silent.nobody_came()


async def alerts(service: Service) -> list[dict[str, Any]]:
    entries = [json.loads(entry.body) for entry in await search(service.store, limit=1000)]
    return [entry for entry in entries if entry["event"] == "source_outside_inventory"]


async def test_a_connection_to_a_source_without_a_record_is_told_and_refused(
    with_ledger: Configuration, silent: Silent, caplog: pytest.LogCaptureFixture
) -> None:
    what = "nobody may use it, though 1 connected it: missing test"
    with caplog.at_level(logging.WARNING):
        async with assemble(with_ledger) as service:
            assert await refused(service, silent)
            assert [(it["source"], it["by"], it["why"]) for it in await alerts(service)] == [
                ("ledger", "start", what)
            ]
    assert what in caplog.text
    told = [finding for finding in await examine(with_ledger.document) if finding.source == "ledger"]
    assert [finding.what for finding in told] == [what]
    assert SECRET not in caplog.text


async def test_a_source_and_its_connections_that_the_configuration_names_no_more_are_told_and_refused(
    without_ledger: Configuration, silent: Silent, caplog: pytest.LogCaptureFixture
) -> None:
    what = "nobody may use it, though 1 connected it: the configuration does not name it"
    with caplog.at_level(logging.WARNING):
        async with assemble(without_ledger) as service:
            assert await refused(service, silent)
            assert [(it["source"], it["by"], it["why"]) for it in await alerts(service)] == [
                ("ledger", "start", what)
            ]
    assert what in caplog.text
    told = [finding for finding in await examine(without_ledger.document) if finding.source == "ledger"]
    assert [finding.what for finding in told] == [what]
    assert "remit source disable ledger" in told[0].remedy
    left = (await inventory(without_ledger.document))[-1]
    assert (left["source"], left["configured"], left["enabled_by"]) == ("ledger", False, "root")


async def test_who_takes_it_out_of_the_inventory_ends_its_connections_on_record(
    without_ledger: Configuration, silent: Silent
) -> None:
    document = without_ledger.document
    assert await is_left(document, "ledger")
    assert await removed(document, "ledger", "it was replaced") == 1
    assert not await is_left(document, "ledger")
    assert await listed(document) == []
    async with assemble(without_ledger) as service:
        assert await refused(service, silent)
        assert await alerts(service) == []
        entries = [json.loads(entry.body) for entry in await search(service.store, limit=1000)]
    ended = [entry for entry in entries if entry["event"] in {"disconnected", "source_off"}]
    assert [(entry["event"], entry["source"], entry["why"]) for entry in ended] == [
        ("source_off", "ledger", "it was replaced"),
        ("disconnected", "ledger", "it was replaced"),
    ]


async def test_a_source_that_was_taken_out_of_the_inventory_comes_back_by_the_whole_way(
    with_ledger: Configuration, silent: Silent
) -> None:
    await enable_all(with_ledger.document)
    await removed(with_ledger.document, "ledger", "it was replaced")
    async with assemble(with_ledger) as service:
        assert await refused(service, silent)
