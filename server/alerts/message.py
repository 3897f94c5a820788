"""An alert as it goes out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from policies.alert import Severity
from policies.canonical import Json, each_text
from server.moments import moment

COLUMNS: Final = "id, severity, raised_at, last_at, times, content"
"""Of the table `alerts`, in the order in which `read` takes them."""


@dataclass(frozen=True, slots=True)
class Message:
    """One or more alerts that are alike: see server/alerts/outbox.py.

    `id` is the same at each try and at each destination. Times are in milliseconds since 1970. Every text is
    one printable line.
    """

    id: str
    kind: str
    severity: Severity
    raised_at: int
    last_at: int
    times: int
    tenant: str
    user: str
    source: str
    tool: str
    summary: str
    evidence: Mapping[str, Json] = field(repr=False)
    did: str

    @property
    def about(self) -> dict[str, str]:
        """Whom and what it is about, by what each is."""
        names = {"tenant": self.tenant, "user": self.user, "source": self.source, "tool": self.tool}
        return {what: name for what, name in names.items() if name}

    @property
    def evidence_said(self) -> dict[str, str]:
        return {name: _said(value) for name, value in self.evidence.items()}

    @property
    def facts(self) -> dict[str, str]:
        """All that it says beside its summary, for people, by what each is."""
        times = {"times": f"{self.times}, the last at {_at(self.last_at)}"} if self.times > 1 else {}
        did = {"remit": self.did} if self.did else {}
        return {
            **self.about,
            **self.evidence_said,
            **did,
            "at": _at(self.raised_at),
            **times,
            "alert": self.id,
        }

    def to_json(self) -> dict[str, Json]:
        return {
            "id": self.id,
            "kind": self.kind,
            "severity": self.severity.value,
            "at": _at(self.raised_at),
            "last": _at(self.last_at),
            "times": self.times,
            **dict[str, Json](self.about),
            "summary": self.summary,
            "evidence": dict(self.evidence),
            "did": self.did,
        }

    def masked(self, mask: Callable[[str], str]) -> "Message":
        """The same after redaction: names stay, for whom it is about is what an alert says."""
        return Message(
            id=self.id,
            kind=self.kind,
            severity=self.severity,
            raised_at=self.raised_at,
            last_at=self.last_at,
            times=self.times,
            tenant=self.tenant,
            user=self.user,
            source=self.source,
            tool=self.tool,
            summary=mask(self.summary),
            evidence={mask(name): each_text(value, mask) for name, value in self.evidence.items()},
            did=mask(self.did),
        )


def read(row: Any) -> Message:
    id_, severity, raised_at, last_at, times, content = row
    told = json.loads(content)
    return Message(id_, told.pop("kind"), Severity(severity), raised_at, last_at, times, **told)


def _at(milliseconds: int) -> str:
    return moment(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _said(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
