"""Actions under way, and those that wait for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, TypeVar

from policies.call import TWIN
from policies.halt import Halt, Subject
from policies.milliseconds import HOUR
from server.actions import State
from server.administering.rights import Rights
from server.store import Reader
from server.transaction import Transaction, now_ms

T = TypeVar("T")

MOST: Final = 100
"""Of each that one look shows."""
NO_EPOCH: Final = 2**62

_UNDER_WAY: Final = """
    SELECT id, tenant, user_id, source, tool, tier, undoes, state, asked_at, epoch
    FROM actions
    WHERE (state = 'started' OR epoch >= $1) {theirs}
    ORDER BY asked_at DESC, id
    LIMIT $2
"""
_WAITING: Final = """
    SELECT id, tenant, user_id, tool, asked_at, until
    FROM actions
    WHERE state = 'open' AND until > $1 {theirs}
    ORDER BY asked_at, id
    LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class Some(Generic[T]):
    """The first `MOST` of them; `more` says that there are others."""

    found: Sequence[T]
    more: bool = False


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An action that was started and has not ended, or that a halt found so. Times are in milliseconds."""

    action: str
    tenant: str
    user: str
    tool: str
    state: str
    asked_at: int
    halted: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    action: str
    tenant: str
    user: str
    tool: str
    asked_at: int
    until: int


class Work:
    def __init__(self, store: Reader) -> None:
        self._store = store

    async def under_way(self, rights: Rights, halts: Sequence[Halt]) -> Some[UnderWay]:
        """Those that have not ended; of halts of the last hour also those that they found in flight.

        Raises `StoreUnavailable`.
        """
        return await self._store.read(partial(_under_way, rights, halts))

    async def now(self) -> int:
        """Of the store's clock, in milliseconds since 1970. Raises `StoreUnavailable`."""
        return await self._store.read(now_ms)

    async def waiting(self, rights: Rights) -> Some[Waiting]:
        """Raises `StoreUnavailable`."""
        return await self._store.read(partial(_waiting, rights))


def _under_way(rights: Rights, halts: Sequence[Halt]) -> Transaction[Some[UnderWay]]:
    now = yield from now_ms()
    # What an older halt found has ended, or is in doubt, by now: no lease is as long.
    lately = [halt for halt in halts if now - halt.at < HOUR]
    first = min((halt.epoch for halt in lately), default=NO_EPOCH)
    rows = yield _theirs(_UNDER_WAY, rights, first, 10 * MOST + 1)
    found: list[UnderWay] = []
    for action, tenant, user, source, tool, tier, undoes, state, asked_at, epoch in rows:
        subject = Subject.of_action(tenant, user, source, tool, tier, undoing=bool(undoes))
        under_way = state == State.STARTED
        halted = any(each.scope.covers(subject) and (under_way or epoch >= each.epoch) for each in lately)
        if under_way or halted:
            found.append(UnderWay(action, tenant, user, tool, state, asked_at, halted))
    return Some(found[:MOST], len(found) > MOST or len(rows) > 10 * MOST)


def _waiting(rights: Rights) -> Transaction[Some[Waiting]]:
    now = yield from now_ms()
    rows = yield _theirs(_WAITING, rights, now, MOST + 1)
    return Some([Waiting(*row) for row in rows[:MOST]], len(rows) > MOST)


def _theirs(statement: str, rights: Rights, *arguments: Any) -> tuple[str, tuple[Any, ...]]:
    if rights.everything:
        return statement.format(theirs=""), arguments
    names = [name for tool in sorted(rights.tools) for name in (tool, f"{tool}{TWIN}")]
    places = ", ".join(f"${number}" for number in range(len(arguments) + 1, len(arguments) + len(names) + 1))
    return statement.format(theirs=f"AND tool IN ({places})"), (*arguments, *names)
