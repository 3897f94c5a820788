"""Alerts that were raised, in the store of record until they are delivered and for a while after.

An alert is raised by the transaction in which its reason happens: neither is there without the other, and no
destination that fails holds anything up. The first of those that are alike goes at once. Those within the
next `WINDOW` are one message, which goes when that ends: it has the evidence of the last and says how many.
"""

import secrets
from typing import Any, Final

from policies.alert import Alert
from policies.canonical import canonical
from server.transaction import Later, Transaction

WINDOW: Final = 300_000  # milliseconds

# Its row gets a number that is higher than all, also when the clock is put back.
_ADD: Final = """
    INSERT INTO alerts
    (sequence, id, identity, severity, raised_at, last_at, times, held_until, window_end, content)
    SELECT coalesce(max(sequence), 0) + 1, $1, $2, $3, $4, $4, 1, $5, $6, $7 FROM alerts
"""
_LAST: Final = """
    SELECT now_ms(), held_until, window_end, sequence FROM (SELECT 1 AS one) AS always
    LEFT JOIN alerts ON identity = $1 ORDER BY sequence DESC LIMIT 1
"""
_COUNT: Final = "UPDATE alerts SET times = times + 1, last_at = $1, content = $2 WHERE sequence = $3"


def raise_alert(alert: Alert) -> Transaction[None]:
    """It is delivered once the caller's transaction is durable, and never without."""
    plain = alert.plain()
    identity = plain.identity
    content = canonical(
        {
            "kind": plain.kind,
            "tenant": plain.tenant,
            "user": plain.user,
            "source": plain.source,
            "tool": plain.tool,
            "summary": plain.summary,
            "evidence": plain.evidence,
            "did": plain.did,
        }
    )
    rows = yield _LAST, (identity,)
    now, held_until, window_end, sequence = _last(rows[0])
    if now < held_until <= now + WINDOW:
        yield Later(_COUNT, (now, content, sequence))
        return
    # A clock that was put back must not hold an alert for as long as that.
    held = window_end if now < window_end <= now + WINDOW else 0
    values = (secrets.token_hex(16), identity, plain.severity, now, held, (held or now) + WINDOW, content)
    yield Later(_ADD, values)


def _last(row: Any) -> tuple[int, int, int, int]:
    now, held_until, window_end, sequence = row
    return now, held_until or 0, window_end or 0, sequence or 0
