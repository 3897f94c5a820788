"""Requests to GitLab's REST API v4 under one user's token."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import ClassVar, Final, NoReturn

import httpx2

from policies.secret import Credential
from policies.sources import GitlabSource
from tools.gitlab import refusals
from tools.outbound.addresses import origins
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.tls import ClientContext
from tools.rest.api import MAX_JSON, RestApi, bearer

V4: Final = ("api", "v4")


class Api(RestApi):
    prefix: ClassVar[tuple[str, ...]] = V4

    def refuse(self, answer: httpx2.Response, now: float) -> NoReturn:
        refusals.refuse(self._name, answer, answer.content, now)


@asynccontextmanager
async def asking(
    name: str, source: GitlabSource, tls: ClientContext, credential: Credential | None
) -> AsyncGenerator[Api]:
    """Raises `NeedsConnection` for what can be no token. Without a credential it asks as nobody."""
    headers = {"accept": "application/json"}
    if credential is not None:
        headers["authorization"] = bearer(name, credential)
    bounds = Bounds(source.timeout, max(MAX_JSON, source.max_bytes), longest_pause=source.timeout)
    async with client(Transport(tls, origins((source.url,)), bounds), headers=headers) as http:
        yield Api(name, source.url, http)
