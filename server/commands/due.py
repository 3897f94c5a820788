"""Connections that end soon, for the administrator: their users are told too, where they look."""

from collections import Counter
from typing import Final

from policies.renewal import said
from server.connections import everybodys
from server.store import Reader
from tools.connector import Finding

WITHIN: Final = 7  # days: of many connections some are always due within a month

_REMEDY: Final = (
    "Ask their users to renew them on the page /connections; remit credential list says who they are."
)


async def due_findings(store: Reader) -> list[Finding]:
    """One for each source and each warning. Raises `StoreUnavailable`."""
    due = Counter(
        (one.source, days)
        for one in await everybodys(store)
        if (days := one.due_within) is not None and days <= WITHIN
    )
    return [
        Finding(
            source,
            f"{count} of its connections {'are' if count > 1 else 'is'} due "
            f"{said(days) if days else 'and not ended yet: no server runs'}",
            _REMEDY,
            fatal=False,
        )
        for (source, days), count in sorted(due.items())
    ]
