"""Every scope as it stands: those of the configuration, and those that are on without being there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.allowance import DAY_MINUTES, HOUR_MINUTES, Minute, counting
from policies.scopes import Scope
from server.autonomous.delegations import Delegation, Delegations, State, delegations
from server.autonomous.uses import used_within_a_day
from server.steady_clock import steady_now
from server.transaction import Transaction, now_ms


@dataclass(frozen=True, slots=True)
class Used:
    """Within a window that mandates are counted by."""

    calls: int = 0
    rows: int = 0


NOTHING: Final = Used()


@dataclass(frozen=True, slots=True)
class Listed:
    """`tool` is the assisted one's name. `scope` is None for one that the configuration does not have."""

    name: str
    tool: str
    state: State
    scope: Scope | None
    delegation: Delegation | None
    in_the_hour: Used = NOTHING
    in_the_day: Used = NOTHING

    @property
    def who(self) -> Mapping[str, Sequence[str]]:
        """Whom it is for: the lists that it has."""
        if self.scope is None:
            return {}
        lists = (("users", self.scope.users), ("roles", self.scope.roles), ("tenants", self.scope.tenants))
        return {what: listed for what, listed in lists if listed is not None}


def listing(its: Delegations) -> Transaction[list[Listed]]:
    """In the order of the configuration; what it does not have comes last."""
    now, steady = (yield from now_ms()), (yield from steady_now())
    found, used = (yield from delegations()), (yield from used_within_a_day(steady))
    there = [
        Listed(
            name,
            scope.tool,
            its.state(name, found.get(name), now),
            scope,
            found.get(name),
            _within(HOUR_MINUTES, used.get(name, ()), steady),
            _within(DAY_MINUTES, used.get(name, ()), steady),
        )
        for name, scope in its.scopes.items()
    ]
    gone = [found[name] for name in sorted(found.keys() - its.scopes.keys())]
    return [*there, *(Listed(each.scope, each.tool, State.GONE, None, each) for each in gone)]


def _within(minutes: int, used: Sequence[Minute], now: int) -> Used:
    """`now` is of the steady clock."""
    counted = [minute for minute in used if minute.number >= counting(minutes, now)]
    return Used(sum(each.calls for each in counted), sum(each.rows for each in counted))
