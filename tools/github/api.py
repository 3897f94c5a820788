"""Requests to GitHub's REST API under one user's token."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import ClassVar, Final, NoReturn

import httpx2

from policies.canonical import Json
from policies.secret import Credential
from policies.sources import GithubSource
from tools.github import refusals
from tools.outbound.addresses import origins
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.tls import ClientContext
from tools.rest.api import MAX_JSON, RestApi, bearer

VERSION: Final = "2022-11-28"
_MEDIA: Final = "application/vnd.github.text-match+json"  # as ever, and where a search found what

_LISTS: Final = ("items", "workflow_runs", "jobs")


class Api(RestApi):
    definite: ClassVar[frozenset[int]] = frozenset({301, 302, 307, 308})  # of what has another name now

    def listed(self, told: Json) -> Json:
        """Some lists have their count beside them."""
        if not isinstance(told, dict):
            return told
        return next((told[name] for name in _LISTS if name in told), None)

    def refuse(self, answer: httpx2.Response, now: float) -> NoReturn:
        refusals.refuse(self._name, answer, now)


@asynccontextmanager
async def asking(
    name: str, source: GithubSource, tls: ClientContext, credential: Credential | None
) -> AsyncGenerator[Api]:
    """Raises `NeedsConnection` for what can be no token. Without a credential it asks as nobody."""
    headers = {"accept": _MEDIA, "x-github-api-version": VERSION}
    if credential is not None:
        headers["authorization"] = bearer(name, credential)
    # A file comes in base64.
    bounds = Bounds(source.timeout, max(MAX_JSON, 2 * source.max_bytes), longest_pause=source.timeout)
    async with client(Transport(tls, origins((source.api,)), bounds), headers=headers) as http:
        yield Api(name, source.api, http)
