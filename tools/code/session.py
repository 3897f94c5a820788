"""A forge under one user's token, for one call."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import anyio

from policies.call import Call, Grant, Plan, Raw, Tier
from policies.canonical import Json
from policies.change import Effect
from policies.sources import CodeSource
from tools.code.acting import Actor
from tools.code.forge import Forge
from tools.code.requests import request_of
from tools.connector import Ledger, Trace
from tools.rest.refusals import late


@dataclass(frozen=True, slots=True)
class CodeSession:
    """`version` is that of the configuration, `own` the user's connection."""

    name: str
    source: CodeSource
    version: str
    forge: Forge
    own: str

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        if call.tool.tier is Tier.READ:
            request = request_of(self.forge, self.source, call, values)
            return Plan(call, request, self.version, own=self.own)
        with self._in_time():
            request, effect = await self._actor.plan(call, values)
        return Plan(call, {"verb": call.tool.verb, **request}, self.version, effect, self.own)

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        request, effect = grant.plan.request, grant.plan.effect
        if effect is not None:
            return Raw(grant, await self._actor.perform(request, effect, ledger))
        with self._in_time():
            return Raw(grant, await self.forge.read(request))

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        with self._in_time():
            return await self._actor.trace(effect, mark)

    @property
    def _actor(self) -> Actor:
        return Actor(self.name, self.source, self.forge)

    @contextmanager
    def _in_time(self) -> Generator[None]:
        """Raises `UpstreamFailed` once the source's time is up."""
        try:
            with anyio.fail_after(self.source.timeout):
                yield
        except TimeoutError as error:
            raise late(self.name, self.source.timeout) from error
