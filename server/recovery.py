"""Finds out what became of actions whose process has gone, and never tries one again (threat T47).

Whoever carries an action out notes it before it becomes final. So one without a note was not done, and a late
note is refused once the action counts as failed; for one with a note the system behind is asked. What even it
can't tell is in doubt, is listed, and stays so until a person has looked.
"""

import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Final

import anyio

from policies.alert import Alert, Severity
from policies.call import Receipt
from policies.errors import AuditUnavailable, NeedsConnection, Refusal
from server.actions import Action, State
from server.alerts.outbox import raise_alert
from server.audit import Audit
from server.digests import printable
from server.store import Store
from server.transaction import Transaction, now_ms
from server.vault import Vault
from tools.connector import Trace

log = logging.getLogger("remit.recovery")

EVERY: Final = 2.0  # seconds between two looks
_ENDED: Final[Mapping[Trace, State]] = {
    Trace.DONE: State.DONE,
    Trace.NOT_DONE: State.FAILED,
    Trace.UNKNOWN: State.IN_DOUBT,
}


class Recovery:
    def __init__(self, store: Store, audit: Audit, vault: Vault) -> None:
        self._store = store
        self._audit = audit
        self._vault = vault

    async def watch(self) -> None:
        """Looks until it is cancelled."""
        while True:
            try:
                await self.look()
            except AuditUnavailable as error:
                log.error("actions can't be recovered", extra={"detail": error.detail})  # noqa: TRY400
            await anyio.sleep(EVERY)

    async def look(self) -> None:
        """Resolves what can be resolved now. Raises `AuditUnavailable`."""
        for action in await self._store.read(self._lost):
            ended = await self._ended(action)
            if ended is None:
                continue
            receipt = await self._store.run(partial(self._resolve, action, ended))
            if receipt is not None:
                self._audit.acknowledge(receipt)
                if ended is State.IN_DOUBT:
                    log.critical(
                        "nobody can say whether an action was done: look at the system itself",
                        extra={"action": action.id, "source": action.source, "tool": action.tool},
                    )

    def _lost(self) -> Transaction[list[Action]]:
        now = yield from now_ms()
        return (yield from self._audit.actions.read("WHERE state = 'started' AND until < $1", now))

    async def _ended(self, action: Action) -> State | None:
        """None where it may still come to be, or where the system does not answer: it is asked again."""
        if not action.content.noted:
            return State.FAILED
        try:
            async with AsyncExitStack() as stack:
                session = await stack.enter_async_context(
                    self._vault.reopen(action.source, action.tenant, action.user)
                )
                trace = await session.trace(action.content.effect, action.content.mark)
        except NeedsConnection:
            # Whoever did it has taken their account away since, so nobody can look.
            return State.IN_DOUBT
        except Refusal as refusal:
            log.warning(
                "an action can't be traced yet", extra={"action": action.id, "detail": refusal.detail}
            )
            return None
        return _ENDED.get(trace)

    def _resolve(self, action: Action, ended: State) -> Transaction[Receipt | None]:
        now = yield from self._audit.actions.find(action.id)
        # It may have been noted since it was read, and may become final then.
        if now is None or now.content.noted is not action.content.noted:
            return None
        if not (yield from self._audit.actions.end(action.id, ended)):
            return None
        if ended is State.IN_DOUBT:
            yield from raise_alert(_in_doubt(action))
        return (
            yield from self._audit.append(
                printable(action.tenant),
                lambda _: {
                    "event": "recovered",
                    "action": action.id,
                    "tenant": printable(action.tenant),
                    "user": printable(action.user),
                    "source": action.source,
                    "tool": action.tool,
                    "plan": action.binding,
                    "code": ended.value,
                },
            )
        )


def _in_doubt(action: Action) -> Alert:
    return Alert(
        kind="action_in_doubt",
        severity=Severity.CRITICAL,
        summary="nobody can say whether an action was done: look at the system itself",
        tenant=action.tenant,
        user=action.user,
        source=action.source,
        tool=action.tool,
        evidence={"action": action.id},
        did="it is not tried again",
    )
