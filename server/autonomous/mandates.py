"""Whether a plan may go without a person, within a scope that is on, and how often.

It is weighed before, so that what does not fit can be asked. What counts is what the transaction that starts
it reads (`spend`): a scope that was just switched off, has ended, or is used up starts nothing (threats T38,
T43).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies.allowance import Minute, full
from policies.call import Approval, Call, Mandate
from policies.change import Effect
from policies.errors import LimitReached
from policies.scopes import judge
from policies.sources import Source
from server.anomalies import demotions
from server.autonomous.delegations import COLUMNS, Delegation, Delegations, covering, delegation, off
from server.autonomous.uses import use, used_by
from server.steady_clock import CLOCK, SteadyClock
from server.transaction import Transaction

_DELEGATED: Final = f"""
    SELECT now_ms(), (SELECT tat FROM limits WHERE key = '{CLOCK}'), {", ".join(COLUMNS)}
    FROM (SELECT 1) AS one LEFT JOIN delegations ON tool = $1
"""  # noqa: S608 - names alone


@dataclass(frozen=True, slots=True)
class Outside:
    """Why it may not, by the scope that it comes nearest to.

    `refuse` says that it is not asked instead; `wait` is the seconds after which it would fit, 0 where it
    would not.
    """

    scope: str
    reasons: tuple[str, ...]
    refuse: bool
    wait: int = 0


class Overtaken(LimitReached):
    """Others have used up since what was left of the scope: the same call again is asked, or refused."""


class Mandates:
    def __init__(self, delegations: Delegations, sources: Mapping[str, Source], clock: SteadyClock) -> None:
        self.delegations = delegations
        self._sources = sources
        self.clock = clock

    def weigh(self, call: Call, effect: Effect) -> Transaction[Mandate | Outside]:
        """Raises `Denied` where no scope that is on covers the tool for this user."""
        wall, now, found = yield from self._look(call)
        scopes = covering(self.delegations.on(found, wall), call.user, call.tool)
        if not scopes:
            raise off(call.tool)
        used = yield from used_by(call.tool.plain, now)
        demoted = yield from demotions.reasons(call)
        outside: list[Outside] = []
        for name, scope in scopes.items():
            over = full(scope, used.get(name, []), len(effect.changes), now)
            judged = judge(scope, call.user, self._sources[call.tool.source], effect, wall)
            reasons = (*demoted, *judged, *(each.reason for each in over))
            if not reasons:
                return Mandate(name, self.delegations.digests[name], found[name].granted_by)
            wait = 0 if demoted or judged else max(each.wait for each in over)
            outside.append(Outside(name, reasons, scope.outside == "refuse", wait))
        return min(outside, key=lambda each: len(each.reasons))

    def spend(self, approval: Approval, mandate: Mandate) -> Transaction[None]:
        """Part of the transaction that starts it. Raises `Denied`, or `Overtaken`."""
        call, effect = approval.plan.call, approval.plan.effect or Effect(())
        wall, now, found = yield from self._look(call)
        scope = covering(self.delegations.on(found, wall), call.user, call.tool).get(mandate.scope)
        if scope is None:
            raise off(call.tool)
        used: list[Minute] = (yield from used_by(call.tool.plain, now)).get(mandate.scope, [])
        over = full(scope, used, len(effect.changes), now)
        demoted = yield from demotions.reasons(call)
        if demoted or over:
            wait = max((each.wait for each in over), default=1)
            told = " ".join((*demoted, *(each.reason for each in over)))
            raise Overtaken(f"This can't go alone any more: {told} Call again.", retry_after=wait)
        yield from use(mandate.scope, len(effect.changes), now)

    def _look(self, call: Call) -> Transaction[tuple[int, int, dict[str, Delegation]]]:
        """The store's time in milliseconds, the steady one in microseconds, and what is delegated."""
        rows = yield _DELEGATED, (call.tool.plain,)
        wall, stamp = int(rows[0][0]), rows[0][1]
        found = {row[2]: delegation(row[2:]) for row in rows if row[2] is not None}
        return wall, self.clock.read(stamp, wall * 1000), found
