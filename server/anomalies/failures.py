"""Authentication that failed, by user where that is certain and by address where it is not.

Whoever fails is a stranger, who may fail as often as they like, from wherever: so failures are counted in
memory, written at most once a second, and told apart by `APART` subjects in that second; all others are one.
A user is counted only by what the issuer signed for them or the session that they have: a made-up token that
names somebody else must not have that person demoted.
"""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_network
from typing import Final

from policies.anomalies import Kind, of_authentication
from policies.call import Receipt
from policies.canonical import canonical
from policies.milliseconds import MINUTE
from policies.networks import Address
from policies.thresholds import Anomalies
from server.anomalies.ended import whose
from server.anomalies.findings import About, Findings
from server.transaction import Later, Transaction, now_ms

APART: Final = 50
FOUND_APART: Final = 100
"""Addresses that are told apart within one span: after those, all others are one anomaly."""

_ADD: Final = """
    INSERT INTO authentication_failures (subject, at, failures) VALUES ($1, $2, $3)
    ON CONFLICT (subject, at) DO UPDATE SET failures = authentication_failures.failures + excluded.failures
"""
_FORGET: Final = "DELETE FROM authentication_failures WHERE at <= $1"
_COUNT_FOUND: Final = "SELECT count(*) FROM anomalies WHERE kind = $1 AND span = $2"


@dataclass(frozen=True, slots=True)
class Subject:
    """`address` is that of a network where all of it is one subject; "" where nobody knows."""

    tenant: str = ""
    user: str = ""
    address: str = ""

    @property
    def key(self) -> str:
        return canonical([self.tenant, self.user, self.address])


OTHERS: Final = Subject(address="others")


class Failures:
    """Of this process, until they are written."""

    def __init__(self) -> None:
        self._failures: dict[Subject, int] = {}

    def of_user(self, tenant: str, user: str) -> None:
        self._count(Subject(*whose(tenant, user)))

    def of_address(self, address: Address | None) -> None:
        self._count(Subject(address=_named(address)))

    def take(self) -> dict[Subject, int]:
        """Those since it was taken last."""
        taken, self._failures = self._failures, {}
        return taken

    def again(self, taken: dict[Subject, int]) -> None:
        """What could not be written."""
        for subject, failures in taken.items():
            self._count(subject, failures)

    def _count(self, subject: Subject, failures: int = 1) -> None:
        if subject not in self._failures and len(self._failures) >= APART:
            subject = OTHERS
        self._failures[subject] = self._failures.get(subject, 0) + failures


def write(taken: dict[Subject, int], findings: Findings, settings: Anomalies) -> Transaction[list[Receipt]]:
    """Adds what was taken, and finds who has failed too often within the window: what is on record of it."""
    now = yield from now_ms()
    window = settings.authentication_failures.minutes * MINUTE
    for subject, failures in taken.items():
        yield Later(_ADD, (subject.key, now, failures))
    yield _FORGET, (now - window,)
    found = yield _sum(len(taken)), tuple(subject.key for subject in taken)
    sums = {key: int(failures) for key, failures in found}
    receipts: list[Receipt] = []
    for subject in taken:
        anomaly = of_authentication(sums[subject.key], settings)
        if anomaly is None:
            continue
        span = f"{window} ms from {now - now % window}"
        about = About(subject.tenant, subject.user, subject=subject.address)
        if not subject.user:
            rows = yield _COUNT_FOUND, (Kind.AUTHENTICATION.value, span)
            about = About(subject=OTHERS.address) if rows[0][0] >= FOUND_APART else about
        receipt = yield from findings.found(anomaly, about, span)
        if receipt is not None:
            receipts.append(receipt)
    return receipts


def _sum(subjects: int) -> str:
    places = ", ".join(f"${number}" for number in range(1, subjects + 1))
    return (
        "SELECT subject, sum(failures) FROM authentication_failures "  # noqa: S608 - places alone
        f"WHERE subject IN ({places}) GROUP BY subject"
    )


def _named(address: Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address) if address is not None else ""
