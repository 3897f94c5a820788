"""`/metrics` says how remit fares, to whom it may, and of nobody by name."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from policies.document import Server
from policies.networks import address_of
from policies.secret import Secret
from server.anomalies.ended import Ended
from server.anomalies.failures import Failures, Subject
from server.assembly import assemble
from server.configuration import Configuration
from server.metrics.figures import Figures, look
from server.metrics.meters import SHARED, Meters
from server.metrics.scrapes import Scrapes
from server.store import Store, StoreUnavailable
from server.web.peers import Peers
from tests.server.anomalies.house import House, open_house
from tests.server.calls import Everything
from tests.server.serving import serving
from tests.server.test_commands import Run, remit
from tests.server.test_inventory import call

__all__ = ["remit"]


@pytest.fixture
async def house(store: Store, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(store, tmp_path) as house:
        yield house


ROOT = Path(__file__).parents[3]
ELSEWHERE = "192.0.2.7"


async def fine() -> Figures:
    return Figures()


class World:
    def __init__(
        self,
        token: str | None = None,
        figures: Callable[[], Awaitable[Figures]] = fine,
        *,
        reached: bool = False,
    ) -> None:
        self.failures = Failures()
        self.meters = Meters()
        secret = Secret(token) if token else None
        behind = Scrapes(self._behind, self.meters, figures, secret, self.failures, reached=reached)
        self._app = Peers(behind, ())

    async def _behind(self, scope: object, receive: object, send: Callable[..., Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def get(
        self, *, path: str = "/metrics", address: str = "127.0.0.1", method: str = "GET", **headers: str
    ) -> httpx2.Response:
        transport = httpx2.ASGITransport(self._app, client=(address, 50_000))
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx2.AsyncClient(transport=transport, base_url="http://remit") as client:
            return await client.request(method, path, headers=sent)


def values(text: str) -> dict[str, float]:
    """Samples by their name and their labels, in the order of those' names."""
    return {
        sample.name + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.anyio
async def test_without_a_token_this_machine_alone_may_read() -> None:
    world = World()
    assert (await world.get()).status_code == 200
    assert (await world.get(address="::1")).status_code == 200
    assert (await world.get(address=ELSEWHERE)).status_code == 403
    assert (await world.get(path="/mcp")).status_code == 299
    assert (await world.get(method="POST")).status_code == 405


@pytest.mark.anyio
@pytest.mark.parametrize("header", ["x_forwarded_for", "forwarded", "x_real_ip"])
async def test_what_a_proxy_passed_on_is_not_of_this_machine(header: str) -> None:
    assert (await World().get(**{header: "127.0.0.1"})).status_code == 403


@pytest.mark.anyio
async def test_where_other_machines_reach_it_nobody_reads_without_a_token() -> None:
    """A proxy on this machine need not say that it passes something on."""
    assert (await World(reached=True).get()).status_code == 403
    assert (await World("s3cret", reached=True).get(authorization="Bearer s3cret")).status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize(
    "more", [{"url": "https://remit.acme.example"}, {"proxies": ("192.0.2.0/24",)}], ids=["url", "proxies"]
)
async def test_a_public_url_or_a_proxy_in_the_configuration_closes_metrics_without_a_token(
    configuration: Configuration, free_port: int, more: dict[str, object]
) -> None:
    document = configuration.document
    server = Server.model_validate(document.server.model_dump() | more)
    document = document.model_copy(update={"server": server})
    async with (
        assemble(configuration) as service,
        serving(service, document, free_port),
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{free_port}") as client,
    ):
        assert (await client.get("/metrics")).status_code == 403


@pytest.mark.anyio
async def test_with_a_token_whoever_brings_it_may_read_and_nobody_else() -> None:
    world = World("s3cret")
    assert (await world.get(address=ELSEWHERE, authorization="Bearer s3cret")).status_code == 200
    assert (await world.get()).status_code == 401
    assert world.failures.take() == {}
    assert (await world.get(address=ELSEWHERE, authorization="Bearer guess")).status_code == 401
    assert (await world.get(authorization="Basic s3cret")).status_code == 401
    assert Subject(address=ELSEWHERE) in world.failures.take()


@pytest.mark.anyio
async def test_a_store_that_does_not_answer_is_a_figure_too() -> None:
    async def gone() -> Figures:
        raise StoreUnavailable("a test")

    answer = await World(figures=gone).get()
    assert answer.status_code == 200
    assert values(answer.text)["remit_store_up"] == 0


@pytest.mark.anyio
async def test_calls_are_measured_by_tool_tier_outcome_and_stage_and_by_nobodys_name() -> None:
    world = World()
    ended = Ended("acme_inc", "ada_lovelace", "shop_query", "shop", "read", "", 500, 500)
    world.meters.ended(ended, 0.01)
    world.meters.ended(
        Ended("acme_inc", "ada_lovelace", "", "", "", "denied", stages={"admission": 0.2}), 0.01
    )
    text = (await world.get()).text
    found = values(text)
    assert found["remit_calls_total answered shop read shop_query"] == 1
    assert found["remit_calls_total denied   "] == 1
    assert found["remit_stage_seconds_count admission"] == 1
    assert found["remit_response_bytes_sum shop"] == 500
    assert "lovelace" not in text
    assert "acme" not in text


@pytest.mark.anyio
async def test_the_six_figures_are_what_the_store_says(house: House) -> None:
    await house.call(19)
    await house.fail(1)
    for source in ("a", "b", "c", "remit", "d"):
        await house.ask(source)
    for _ in range(4):
        house.failures.of_user("acme", "ada")
    house.failures.of_address(address_of(ELSEWHERE))
    await house.watch.look()

    async def figures() -> Figures:
        return await house.store.read(lambda: look(Everything(), context_minutes=60, failure_minutes=10))

    found = values((await World(figures=figures).get()).text)
    assert found["remit_request_volume shop shop_query"] == 19
    assert found["remit_recent_calls shop"] == 19
    assert found["remit_error_ratio "] == 1
    assert found["remit_response_size_max_bytes shop"] == len("one row")
    assert found["remit_connections_outside_change_management"] == 0
    assert found["remit_authentication_failures"] == 4
    assert found["remit_sources_combined"] == 5
    assert found["remit_anomalies_found sources_combined"] == 1
    assert found["remit_anomalies_found volume"] == 0
    assert found["remit_demotions_in_force"] >= 1
    await house.do(("UPDATE anomalies SET at = at - 3600001", ()))
    found = values((await World(figures=figures).get()).text)
    assert found["remit_anomalies_found sources_combined"] == 0


def test_what_several_workers_measure_is_added_up(tmp_path: Path) -> None:
    """Each is a process of its own, as server/workers.py starts it; one of them has died."""
    told = (
        "import sys; from server.metrics.meters import Meters; from server.anomalies.ended import Ended;"
        "from prometheus_client import generate_latest; meters = Meters();"
        "meters.ended(Ended('t', 'u', 'shop_query', 'shop', 'read', ''), 0.01);"
        "meters.standing(waiting=int(sys.argv[1]), ratio=float(sys.argv[1]));"
        "print(generate_latest(meters.all).decode())"
    )
    environment = {**os.environ, SHARED: str(tmp_path), "PYTHONPATH": str(ROOT)}
    text = ""
    for number in ("2", "3"):
        done = subprocess.run(
            [sys.executable, "-c", told, number],
            env=environment, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        text = done.stdout
    found = values(text)
    assert found["remit_calls_total answered shop read shop_query"] == 2
    assert found["remit_call_seconds_count read"] == 2
    assert found["remit_audit_waiting_entries"] == 5
    assert found["remit_request_volume_ratio"] == 3


@pytest.mark.anyio
async def test_a_whole_remit_tells_its_metrics_over_http(
    configuration: Configuration, free_port: int
) -> None:
    async with assemble(configuration) as service, serving(service, configuration.document, free_port):
        await call(service, "shop_query")
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{free_port}") as client:
            answer = await client.get("/metrics")
            found = values(answer.text)
        assert found["remit_calls_total answered shop read shop_query"] == 1
        assert found["remit_request_volume shop shop_query"] == 1
        assert found["remit_store_up"] == 1
        for stage in ("admission", "planning", "carrying_out", "recording"):
            assert found[f"remit_stage_seconds_count {stage}"] == 1


def test_the_rules_are_printed(remit: Run) -> None:
    assert "alert: RemitRequestVolume" in remit("metrics", "rules")[1]
