"""No source is used that nobody tested and enabled; and the inventory says what was done about each."""

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from policies.call import Caller, Channel, Reply, Request, Transport
from policies.errors import Denied
from policies.milliseconds import DAY
from policies.sources import GitlabSource, SqliteSource
from server.assembly import Service, assemble
from server.commands.doctor import examine
from server.commands.source import enabled, inventory, try_out
from server.configuration import Configuration, load
from server.demo.organisation import found
from server.history import search
from server.inventory import Entry, Inventory, digest
from server.store import Reader
from server.transaction import Transaction
from tests.server.enabling import enable_all
from tests.server.silent import Silent

pytestmark = [pytest.mark.anyio]

TERMINAL = Caller(Transport.STDIO, "an editor", channels=frozenset({Channel.TERMINAL}))
SHELF = """
[sources.ledger]
kind = "postgres"
dsn = "postgresql://ada@127.0.0.1:{port}/ledger"
credential = "shared"
reason = "one role for all"
tls = "disable"
timeout = 1
owner = "the head of finance"
purpose = "questions about the ledger"
classification = "internal"
roles.read = ["analyst"]
tables.entries.columns = ["id"]
"""


@pytest.fixture
def with_ledger(tmp_path: Path, silent: Silent) -> Configuration:
    file = found(tmp_path)
    file.write_text(file.read_text() + SHELF.format(port=silent.port))
    return load(file)


async def call(service: Service, tool: str, number: int = 1) -> Reply:
    request = Request(f"{number:032x}", TERMINAL, tool, {"sql": "SELECT 1 AS one"})
    return await service.pipeline.run(request)


async def events(store: Reader, name: str) -> list[str]:
    """The sources of every entry of that name."""
    entries = [json.loads(entry.body) for entry in await search(store, limit=1000)]
    return [entry["source"] for entry in entries if entry["event"] == name]


@pytest.mark.parametrize(
    ("line", "point"),
    [
        ('purpose = "questions about orders and customers"', "purpose"),
        ('classification = "confidential"', "classification"),
        ('owner = "the lead of the shop"', "owner"),
    ],
)
async def test_a_source_is_not_enabled_while_a_point_is_missing(
    configuration: Configuration, line: str, point: str
) -> None:
    configuration.file.write_text(configuration.file.read_text().replace(line, "", 1))
    document = load(configuration.file).document
    assert (await try_out(document, "shop", None, None)).passed
    (missing,) = await enabled(document, "shop", "it is asked for")
    assert missing.name == point
    assert f"{point} = " in missing.remedy
    async with assemble(load(configuration.file)) as service:
        with pytest.raises(Denied):
            await call(service, "shop_query")
        assert await events(service.store, "source_outside_inventory") == ["shop"]


async def test_a_source_of_which_nothing_is_named_has_no_permissions() -> None:
    source = SqliteSource(
        kind="sqlite", dsn="sqlite:shop.db", owner="a", purpose="b", classification="public"
    )
    missing = [point.name for point in Inventory({"shop": source}).points("shop", None) if not point.met]
    assert missing == ["permissions", "test"]


@pytest.mark.parametrize(
    ("more", "met"),
    [({}, False), ({"reason": "a token for each user"}, True), ({"oauth": {"client_id": "remit"}}, True)],
)
async def test_a_source_whose_users_type_a_secret_has_a_reason(more: dict[str, Any], *, met: bool) -> None:
    source = GitlabSource.model_validate({"kind": "gitlab", "projects": ["acme/*"], **more})
    points = {point.name: point.met for point in Inventory({"code": source}).points("code", None)}
    assert points["authentication"] is met


async def test_a_source_is_not_enabled_before_a_test_call_and_is_after_it(
    configuration: Configuration,
) -> None:
    document = configuration.document
    assert [point.name for point in await enabled(document, "shop", "it is asked for")] == ["test"]
    assert (await try_out(document, "shop", None, None)).passed
    assert await enabled(document, "shop", "it is asked for") == []
    listed = {source["source"]: source for source in await inventory(document)}
    assert (listed["shop"]["enabled"], listed["payroll"]["enabled"]) == (True, False)
    review = datetime.fromisoformat(str(listed["shop"]["next_review"])).date()
    assert timedelta(364) <= review - datetime.now(UTC).date() <= timedelta(366)


