"""Alerts that are not delivered, for the administrator."""

from policies.document import Document
from policies.milliseconds import DAY
from server.alerts import progress
from server.alerts.progress import Progress
from server.moments import moment
from server.store import Reader
from server.transaction import Transaction, now_ms
from tools.connector import Finding

LOST_WITHIN = 7 * DAY


async def alert_findings(document: Document, store: Reader) -> list[Finding]:
    """One for each destination that fails, and for each that alerts were given up for in the last week.

    Raises `StoreUnavailable`.
    """

    def looking() -> Transaction[list[Finding]]:
        known = yield from progress.everywhere()
        now = yield from now_ms()
        findings: list[Finding] = []
        for name, settings in document.alerts.items():
            if name in known and (failing := known[name]).failing_since:
                waiting = yield from progress.backlog(failing.position, settings.least)
                findings.append(_failing(failing, waiting))
            if lost := (yield from progress.lost(name, now - LOST_WITHIN)):
                findings.append(_lost(name, lost))
        return findings

    return await store.read(looking)


def _failing(destination: Progress, waiting: int) -> Finding:
    since = f"{moment(destination.failing_since):%Y-%m-%d %H:%M}"
    return Finding(
        f"alerts.{destination.name}",
        f"nothing was delivered since {since} UTC ({destination.why}), and {waiting} wait",
        f"Mend the destination or its table, then run `remit alerts test {destination.name}`.",
        fatal=False,
    )


def _lost(name: str, count: int) -> Finding:
    return Finding(
        f"alerts.{name}",
        f"{count} {'alerts were' if count > 1 else 'alert was'} given up in the last 7 days",
        "See which with `remit alerts list`, and the log for why.",
        fatal=False,
    )
