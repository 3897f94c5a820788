"""Whoever acts in a pretend GitLab, as if everybody had been asked."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from policies.call import Call, Plan, Table, Transport, Undoing
from policies.canonical import Json
from policies.change import Change, Effect
from tests.proofs import ADA, Notes, grant_of, tool_of
from tests.tools.gitlab.code import Code, credential_of
from tests.tools.gitlab.site import Site
from tests.tools.gitlab.world import Issue, MergeRequest, Project
from tools.connector import Trace

ACTS: Final = ["create_issue", "update_issue", "comment", "propose_change"]
SHOP: Final = "acme/shop"


class Desk(Code):
    """`ada` unless somebody else is named, with a token for `api`."""

    def __init__(self, site: Site, username: str = "ada", **settings: Any) -> None:
        super().__init__(site, username, **{"acts": ACTS, **settings})
        self.token = site.tokens.give(username, "api")

    @property
    def project(self) -> Project:
        return self.site.gitlab.projects[0]

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Requests that came and may change something."""
        asked = self.site.gitlab.asked
        return [(each.method, each.target) for each in asked if each.method not in {"GET", "HEAD"}]

    def issue(self, number: int) -> Issue:
        return next(each for each in self.project.issues if each.iid == number)

    def request(self, number: int) -> MergeRequest:
        return self.project.requests[number - 1]

    async def plan(self, verb: str, /, *, undo: Sequence[Change] | None = None, **arguments: Json) -> Plan:
        undoing = None if undo is None else Undoing("a1", (0,), tuple(undo))
        given: Mapping[str, Json] = {} if undo is not None else {"project": SHOP, **arguments}
        tool = tool_of(self.connector, verb)
        call = Call("call-1", ADA, tool, "d1", given, Transport.STDIO, undoing)
        async with self.connector.open(ADA, credential_of(self.token)) as session:
            return await session.plan(call, {})

    async def carry_out(self, planned: Plan, notes: Notes | None = None) -> tuple[Table, Effect]:
        """What it answers, and what it noted in the end."""
        notes = notes or Notes()
        async with self.connector.open(ADA, credential_of(self.token)) as session:
            table = (await session.carry_out(grant_of(planned), notes)).table
        return table, notes.taken[-1][0]

    async def act(self, verb: str, /, **arguments: Any) -> tuple[Table, Effect]:
        return await self.carry_out(await self.plan(verb, **arguments))

    async def take_back(self, verb: str, effect: Effect) -> tuple[Table, Effect]:
        inverse = [change.inverse() for change in reversed(effect.changes)]
        return await self.carry_out(await self.plan(verb, undo=inverse))

    async def trace(self, effect: Effect, mark: Json = None) -> Trace:
        async with self.connector.open(None, credential_of(self.token)) as session:
            return await session.trace(effect, mark)


class Losing(Notes):
    """From when an action is noted, what it sends gets these answers: after it was done, or instead."""

    def __init__(self, site: Site, *, losses: Sequence[Any] = (), faults: Sequence[Any] = ()) -> None:
        super().__init__()
        self._site = site
        self._losses = losses
        self._faults = faults

    async def note(self, effect: Effect, mark: Json) -> None:
        await super().note(effect, mark)
        self._site.gitlab.losses += self._losses
        self._site.gitlab.faults += self._faults
