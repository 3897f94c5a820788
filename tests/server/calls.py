"""Calls to put on record, and the steps of the pipeline around the record."""

import hmac
import itertools
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path

from policies.call import (
    Approval,
    Call,
    Caller,
    Channel,
    Column,
    Grant,
    Kind,
    Permit,
    Plan,
    Redacted,
    Reply,
    Request,
    Table,
    Tier,
    Tool,
    Transport,
    User,
)
from policies.change import Effect
from policies.document import Audit as Settings
from policies.document import Limits as Paces
from policies.document import Switch, Window
from policies.limits import Buckets
from policies.risk import Level
from policies.sources import Source, SqliteSource
from policies.thresholds import Anomalies
from policies.values import Pace
from server.actions import OPEN_FOR, Action, Content, State
from server.anomalies.findings import Findings
from server.audit import Audit
from server.context.memories import Memories
from server.inventory import Entry, Inventory
from server.keys import Keys
from server.limits import Limits
from server.loading import Loaded, Loading
from server.steady_clock import SteadyClock
from server.store import Store
from server.transaction import Transaction, now_ms
from server.turns import Turns

ADA = User("ada", "acme", frozenset({"analyst"}))
SETTINGS = Settings(every_entries=50, every_seconds=1)
SHOP = {"shop": SqliteSource(kind="sqlite", dsn="sqlite:shop.db")}
_ROOT = secrets.token_bytes(32)
_numbers = itertools.count(1)


def request(
    arguments: Mapping[str, object] | None = None, tool: str = "shop_query", client: str = "t 1"
) -> Request:
    number = f"call{next(_numbers):028}"
    return Request(number, Caller(Transport.STDIO, client), tool, {} if arguments is None else arguments)


def permit(asked: Request, user: User = ADA, tier: Tier = Tier.READ, **arguments: str) -> Permit:
    tool = Tool("shop", "query" if tier is Tier.READ else "write", tier, "", "", {}, {})
    call = Call(asked.id, user, tool, "d1", dict(arguments), asked.caller.transport)
    return Permit(call, ("shipped.read",), "v1", frozenset())


def redacted(grant: Grant, text: str = "one row") -> Redacted:
    table = Table((Column("a", Kind.TEXT),), (("x",),))
    return Redacted(grant, table, text, {"EMAIL": 2}, 1)


def buckets(calls_per_minute: int = 100_000, burst: int = 10_000) -> Buckets:
    """Nothing but the user's own calls is limited."""
    plenty = Pace(calls_per_minute=6_000_000, burst=100_000)
    paces = Paces(calls_per_minute=calls_per_minute, burst=burst, tenant=plenty, source=plenty)
    return Buckets(paces, SHOP)


def _none() -> Loaded:
    raise AssertionError("nothing is looked through")


def memories(store: Store, sources: Mapping[str, Source] = SHOP) -> Memories:
    """Of a user who may send nothing anywhere."""
    return Memories(
        store,
        (_ROOT, _ROOT),
        sources,
        loading=Loading(_none),
        turns=Turns(),
        may_act=lambda _user, _transport: False,
    )


class Everything(Inventory):
    """An inventory in which every source there could be is enabled."""

    def __init__(self) -> None:
        super().__init__({})

    def is_enabled(self, source: str, entry: Entry | None) -> bool:
        del source, entry
        return True


def keys(folder: Path) -> Keys:
    """The same for each folder, as for one store."""
    return Keys.of(hmac.digest(_ROOT, str(folder).encode(), "sha256"))


def limited(
    store: Store,
    audit: Audit,
    allowed: Buckets | None = None,
    *,
    window: Window | None = None,
    switch: Switch | None = None,
    clock: SteadyClock | None = None,
) -> Limits:
    return Limits(
        store,
        allowed or buckets(),
        Everything(),
        window or Window(),
        Findings(audit, Anomalies()),
        switch=switch or Switch(),
        clock=clock or SteadyClock(),
    )


class Pipeline:
    """The pipeline's steps around the record, with a list of what was carried out."""

    def __init__(self, store: Store, audit: Audit) -> None:
        self.audit = audit
        audit.memories = memories(store)
        self._ask = store.run
        self.limits = limited(store, audit)
        self.carried_out: list[str] = []
        self.grants: list[Grant] = []

    async def run(
        self,
        asked: Request | None = None,
        user: User = ADA,
        tier: Tier = Tier.READ,
        act: Callable[[Grant], Awaitable[None]] | None = None,
        text: str = "one row",
        **arguments: str,
    ) -> Reply:
        asked = asked or request(arguments)
        async with self.audit.record(asked) as record:
            named = record.identify(user)
            allowed = permit(asked, named, tier, **arguments)
            admission = await self.limits.admit(allowed, record)
            plan = Plan(allowed.call, {"sql": "SELECT 1"}, "c1")
            approval = Approval(admission, plan, "nobody had to")
            if tier is not Tier.READ:
                approval = await self._confirmed(approval)
            grant = await record.intend(approval)
            self.carried_out.append(asked.id)
            self.grants.append(grant)
            if act is not None:
                await act(grant)
            return await record.finish(redacted(grant, text))

    async def _confirmed(self, approval: Approval) -> Approval:
        """The user was asked, and says yes."""
        call = approval.plan.call
        content = Content(Effect(()), "", Level.LOW, (), frozenset(), "", call.transport)

        def ask() -> Transaction[None]:
            now = yield from now_ms()
            asked = Action.of(
                call,
                content,
                id=f"action of {call.id}",
                binding="what was asked",
                channel=Channel.FORM,
                state=State.OPEN,
                now=now,
                until=now + OPEN_FOR,
            )
            yield from self.audit.actions.add(asked)

        await self._ask(ask)
        return replace(
            approval,
            by=call.user.id,
            action=f"action of {call.id}",
            binding="what was asked",
            asked=True,
            confirmed_by=Channel.FORM.value,
        )
