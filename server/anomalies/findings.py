"""Anomalies that were found: kept, on record, told, and acted on, in one transaction each.

Of one kind, about one user or other subject, there is one within its span of time: a day, an hour, a context.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from policies.alert import Alert, Severity
from policies.anomalies import Anomaly, done, of_sources, outside
from policies.call import Call, Receipt, Tier
from policies.canonical import Json, canonical, each_text
from policies.context import Context
from policies.halt import Scope
from policies.milliseconds import DAY, HOUR
from policies.thresholds import Anomalies
from server.alerts.outbox import raise_alert
from server.anomalies.demotions import demote
from server.anomalies.ended import whose
from server.audit import Audit
from server.digests import printable
from server.halting.rows import halt
from server.moments import day, moment
from server.transaction import Transaction, now_ms

KEPT: Final = 400 * DAY
"""Milliseconds that an anomaly is kept, and a demotion after it has ended."""

_DEMOTED: Final = "A person is asked about each autonomous action of this {}."
_HALTED: Final = "Autonomous actions of this {} are halted, until somebody runs `remit resume`."
_BY: Final = "remit, by [anomalies]"

_ADD: Final = """
    INSERT INTO anomalies (id, at, kind, tenant, user_id, subject, span, content)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (kind, tenant, user_id, subject, span) DO NOTHING
    RETURNING id
"""
_LIST: Final = """
    SELECT anomalies.id, anomalies.at, anomalies.kind, anomalies.tenant, anomalies.user_id, subject, content,
        until, lifted_at, lifted_by, now_ms()
    FROM anomalies LEFT JOIN demotions ON demotions.id = anomalies.id
    WHERE anomalies.at >= $1
    ORDER BY anomalies.at DESC, anomalies.id
    LIMIT $2
"""
_FORGET: Final = "DELETE FROM anomalies WHERE at < $1"
_FORGET_DEMOTIONS: Final = "DELETE FROM demotions WHERE until < $1"


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what it is about, as far as that is known. `subject` is what else tells it from another.

    Each text that comes from outside is printable (`whose`).
    """

    tenant: str = ""
    user: str = ""
    source: str = ""
    tool: str = ""
    subject: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether the tenant and the user are called just so, and no character had to be written out.

        The kill switch goes by the very names, and a halt of a name that nobody has would halt nobody.
        """
        return "\\" not in self.tenant + self.user


@dataclass(frozen=True, slots=True)
class Kept:
    """One that was found. Times are in milliseconds; `until` is 0 where nobody was demoted.

    `content` has its `figure`, `threshold`, `summary`, `evidence`, and what remit `did`.
    """

    id: str
    at: int
    kind: str
    tenant: str
    user: str
    subject: str
    content: str
    until: int
    lifted_at: int
    lifted_by: str
    in_force: bool


class Findings:
    def __init__(self, audit: Audit, settings: Anomalies) -> None:
        self._audit = audit
        self._settings = settings

    def acknowledge(self, receipt: Receipt) -> None:
        """Once the transaction that found it is durable."""
        self._audit.acknowledge(receipt)

    def found(self, anomaly: Anomaly, about: About, span: str) -> Transaction[Receipt | None]:
        """None where it was found within this span already. Raises `AuditUnavailable`."""
        now = yield from now_ms()
        id_ = secrets.token_hex(8)
        until = now + self._settings.demoted_hours * HOUR
        do = done(anomaly.kind, self._settings) if about.tenant else "alert"
        halts = do == "halt" and about.is_exact
        demotes = do != "alert" and not halts
        did = (_HALTED if halts else _DEMOTED if demotes else "").format("user" if about.user else "tenant")
        lasting: dict[str, Json] = {"until": f"{moment(until):%Y-%m-%d %H:%M} UTC"} if demotes else {}
        subject: dict[str, Json] = {"subject": about.subject} if about.subject else {}
        measured = {name: each_text(value, printable) for name, value in anomaly.evidence.items()}
        evidence: dict[str, Json] = {**measured, **subject, **lasting}
        told: dict[str, Json] = {
            "figure": anomaly.figure,
            "threshold": anomaly.threshold,
            "summary": anomaly.summary,
            "evidence": evidence,
            "source": about.source,
            "tool": about.tool,
            "did": did,
        }
        whose = (about.tenant, about.user, about.subject)
        new = yield _ADD, (id_, now, anomaly.kind.value, *whose, span, canonical(told))
        if not new:
            return None
        if halts:
            yield from halt(Scope(about.tenant, about.user or None, tier=Tier.AUTO), _BY, anomaly.summary)
        if demotes:
            yield from demote(
                id_,
                about.tenant,
                about.user,
                anomaly.kind.value,
                now=now,
                until=until,
                why=anomaly.summary,
            )
        facts: dict[str, Json] = {
            "event": "anomaly",
            "anomaly": id_,
            "kind": anomaly.kind.value,
            "tenant": about.tenant,
            "user": about.user,
            "source": about.source,
            "tool": about.tool,
            "figure": anomaly.figure,
            "threshold": anomaly.threshold,
            "evidence": evidence,
            "did": did,
        }
        receipt = yield from self._audit.append(about.tenant, lambda _: facts)
        alert = Alert(
            kind=f"anomaly_{anomaly.kind.value}",
            severity=Severity.WARNING,
            summary=anomaly.summary,
            tenant=about.tenant,
            user=about.user,
            source=about.source,
            tool=about.tool,
            evidence={"figure": anomaly.figure, "threshold": anomaly.threshold, **evidence},
            did=did,
        )
        yield from raise_alert(alert)
        return receipt

    def combined(self, call: Call, former: Context | None, context: Context) -> Transaction[None]:
        """Part of the transaction that admits a call, before it reads from one source too many (T25)."""
        if former is not None and former.id == context.id and former.sources == context.sources:
            return
        anomaly = of_sources(context.sources, self._settings)
        if anomaly is not None:
            user, tool = call.user, call.tool
            about = About(*whose(user.tenant, user.id), tool.source, tool.name, printable(user.client))
            yield from self.found(anomaly, about, f"context {context.id}")

    def outside(self, source: str, by: str, why: str) -> Transaction[None]:
        """Part of the transaction that puts it on record. `by` is who tried, or what noticed it."""
        now = yield from now_ms()
        yield from self.found(outside(source, why), About(source=source, subject=f"{source} {by}"), day(now))


def listed(since: int, most: int) -> Transaction[list[Kept]]:
    """The newest first."""
    rows = yield _LIST, (since, most)
    return [_kept(row) for row in rows]


def forget() -> Transaction[None]:
    now = yield from now_ms()
    yield _FORGET, (now - KEPT,)
    yield _FORGET_DEMOTIONS, (now - KEPT,)


def _kept(row: Sequence[Any]) -> Kept:
    """Of the columns of `_LIST`."""
    id_, at, kind, tenant, user, subject, content, until, lifted_at, lifted_by, now = row
    in_force = until is not None and until > now and not lifted_at
    until, lifted_at, lifted_by = until or 0, lifted_at or 0, lifted_by or ""
    return Kept(id_, at, kind, tenant, user, subject, content, until, lifted_at, lifted_by, in_force)
