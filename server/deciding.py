"""Who may decide what, on our pages and at the command line (four eyes, threats T16, T51).

A user confirms what they asked for themselves; somebody else, with the right to `approve`, approves it where
policy wants that. An id that is unknown, foreign, decided or too old is always the same nothing.
"""

from collections.abc import Sequence
from functools import partial
from typing import Literal

from policies.call import Channel, Obligation, Transport, User
from policies.decision import Action as PolicyAction
from policies.decision import Policy
from policies.errors import StaleConfirmation
from policies.question import title
from server.actions import Action, Actions, State
from server.decisions import Decisions
from server.pages.decisions import Question
from server.store import Reader
from server.transaction import Transaction, now_ms
from tools.catalogue import Catalogue

Role = Literal["confirm", "approve"]


class Deciding:
    """A `server.pages.decisions.Decider`."""

    def __init__(
        self, store: Reader, actions: Actions, decisions: Decisions, policy: Policy, catalogue: Catalogue
    ) -> None:
        self._store = store
        self._actions = actions
        self._decisions = decisions
        self._policy = policy
        self._catalogue = catalogue

    async def question(self, id: str, user: User) -> Question | None:  # noqa: A002
        """None where nothing waits for this person under the id, whatever the reason."""
        found = await self._found(id, user)
        return _posed(*found) if found else None

    async def waiting(self, user: User) -> Sequence[Question]:
        """The oldest first."""
        actions = await self._store.read(partial(self._open, user.tenant))
        return [_posed(action, role) for action in actions if (role := self._role(action, user))]

    async def decide(self, id: str, user: User, *, yes: bool, why: str, digest: str) -> bool:  # noqa: A002
        """False where nothing waits for this person under the id any more, or something else does."""
        found = await self._found(id, user)
        if found is None or found[0].binding != digest:
            return False
        action, role = found
        try:
            if not yes:
                await self._decisions.run(
                    partial(self._decisions.decline, action, user.id, Channel.PAGE, why)
                )
            elif role == "confirm":
                await self._decisions.confirm(action, Channel.PAGE)
            else:
                await self._decisions.approve(action, user, why)
        except StaleConfirmation:
            return False
        return True

    async def _found(self, id: str, user: User) -> tuple[Action, Role] | None:  # noqa: A002
        action, now = await self._store.read(partial(self._look, id))
        if action is None or not action.is_open(now):
            return None
        role = self._role(action, user)
        return (action, role) if role else None

    def _role(self, action: Action, user: User) -> Role | None:
        owed = action.content.owed
        if action.tenant != user.tenant:
            return None
        if action.user == user.id:
            return "confirm" if Obligation.CONFIRM in owed and not action.confirmed_by else None
        lacks = Obligation.APPROVE in owed and not action.approved_by
        return "approve" if lacks and self._may_approve(action, user) else None

    def _may_approve(self, action: Action, user: User) -> bool:
        tool = self._catalogue.find(action.tool)
        return (
            tool is not None and self._policy.judge(PolicyAction.APPROVE, user, tool, Transport.HTTP).allowed
        )

    def _look(self, id: str) -> Transaction[tuple[Action | None, int]]:  # noqa: A002
        now = yield from now_ms()
        return (yield from self._actions.find(id)), now

    def _open(self, tenant: str) -> Transaction[list[Action]]:
        now = yield from now_ms()
        return (
            yield from self._actions.read(
                "WHERE tenant = $1 AND state = $2 AND until > $3 ORDER BY asked_at, id LIMIT 200",
                tenant,
                State.OPEN.value,
                now,
            )
        )


def _posed(action: Action, role: Role) -> Question:
    content = action.content
    return Question(
        id=action.id,
        role=role,
        requester=action.user,
        tool=action.tool,
        client=content.client,
        title=title(content.effect, action.source, undoing=bool(action.undoes)),
        effect=content.effect,
        risk=content.level.value,
        reasons=content.reasons,
        digest=action.binding,
        asked_at=action.asked_at,
        expires_at=action.until,
    )
