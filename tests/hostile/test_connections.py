"""Broken frames of HTTP: each is answered or hung up on within a bound, and costs nobody else anything.

The bound is that of `tests.hostile.target`, and for who is merely slow that of server/web/connections.py and
server/web/bodies.py, which are shortened here.
"""

import socket
import time
from collections.abc import Sequence
from pathlib import Path

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from server.assembly import assemble
from server.configuration import load
from server.demo.organisation import found
from server.listening import SETTINGS, listen
from server.web import bodies, connections
from tests.hostile.conftest import Listening
from tests.hostile.conversations import assert_good
from tests.hostile.messages import SQL, call, frame, modern
from tests.hostile.target import BOUND
from tests.hostile.wire import connected, said_until_hung_up
from tests.server.serving import serving

GOOD = frame(modern(call(sql=SQL)))
LENGTH = b"content-length: %d\r\n\r\n" % len(GOOD)
CHUNKED = b"transfer-encoding: chunked\r\n"
CHUNK = b"%x\r\n%s\r\n0\r\n\r\n" % (len(GOOD), GOOD)
HOST = b"host: 127.0.0.1:{port}\r\n"
CLOSE = b"connection: close\r\n"
GET = b"GET /healthz HTTP/1.1\r\n" + HOST
HEAD = (
    HOST + b"accept: application/json, text/event-stream\r\ncontent-type: application/json\r\n"
    b"mcp-protocol-version: 2026-07-28\r\nmcp-method: tools/call\r\nmcp-name: shop_query\r\n"
)
POST = b"POST /mcp HTTP/1.1\r\n" + HEAD
WHOLE = POST + LENGTH + GOOD
LAST = POST + CLOSE + LENGTH + GOOD

