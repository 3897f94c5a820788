"""Ends connections from their due day on, so that no secret is kept that nobody may use any more."""

import logging
from typing import Final

import anyio

from policies.errors import AuditUnavailable
from server.connections import SWEPT, Connections

log = logging.getLogger("remit.connections")

EVERY: Final = 60.0  # seconds between two looks


async def watch(connections: Connections) -> None:
    """Looks until it is cancelled."""
    while True:
        try:
            while await sweep(connections) == SWEPT:
                pass
        except AuditUnavailable as error:
            log.error("connections that are due can't be ended", extra={"detail": error.detail})  # noqa: TRY400
        await anyio.sleep(EVERY)


async def sweep(connections: Connections) -> int:
    """How many were due, at most `SWEPT`: each is ended, on record, by whichever process comes first."""
    found = await connections.overdue()
    for connection in found:
        await connections.lapse(connection)
    return len(found)
