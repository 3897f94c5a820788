"""HTTP spoken byte by byte, as no client library would."""

import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from typing import NamedTuple, Self, TypeAlias

from tests.hostile.target import BOUND

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]


class Answer(NamedTuple):
    """`status` 0 is that the server hung up without one."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


HUNG_UP = Answer(0, b"", ())


class Http:
    """One connection after the other to a server; each serves as long as both sides keep it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def post(self, path: str, body: bytes, headers: Headers = ()) -> Answer:
        return self.send(self.written("POST", path, body, [(b"content-type", b"application/json"), *headers]))

    def written(self, method: str, path: str, body: bytes, headers: Headers) -> bytes:
        given = {name.lower() for name, _ in headers}
        own = [
            (name, value)
            for name, value in (
                (b"host", f"127.0.0.1:{self.port}".encode()),
                (b"content-length", b"%d" % len(body)),
            )
            if name not in given
        ]
        lines = [b"%s: %s\r\n" % header for header in (*own, *headers)]
        return b"%s %s HTTP/1.1\r\n%s\r\n%s" % (method.encode(), path.encode(), b"".join(lines), body)

    def send(self, raw: bytes) -> Answer:
        """The answer to the bytes of one request. A connection that the server gave up is opened again."""
        if self._connection is not None:
            answer = self._once(raw)
            if answer.status:
                return answer
        self.hang_up()
        self._connection = connected(self.port)
        return self._once(raw)

    def _once(self, raw: bytes) -> Answer:
        assert self._connection
        with suppress(OSError):  # it may have answered before it had heard all
            self._connection.sendall(raw)
        answer = read(self._connection, raw[: raw.index(b" ")].decode())
        if not answer.status or answer.header("connection") == "close":
            self.hang_up()
        return answer


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=BOUND)


def read(connection: socket.socket, method: str = "POST") -> Answer:
    """The next answer. A server that stays silent for longer than it may raises `TimeoutError`."""
    response = HTTPResponse(connection, method=method)
    try:
        response.begin()
        body = response.read()
    except TimeoutError:
        raise
    except (HTTPException, OSError):
        return HUNG_UP
    return Answer(response.status, body, tuple(response.getheaders()))


def said_until_hung_up(port: int, pieces: Iterable[bytes], *, half_close: bool = False) -> bytes:
    """All that the server says to these bytes until it hangs up. Raises `TimeoutError` if it doesn't."""
    with connected(port) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        heard = bytearray()
        try:
            while piece := connection.recv(65_536):
                heard += piece
        except ConnectionError:
            pass
        return bytes(heard)
