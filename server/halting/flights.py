"""Which actions a halt found in flight, and how they ended."""

from dataclasses import asdict, dataclass
from typing import Final

from policies.canonical import Json
from policies.halt import Scope, Subject
from server.actions import State
from server.transaction import Transaction

# One that ended since was in flight too: its effect may have come after the halt.
_LIST: Final = """
    SELECT id, tenant, user_id, source, tool, tier, undoes, state
    FROM actions
    WHERE state = 'started' OR epoch >= $1
    ORDER BY asked_at, id
"""


@dataclass(frozen=True, slots=True)
class Flight:
    """An action that was started before a halt and had not ended by then. `state` as in server/actions.py."""

    action: str
    tenant: str
    user: str
    source: str
    tool: str
    tier: str
    state: str

    @property
    def is_over(self) -> bool:
        return self.state != State.STARTED

    def to_json(self) -> dict[str, Json]:
        return asdict(self)


def in_flight(scope: Scope, epoch: int) -> Transaction[list[Flight]]:
    """Those within the scope of a halt that made this epoch.

    Exact in the ordinary queue of the store, once the halt is committed: what started before it is on record
    by then, and what comes after it does not start.
    """
    found: list[Flight] = []
    for action, tenant, user, source, tool, tier, undoes, state in (yield _LIST, (epoch,)):
        subject = Subject.of_action(tenant, user, source, tool, tier, undoing=bool(undoes))
        if scope.covers(subject):
            found.append(Flight(action, tenant, user, source, tool, tier, state))
    return found
