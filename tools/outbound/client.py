"""The HTTP client for a destination."""

import time
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import version
from ssl import SSLContext
from typing import Final

import anyio
import httpx2
from httpcore2 import URL, AsyncConnectionPool, Request, Response

from tools.outbound.addresses import Origin, hold, origin
from tools.outbound.errors import BadAnswer, Unreachable, failures_at
from tools.outbound.network import Network
from tools.outbound.retrying import backoff, may_be_repeated, pause

_AGENT: Final = f"remit/{version('remit')}"
_REDIRECTS: Final = 5
_GZIP: Final = 31  # zlib's word for: with the header of gzip, and its largest window


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one answer may take. `seconds` is for one try, to its last byte; `longest_pause` between two.

    `size` counts bytes as they are read. `unpacks`: gzip is taken, too, as some send it to whoever asks.
    """

    seconds: float = 30.0
    size: int = 5_000_000
    head: int = 32_768
    tries: int = 3
    longest_pause: float = 30.0
    unpacks: bool = False


class Transport(httpx2.AsyncBaseTransport):
    """What every request passes, whichever client sends it.

     1. the URL may be connected to, and so may every address that its host has
     2. the far side proves who it is (`tls`)
     3. the answer is plain, within `bounds`, and leaves no cookie
     4. what may be repeated is, when the far side says when

    `named` are the origins that the operator's configuration names: those alone may have an inner address, a
    port of their own, or no TLS on this machine. Raises `OutboundError`.
    """

    def __init__(
        self,
        tls: SSLContext,
        named: frozenset[Origin] = frozenset(),
        bounds: Bounds = Bounds(),
        *,
        network: Network | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._named = named
        self._bounds = bounds
        self._sleep = sleep
        self._now = now
        self._pool = AsyncConnectionPool(
            ssl_context=tls,
            network_backend=network or Network(named),
            # What a far side sends beyond its answer would begin the next answer on the same connection.
            max_keepalive_connections=0,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        hold(request.url, self._named)
        request.headers["accept-encoding"] = "identity"
        request.headers["user-agent"] = _AGENT
        last = self._bounds.tries - 1 if may_be_repeated(request) else 0
        for tries in range(last):
            try:
                answer = await self._once(request)
            except Unreachable:
                seconds = backoff(tries)
                if not _there_is_time_for(seconds):
                    raise
            else:
                told = pause(answer, tries, self._now())
                if told is None or told > self._bounds.longest_pause or not _there_is_time_for(told):
                    return answer
                await answer.aclose()
                seconds = told
            await self._sleep(seconds)
        return await self._once(request)

    async def _once(self, request: httpx2.Request) -> httpx2.Response:
        there = origin(request.url)
        deadline = anyio.current_time() + self._bounds.seconds
        with failures_at(str(there)), anyio.fail_after(self._bounds.seconds):
            answer = await self._pool.handle_async_request(_below(request, self._bounds.seconds))
        stream = answer.stream
        assert isinstance(stream, AsyncIterable)
        packed = httpx2.Headers(answer.headers).get("content-encoding") == "gzip" and self._bounds.unpacks
        body = _Body(stream, str(there), self._bounds.size, deadline, packed=packed)
        try:
            _hold_head(answer, str(there), self._bounds, packed=packed, bodiless=request.method == "HEAD")
        except BadAnswer:
            await body.aclose()
            raise
        left_out = {b"set-cookie", *((b"content-encoding", b"content-length") if packed else ())}
        headers = [(name, value) for name, value in answer.headers if name.lower() not in left_out]
        return httpx2.Response(answer.status, headers=headers, stream=body)

    async def aclose(self) -> None:
        await self._pool.aclose()


def client(
    transport: Transport, *, headers: dict[str, str] | None = None, follow_redirects: bool = False
) -> httpx2.AsyncClient:
    """Takes nothing from the environment: no proxy, no .netrc. Each redirect is judged like a first URL."""
    return httpx2.AsyncClient(
        transport=transport,
        headers=headers,
        follow_redirects=follow_redirects,
        max_redirects=_REDIRECTS,
        trust_env=False,
    )


def _there_is_time_for(pause: float) -> bool:
    """Whether the caller's own deadline lies beyond it: else it learns now what it would wait for in vain."""
    return anyio.current_time() + pause < anyio.current_effective_deadline()


def _below(request: httpx2.Request, seconds: float) -> Request:
    url = request.url
    assert isinstance(request.stream, httpx2.AsyncByteStream)
    return Request(
        request.method,
        URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)},
    )


def _hold_head(answer: Response, there: str, bounds: Bounds, *, packed: bool, bodiless: bool) -> None:
    """What is `bodiless` says the length of what it leaves out (RFC 9110, section 9.3.2)."""
    if sum(len(name) + len(value) for name, value in answer.headers) > bounds.head:
        raise BadAnswer(f"{there} answers with headers of more than {bounds.head} bytes")
    headers = httpx2.Headers(answer.headers)
    if not packed and headers.get("content-encoding", "identity") != "identity":
        raise BadAnswer(f"{there} answers in an encoding that was not asked for")
    declared = headers.get("content-length", "0")
    if not declared.isdecimal() or (int(declared) > bounds.size and not bodiless):
        raise BadAnswer(f"{there} answers with more than {bounds.size} bytes")


class _Body(httpx2.AsyncByteStream):
    """`deadline` is by the event loop's clock. What is `packed` is never unpacked beyond `size` bytes."""

    def __init__(
        self, inner: AsyncIterable[bytes], there: str, size: int, deadline: float, *, packed: bool
    ) -> None:
        self._inner = inner
        self._there = there
        self._size = size
        self._deadline = deadline
        self._unpacking = zlib.decompressobj(_GZIP) if packed else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        pieces = aiter(self._inner)
        while True:
            with failures_at(self._there), anyio.fail_after(self._deadline - anyio.current_time()):
                piece = await anext(pieces, None)
            if piece is None:
                if self._unpacking and not self._unpacking.eof:
                    raise BadAnswer(f"{self._there} breaks off what it has packed")
                return
            piece = self._unpacked(piece, self._size - length + 1)
            length += len(piece)
            if length > self._size:
                raise BadAnswer(f"{self._there} answers with more than {self._size} bytes")
            yield piece

    def _unpacked(self, piece: bytes, most: int) -> bytes:
        """Of what is packed at most `most` bytes, one more than there is room for."""
        if self._unpacking is None:
            return piece
        try:
            unpacked = self._unpacking.decompress(piece, most)
        except zlib.error as error:
            raise BadAnswer(f"{self._there} answers with gzip that is none") from error
        if self._unpacking.unused_data:
            raise BadAnswer(f"{self._there} goes on after what it has packed")
        return unpacked

    async def aclose(self) -> None:
        close = getattr(self._inner, "aclose", None)
        if close is not None:
            await close()
