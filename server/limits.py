"""Admits a call: counts it and puts it on record, in one transaction of the store of record."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from policies.call import Admission, Call, Permit, Receipt
from policies.context import Context, turn
from policies.document import Switch, Window
from policies.ending import hold
from policies.errors import not_open
from policies.halt import hold as hold_halt
from policies.limits import Buckets, spend
from policies.milliseconds import HOUR
from server.anomalies.findings import Findings
from server.audit import Record
from server.context import rows
from server.halting.rows import KEPT
from server.inventory import COLUMNS, NOT_ENABLED, Entry, Inventory, used
from server.standing import IN_FORCE, hold_policy, not_before, whose
from server.steady_clock import CLOCK, SteadyClock
from server.store import Store
from server.transaction import Later, Transaction, recall

WRITE = "INSERT INTO limits (key, tat) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET tat = excluded.tat"


class Limits:
    """How many calls may be made. A refused call is not counted."""

    def __init__(
        self,
        store: Store,
        buckets: Buckets,
        inventory: Inventory,
        window: Window,
        findings: Findings,
        *,
        switch: Switch,
        clock: SteadyClock,
    ) -> None:
        """`window` is how long users' contexts last, `findings` is told of what those combine.

        `switch` says whether reads need a kill switch that can be read. `clock` is the process's.
        """
        self._store = store
        self._inventory = inventory
        self._buckets = buckets
        self._window = window
        self._findings = findings
        self._reads_need_switch = switch.unreadable == "everything"
        self._clock = clock

    async def admit(self, permit: Permit, record: Record) -> Admission:
        """Raises `LimitReached`, `AuditUnavailable`, `Halted`, or `Denied`.

        Denied is a call to a source that is off or not enabled, by a policy that is no longer in force, and
        of a user whose session has ended.
        """
        new = secrets.token_hex(16)
        receipt, context = await self._store.run(partial(self._admit, permit, record, new))
        self._clock.begun = True
        return Admission(permit, receipt, context)

    def _admit(self, permit: Permit, record: Record, new: str) -> Transaction[tuple[Receipt, Context]]:
        """`new` is the id of the context that begins where the former is over."""
        call = permit.call
        buckets = self._buckets.of(call)
        known = yield from recall(_Known)
        own = self._buckets.own(call)
        yield from known.look(call, [*self._clock.needs, *(bucket.key for bucket in buckets)], own)
        hold_policy(permit.version, known.policy)
        hold(known.ended[whose(call.user)], call.user.since)
        hold_halt(known.switch, call, reads_need_it=self._reads_need_switch)
        if own and (per_minute := known.paces[own]):
            buckets = [*buckets, self._buckets.held(call, own, per_minute)]
        source = call.tool.source
        if known.off[source]:
            raise not_open(call.tool.name, why="its source is switched off")
        if not self._inventory.is_enabled(source, entry := known.entries[source]):
            raise not_open(call.tool.name, why=NOT_ENABLED)
        now = self._clock.read(known.kept[CLOCK], known.wall * 1000, known.kept.get(self._clock.boot))
        after = spend(buckets, [known.kept[bucket.key] for bucket in buckets], now)
        receipt = yield from record.opening(permit)
        if entry is not None and entry.used_at <= known.wall - HOUR:
            yield used(source, known.wall)
        kept = {CLOCK: now} | {b.key: tat for b, tat in zip(buckets, after, strict=True)}
        if not self._clock.begun and self._clock.boot and self._clock.ahead is not None:
            kept[self._clock.boot] = self._clock.ahead
        yield from known.keep(kept)
        former = known.contexts[rows.owner_of(call)]
        context = turn(former, self._window, new=new, source=source, now=known.wall)
        yield from known.keep_turn(call, context)
        yield from self._findings.combined(call, former, context)
        return receipt, context


@dataclass(slots=True)
class _Known:
    """What a commit has read of the limits, and has written of them since. `wall` is in milliseconds.

    `policy` is the version of those in force, None where none was put in force. `switch` is what the kill
    switch holds.
    `ended` is what `policies.ending.hold` asks for, by whose it is. `paces` are the calls a minute that users
    hold connections of their own to, 0 where they don't.
    """

    wall: int = 0
    policy: str | None = None
    switch: object = None
    off: dict[str, bool] = field(default_factory=dict[str, bool])
    ended: dict[tuple[str, str, str], int | None] = field(
        default_factory=dict[tuple[str, str, str], int | None]
    )
    entries: dict[str, Entry | None] = field(default_factory=dict[str, "Entry | None"])
    kept: dict[str, int | None] = field(default_factory=dict[str, int | None])
    paces: dict[str, int] = field(default_factory=dict[str, int])
    contexts: dict[rows.Owner, Context | None] = field(default_factory=dict["rows.Owner", "Context | None"])

    def look(self, call: Call, keys: Sequence[str], own: str | None) -> Transaction[None]:
        """Reads what is not known yet. `own` is the key of the user's own connection."""
        source, user, owner = call.tool.source, whose(call.user), rows.owner_of(call)
        asks_pace = own is not None and own not in self.paces
        if own is not None:
            keys = [*keys, own]
        new = [key for key in keys if key not in self.kept]
        if not new and not asks_pace and source in self.off and user in self.ended and owner in self.contexts:
            return
        found = yield reading(len(new), pace=asks_pace), (source, *new, *user, owner[2])
        off, self.wall, self.policy, self.switch, self.ended[user], *rest = found[0]
        entry, rest = rest[: len(COLUMNS)], rest[len(COLUMNS) :]
        context, kept = rest[: len(rows.COLUMNS)], rest[len(rows.COLUMNS) :]
        self.contexts[owner] = rows.context(context)
        if own is not None and asks_pace:
            self.paces[own] = kept.pop() or 0
        self.off[source] = bool(off)
        self.entries[source] = None if entry[0] is None else Entry(*entry)
        self.kept.update(zip(new, kept, strict=True))

    def keep(self, kept: dict[str, int]) -> Transaction[None]:
        for key, tat in kept.items():
            yield Later(WRITE, (key, tat), key)
        self.kept.update(kept)

    def keep_turn(self, call: Call, context: Context) -> Transaction[None]:
        owner = rows.owner_of(call)
        yield rows.keep_turn(owner, call.user.session, context)
        self.contexts[owner] = context


