"""A source and a connection may be held to networks and to a pace; nobody gets round that."""

from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from policies.call import Caller, Transport
from policies.errors import AuditUnavailable, Denied, LimitReached, NeedsConnection
from server.commands.credential import facts, listed
from server.keys import Ring
from tests.backends import Postgres
from tests.server.desk import ADA, Desk, open_desk

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T09")]

ROWS = [[1, "of ada"]]


def calling_from(address: str) -> Caller:
    return Caller(Transport.HTTP, "an editor", address=ip_address(address))


NOBODY_KNOWS = Caller(Transport.HTTP, "an editor")


@pytest.fixture
async def held(postgres: Postgres, tmp_path: Path) -> AsyncIterator[Desk]:
    """The source is open to two networks, and to five calls of a user a minute."""
    more = """networks = ["10.0.0.0/8", "127.0.0.1"]
user_limits = { calls_per_minute = 1, burst = 5 }"""
    async with open_desk(postgres, tmp_path, more) as desk:
        yield desk


async def test_a_source_is_open_to_its_networks_alone(held: Desk) -> None:
    ada = held.person(ADA)
    await ada.connect(held.accounts["ada"])
    assert await ada.rows(calling_from("10.1.2.3")) == ROWS
    for caller in (calling_from("192.0.2.1"), NOBODY_KNOWS):
        with pytest.raises(Denied, match="not open to the network") as refused:
            await ada.rows(caller)
        assert refused.value.rule == "network"
    assert await ada.rows() == ROWS  # from a terminal of this machine


async def test_a_user_holds_a_connection_to_networks_and_its_secret_is_not_opened_elsewhere(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = desk.person(ADA)
    made = await ada.connect(desk.accounts["ada"], networks="10.0.0.0/8 2001:db8::/32")
    assert made.status_code == 200
    for address in ("10.1.2.3", "2001:db8::1"):
        assert await ada.rows(calling_from(address)) == ROWS

    async def never(*_: object) -> None:
        pytest.fail("the secret was opened")

    monkeypatch.setattr(Ring, "open_under", never)
    for caller in (calling_from("11.0.0.1"), calling_from("::1"), NOBODY_KNOWS):
        with pytest.raises(Denied, match="to certain networks"):
            await ada.rows(caller)
    async with ada.browser() as browser:
        assert "Only from 10.0.0.0/8 2001:db8::/32" in (await browser.get("/connections")).text
    (connection,) = await listed(desk.configuration.document)
    assert facts(connection)["networks"] == ["10.0.0.0/8", "2001:db8::/32"]


async def test_a_user_widens_nothing_and_is_told_what_is_allowed(held: Desk) -> None:
    ada = held.person(ADA)
    path = await ada.offer()
    for typed, told in (("192.0.2.0/24", "10.0.0.0/8, 127.0.0.1/32"), ("10.1.2.3/8", "is no network")):
        answer = await ada.connect(held.accounts["ada"], path, networks=typed)
        assert answer.status_code == 422
        assert told in answer.text
        assert held.accounts["ada"].password not in answer.text
    with pytest.raises(NeedsConnection):
        await ada.rows()


@pytest.mark.threat("T37")
@pytest.mark.parametrize(
    "change", ["networks = ''", "networks = '0.0.0.0/0'", "per_minute = 0", "per_minute = 1000"]
)
async def test_who_widens_them_in_the_store_opens_nothing(desk: Desk, change: str) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"], networks="127.0.0.0/8", per_minute="7")
    assert await ada.rows() == ROWS
    await desk.change(f"UPDATE connections SET {change}")
    with pytest.raises(AuditUnavailable):
        await ada.rows()
    assert "disconnected" in await desk.events()


@pytest.mark.threat("T38")
async def test_a_user_holds_a_connection_to_a_pace_and_a_new_one_is_no_quicker(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"], per_minute="1")
    assert await ada.rows() == ROWS
    with pytest.raises(LimitReached, match="your connection to shop may make 1 a minute"):
        await ada.rows()
    await desk.change("UPDATE connections SET due_at = 1")
    with pytest.raises(LimitReached):
        await ada.rows()
    assert (await ada.call("remit_sources", {})).structured["rows"]


@pytest.mark.threat("T38")
async def test_an_administrator_holds_each_user_of_a_source_to_a_pace(held: Desk) -> None:
    ada = held.person(ADA)
    await ada.connect(held.accounts["ada"])  # asking for it was the first call
    for _ in range(4):
        assert await ada.rows() == ROWS
    with pytest.raises(LimitReached, match="you on shop may make 1 a minute"):
        await ada.rows()


async def test_a_login_that_can_write_is_refused_for_a_source_that_only_reads(
    postgres: Postgres, tmp_path: Path
) -> None:
    async with open_desk(postgres, tmp_path, write="") as desk:
        ada = desk.person(ADA)
        answer = await ada.connect(desk.accounts["ada"])
        assert answer.status_code == 422
        for told in ("can do more than is configured", "may do no more", "remit sql role"):
            assert told in answer.text
        with pytest.raises(NeedsConnection):
            await ada.rows()
        async with desk.postgres.admin(desk.database) as admin:
            await admin.execute(f"REVOKE UPDATE (note) ON orders FROM {desk.accounts['ada'].login}")
        assert (await ada.connect(desk.accounts["ada"])).status_code == 200
        assert await ada.rows() == ROWS
