"""Answers under its own names alone, and to pages of known origins (threat T13)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Names:
    """The `Host` values that are the server's own, and the `Origin` values that it answers to; lower case."""

    hosts: frozenset[str]
    origins: frozenset[str]

    @classmethod
    def of(cls, urls: Iterable[str], origins: Iterable[str]) -> Self:
        """Those of a server that is reached at `urls`, and of pages of `origins`."""
        own = [_spellings(url) for url in urls]
        return cls(
            frozenset(host for _, hosts in own for host in hosts),
            frozenset(f"{scheme}://{host}" for scheme, hosts in own for host in hosts)
            | frozenset(map(str.lower, origins)),
        )


class Hosts:
    """ASGI middleware around everything: a page that was led here by a rebound name gets nothing."""

    def __init__(self, app: ASGIApp, names: Names) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := self._refusal(scope)):
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        hosts, origins = _values(scope, b"host"), _values(scope, b"origin")
        if len(hosts) != 1 or hosts[0] not in self._names.hosts:
            return PlainTextResponse("This server does not go by that name.", status_code=421)
        if len(origins) > 1 or not self._names.origins.issuperset(origins):
            return PlainTextResponse("Pages of that origin may not call this server.", status_code=403)
        return None


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").lower() for key, value in scope["headers"] if key == name]


def _spellings(url: str) -> tuple[str, list[str]]:
    """The scheme, and the host with its port, and without where it is the scheme's own."""
    parts = urlsplit(url.lower())
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    default = DEFAULT_PORTS.get(parts.scheme)
    port = parts.port or default
    spelled = [f"{host}:{port}"]
    return parts.scheme, [host, *spelled] if port == default else spelled
