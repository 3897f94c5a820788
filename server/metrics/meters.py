"""What this process measures of its own calls. No label says who called: all are names that we give.

With several workers each writes what it measures to a file of its own in `PROMETHEUS_MULTIPROC_DIR`, which
server/workers.py sets before it starts them, and whichever is asked adds all of them up.
"""

import os
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

from server.anomalies.ended import Ended

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that has prometheus_client keep values in files, in a process that begins with it."""
ANSWERED: Final = "answered"
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
BYTES: Final = (1_000, 10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000, 50_000_000)


class Meters:
    """One process's."""

    def __init__(self) -> None:
        self._own = CollectorRegistry()
        self._calls = Counter(
            "remit_calls",
            "Calls that ended, by how: answered, or the code that the caller was told.",
            ("source", "tool", "tier", "outcome"),
            registry=self._own,
        )
        self._seconds = Histogram(
            "remit_call_seconds",
            "From the arrival of a call to its outcome.",
            ("tier",),
            buckets=SECONDS,
            registry=self._own,
        )
        self._stages = Histogram(
            "remit_stage_seconds",
            "Parts of a call: admission, planning (with asking), carrying_out (with redaction), recording.",
            ("stage",),
            buckets=SECONDS,
            registry=self._own,
        )
        self._bytes = Histogram(
            "remit_response_bytes",
            "Sizes of answers, with all that is kept of them to be read on.",
            ("source",),
            buckets=BYTES,
            registry=self._own,
        )
        self._waiting = Gauge(
            "remit_audit_waiting_entries",
            "Entries of the audit log that the second place has no checkpoint for yet.",
            registry=self._own,
            multiprocess_mode="livesum",
        )
        self._ratio = Gauge(
            "remit_request_volume_ratio",
            "Calls of today over those of a normal day, of the user for whom that is highest.",
            registry=self._own,
            multiprocess_mode="livemax",
        )

    def ended(self, ended: Ended, recording: float) -> None:
        """Measures one call. `recording` are the seconds that its last entry took to be durable."""
        self._calls.labels(ended.source, ended.tool, ended.tier, ended.code or ANSWERED).inc()
        self._seconds.labels(ended.tier).observe(ended.seconds + recording)
        recorded = recording + ended.stages.get("recording", 0)
        for stage, seconds in {**ended.stages, "recording": recorded}.items():
            self._stages.labels(stage).observe(seconds)
        if not ended.code:
            self._bytes.labels(ended.source).observe(ended.whole)

    def standing(self, *, waiting: int, ratio: float) -> None:
        """How things stand now: entries that wait for their checkpoint, and the highest ratio of volumes."""
        self._waiting.set(waiting)
        self._ratio.set(ratio)

    @property
    def all(self) -> CollectorRegistry:
        """Those of every worker, where there are several."""
        if (folder := os.environ.get(SHARED)) is None:
            return self._own
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=str(Path(folder)))  # type: ignore[no-untyped-call]
        return registry
