"""Clients that leave in the middle of it, and those that get in their own way (threats T07, T40)."""

import json
import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.hostile.conftest import Listening
from tests.hostile.conversations import ACCEPT, OverSse, assert_good, conversation, session
from tests.hostile.messages import HANDSHAKE, MODERN, SQL, Message, call, frame, modern
from tests.hostile.wire import Headers, Http, connected, read

LONG_CALL = (
    "SELECT count(*) AS many FROM orders a JOIN orders b ON a.customer_id = b.customer_id "
    "JOIN orders c ON a.customer_id = c.customer_id JOIN orders d ON a.customer_id = d.customer_id"
)
COUNTED = b"15360000"
JSON = (b"content-type", b"application/json")
MIRRORED: Headers = [
    ACCEPT,
    JSON,
    (b"mcp-protocol-version", MODERN.encode()),
    (b"mcp-method", b"tools/call"),
    (b"mcp-name", b"shop_query"),
]


def of(number: bytes) -> Headers:
    return [ACCEPT, JSON, (b"mcp-session-id", number), (b"mcp-protocol-version", HANDSHAKE.encode())]


def reset(connection: socket.socket) -> None:
    """Leaves without a word."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def asked(number: int) -> Iterator[Message]:
    for sql in (SQL, LONG_CALL):
        yield call(f"{number} {len(sql)}", sql=sql)
        told = call(f"{number} {len(sql)} told", sql=sql)
        told["params"]["_meta"] = {"progressToken": "p"}
        yield told


@pytest.mark.threat("T40")
def test_who_leaves_in_the_middle_of_a_call_harms_nobody(listening: Listening) -> None:
    port = listening.port
    with Http(port) as http, session(http) as number:
        for attempt in range(4):
            for message in asked(attempt):
                for body, headers in ((frame(message), of(number)), (frame(modern(message)), MIRRORED)):
                    connection = connected(port)
                    connection.sendall(http.written("POST", "/mcp", body, headers))
                    if attempt % 2:
                        connection.recv(1)
                    reset(connection)
            connection = connected(port)
            connection.sendall(http.written("GET", "/mcp", b"", of(number)))
            if attempt % 2:
                connection.recv(1)
            reset(connection)
    assert_all_answer(port)


@pytest.mark.threat("T40")
def test_who_leaves_a_stream_of_sse_in_the_middle_of_a_call_harms_nobody(listening: Listening) -> None:
    with Http(listening.port) as http:
        for attempt in range(4):
            stream = connected(listening.port)
            stream.sendall(http.written("GET", "/sse", b"", [(b"accept", b"text/event-stream")]))
            speaking = OverSse(http, stream)
            for message in asked(attempt):
                assert http.post(speaking.path, frame(message)).status == 202
            stream.shutdown(socket.SHUT_RDWR)
            reset(stream)
            assert http.post(speaking.path, frame(call(sql=SQL))).status in {202, 404}
    assert_all_answer(listening.port)


def assert_all_answer(port: int) -> None:
    for transport in (MODERN, HANDSHAKE, "sse"):
        with conversation(port, transport) as speaking:
            speaking.exchange([])


@pytest.mark.threat("T07")
def test_two_requests_of_one_id_at_once_are_not_taken_for_one(listening: Listening) -> None:
    port, several = listening.port, 6
    with Http(port) as http, session(http) as number, ExitStack() as stack:
        connections = [stack.enter_context(connected(port)) for _ in range(several)]
        pool = stack.enter_context(ThreadPoolExecutor(several))
        for one, connection in enumerate(connections):
            body = frame(call("1" if one % 2 else 1, sql=LONG_CALL))
            connection.sendall(http.written("POST", "/mcp", body, of(number)))
        answers = [*pool.map(read, connections)]
    taken = [answer for answer in answers if answer.status == 200]
    assert taken
    assert all(COUNTED in answer.body for answer in taken)
    for answer in answers:
        if answer.status != 200:
            assert answer.status == 400
            assert "an id of its own" in json.loads(answer.body)["error"]["message"]


def test_a_client_may_have_more_connections_than_it_uses(listening: Listening) -> None:
    with ExitStack() as stack:
        for _ in range(500):
            stack.enter_context(connected(listening.port))
        with conversation(listening.port, MODERN) as speaking:
            assert_good([speaking.exchange([frame(modern(call(sql=SQL)))])])
