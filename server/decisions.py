"""What people decide about actions: each decision and its entry in the log are one commit."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from policies.call import Channel, Receipt, User
from policies.canonical import Json
from server.actions import Action, State
from server.audit import Audit
from server.digests import printable
from server.standing import signed_in
from server.store import Store
from server.transaction import Transaction

T = TypeVar("T")


class Decisions:
    def __init__(self, store: Store, audit: Audit) -> None:
        self._store = store
        self._audit = audit
        self._actions = audit.actions

    async def confirm(self, action: Action, channel: Channel) -> None:
        """The user's own yes, kept until it is spent. Raises `StaleConfirmation`."""

        def confirming() -> Transaction[Receipt]:
            yield from self._actions.confirm(action, channel)
            return (yield from self._entry(action, "confirmed", action.user, channel=channel.value))

        self._audit.acknowledge(await self._store.run(confirming))

    async def approve(self, action: Action, by: User, why: str) -> None:
        """Somebody else's yes. Raises `StaleConfirmation`, or `Denied` where their sign-in has ended."""

        def approving() -> Transaction[Receipt]:
            yield from signed_in(by, by.since)
            yield from self._actions.approve(action, by.id, why)
            return (yield from self._entry(action, "approved", by.id, why=printable(why)))

        self._audit.acknowledge(await self._store.run(approving))

    def decline(self, action: Action, by: str, channel: Channel, why: str = "") -> Transaction[Receipt]:
        """Anybody's no who was asked, within a transaction. Raises `StaleConfirmation`."""
        yield from self._actions.move(action, State.DECLINED)
        return (yield from self._entry(action, "declined", by, channel=channel.value, why=printable(why)))

    def drop(self, action: Action) -> Transaction[Receipt]:
        """A question about what is no longer so, within a transaction."""
        yield from self._actions.move(action, State.STALE)
        return (yield from self._entry(action, "stale", action.user))

    async def run(self, transaction: Callable[[], Transaction[T]]) -> T:
        """One that holds decisions: what it returns is durable."""
        return await self._store.run(transaction)

    def _entry(self, action: Action, event: str, by: str, **more: str) -> Transaction[Receipt]:
        facts: dict[str, Json] = {
            "event": event,
            "action": action.id,
            "tenant": printable(action.tenant),
            "user": printable(by),
            "tool": action.tool,
            "plan": action.binding,
            **{name: value for name, value in more.items() if value},
        }

        def said(_: object) -> Mapping[str, Json]:
            return facts

        return (yield from self._audit.append(printable(action.tenant), said))
