"""Ends contexts, and results kept in them, when they are over: in the store, and in this process's memory."""

import logging
from typing import Final

import anyio

from policies.errors import AuditUnavailable
from server.context.contexts import Contexts
from server.context.results import Results

log = logging.getLogger("remit.context")

EVERY: Final = 5.0  # seconds between two looks


async def watch(contexts: Contexts, results: Results) -> None:
    """Looks until it is cancelled."""
    while True:
        try:
            await contexts.sweep()
            await results.sweep()
        except AuditUnavailable as error:
            log.error("contexts that are over can't be ended", extra={"detail": error.detail})  # noqa: TRY400
        await anyio.sleep(EVERY)