async def test_a_file_whose_configuration_is_whole_is_tested_at_the_start_on_record(service: Service) -> None:
    assert await events(service.store, "source_tested") == ["payroll", "shop"]
    assert await events(service.store, "source_outside_inventory") == []
    await call(service, "shop_query")


async def test_a_source_that_was_never_enabled_is_refused_reported_and_not_reached(
    with_ledger: Configuration, silent: Silent, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        async with assemble(with_ledger) as service:
            with pytest.raises(Denied, match="No tool ledger_query is open to you"):
                await call(service, "ledger_query")
            assert await events(service.store, "source_outside_inventory") == ["ledger"]
    assert "nobody may use it: missing test" in caplog.text
    findings = [finding for finding in await examine(with_ledger.document) if finding.source == "ledger"]
    assert ["remit source test ledger" in finding.remedy for finding in findings] == [True]
    assert silent.nobody_came()


async def test_a_test_call_that_reaches_nothing_is_not_passed(
    with_ledger: Configuration, silent: Silent
) -> None:
    silent.leave()
    assert not (await try_out(with_ledger.document, "ledger", None, None)).passed
    assert [point.name for point in await enabled(with_ledger.document, "ledger", "now")] == ["test"]


async def test_what_is_not_enabled_any_more_is_refused_by_the_transaction_itself(
    configuration: Configuration, service: Service
) -> None:
    def forget() -> Transaction[None]:
        yield "UPDATE source_records SET digest = 'of other settings' WHERE source = 'shop'", ()

    await call(service, "shop_query")
    await service.store.run(forget)
    with pytest.raises(Denied) as refused:  # this process has not looked again
        await call(service, "shop_query", 2)
    assert refused.value.detail == "its source is not enabled"
    await enable_all(configuration.document)
    await call(service, "shop_query", 3)


async def test_who_changes_the_settings_has_to_test_the_source_anew(with_ledger: Configuration) -> None:
    await enable_all(with_ledger.document)
    text = with_ledger.file.read_text()
    with_ledger.file.write_text(text.replace('entries.columns = ["id"]', 'entries.columns = ["id", "iban"]'))
    changed = load(with_ledger.file)
    async with assemble(changed) as service:
        with pytest.raises(Denied):
            await call(service, "ledger_query")
        assert await events(service.store, "source_outside_inventory") == ["ledger"]
    with_ledger.file.write_text(text.replace("timeout = 1", "timeout = 2"))
    assert (await inventory(load(with_ledger.file).document))[2]["enabled"] is True


async def test_the_inventory_knows_the_last_use(configuration: Configuration, service: Service) -> None:
    assert (await inventory(configuration.document))[0]["last_used"] is None
    await call(service, "shop_query")
    listed = await inventory(configuration.document)
    assert (listed[0]["source"], listed[1]["last_used"]) == ("shop", None)
    assert listed[0]["last_used"] is not None


async def test_who_switched_a_file_off_finds_it_off_after_a_start(
    configuration: Configuration,
) -> None:
    async with assemble(configuration) as service:
        await service.store.run(_off)
    async with assemble(configuration) as service:
        with pytest.raises(Denied):
            await call(service, "shop_query")


def _off() -> Transaction[None]:
    yield "INSERT INTO sources_off (source, at, why) VALUES ('shop', 0, 'a leak')", ()


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (31, ""),
        (29.5, "is due in 29 days"),
        (6.9, "is due within a week"),
        (0.5, "within a day"),
        (-1, "was due"),
    ],
)
def test_a_review_is_announced_a_month_a_week_and_a_day_ahead(days: float, said: str) -> None:
    source = SqliteSource.model_validate(
        {
            "kind": "sqlite",
            "dsn": "sqlite:shop.db",
            "owner": "a",
            "purpose": "b",
            "classification": "public",
            "tables": {"orders": {"columns": ["id"]}},
        }
    )
    now = 1_700_000_000_000
    entry = Entry("shop", digest(source), now, "root", now, "root", "", round(now + days * DAY), 0)
    findings = Inventory({"shop": source}).due({"shop": entry}, now)
    assert [said in finding.what for finding in findings] == ([True] if said else [])
