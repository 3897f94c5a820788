"""Looks once a second at what the users of this process have done, and acts on what is out of the ordinary.

Each process looks after those whose calls it ended, by what all processes have counted. What is found is kept
once, whoever finds it. At a start, and every hour, it also looks at all who called lately: a process that
was killed may have left somebody unlooked at.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import Final, TypeVar

import anyio

from policies.anomalies import (
    Anomaly,
    Figures,
    Normal,
    normal,
    of_day,
    of_errors,
    of_response,
    of_tenant,
)
from policies.errors import AuditUnavailable
from policies.milliseconds import DAY, HOUR
from policies.thresholds import Anomalies
from server.anomalies import findings as kept
from server.anomalies import rows
from server.anomalies.activity import Activity
from server.anomalies.ended import NOTHING, Touched, Whose
from server.anomalies.failures import Failures, write
from server.anomalies.findings import About, Findings
from server.anomalies.rows import Today
from server.store import Store
from server.transaction import Transaction, now_ms

log = logging.getLogger("remit.anomalies")

K = TypeVar("K")
V = TypeVar("V")

EVERY: Final = 1.0  # seconds between two looks
AT_ONCE: Final = 200
"""Users in one look: those after them wait for the next."""
REMEMBERED: Final = 10_000
TENANTS_EVERY: Final = 10.0
"""Seconds between two looks at all that a tenant does."""
SWEEP_EVERY: Final = 3600.0  # seconds


class Watch:
    def __init__(
        self,
        store: Store,
        activity: Activity,
        failures: Failures,
        findings: Findings,
        settings: Anomalies,
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`clock` counts seconds, and is never put back."""
        self._store = store
        self._activity = activity
        self._failures = failures
        self._findings = findings
        self._settings = settings
        self._clock = clock
        self._normal: OrderedDict[tuple[Whose, int], Normal] = OrderedDict()
        self._tenants: OrderedDict[tuple[str, int], list[tuple[int, Figures]]] = OrderedDict()
        self._found: OrderedDict[tuple[str, About, str], None] = OrderedDict()
        self._busy: set[str] = set()
        self._highest: tuple[float, float] = (0, 0)
        """A ratio of volumes, and the end of its day by `clock`."""
        self._tenants_due = self._sweep_due = clock()

    @property
    def volume_ratio(self) -> float:
        """Calls of today over those of a normal day, of the user looked at for whom that was highest."""
        ratio, ends = self._highest
        return ratio if self._clock() < ends else 0

    async def watch(self, looked: Callable[[], None] = lambda: None) -> None:
        """Looks until it is cancelled, and calls after each look."""
        while True:
            try:
                await self.look()
            except AuditUnavailable as error:
                log.error("what users do can't be looked at", extra={"detail": error.detail})  # noqa: TRY400
            looked()
            await anyio.sleep(EVERY)

    async def stop(self) -> None:
        """The last look of this process."""
        try:
            await self.look()
        except AuditUnavailable as error:
            log.error("what users did was not looked at", extra={"detail": error.detail})  # noqa: TRY400

    async def look(self) -> None:
        """Raises `AuditUnavailable`, and then what it was to look at is looked at the next time."""
        if self._clock() >= self._sweep_due:
            await self.sweep()
        await self._look_at_failures()
        touched = self._activity.take(AT_ONCE)
        try:
            await self._look_at(touched)
        except AuditUnavailable:
            for whose, each in touched.items():
                self._activity.remember(whose, each)
            raise
        if self._clock() >= self._tenants_due:
            await self._look_at_tenants()

    async def _look_at_failures(self) -> None:
        if not (failures := self._failures.take()):
            return
        try:
            receipts = await self._store.run(partial(write, failures, self._findings, self._settings))
        except AuditUnavailable:
            self._failures.again(failures)
            raise
        for receipt in receipts:
            self._findings.acknowledge(receipt)

    async def _look_at(self, touched: dict[Whose, Touched]) -> None:
        if new := {whose: each for whose, each in touched.items() if each != NOTHING}:
            await self._store.run(partial(rows.keep, new))
        if not touched:
            return
        now, today = await self._store.read(partial(rows.today, [*touched]))
        usual = await self._usual([*touched], now // DAY)
        self._busy |= {tenant for tenant, _ in touched}
        for whose, its in today.items():
            self._compare(its.day.calls / max(usual[whose].calls, self._settings.volume.least), now)
            for anomaly, about, span in self._of_user(whose, its, usual[whose], now):
                await self._act(anomaly, about, span)

    async def _usual(self, users: Sequence[Whose], day: int) -> dict[Whose, Normal]:
        """What is normal for them, which is told once a day."""
        known = {whose: found for whose in users if (found := self._normal.get((whose, day)))}
        if new := [whose for whose in users if whose not in known]:
            histories = await self._store.read(partial(rows.histories, new, day, self._settings.days))
            for whose, history in histories.items():
                short = len(history.days) < self._settings.active_days
                tenant = [figures for _, figures in await self._tenant(whose[0], day)] if short else []
                known[whose] = normal(history, tenant, self._settings)
                _remember(self._normal, (whose, day), known[whose])
        return known

    async def _tenant(self, tenant: str, day: int) -> list[tuple[int, Figures]]:
        if (days := self._tenants.get((tenant, day))) is None:
            days = await self._store.read(partial(rows.tenant_days, tenant, day, self._settings.days))
            _remember(self._tenants, (tenant, day), days)
        return days

    def _of_user(
        self, whose: Whose, today: Today, usual: Normal, now: int
    ) -> list[tuple[Anomaly, About, str]]:
        hour = now // HOUR
        size, answered, source, tool = today.largest
        each_hour = [
            (of_errors(*today.recent, self._settings), About(*whose), hour),
            (of_response(size, self._settings), About(*whose, source, tool), answered),
        ]
        each_day = of_day(today.day, usual, self._settings)
        return [
            *((anomaly, About(*whose), f"day {hour // 24}") for anomaly in each_day),
            *((anomaly, about, f"hour {at}") for anomaly, about, at in each_hour if anomaly),
        ]

    def _compare(self, ratio: float, now: int) -> None:
        ends = self._clock() + (DAY - now % DAY) / 1000
        self._highest = max(ratio, self.volume_ratio), ends

    async def _look_at_tenants(self) -> None:
        if self._busy:
            day = await self._store.read(now_ms) // DAY
            for tenant in sorted(self._busy):
                calls = await self._store.read(partial(rows.tenant_today, tenant, day))
                before = [calls for calls, _ in await self._tenant(tenant, day)]
                if anomaly := of_tenant(calls, before, self._settings):
                    await self._act(anomaly, About(tenant), f"day {day}")
                self._busy.discard(tenant)
        self._tenants_due = self._clock() + TENANTS_EVERY

    async def _act(self, anomaly: Anomaly, about: About, span: str) -> None:
        key = (anomaly.kind.value, about, span)
        if key in self._found:
            return
        receipt = await self._store.run(partial(self._findings.found, anomaly, about, span))
        if receipt is not None:
            self._findings.acknowledge(receipt)
            log.warning(anomaly.summary, extra={"kind": anomaly.kind.value, "source": about.source})
        _remember(self._found, key, None)

    async def sweep(self) -> None:
        """Forgets what is too old, and remembers who called lately. Raises `AuditUnavailable`."""
        await self._store.run(self._forget)
        for whose in await self._store.read(partial(rows.active, HOUR)):
            self._activity.remember(whose, NOTHING)
        self._sweep_due = self._clock() + SWEEP_EVERY

    def _forget(self) -> Transaction[None]:
        yield from rows.forget(self._settings.days + 1)
        yield from kept.forget()


def _remember(memory: OrderedDict[K, V], key: K, value: V) -> None:
    memory[key] = value
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)