@cache
def reading(keys: int, *, pace: bool = False) -> str:
    """Whether the source is off, the time, the policy, the kill switch, what has ended, its entry, the
    context and what is kept.

    `$1` is the source, `$2` and more are the keys, and the rest is `whose` and the client. With `pace` it
    reads the one that the user holds their connection to the source by, too.
    """
    entry = ", ".join(f"entry.{column}" for column in COLUMNS)
    context = ", ".join(f"context.{column}" for column in rows.COLUMNS)
    kept = "".join(f", (SELECT tat FROM limits WHERE key = ${number})" for number in range(2, keys + 2))  # noqa: S608 - numbers alone
    if pace:
        kept += (
            f", (SELECT per_minute FROM connections WHERE tenant = ${keys + 2} AND user_id = ${keys + 3} "  # noqa: S608
            "AND source = $1)"
        )
    common = f"now_ms(), {IN_FORCE}, {KEPT}, {not_before(keys + 2)}, {entry}, {context}"
    return (
        f"SELECT (SELECT 1 FROM sources_off WHERE source = $1), {common}{kept} "  # noqa: S608 - numbers alone
        "FROM (SELECT 1) AS one LEFT JOIN source_records AS entry ON entry.source = $1 "
        f"LEFT JOIN contexts AS context ON context.tenant = ${keys + 2} AND context.user_id = ${keys + 3} "
        f"AND context.client = ${keys + 5}"
    )
