"""Delivers what was raised: to each destination in order, and at least once.

Whoever of several processes has the lease of a destination sends to it, one message at a time. What fails is
tried again, at first after a second and then ever later; in the meantime the others are sent to as always.
What is a day old when its destination has failed for a day is given up, and the log says so.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

import anyio

from policies.document import Document
from policies.errors import AuditUnavailable
from server.alerts import progress
from server.alerts.destinations import Destination, destinations
from server.alerts.message import Message
from server.alerts.sending import PATIENCE, NotDelivered
from server.store import Store
from tools.outbound.errors import OutboundError

log = logging.getLogger("remit.alerts")

EVERY: Final = 2.0  # seconds between two looks
SWEEP: Final = 1800  # looks between two in which old alerts are forgotten


class Delivering:
    """`masked` is what redaction makes of a message: nothing leaves without."""

    def __init__(
        self,
        store: Store,
        destinations: Mapping[str, Destination],
        masked: Callable[[Message], Awaitable[Message]],
    ) -> None:
        self._store = store
        self._destinations = destinations
        self._least = {name: destination.least for name, destination in destinations.items()}
        self._masked = masked
        self.lease = secrets.token_hex(8)
        self._busy: set[str] = set()

    async def watch(self) -> None:
        """Delivers until it is cancelled."""
        looks = 0
        try:
            async with anyio.create_task_group() as tasks:
                while True:
                    try:
                        if looks % SWEEP == 0:
                            await self._store.run(progress.forget_old)
                        for name in await self.waiting():
                            self._busy.add(name)
                            tasks.start_soon(self._deliver, name)
                    except AuditUnavailable as error:
                        log.error("alerts can't be delivered", extra={"detail": error.detail})  # noqa: TRY400
                    looks += 1
                    await anyio.sleep(EVERY)
        finally:
            # Another process need not wait until the leases are over.
            with anyio.move_on_after(1, shield=True):
                await self._leave()

    async def waiting(self) -> list[str]:
        """Where something is to be delivered by this process. Raises `AuditUnavailable`."""
        if not self._destinations:
            return []
        found = await self._store.read(partial(progress.waiting, self._least, self.lease))
        return [name for name in found if name not in self._busy]

    async def one(self, name: str) -> bool:
        """Sends the next message. Whether there may be another to send at once. Raises `AuditUnavailable`."""
        least = self._least[name]
        sent = await self._store.run(partial(progress.claim, name, least, self.lease))
        if sent is None:
            return False
        if sent.given_up:
            log.error(
                "alerts are given up: their destination has failed for a day",
                extra={"destination": name, "count": sent.given_up},
            )
        if sent.message is None:
            return True
        failed = await send(self._destinations[name], await self._masked(sent.message))
        if failed is None:
            await self._store.run(partial(progress.delivered, name, sent))
            return True
        why, refused = failed.why, failed.refused
        last = await self._store.run(partial(progress.failed, name, sent, self.lease, why, refused=refused))
        log.error(
            "an alert is given up" if last else "an alert is not delivered yet",
            extra={"destination": name, "alert": sent.message.id, "kind": sent.message.kind, "why": why},
        )
        return last

    async def _deliver(self, name: str) -> None:
        try:
            while await self.one(name):
                pass
        except AuditUnavailable as error:
            log.error("alerts can't be delivered", extra={"detail": error.detail})  # noqa: TRY400
        finally:
            self._busy.discard(name)

    async def _leave(self) -> None:
        try:
            await self._store.run(partial(progress.leave, self.lease))
        except AuditUnavailable as error:
            log.warning("leases of alerts could not be given back", extra={"detail": error.detail})


async def enrolled(document: Document, store: Store) -> Mapping[str, Destination]:
    """The destinations of the configuration, which get what is raised from now on.

    Raises `ConfigurationError` or `AuditUnavailable`.
    """
    found = destinations(document)
    await store.run(partial(progress.enrol, found.keys()))
    return found


async def send(destination: Destination, message: Message) -> NotDelivered | None:
    """What it failed by: whatever it is, it must not end what is sent to the others."""
    try:
        with anyio.fail_after(PATIENCE):
            await destination.sender.send(message)
    except NotDelivered as failed:
        return failed
    except OutboundError as error:
        return NotDelivered(str(error))
    except TimeoutError:
        return NotDelivered(f"it did not answer within {PATIENCE:g} s")
    except Exception as error:
        log.exception("sending an alert failed", extra={"alert": message.id})
        return NotDelivered(f"remit failed on it ({type(error).__name__})")
    return None
