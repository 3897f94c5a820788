"""What keeps an eye on calls: anomalies that are found and acted on, and what is measured for Prometheus."""

from dataclasses import dataclass, field
from typing import Self

from policies.thresholds import Anomalies
from server.anomalies.failures import Failures
from server.anomalies.findings import Findings
from server.anomalies.watching import Watch
from server.audit import Audit
from server.metrics.meters import Meters
from server.store import Store


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Of one process. Make it with `of`."""

    audit: Audit
    findings: Findings
    watch: Watch
    failures: Failures
    meters: Meters = field(default_factory=Meters)

    @classmethod
    def of(cls, store: Store, audit: Audit, settings: Anomalies) -> Self:
        findings, failures = Findings(audit, settings), Failures()
        watch = Watch(store, audit.activity, failures, findings, settings)
        monitoring = cls(audit, findings, watch, failures)
        audit.activity.listeners.append(monitoring.meters.ended)
        return monitoring

    async def run(self) -> None:
        """Until it is cancelled."""
        await self.watch.watch(self._stand)

    def _stand(self) -> None:
        self.meters.standing(waiting=self.audit.waiting, ratio=self.watch.volume_ratio)