REFUSED: dict[str, Sequence[bytes]] = {
    "a negative length": [POST, b"content-length: -5\r\n\r\n", GOOD],
    "two lengths": [POST, b"content-length: 5\r\n", LENGTH, GOOD],
    "a length that is none": [POST, b"content-length: ten\r\n\r\n", GOOD],
    "a length with a sign": [POST, b"content-length: +", LENGTH[16:], GOOD],
    "a length beyond all": [POST, b"content-length: 99999999999999999999999\r\n\r\n", GOOD],
    "a length too much": [POST, b"content-length: 2000000\r\n\r\n", GOOD],
    "both lengths": [POST, CHUNKED, LENGTH, CHUNK],
    "both lengths, the other way": [POST, LENGTH[:-2], CHUNKED, b"\r\n", CHUNK],
    "both lengths where no body belongs": [GET, CHUNKED, b"content-length: 3\r\n\r\n", CHUNK],
    "another coding": [POST, b"transfer-encoding: gzip\r\n\r\n", GOOD],
    "chunked twice": [POST, b"transfer-encoding: chunked, chunked\r\n\r\n", CHUNK],
    "a chunk that is longer than it says": [POST, CHUNKED, b"\r\n5\r\n", GOOD, b"\r\n0\r\n\r\n"],
    "a chunk without a size": [POST, CHUNKED, b"\r\nxyz\r\n", GOOD],
    "a chunk of negative size": [POST, CHUNKED, b"\r\n-5\r\n", GOOD],
    "a chunk with a megabyte of extension": [POST, CHUNKED, b"\r\n5;", b"a" * 1_000_000],
    "chunks without end": [POST, CHUNKED, b"\r\n", *[b"10000\r\n" + b" " * 65_536 + b"\r\n"] * 40],
    "a header of a megabyte": [POST, b"x: ", b"a" * 1_048_576, b"\r\n\r\n"],
    "ten thousand headers": [POST, *[b"x: %d\r\n" % number for number in range(10_000)], b"\r\n"],
    "no host": [b"GET /healthz HTTP/1.1\r\n\r\n"],
    "two hosts": [GET, HOST, CLOSE, b"\r\n"],
    "HTTP/0.9": [b"GET /healthz\r\n\r\n"],
    "HTTP/2 at once": [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    "TLS": [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", bytes(200)],
    "bytes": [bytes(range(256)) * 50],
    "NUL in a header": [GET, b"x: \x00\r\n\r\n"],
    "a space before a colon": [GET, b"x : a\r\n\r\n"],
    "an address of a megabyte": [b"GET /", b"a" * 1_000_000, b" HTTP/1.1\r\n", HOST, b"\r\n"],
    "an address that is no ASCII": ["GET /ä HTTP/1.1\r\n".encode(), HOST, b"\r\n"],
    "a method that is none": [b"G\x00T / HTTP/1.1\r\n", HOST, b"\r\n"],
    "a method of 50,000 characters": [b"A" * 50_000, b" / HTTP/1.1\r\n", HOST, CLOSE, b"\r\n"],
    "another server's address": [b"GET http://evil.example/healthz HTTP/1.1\r\n", HOST, CLOSE, b"\r\n"],
    "a tunnel": [b"CONNECT evil.example:443 HTTP/1.1\r\n", HOST, CLOSE, b"\r\n"],
    "the server as a whole": [b"OPTIONS * HTTP/1.1\r\n", HOST, CLOSE, b"\r\n"],
    "control characters in an address": [b"GET /%00%0d%0a%1b[2J HTTP/1.1\r\n", HOST, CLOSE, b"\r\n"],
    "a web socket": [
        b"GET /mcp HTTP/1.1\r\n", HOST, b"connection: upgrade, close\r\nupgrade: websocket\r\n",
        b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n",
    ],
}  # fmt: skip
TAKEN: dict[str, Sequence[bytes]] = {
    "one after the other, all at once": [*[WHOLE] * 20, LAST],
    "a length said twice": [POST, LENGTH[:-2], CLOSE, LENGTH, GOOD],
    "chunks of a byte": [
        POST, CLOSE, CHUNKED, b"\r\n", *[b"1\r\n%c\r\n" % byte for byte in GOOD], b"0\r\n\r\n",
    ],
    "a trailer": [POST, CLOSE, CHUNKED, b"\r\n", CHUNK[:-2], b"mcp-name: payroll_query\r\n\r\n"],
    "who waits to be told to go on": [POST, CLOSE, b"expect: 100-continue\r\n", LENGTH, GOOD],
    "HTTP/1.0": [POST.replace(b"1.1", b"1.0"), LENGTH, GOOD],
    "an offer of HTTP/2": [
        POST, b"connection: upgrade, http2-settings, close\r\nupgrade: h2c\r\n",
        b"http2-settings: AAMAAABkAAQAAP__\r\n", LENGTH, GOOD,
    ],
}  # fmt: skip


def written(pieces: Sequence[bytes], port: int) -> list[bytes]:
    """The pieces with the port; those that are many are sent one by one."""
    return [piece.replace(b"{port}", b"%d" % port) for piece in pieces]


def assert_answers(port: int) -> None:
    assert_good([said_until_hung_up(port, written([LAST], port))])


@pytest.mark.threat("T31")
@pytest.mark.parametrize("what", REFUSED)
def test_a_request_that_is_none_is_refused_and_hung_up_on(listening: Listening, what: str) -> None:
    heard = said_until_hung_up(listening.port, written(REFUSED[what], listening.port))
    # Who still sends while the server hangs up may lose its last word to the reset.
    assert not heard or heard.startswith(b"HTTP/1.1 4"), heard[:200]
    assert heard.count(b"HTTP/1.1 ") <= 2
    assert len(heard) < 1000
    assert_answers(listening.port)


@pytest.mark.parametrize("what", TAKEN)
def test_a_request_in_an_odd_form_is_a_request(listening: Listening, what: str) -> None:
    heard = said_until_hung_up(listening.port, written(TAKEN[what], listening.port))
    assert_good([heard])
    assert b"HTTP/1.1 4" not in heard
    assert b"HTTP/1.1 5" not in heard
    assert heard.count(b'"rows":[[1]]') == (21 if what.startswith("one after") else 1)


def test_a_request_that_comes_byte_by_byte_is_a_request(listening: Listening) -> None:
    (whole,) = written([LAST], listening.port)
    assert_good([said_until_hung_up(listening.port, [whole[at : at + 1] for at in range(len(whole))])])


@pytest.mark.parametrize(
    "pieces", [[b""], [POST], [POST, LENGTH, GOOD[:9]], [POST, CHUNKED, b"\r\n5\r\nab"], [WHOLE]]
)
def test_who_stops_midway_is_hung_up_on(listening: Listening, pieces: Sequence[bytes]) -> None:
    said_until_hung_up(listening.port, written(pieces, listening.port), half_close=True)
    for gone in (socket.SHUT_RD, socket.SHUT_RDWR):
        with connected(listening.port) as connection:
            connection.sendall(b"".join(written(pieces, listening.port)))
            connection.shutdown(gone)
    assert_answers(listening.port)


def test_who_follows_a_request_with_bytes_gets_its_answer_first(listening: Listening) -> None:
    heard = said_until_hung_up(listening.port, written([WHOLE, b"\x00\x00bytes\r\n\r\n"], listening.port))
    assert heard.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 400" in heard


SLOW: dict[str, Sequence[bytes]] = {
    "nothing": [b""],
    "half a head": [POST],
    "a head that ends in CR alone": [GET.replace(b"\r\n", b"\r") + b"\r\r"],
    "half a body": [POST, LENGTH, GOOD[:20]],
    "half a chunk": [POST, CHUNKED, b"\r\nffffffffffffffffffff\r\nab"],
    "a body where none belongs": [GET, b"content-length: 1000000\r\n\r\n"],
    "an answered request and half of another": [WHOLE, POST],
}


@pytest.mark.anyio
@pytest.mark.threat("T31", "T40")
async def test_who_is_slow_is_hung_up_on(
    tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PATIENCE", 0.3)
    monkeypatch.setattr(bodies, "PATIENCE", 0.3)
    configuration = load(found(tmp_path))
    async with assemble(configuration) as service, serving(service, configuration.document, free_port):
        for what, pieces in SLOW.items():
            heard = await anyio.to_thread.run_sync(said_until_hung_up, free_port, written(pieces, free_port))
            assert b"HTTP/1.1 5" not in heard, what
        for pieces in ([GET, b"x: "], [POST, CHUNKED, b"\r\n"], [GET, b"content-length: 1000000\r\n\r\n"]):
            assert await anyio.to_thread.run_sync(drips, written(pieces, free_port), free_port)


def drips(pieces: Sequence[bytes], port: int) -> int:
    """How many bytes a server takes one by one before it hangs up."""
    with connected(port) as connection:
        connection.sendall(b"".join(pieces))
        connection.settimeout(0.02)
        for sent in range(int(BOUND / 0.02)):
            try:
                connection.sendall(b"a")
                if not connection.recv(65_536):
                    return sent + 1
            except TimeoutError:
                continue
            except ConnectionError:
                return sent + 1
    raise AssertionError("it takes them for ever")


@pytest.mark.anyio
@pytest.mark.threat("T40")
async def test_who_does_not_read_is_hung_up_on_and_who_does_is_not(
    free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PATIENCE", 0.3)
    gone = anyio.Event()
    server = uvicorn.Server(uvicorn.Config(speaking_until(gone), **SETTINGS))
    with listen(("127.0.0.1", free_port)) as listening:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, [listening])
            with connected(free_port) as connection:
                connection.sendall(b"".join(written([GET, b"\r\n"], free_port)))
                await anyio.to_thread.run_sync(hears_for, connection, 1.0)
                with anyio.fail_after(BOUND):
                    await gone.wait()
            server.should_exit = True


def speaking_until(gone: anyio.Event) -> ASGIApp:
    """Sets it once its client has gone."""

    async def speak(scope: Scope, receive: Receive, send: Send) -> None:
        async def listen() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            gone.set()

        await send({"type": "http.response.start", "status": 200, "headers": []})
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen)
            while not gone.is_set():
                await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
                await anyio.lowlevel.checkpoint()

    return speak


def hears_for(connection: socket.socket, seconds: float) -> None:
    """Fails if the server hangs up on who reads all the while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert connection.recv(1_048_576)
