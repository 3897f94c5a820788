"""Looks once a second at what the users of this process have done, and acts on what is out of the ordinary.

Each process looks after those whose calls it ended, by what all processes have counted. What is found is kept
once, whoever finds it. At a start, and an hour at a time, it also looks at all who called lately: a process
that was killed may have left somebody unlooked at.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
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
from policies.thresholds import Anomalies
from server.anomalies import findings as kept
from server.anomalies import rows
from server.anomalies.activity import Activity
from server.anomalies.ended import NOTHING, Touched, Whose
from server.anomalies.failures import Failures, write
from server.anomalies.findings import About, Findings
from server.anomalies.rows import HOUR, Today
from server.store import Store
from server.transaction import Transaction, now_ms

log = logging.getLogger("remit.anomalies")

K = TypeVar("K")
V = TypeVar("V")

EVERY: Final = 1.0  # seconds between two looks
AT_ONCE: Final = 200
"""Users in one look: those after them wait for the next."""
REMEMBERED: Final = 10_000
TENANTS_EVERY: Final = 10_000
"""Milliseconds between two looks at all that a tenant does."""


class Watch:
    def __init__(
        self,
        store: Store,
        activity: Activity,
        failures: Failures,
        findings: Findings,
        settings: Anomalies,
    ) -> None:
        self._store = store
        self._activity = activity
        self._failures = failures
        self._findings = findings
        self._settings = settings
        self._normal: OrderedDict[tuple[Whose, int], Normal] = OrderedDict()
        self._tenants: OrderedDict[tuple[str, int], list[tuple[int, Figures]]] = OrderedDict()
        self._found: OrderedDict[tuple[str, About, str], None] = OrderedDict()
        self._busy: set[str] = set()
        self._ratios: tuple[int, float] = (0, 0)
        self._looked_at_tenants = 0
        self._swept = 0

    @property
    def volume_ratio(self) -> float:
        """Calls of today over those of a normal day, of the user looked at for whom that was highest."""
        return self._ratios[1]

    async def watch(self, looked: Callable[[], None] = lambda: None) -> None:
        """Looks until it is cancelled, and calls after each look."""
        begun = False
        while True:
            try:
                if not begun:
                    await self.sweep()
                    begun = True
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
        if failures := self._failures.take():
            await self._store.run(partial(write, failures, self._findings, self._settings))
        touched = self._activity.take(AT_ONCE)
        try:
            await self._look_at(touched)
        except AuditUnavailable:
            for whose, each in touched.items():
                self._activity.remember(whose, each)
            raise

    async def _look_at(self, touched: dict[Whose, Touched]) -> None:
        if new := {whose: each for whose, each in touched.items() if each != NOTHING}:
            await self._store.run(partial(rows.keep, new))
        if not touched:
            return
        now, today = await self._store.read(partial(rows.today, [*touched]))
        await self._learn([*touched], now)
        self._busy |= {tenant for tenant, _ in touched}
        found = [each for whose, its in today.items() for each in self._of_user(whose, its, now)]
        if now - self._looked_at_tenants >= TENANTS_EVERY:
            self._looked_at_tenants = now
            found += await self._of_tenants(now)
        for anomaly, about, span in found:
            await self._act(anomaly, about, span)
        if now - self._swept >= HOUR:
            await self.sweep()

    async def _learn(self, users: Sequence[Whose], now: int) -> None:
        """What is normal for them, once a day."""
        day, days = now // HOUR // 24, self._settings.days
        new = [whose for whose in users if (whose, day) not in self._normal]
        if not new:
            return
        histories = await self._store.read(partial(rows.histories, new, day, days))
        for whose, history in histories.items():
            short = len(history.days) < self._settings.active_days
            tenant = [figures for _, figures in await self._tenant(whose[0], day)] if short else []
            _remember(self._normal, (whose, day), normal(history, tenant, self._settings))

    async def _tenant(self, tenant: str, day: int) -> list[tuple[int, Figures]]:
        if (tenant, day) not in self._tenants:
            days = await self._store.read(partial(rows.tenant_days, tenant, day, self._settings.days))
            _remember(self._tenants, (tenant, day), days)
        return self._tenants[tenant, day]

    def _of_user(self, whose: Whose, today: Today, now: int) -> list[tuple[Anomaly, About, str]]:
        hour = now // HOUR
        size, answered, source, tool = today.largest
        each_hour = [
            (of_errors(*today.recent, self._settings), About(*whose), hour),
            (of_response(size, self._settings), About(*whose, source, tool), answered),
        ]
        usual = self._normal[whose, hour // 24]
        each_day = of_day(today.day, usual, self._settings)
        self._compare(hour // 24, today.day.calls / max(usual.calls, self._settings.volume.least))
        return [
            *((anomaly, About(*whose), f"day {hour // 24}") for anomaly in each_day),
            *((anomaly, about, f"hour {at}") for anomaly, about, at in each_hour if anomaly),
        ]

    def _compare(self, day: int, ratio: float) -> None:
        highest = self._ratios[1] if self._ratios[0] == day else 0
        self._ratios = day, max(highest, ratio)

    async def _of_tenants(self, now: int) -> list[tuple[Anomaly, About, str]]:
        day, found = now // HOUR // 24, list[tuple[Anomaly, About, str]]()
        busy, self._busy = self._busy, set()
        for tenant in sorted(busy):
            calls = await self._store.read(partial(rows.tenant_today, tenant, day))
            before = [calls for calls, _ in await self._tenant(tenant, day)]
            if anomaly := of_tenant(calls, before, self._settings):
                found.append((anomaly, About(tenant), f"day {day}"))
        return found

    async def _act(self, anomaly: Anomaly, about: About, span: str) -> None:
        key = (anomaly.kind.value, about, span)
        if key in self._found:
            return
        if await self._store.run(partial(self._findings.found, anomaly, about, span)):
            log.warning(anomaly.summary, extra={"kind": anomaly.kind.value, "source": about.source})
        _remember(self._found, key, None)

    async def sweep(self) -> None:
        """Forgets what is too old, and remembers who called lately. Raises `AuditUnavailable`."""
        self._swept = await self._store.run(self._forget)
        for whose in await self._store.read(partial(rows.active, HOUR)):
            self._activity.remember(whose, NOTHING)

    def _forget(self) -> Transaction[int]:
        yield from rows.forget(self._settings.days + 1)
        yield from kept.forget()
        return (yield from now_ms())


def _remember(memory: OrderedDict[K, V], key: K, value: V) -> None:
    memory[key] = value
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)
