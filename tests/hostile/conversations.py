"""The ways to reach the server, behind one face: frames go in, and everything that it answers comes out."""

import json
import queue
import socket
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from mcp.shared.inbound import encode_header_value

from tests.hostile.messages import HANDSHAKE, MODERN, READY, SQL, call, frame, hello, modern
from tests.hostile.target import BOUND, Target
from tests.hostile.wire import Headers, Http, connected

ACCEPT = (b"accept", b"application/json, text/event-stream")
BUSY = 503  # what a server that stops says; no other status from 500 on is an answer


class Conversation(Protocol):
    era: str

    def exchange(self, frames: Iterable[bytes]) -> bytes:
        """Says each, and returns all that was answered. Fails for a frame that made the server fail."""
        ...


def assert_good(answers: Iterable[bytes]) -> None:
    """One of them is the answer to a call that nothing is wrong with."""
    assert any(b'"rows":[[1]]' in answer.replace(b" ", b"") for answer in answers)


class OverHttp:
    def __init__(self, http: Http, era: str, session: bytes = b"") -> None:
        self.era = era
        self._http = http
        self._session = session

    def exchange(self, frames: Iterable[bytes]) -> bytes:
        heard: list[bytes] = []
        for body in frames:
            answer = self._http.post("/mcp", body, self._headers(body))
            assert 200 <= answer.status < 500, (answer, body[:2000])
            heard.append(answer.body)
        good = frame(self._of_its_era(call("good", sql=SQL)))
        assert_good([self._http.post("/mcp", good, self._headers(good)).body])
        return b"\n".join(heard)

    def _of_its_era(self, message: dict[str, Any]) -> dict[str, Any]:
        return modern(message) if self.era == MODERN else message

    def _headers(self, body: bytes) -> Headers:
        if self.era == HANDSHAKE:
            return [ACCEPT, (b"mcp-session-id", self._session), (b"mcp-protocol-version", HANDSHAKE.encode())]
        return [ACCEPT, (b"mcp-protocol-version", MODERN.encode()), *mirrored(body)]


def mirrored(body: bytes) -> Headers:
    """The headers that repeat the body, as a client that knows the protocol writes them."""
    try:
        message: Any = json.loads(body)
    except (ValueError, RecursionError):
        return [(b"mcp-method", b"tools/call"), (b"mcp-name", b"shop_query")]
    match message:
        case {"method": str(method), "params": {"name": str(name)} | {"uri": str(name)}}:
            return [(b"mcp-method", as_header(method)), (b"mcp-name", as_header(name))]
        case {"method": str(method)}:
            return [(b"mcp-method", as_header(method))]
        case _:
            return []


def as_header(value: str) -> bytes:
    """h11 takes no head of more than 64 KiB."""
    try:
        return encode_header_value(value).encode()[:20_000]
    except UnicodeEncodeError:
        return b"half a character"


class OverStdio:
    def __init__(self, target: Target, era: str) -> None:
        self.era = era
        self.target = target
        self.heard: queue.Queue[bytes] = queue.Queue()
        self._number = 0
        threading.Thread(target=self._hear, daemon=True).start()
        if era == HANDSHAKE:
            self.write(frame(hello()), frame(READY))

    def _hear(self) -> None:
        assert self.target.process.stdout
        for line in self.target.process.stdout:
            self.heard.put(line)
        self.heard.put(b"")

    def write(self, *lines: bytes, end: bytes = b"\n") -> None:
        assert self.target.process.stdin
        for line in lines:
            self.target.process.stdin.write(line + end)
        self.target.process.stdin.flush()

    def exchange(self, frames: Iterable[bytes]) -> bytes:
        self.write(*(body.replace(b"\n", b" ") for body in frames))
        self._number += 1
        mark = f"good-{self._number}"
        self.ask(mark)
        return self.heard_until(mark)

    def ask(self, number: str, end: bytes = b"\n") -> None:
        """A call that nothing is wrong with. Calls may be answered in any order."""
        good = call(number, sql=SQL)
        self.write(frame(modern(good) if self.era == MODERN else good), end=end)

    def heard_until(self, number: str) -> bytes:
        return _until(self.heard, number)


class OverSse:
    era = HANDSHAKE

    def __init__(self, http: Http, connection: socket.socket) -> None:
        self._http = http
        self._number = 0
        self._stream = connection.makefile("rb")
        self.heard: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._hear, daemon=True).start()
        self.path = self._path()
        self.exchange([frame(hello()), frame(READY)])

    def _path(self) -> str:
        while line := self.heard.get(timeout=BOUND):
            if line.startswith(b"/messages/"):
                return line.strip().decode()
        raise AssertionError("the stream does not say where to post")

    def _hear(self) -> None:
        with suppress(OSError, ValueError):
            for line in self._stream:
                if line.startswith(b"data: "):
                    self.heard.put(line.removeprefix(b"data: "))
        self.heard.put(b"")

    def exchange(self, frames: Iterable[bytes]) -> bytes:
        refused: list[bytes] = []
        for body in frames:
            answer = self._http.post(self.path, body)
            assert 200 <= answer.status < 500, (answer, body[:2000])
            refused.append(answer.body)
        self._number += 1
        mark = f"good-{self._number}"
        assert self._http.post(self.path, frame(call(mark, sql=SQL))).status == 202
        return b"\n".join((*refused, _until(self.heard, mark)))


def _until(heard: "queue.Queue[bytes]", mark: str) -> bytes:
    """Everything up to the answer with that id, which must be a good one."""
    lines: list[bytes] = []
    while True:
        line = heard.get(timeout=BOUND)
        assert line, "the server ended the conversation"
        lines.append(line)
        if mark.encode() in line[:400] + line[-400:]:
            assert_good([line])
            return b"".join(lines)


@contextmanager
def session(http: Http) -> Generator[bytes]:
    """The id of a session of the handshake era over Streamable HTTP."""
    opened = http.post("/mcp", frame(hello()), [ACCEPT])
    assert opened.status == 200, opened
    number = opened.header("mcp-session-id").encode()
    told = [ACCEPT, (b"mcp-session-id", number), (b"mcp-protocol-version", HANDSHAKE.encode())]
    assert http.post("/mcp", frame(READY), told).status == 202
    try:
        yield number
    finally:
        assert http.send(http.written("DELETE", "/mcp", b"", told)).status == 200


@contextmanager
def conversation(port: int, transport: str) -> Generator[Conversation]:
    """`transport` is "2026-07-28", "2025-11-25" or "sse"."""
    with Http(port) as http:
        if transport == MODERN:
            yield OverHttp(http, MODERN)
        elif transport == HANDSHAKE:
            with session(http) as number:
                yield OverHttp(http, HANDSHAKE, number)
        else:
            with connected(port) as stream:
                stream.sendall(http.written("GET", "/sse", b"", [(b"accept", b"text/event-stream")]))
                speaking = OverSse(http, stream)
                yield speaking
                stream.shutdown(socket.SHUT_RDWR)
