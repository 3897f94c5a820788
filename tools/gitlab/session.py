"""GitLab under one user's token, for one call."""

from collections.abc import Mapping
from dataclasses import dataclass

import anyio

from policies.call import Call, Grant, Plan, Raw
from policies.canonical import Json
from policies.change import Effect
from policies.errors import UpstreamFailed
from policies.sources import GitlabSource
from tools.connector import Ledger, Trace
from tools.gitlab.api import Api
from tools.gitlab.reading import Reader
from tools.gitlab.requests import request_of
from tools.rest.refusals import late


@dataclass(frozen=True, slots=True)
class GitlabSession:
    """`version` is that of the configuration, `own` the user's connection."""

    name: str
    source: GitlabSource
    version: str
    api: Api
    own: str

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        request = request_of(self.name, call, values, self.source.projects)
        return Plan(call, request, self.version, own=self.own)

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        del ledger  # nothing is changed
        seconds = self.source.timeout
        try:
            with anyio.fail_after(seconds):
                return Raw(grant, await Reader(self.name, self.source, self.api).read(grant.plan.request))
        except TimeoutError as error:
            raise late(self.name, seconds) from error

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        del effect, mark
        raise UpstreamFailed(f"{self.name} changes nothing, so there is nothing to find out.")
