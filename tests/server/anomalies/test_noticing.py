"""What is noticed beside calls: sources beside the way, tokens that do not count; and the command."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import pytest

from policies.anomalies import of_errors
from policies.networks import address_of
from policies.thresholds import Anomalies
from server.anomalies.failures import APART, FOUND_APART, Failures, Subject
from server.anomalies.findings import About, Findings, listed
from server.assembly import assemble
from server.commands.opened import opened
from server.configuration import Configuration, load
from server.demo.organisation import found
from server.store import Store
from tests.server.anomalies.house import House, open_house
from tests.server.oidc.issuer import PretendIssuer
from tests.server.pages import house as pages
from tests.server.silent import Silent
from tests.server.test_bearer import KEY, World, bearer
from tests.server.test_commands import Run, remit
from tests.server.test_inventory import SHELF

__all__ = ["remit"]

pytestmark = pytest.mark.threat("T39")


@pytest.fixture
def far() -> Iterator[PretendIssuer]:
    issuer = PretendIssuer(KEY.published())
    yield issuer
    issuer.close()


@pytest.fixture
async def house(store: Store, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(store, tmp_path) as house:
        yield house


@pytest.mark.anyio
async def test_a_token_counts_against_its_user_only_where_the_issuer_signed_it(far: PretendIssuer) -> None:
    world = World(far)
    await world.post(bearer(KEY.sign(far.claims(exp=1))))
    assert [*world.failures.take()] == [Subject("acme", "ada")]
    signed, _, _ = KEY.sign(far.claims()).rpartition(".")
    await world.post(bearer(f"{signed}.{'A' * 86}"))
    await world.post(bearer("made up"))
    assert world.failures.take() == {Subject(): 2}


@pytest.mark.anyio
async def test_who_brings_no_token_has_not_failed(far: PretendIssuer) -> None:
    world = World(far)
    await world.post()
    await world.post(bearer(KEY.sign(far.claims())))
    assert world.failures.take() == {}


@pytest.mark.anyio
async def test_a_link_that_does_not_count_is_a_failure(tmp_path: Path) -> None:
    async with pages.house(tmp_path) as its, its.browser() as browser:
        await pages.send(browser, f"/sign-in/{'0' * 32}")
        assert sum(its.pages.failures.take().values()) >= 1


@pytest.mark.anyio
async def test_a_flood_from_many_addresses_is_a_bounded_number_of_anomalies(house: House) -> None:
    for second in range(4):
        for number in range(APART * 6):
            house.failures.of_address(address_of(f"10.0.{second}.{number % APART}"))
        await house.watch.look()
    subjects = [one.subject for one in await house.found()]
    assert len(subjects) == FOUND_APART + 1
    assert "others" in subjects
    assert not any(one.in_force for one in await house.found())


@pytest.mark.anyio
async def test_a_source_that_nobody_enabled_is_outside_change_management(
    tmp_path: Path, silent: Silent
) -> None:
    file = found(tmp_path)
    file.write_text(file.read_text() + SHELF.format(port=silent.port))
    async with assemble(load(file)):
        pass
    async with assemble(load(file)) as service:
        (one,) = await service.store.read(lambda: listed(0, 10))
    assert (one.kind, one.subject) == ("outside_change_management", "ledger start")


def test_an_administrator_lists_what_was_found_and_lifts_a_demotion(tmp_path: Path, remit: Run) -> None:
    file = found(tmp_path)
    assert remit("anomalies", "list", "--config", start(file))[1] == "Nothing was out of the ordinary.\n"
    anyio.run(notice, load(file))
    listed = json.loads(remit("anomalies", "list", "--config", file, "--json")[1])
    (one,) = listed
    assert (one["kind"], one["user"], one["in_force"], one["figure"]) == ("errors", "ada", True, 10)
    assert "DEMOTED until" in remit("anomalies", "list", "--config", file)[1]
    lifting = ("anomalies", "lift", one["id"], "--why", "it was a test", "--config", file)
    assert remit(*lifting)[:2] == (0, "The demotion has ended.\n")
    assert remit(*lifting)[0] == 1
    assert "DEMOTED" not in remit("anomalies", "list", "--config", file)[1]
    assert "demotion_lifted" in remit("audit", "search", "--config", file)[1]


def start(file: Path) -> Path:
    async def starting() -> None:
        async with opened(load(file).document):
            pass

    anyio.run(starting)
    return file


async def notice(configuration: Configuration) -> None:
    async with opened(configuration.document) as its:
        findings = Findings(its.audit, configuration.document.anomalies)
        anomaly = of_errors(100, 10, Anomalies())
        assert anomaly
        await its.store.run(lambda: findings.found(anomaly, About("acme", "ada"), "hour 1"))
    assert Failures().take() == {}
