"""A system behind a REST API, under one user's token, for one call."""

from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import anyio

from policies.call import Call, Grant, Plan, Raw, Table, Tier
from policies.canonical import Json
from policies.change import Effect
from policies.sources import Source
from tools.connector import Ledger, Trace
from tools.rest.refusals import late

Request = Mapping[str, Json]


class Actor(Protocol):
    """What acts there. Every method raises `Refusal`."""

    async def plan(self, call: Call, values: Mapping[str, str]) -> tuple[Request, Effect]:
        """The request of the plan, and what it changes. `values` are what pseudonyms stand for."""
        ...

    async def perform(self, request: Request, effect: Effect, ledger: Ledger) -> Table: ...

    async def trace(self, effect: Effect, mark: Json) -> Trace: ...


@dataclass(frozen=True, slots=True)
class RestSession:
    """Of the source `name`. `version` is that of the configuration, `own` the user's connection.

    `asked` is what a call that reads asks for, and `read` carries that out.
    """

    name: str
    source: Source
    version: str
    own: str
    asked: Callable[[Call, Mapping[str, str]], Request] = field(kw_only=True)
    read: Callable[[Request], Awaitable[Table]] = field(kw_only=True)
    actor: Actor = field(kw_only=True)

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        if call.tool.tier is Tier.READ:
            return Plan(call, self.asked(call, values), self.version, own=self.own)
        with self._in_time():
            request, effect = await self.actor.plan(call, values)
        return Plan(call, {"verb": call.tool.verb, **request}, self.version, effect, self.own)

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        request, effect = grant.plan.request, grant.plan.effect
        if effect is not None:
            return Raw(grant, await self.actor.perform(request, effect, ledger))
        with self._in_time():
            return Raw(grant, await self.read(request))

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        with self._in_time():
            return await self.actor.trace(effect, mark)

    @contextmanager
    def _in_time(self) -> Generator[None]:
        """Raises `UpstreamFailed` once the source's time is up."""
        try:
            with anyio.fail_after(self.source.timeout):
                yield
        except TimeoutError as error:
            raise late(self.name, self.source.timeout) from error
