"""Headers that disagree with the body, with each other, or with reason (threats T13, T14)."""

import base64
import itertools
from collections.abc import Iterable

import pytest

from tests.hostile.conftest import Listening
from tests.hostile.messages import HANDSHAKE, MODERN, SQL, call, frame, hello, modern, request
from tests.hostile.values import VALUES, is_quoted
from tests.hostile.wire import Answer, Headers, Http

HEADER_MISMATCH = b"-32020"
ACCEPT = (b"accept", b"application/json, text/event-stream")
RIGHT: dict[bytes, bytes] = {
    b"accept": b"application/json, text/event-stream",
    b"content-type": b"application/json",
    b"mcp-protocol-version": MODERN.encode(),
    b"mcp-method": b"tools/call",
    b"mcp-name": b"shop_query",
}
GOOD = frame(modern(call(sql=SQL)))


def sealed(text: bytes) -> bytes:
    return b"=?base64?" + base64.b64encode(text) + b"?="


def ask(http: Http, headers: Iterable[tuple[bytes, bytes]], body: bytes = GOOD) -> Answer:
    return http.send(http.written("POST", "/mcp", body, [*headers]))


def but(**changes: bytes | None) -> Headers:
    """The right headers, but for some, by their names with `_` for `-`. None leaves one out."""
    named = {name.replace("_", "-").encode(): value for name, value in changes.items()}
    return [(name, value) for name, value in {**RIGHT, **named}.items() if value is not None]


@pytest.mark.threat("T14")
@pytest.mark.parametrize(
    "headers",
    [
        but(mcp_name=b"payroll_query"),
        but(mcp_name=b"SHOP_QUERY"),
        but(mcp_name=None),
        but(mcp_name=b""),
        but(mcp_name=sealed(b"payroll_query")),
        but(mcp_name=b"=?base64?c2hvcF9xdWVyeQ?="),  # no padding
        but(mcp_name=b"=?base64?c2hvcF9xdWVyeR==?="),  # bits beyond the end
        but(mcp_name=b"=?base64?!!!!?="),
        but(mcp_name=b"=?base64??="),
        but(mcp_name=sealed(b"\xff\xfe")),
        but(mcp_name=sealed(sealed(b"shop_query"))),
        but(mcp_name=sealed(b"shop_query") + b"x"),
        but(mcp_method=b"tools/list"),
        but(mcp_method=b"TOOLS/CALL"),
        but(mcp_method=None),
        but(mcp_method=sealed(b"tools/call")),
        but(mcp_protocol_version=b"2026-07-28, 2026-07-28"),
        [*but(), (b"mcp-name", b"shop_query")],
        [*but(), (b"mcp-name", b"payroll_query")],
        [*but(), (b"Mcp-Method", b"tools/list")],
        [*but(), (b"MCP-Protocol-Version", MODERN.encode())],
        [*but(), (b"mcp-protocol-version", HANDSHAKE.encode())],
    ],
    ids=lambda headers: b" ".join(
        value for name, value in headers if name.lower().startswith(b"mcp")
    ).decode(),
)
def test_headers_that_do_not_say_what_the_body_says_are_a_mismatch(
    listening: Listening, headers: Headers
) -> None:
    with Http(listening.port) as http:
        answer = ask(http, headers)
    assert answer.status == 400
    assert HEADER_MISMATCH in answer.body


@pytest.mark.threat("T14")
def test_a_name_in_base64_is_that_name(listening: Listening) -> None:
    with Http(listening.port) as http:
        answer = ask(http, but(mcp_name=sealed(b"shop_query")))
    assert answer.status == 200
    assert b'"rows":[[1]]' in answer.body


@pytest.mark.threat("T13")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (but(content_type=b"text/plain"), {400, 415}),
        (but(content_type=b"application/x-www-form-urlencoded"), {400, 415}),
        (but(content_type=None), {400, 415}),
        (but(content_type=b"text/plain; a=application/json"), {400, 415}),
        (but(host=b"evil.example"), {421}),
        (but(host=b""), {421}),
        (but(host=b"127.0.0.1"), {421}),
        (but(origin=b"null"), {403}),
        (but(origin=b"https://evil.example"), {403}),
        ([*but(), (b"origin", b"http://127.0.0.1"), (b"origin", b"null")], {403}),
        (but(accept=b"text/html"), {406}),
    ],
)
def test_a_page_can_not_send_what_a_client_sends(
    listening: Listening, headers: Headers, status: set[int]
) -> None:
    with Http(listening.port) as http:
        assert ask(http, headers).status in status


NAMES = (
    "mcp-method", "mcp-name", "mcp-protocol-version", "mcp-session-id", "mcp-param-sql", "last-event-id",
    "accept", "content-type", "content-encoding", "origin", "host", "authorization", "cookie", "forwarded",
    "x-forwarded-for", "x-remit-token", "user-agent", "connection", "expect", "te", "range",
    "x-http-method-override",
)  # fmt: skip


@pytest.mark.threat("T34")
@pytest.mark.parametrize("name", NAMES)
def test_no_header_makes_it_fail(listening: Listening, name: str) -> None:
    bodies = itertools.cycle((GOOD, frame(hello()), frame(request("ping"))))
    with Http(listening.port) as http:
        for text in VALUES:
            raw = text.encode(errors="surrogatepass")[:20_000].translate(None, b"\r\n\x00")
            for value in {raw.strip(), bytes(byte for byte in raw if 32 <= byte < 127).strip()}:
                answer = ask(http, but(**{name.replace("-", "_"): value}), next(bodies))
                assert 200 <= answer.status < 500, (value[:80], answer)
                assert not is_quoted(text, answer.body)
                if session := answer.header("mcp-session-id"):
                    http.send(http.written("DELETE", "/mcp", b"", [(b"mcp-session-id", session.encode())]))
