"""Redaction beside the event loop."""

from typing import Final

from anyio import CapacityLimiter, to_thread

from policies.call import Raw, Redacted
from policies.redaction import Redactor

_AT_ONCE: Final = CapacityLimiter(8)  # enough to be read together; more only hold memory while they wait


async def redact(redactor: Redactor, raw: Raw) -> Redacted:
    """What has to be read takes milliseconds and would hold up every other call: so it is marked in a thread.

    A small answer that need not be read takes less than the way to a thread (decision 0018). Raises `Denied`.
    """
    marked = redactor.mark_at_once(raw.table)
    if marked is not None:
        return redactor.redact(raw, marked)
    return await to_thread.run_sync(redactor.redact, raw, limiter=_AT_ONCE)
