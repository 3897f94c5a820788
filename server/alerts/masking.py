"""Redaction of what alerts say, although they are to hold no values: evidence that is one is masked."""

import logging

from anyio import to_thread

from policies.errors import Denied
from server.alerts.message import Message
from server.loading import Loading

log = logging.getLogger("remit.alerts")


class Masking:
    def __init__(self, loading: Loading) -> None:
        self._loading = loading

    async def __call__(self, message: Message) -> Message:
        """Where redaction does not load, what it says is left out: somebody has to know that there is one."""
        try:
            redactor = (await self._loading.ready()).redactor
        except Denied:
            return message.masked(lambda _: "[left out: redaction does not load]")
        try:
            return await to_thread.run_sync(lambda: message.masked(redactor.mask))
        except Exception:
            log.exception("an alert could not be masked", extra={"alert": message.id})
            return message.masked(lambda _: "[left out: it could not be masked]")
