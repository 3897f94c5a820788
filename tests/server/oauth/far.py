"""A system with accounts of its own, reached by OAuth: it tells whose token it was shown."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import httpx2

from policies.call import Call, Column, Grant, Kind, Plan, Raw, Table, Tier, Tool, User
from policies.canonical import Json
from policies.change import Change, Effect
from policies.errors import UpstreamFailed
from policies.secret import Credential
from policies.sources import OAuthSource
from tools.authorization import Authorization
from tools.connector import Finding, Ledger, Session, Trace
from tools.tables import TABLE_OUTPUT, WRITE_OUTPUT

NOTHING: dict[str, Json] = {"type": "object", "properties": {}, "additionalProperties": False}
READ = ("openid", "read_api")
ACT = ("openid", "api", "read_api")


class DeskSource(OAuthSource, frozen=True):
    kind: Literal["desk"] = "desk"

    @property
    def may_be_changed(self) -> bool:
        return True

    @property
    def extent(self) -> Mapping[str, int]:
        return {"desks": 1}


@dataclass
class DeskSystem:
    """A connector, and its session. `shown` are the tokens that it was shown, in order."""

    url: str
    name: str = "desk"
    takes_back: bool = True
    shown: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.tools = (
            Tool(self.name, "who", Tier.READ, "Who", "Says who it is.", NOTHING, TABLE_OUTPUT),
            Tool(self.name, "note", Tier.ACT, "Note", "Leaves a note.", NOTHING, WRITE_OUTPUT),
        )

    @property
    def authorization(self) -> Authorization | None:
        at = f"{self.url}/oauth"
        revoke = f"{at}/revoke" if self.takes_back else None
        return Authorization(self.url, f"{at}/authorize", f"{at}/token", revoke, READ, ACT)

    @asynccontextmanager
    async def open(self, user: User | None, credential: Credential | None) -> AsyncGenerator[Session]:
        assert credential
        self.shown.append(credential.secret.reveal())
        yield _Session(self, credential, await self._who())

    async def _who(self) -> str:
        answer = await self._asked(self.shown[-1])
        if answer.status_code != 200:
            raise UpstreamFailed("The desk does not take this access.", detail=str(answer.status_code))
        return str(answer.json()["sub"])

    async def takes(self, token: str) -> bool:
        return (await self._asked(token)).status_code == 200

    async def _asked(self, token: str) -> httpx2.Response:
        async with httpx2.AsyncClient() as http:
            return await http.get(f"{self.url}/oauth/userinfo", headers={"authorization": f"Bearer {token}"})

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        return ()

    async def close(self) -> None:
        pass


@dataclass
class _Session:
    desk: DeskSystem
    credential: Credential
    who: str

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        del values
        effect = (
            None if call.tool.tier is Tier.READ else Effect((Change("notes", {"id": 1}, None, {"id": 1}),))
        )
        return Plan(call, {}, connection="1", effect=effect, own=self.credential.connection)

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        if grant.plan.effect:
            await ledger.note(grant.plan.effect, None)
        return Raw(grant, Table((Column("who", Kind.NAME),), ((self.who,),)))

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        return Trace.UNKNOWN
