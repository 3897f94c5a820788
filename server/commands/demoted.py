"""Demotions in force, for the administrator: somebody should look before they end by themselves."""

from server.anomalies.demotions import in_force
from server.store import Reader
from tools.connector import Finding


async def demotion_findings(store: Reader) -> list[Finding]:
    """One, where there is any. Raises `StoreUnavailable`."""
    count = await store.read(in_force)
    if not count:
        return []
    what = f"{count} demotion{'s are' if count > 1 else ' is'} in force"
    remedy = "Look with `remit anomalies list`; `remit anomalies lift` ends one that is no concern."
    return [Finding("anomalies", what, remedy, fatal=False)]
