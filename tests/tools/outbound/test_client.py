"""What an answer may be, how long it may take, and when a request is sent again."""

import gc
import gzip
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from tests.certificates import Authority
from tests.tools.outbound.far import OK, PUBLIC, Far, Internet, Names, listening, proving, told
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.errors import BadAnswer, BlockedAddress, OutboundError, TooSlow, Unreachable, Unsendable
from tools.outbound.network import Network
from tools.outbound.tls import ClientContext, Tls, client_context

pytestmark = pytest.mark.anyio

URL = "https://far.example/path"
Serving = Callable[[Far], AbstractAsyncContextManager[Far]]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def tls(authority: Authority) -> ClientContext:
    return client_context(Tls("sources.far", ca=authority.certificate))


@pytest.fixture(scope="module")
def proof(authority: Authority) -> ssl.SSLContext:
    return proving(authority.server("far.example"))


class World:
    """A client of a far side that is on the internet. `slept` are the pauses between tries."""

    def __init__(self, far: Far, tls: ssl.SSLContext, names: Names | None = None, **bounds: Any) -> None:
        self.slept: list[float] = []
        self.internet = Internet(far.port)
        self.names = names or Names([PUBLIC])
        network = Network(frozenset(), self.names, self.internet)
        self.transport = Transport(
            tls, bounds=Bounds(**bounds), network=network, sleep=self._sleep, now=lambda: 1_000_000.0
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def ask(self, method: str = "GET", url: str = URL, **named: Any) -> httpx2.Response:
        redirects = named.pop("follow_redirects", False)
        async with client(self.transport, follow_redirects=redirects) as asking:
            return await asking.request(method, url, **named)


async def test_a_request_reaches_the_address_that_was_looked_up_under_its_own_name(
    tls: ClientContext, proof: ssl.SSLContext
) -> None:
    async with listening(Far(), proof) as far:
        world = World(far, tls)
        assert (await world.ask()).text == "ok"
        assert (world.names.asked, world.internet.connected) == (["far.example"], [PUBLIC])
        (head,) = far.heads
    assert "host: far.example\r\n" in head
    assert "accept-encoding: identity\r\n" in head
    assert "user-agent: remit/" in head
    assert list(tls.peers) == ["far.example"]


@pytest.mark.threat("T12")
async def test_a_name_that_is_rebound_to_this_machine_is_not_followed(
    tls: ClientContext, proof: ssl.SSLContext
) -> None:
    async with listening(Far(), proof) as far:
        world = World(far, tls, Names([PUBLIC], ["127.0.0.1"]))
        assert (await world.ask()).text == "ok"
        world = World(far, tls, world.names)
        with pytest.raises(BlockedAddress):
            await world.ask()
        assert (world.names.asked, world.internet.connected) == (["far.example"] * 2, [])
        assert far.connections == 1


@pytest.mark.threat("T12")
@pytest.mark.parametrize(
    "target",
    ["https://169.254.169.254/latest/meta-data/", "http://169.254.169.254/", "https://inner.example/"],
)
async def test_a_redirect_inside_is_refused_and_none_is_followed_unasked(
    tls: ClientContext, proof: ssl.SSLContext, target: str
) -> None:
    async with listening(Far(told(302, f"location: {target}")), proof) as far:
        assert (await World(far, tls).ask()).status_code == 302
        world = World(far, tls, Names([PUBLIC], ["10.0.0.5"]))
        with pytest.raises(BlockedAddress):
            await world.ask(follow_redirects=True)
        assert world.internet.connected == [PUBLIC]


async def test_a_redirect_that_is_asked_for_leads_on(tls: ClientContext, proof: ssl.SSLContext) -> None:
    async with listening(Far(told(302, "location: /there"), OK), proof) as far:
        assert (await World(far, tls).ask(follow_redirects=True)).text == "ok"
        assert [head.split(" ")[1] for head in far.heads] == ["/path", "/there"]


async def test_an_address_that_does_not_answer_is_passed_over(
    tls: ClientContext, proof: ssl.SSLContext
) -> None:
    async with listening(Far(), proof) as far:
        world = World(far, tls, Names(["2606:4700::1111", PUBLIC]))
        connect = world.internet.connect_tcp

        async def half_reachable(host: str, *rest: Any, **named: Any) -> Any:
            if ":" in host:
                world.internet.connected.append(host)
                return await connect("127.0.0.1", 1, *rest[1:], **named)
            return await connect(host, *rest, **named)

        world.internet.connect_tcp = half_reachable  # type: ignore[method-assign]
        assert (await world.ask()).text == "ok"


GREAT = b"canary" * 200
ENDLESS = b"4\r\nmore\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
SPOILT: dict[str, tuple[Far, type[OutboundError], str]] = {
    "a body that says to be too large": (Far(told(200, body=GREAT)), BadAnswer, "more than 1000 bytes"),
    "a body without end": (Far(CHUNKED, then=ENDLESS), BadAnswer, "more than 1000 bytes"),
    "a body until the end": (Far(b"HTTP/1.1 200 OK\r\n\r\n", then=GREAT), BadAnswer, "more than 1000 bytes"),
    "a compressed body": (Far(told(200, "content-encoding: gzip", body=b"\x1f\x8b")), BadAnswer, "encoding"),
    "a length that is none": (Far(told(200, "content-length: canary")), BadAnswer, "no HTTP"),
    "two lengths": (Far(told(200, "content-length: 5")), BadAnswer, "no HTTP"),
    "great headers": (Far(told(200, "x: " + "canary" * 10_000)), BadAnswer, "headers"),
    "headers without end": (Far(b"HTTP/1.1 200 OK\r\n", then=b"x: canary\r\n"), BadAnswer, "no HTTP"),
    "no HTTP": (Far(b"canary\r\n\r\n"), BadAnswer, "no HTTP"),
    "another protocol": (Far(b"HTTP/1.1 101 X\r\nupgrade: canary\r\n\r\n"), BadAnswer, "no HTTP"),
    "silence": (Far(b""), TooSlow, "in time"),
    "half an answer": (Far(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\ncanary"), TooSlow, "in time"),
}


@pytest.mark.threat("T40")
@pytest.mark.parametrize("name", SPOILT)
async def test_an_answer_that_is_not_as_it_should_be_ends_the_request(
    tls: ClientContext, proof: ssl.SSLContext, name: str
) -> None:
    far, error, says = SPOILT[name]
    seconds = 0.3 if error is TooSlow else 10
    async with listening(far, proof):
        with pytest.raises(error, match=says) as failed:
            await World(far, tls, size=1000, tries=1, seconds=seconds).ask()
    assert "https://far.example" in str(failed.value)
    assert "canary" not in str(failed.value)


PACKED = gzip.compress(b"wanted" * 100)
BADLY_PACKED = {
    "a body that is small when packed": (gzip.compress(GREAT * 1000), "more than 1000 bytes"),
    "half of one": (PACKED[:-9], "breaks off"),
    "no gzip": (b"canary" * 10, "gzip that is none"),
    "something after it": (PACKED + b"canary", "goes on after"),
}


async def test_gzip_is_taken_where_it_is_expected(tls: ClientContext, proof: ssl.SSLContext) -> None:
    async with listening(Far(told(200, "content-encoding: gzip", body=PACKED)), proof) as far:
        answer = await World(far, tls, size=1000, tries=1, unpacks=True).ask()
        assert answer.text == "wanted" * 100
    async with listening(Far(told(200, body=b"as it is")), proof) as far:
        assert (await World(far, tls, size=1000, tries=1, unpacks=True).ask()).text == "as it is"


@pytest.mark.threat("T40")
@pytest.mark.parametrize("name", BADLY_PACKED)
async def test_gzip_is_not_unpacked_beyond_what_an_answer_may_be(
    tls: ClientContext, proof: ssl.SSLContext, name: str
) -> None:
    body, says = BADLY_PACKED[name]
    async with listening(Far(told(200, "content-encoding: gzip", body=body)), proof) as far:
        with pytest.raises(BadAnswer, match=says) as failed:
            await World(far, tls, size=1000, tries=1, unpacks=True).ask()
    assert "canary" not in str(failed.value)


@pytest.mark.threat("T40")
async def test_what_a_question_for_the_head_alone_leaves_out_may_be_of_any_length(
    tls: ClientContext, proof: ssl.SSLContext
) -> None:
    async with listening(Far(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n"), proof) as far:
        answer = await World(far, tls, size=1000, tries=1).ask("HEAD")
    assert (answer.headers["content-length"], answer.content) == ("10000000000", b"")


async def test_an_answer_that_never_pauses_and_never_ends_is_given_up_in_time(
    tls: ClientContext, proof: ssl.SSLContext
) -> None:
    async with listening(Far(CHUNKED, then=ENDLESS), proof) as far:
        with pytest.raises(TooSlow):
            await World(far, tls, size=10**12, seconds=0.3).ask()


async def test_a_handshake_that_is_given_up_leaves_no_socket(tls: ClientContext) -> None:
    async with listening(Far()) as far:
        with warnings.catch_warnings(record=True, action="always") as left:
            with pytest.raises(TooSlow):
                await World(far, tls, tries=1, seconds=0.3).ask()
            gc.collect()
    assert not [str(each.message) for each in left]


async def test_what_a_far_side_sends_beyond_its_answer_begins_no_other(
    tls: ClientContext, proof: ssl.SSLContext
) -> None:
    async with listening(Far(OK + told(200, body=b"forged"), OK), proof) as far:
        async with client(World(far, tls).transport) as asking:
            assert [(await asking.get(URL)).text for _ in range(2)] == ["ok", "ok"]
        assert far.connections == 2


async def test_a_request_that_is_no_http_is_not_sent_and_not_told(
    tls: ClientContext, proof: ssl.SSLContext
) -> None:
    async with listening(Far(), proof) as far:
        with pytest.raises(Unsendable) as failed:
            await World(far, tls).ask(headers={"authorization": "Bearer s3cret\r\nx: y"})
        assert far.heads == []
    assert "s3cret" not in str(failed.value)


async def test_no_cookie_and_no_proxy_is_taken(
    tls: ClientContext, proof: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    (tmp_path / "netrc").write_text("machine far.example login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    async with listening(Far(told(200, "Set-Cookie: a=b")), proof) as far:
        async with client(World(far, tls).transport) as asking:
            for _ in range(2):
                assert "set-cookie" not in (await asking.get(URL)).headers
        assert not [head for head in far.heads if "cookie" in head or "authorization" in head]


DATE = "Mon, 12 Jan 1970 13:46:49 GMT"  # 9 seconds after the World's now


RETRIES: list[tuple[str, list[bytes], list[float], int]] = [
    ("GET", [told(429, "retry-after: 7"), OK], [7.0], 200),
    ("GET", [told(503, f"retry-after: {DATE}"), OK], [9.0], 200),
    ("GET", [told(503, "retry-after: soon"), told(503), OK], [0.5, 1.0], 200),
    ("GET", [told(429, "retry-after: 7")], [7.0, 7.0], 429),
    ("GET", [told(429, "retry-after: 31"), OK], [], 429),
    ("GET", [told(429, "retry-after: " + "9" * 400), OK], [], 429),
    ("GET", [told(500), OK], [], 500),
    ("HEAD", [told(429, "retry-after: 7"), OK], [7.0], 200),
    ("PUT", [told(429, "retry-after: 7"), OK], [], 429),
    ("DELETE", [told(503), OK], [], 503),
    ("POST", [told(429, "retry-after: 7"), OK], [], 429),
    ("PATCH", [told(503), OK], [], 503),
]


@pytest.mark.parametrize("case", RETRIES)
async def test_what_may_be_repeated_is_when_the_far_side_says_when(
    tls: ClientContext, proof: ssl.SSLContext, case: tuple[str, list[bytes], list[float], int]
) -> None:
    method, answers, slept, status = case
    async with listening(Far(*answers), proof) as far:
        world = World(far, tls)
        assert (await world.ask(method)).status_code == status
        assert world.slept == slept
        assert far.connections == len(slept) + 1


async def test_a_pause_that_the_callers_deadline_would_cut_short_is_not_begun(
    tls: ClientContext, proof: ssl.SSLContext
) -> None:
    async with listening(Far(told(429, "retry-after: 20"), OK), proof) as far:
        world = World(far, tls)
        with anyio.fail_after(20):
            assert (await world.ask()).status_code == 429
        assert world.slept == []
        with anyio.fail_after(600):
            assert (await world.ask()).status_code == 200
    away = Far()
    away.port = 1
    world = World(away, tls)
    with anyio.fail_after(60), pytest.raises(Unreachable):
        await world.ask()
    assert world.slept == [0.5, 1.0]


async def test_a_body_that_is_streamed_is_sent_once(tls: ClientContext, proof: ssl.SSLContext) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"once"

    async with listening(Far(told(503), OK), proof) as far:
        assert (await World(far, tls).ask("GET", content=body())).status_code == 503


async def test_a_far_side_that_is_away_is_tried_again(tls: ClientContext) -> None:
    far = Far()
    far.port = 1
    for method, slept in (("GET", [0.5, 1.0]), ("POST", []), ("PUT", []), ("DELETE", [])):
        world = World(far, tls)
        with pytest.raises(Unreachable):
            await world.ask(method)
        assert world.slept == slept
