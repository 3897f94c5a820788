"""Calls of Slack's Web API under one user's token."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import NoReturn

import httpx2

from policies.canonical import Json
from policies.secret import Credential
from policies.sources import SlackSource
from tools.outbound.addresses import origins
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.tls import ClientContext
from tools.rest import members
from tools.rest.api import MAX_JSON, RestApi, bearer
from tools.rest.unheard import Unheard, heard
from tools.slack import refusals

_API = "api"


class Api(RestApi):
    """docs.slack.dev/apis/web-api: a method is an address, and its answer says itself whether it is one."""

    media = "application/json; charset=utf-8"  # Slack warns of one without

    async def told(self, method: str, **arguments: str) -> members.Record:
        """What a method answers that reads."""
        answer = await self.ask("GET", _API, method, **arguments)
        return self._right(members.record(self.read(answer)))

    async def scopes(self) -> tuple[members.Record, frozenset[str]]:
        """Whose the token is, and what it may do."""
        answer = await self.ask("GET", _API, "auth.test")
        told = self._right(members.record(self.read(answer)))
        listed = answer.headers.get("x-oauth-scopes", "")
        return told, frozenset(filter(None, (scope.strip() for scope in listed.split(","))))

    async def act(self, method: str, **body: Json) -> members.Record:
        """What a method answers that changes something.

        Raises `Refusal` where nothing was changed, and `Unheard` where nobody can say.
        """
        answer = await self.send("POST", _API, method, **body)
        with heard():
            told = members.record(answer)
        if refusals.is_unsure(told):
            raise Unheard
        return self._right(told)

    def refuse(self, answer: httpx2.Response, now: float) -> NoReturn:
        refusals.refuse(self._name, answer, now)

    def _right(self, told: members.Record) -> members.Record:
        if told.get("ok") is not True:
            refusals.refuse_said(self._name, told)
        return told


@asynccontextmanager
async def asking(
    name: str, source: SlackSource, tls: ClientContext, credential: Credential | None
) -> AsyncGenerator[Api]:
    """Raises `NeedsConnection` for what can be no token. Without a credential it asks as nobody."""
    headers = {"accept": "application/json"}
    if credential is not None:
        headers["authorization"] = bearer(name, credential)
    bounds = Bounds(source.timeout, max(MAX_JSON, source.max_bytes), longest_pause=source.timeout)
    async with client(Transport(tls, origins((source.url,)), bounds), headers=headers) as http:
        yield Api(name, source.url, http)
