"""Redaction beside the event loop."""

from collections.abc import Mapping
from typing import Final

from anyio import CapacityLimiter, to_thread

from policies.call import Raw, Redacted, Tier
from policies.redaction.masks import Masks
from policies.sources import Source
from server.loading import Loading

_AT_ONCE: Final = CapacityLimiter(8)  # enough to be read together; more only hold memory while they wait


async def redact(loading: Loading, sources: Mapping[str, Source], raw: Raw) -> Redacted:
    """As the rules of its source say for the user who asked.

    What has to be read takes milliseconds and would hold up every other call: so it is marked in a thread. A
    small answer that need not be read takes less than the way to a thread (decision 0018). Raises `Denied`.
    """
    redactor = await loading.ready()
    call = raw.grant.plan.call
    source = sources.get(call.tool.source)
    treatments = None if source is None else source.treatments(call.user.roles)
    masks = Masks(treatments, refusing=call.tool.tier is Tier.READ)
    marked = redactor.mark_at_once(raw.table)
    if marked is not None:
        return redactor.redact(raw, marked, masks)
    return await to_thread.run_sync(redactor.redact, raw, None, masks, limiter=_AT_ONCE)
