"""A remit whose users do things, and who looks at them."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from policies.call import Call, Permit, Tier, Tool, Transport, User
from policies.document import Switch, Window
from policies.errors import Denied, Refusal
from policies.thresholds import Anomalies
from server.anomalies.demotions import reasons
from server.anomalies.ended import whose
from server.anomalies.failures import Failures
from server.anomalies.findings import Findings, Kept, listed
from server.anomalies.watching import Watch
from server.audit import Audit, open_audit
from server.limits import Limits
from server.steady_clock import SteadyClock
from server.store import Store
from server.transaction import Rows, Statement, Transaction, now_ms
from tests.server.calls import ADA, SETTINGS, Everything, Pipeline, buckets, keys, request

DAY = 24  # hours


class Clock:
    """Seconds, which pass where a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class House:
    def __init__(self, store: Store, audit: Audit, settings: Anomalies) -> None:
        self.store = store
        self.audit = audit
        self.settings = settings
        self.failures = Failures()
        self.findings = Findings(audit, settings)
        self.limits = Limits(
            store,
            buckets(),
            Everything(),
            Window(),
            self.findings,
            switch=Switch(),
            clock=SteadyClock(),
        )
        self.clock = Clock()
        self.watch = self.process()
        self._pipeline = Pipeline(store, audit)

    def process(self) -> Watch:
        """One more process of the store, as far as looking goes."""
        return Watch(
            self.store, self.audit.activity, self.failures, self.findings, self.settings, clock=self.clock
        )

    async def call(self, times: int = 1, user: User = ADA, text: str = "one row") -> None:
        for _ in range(times):
            await self._pipeline.run(user=user, text=text)

    async def fail(self, times: int = 1, user: User = ADA) -> None:
        for _ in range(times):
            try:
                async with self.audit.record(request()) as record:
                    record.identify(user)
                    raise Denied("No.", rule="a test")
            except Refusal:
                pass

    async def ask(self, source: str, user: User = ADA) -> None:
        """A call to `source` that is admitted, and not carried out."""
        asked = request()
        tool = Tool(source, "query", Tier.READ, "", "", {}, {})
        permit = Permit(Call(asked.id, user, tool, "d1", {}, Transport.STDIO), ("p",), "v1", frozenset())
        try:
            async with self.audit.record(asked) as record:
                record.identify(user)
                await self.limits.admit(permit, record)
                raise Denied("Enough.", rule="a test")
        except Refusal:
            pass

    async def past(self, days: int, calls: int, user: User = ADA, *, tool: str = "shop_query") -> None:
        """So many days before today on which the user made so many calls, at this time of the day."""
        now = await self.hour()
        add = "INSERT INTO activity VALUES ($1, $2, $3, $4, 'shop', $5, 0, 0, 0)"
        its = whose(user.tenant, user.id)
        await self.do(*((add, (*its, now - ago * DAY, tool, calls)) for ago in range(1, days + 1)))

    async def hour(self) -> int:
        return await self.store.run(now_ms) // 3_600_000

    async def found(self) -> list[Kept]:
        return await self.store.read(lambda: listed(0, 1000))

    async def kinds(self) -> list[str]:
        return [one.kind for one in await self.found()]

    async def reasons(self, user: User = ADA) -> tuple[str, ...]:
        tool = Tool("shop", "write_auto", Tier.AUTO, "", "", {}, {})
        call = Call("c", user, tool, "d1", {}, Transport.STDIO)
        return await self.store.read(lambda: reasons(call))

    async def entries(self, event: str) -> list[dict[str, object]]:
        rows = await self.do(("SELECT body FROM audit_entries WHERE event = $1 ORDER BY sequence", (event,)))
        return [json.loads(body) for (body,) in rows]

    async def do(self, *statements: Statement) -> Rows:
        def doing() -> Transaction[Rows]:
            rows: Rows = ()
            for statement in statements:
                rows = yield statement
            return rows

        return await self.store.run(doing)


@asynccontextmanager
async def open_house(store: Store, folder: Path, settings: Anomalies | None = None) -> AsyncGenerator[House]:
    async with open_audit(store, keys(folder), SETTINGS, folder / "second") as audit:
        yield House(store, audit, settings or Anomalies())
