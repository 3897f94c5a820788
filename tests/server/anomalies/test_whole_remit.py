"""The six thresholds once more, through a whole remit: just below each nothing is found, just above it is."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from policies.call import Reply, Request
from policies.errors import Refusal
from server.anomalies.findings import Kept, listed
from server.anomalies.watching import Watch
from server.assembly import Service, assemble
from server.configuration import load
from server.demo.organisation import found
from server.store import Store
from server.transaction import Rows, Transaction, now_ms
from tests.server.anomalies.house import open_house
from tests.server.oidc.issuer import PretendIssuer
from tests.server.silent import Silent
from tests.server.test_bearer import KEY, World, bearer
from tests.server.test_inventory import SHELF, TERMINAL

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T39")]

MORE = """
[sources.{name}]
kind = "sqlite"
dsn = "sqlite:shop.db"
owner = "a test"
purpose = "questions"
classification = "internal"
roles.read = ["analyst"]
tables.orders.columns = ["id"]
"""
FINE, WRONG = "SELECT 1 AS one", "SELECT nothing FROM nowhere"


class Remit:
    def __init__(self, service: Service) -> None:
        self.service = service
        self._calls = 0

    async def call(self, tool: str = "shop_query", sql: str = FINE) -> Reply:
        self._calls += 1
        return await self.service.pipeline.run(Request(f"{self._calls:032x}", TERMINAL, tool, {"sql": sql}))

    async def calls(self, fine: int, wrong: int = 0) -> None:
        for _ in range(fine):
            await self.call()
        for _ in range(wrong):
            with suppress(Refusal):
                await self.call(sql=WRONG)

    async def found(self) -> list[Kept]:
        await self.service.monitoring.watch.look()
        return await self.service.store.read(lambda: listed(0, 10))

    async def kinds(self) -> list[str]:
        return [one.kind for one in await self.found()]


def configured(folder: Path, more: str = "") -> Path:
    file = found(folder)
    file.write_text(f"{file.read_text()}\n[limits]\nburst = 100\n{more}")
    return file


@pytest.fixture
async def remit(tmp_path: Path) -> AsyncIterator[Remit]:
    async with assemble(load(configured(tmp_path))) as service:
        yield Remit(service)


@pytest.fixture
def far() -> Iterator[PretendIssuer]:
    issuer = PretendIssuer(KEY.published())
    yield issuer
    issuer.close()


def ten_calls_a_day() -> Transaction[None]:
    hour = (yield from now_ms()) // 3_600_000
    for day in range(1, 21):
        yield (
            "INSERT INTO activity VALUES ('acme', 'ada', $1, 'shop_query', 'shop', 10, 0, 0, 0)",
            (hour - 24 * day,),
        )


async def test_calls_of_a_day(remit: Remit) -> None:
    await remit.service.store.run(ten_calls_a_day)
    await remit.calls(29)
    assert await remit.kinds() == []
    await remit.calls(2)
    (one,) = await remit.found()
    assert (one.kind, one.user, one.in_force) == ("volume", "ada", True)


async def test_errors_just_below_five_percent(remit: Remit) -> None:
    await remit.calls(39, wrong=2)
    assert await remit.kinds() == []


async def test_errors_just_above_five_percent(remit: Remit) -> None:
    await remit.calls(37, wrong=2)
    assert await remit.kinds() == ["errors"]


async def test_the_size_of_an_answer(tmp_path: Path) -> None:
    file = configured(tmp_path)
    async with assemble(load(file)) as service:
        remit = Remit(service)
        await remit.call()
        assert await remit.kinds() == []
        ((size,),) = await service.store.read(_largest)
    text = file.read_text()
    for most, kinds in ((size, []), (size - 1, ["response_size"])):
        file.write_text(f"{text}\n[anomalies.response_size]\nbytes = {most}\n")
        async with assemble(load(file)) as service:
            assert await Remit(service).kinds() == kinds


def _largest() -> Transaction[Rows]:
    return (yield "SELECT max(largest) FROM activity", ())


async def test_a_connection_outside_change_management(tmp_path: Path, silent: Silent) -> None:
    file = configured(tmp_path)
    async with assemble(load(file)) as service:
        assert await Remit(service).kinds() == []
    file.write_text(file.read_text() + SHELF.format(port=silent.port))
    async with assemble(load(file)) as service:
        assert await Remit(service).kinds() == ["outside_change_management"]


async def test_failures_to_authenticate(store: Store, tmp_path: Path, far: PretendIssuer) -> None:
    """At the door of HTTP, with tokens of ada's that are over."""
    world = World(far)
    async with open_house(store, tmp_path) as house:
        watch = Watch(store, house.audit.activity, world.failures, house.findings, house.settings)
        over = bearer(KEY.sign(far.claims(exp=1)))
        for _ in range(5):
            assert (await world.post(over)).status_code == 401
        await watch.look()
        assert await house.kinds() == []
        await world.post(over)
        await watch.look()
        (one,) = await house.found()
        assert (one.kind, one.user, one.in_force) == ("authentication_failures", "ada", True)


@pytest.mark.threat("T25")
async def test_sources_of_one_conversation(tmp_path: Path) -> None:
    more = "".join(MORE.format(name=name) for name in ("second", "third", "fourth"))
    async with assemble(load(configured(tmp_path, more))) as service:
        remit = Remit(service)
        for tool in ("shop_query", "second_query", "third_query", "shop_query"):
            await remit.call(tool)
        assert await remit.kinds() == []
        await remit.call("fourth_query")
        (one,) = await remit.found()
        assert one.kind == "sources_combined"
        assert json.loads(one.content)["evidence"]["sources"] == ["fourth", "second", "shop", "third"]
