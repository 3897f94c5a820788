"""Sends spans to a collector by OTLP over HTTP, through the one client for everything (docs/outbound.md)."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from ssl import SSLContext
from typing import Final

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from tools.outbound.addresses import origins
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.errors import OutboundError

log = logging.getLogger("remit.telemetry")

PATIENCE: Final = 10.0  # seconds for one sending
_BOUNDS: Final = Bounds(seconds=PATIENCE, size=65_536, tries=1)


class Exporter(SpanExporter):
    """Called in a thread of the library's; what it sends goes by the loop that it was made in."""

    def __init__(self, url: str, tls: SSLContext, headers: Mapping[str, str]) -> None:
        self._url = url
        self._transport = Transport(tls, origins((url,)), _BOUNDS)
        self._headers = dict(headers)
        self._loop = asyncio.get_running_loop()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        body = encode_spans(spans).SerializeToString()
        sending = asyncio.run_coroutine_threadsafe(self.send(body), self._loop)
        try:
            why = sending.result(2 * PATIENCE)
        except OutboundError as error:
            why = str(error)
        except TimeoutError:
            sending.cancel()
            why = "it did not answer in time"
        if why:
            log.warning("traces were not taken", extra={"why": why, "spans": len(spans)})
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    async def send(self, body: bytes) -> str:
        """Why it was not taken, "" where it was. Raises `OutboundError`."""
        async with client(self._transport) as http:
            answer = await http.post(self._url, content=body, headers=self._headers)
        return "" if 200 <= answer.status_code < 300 else f"it answers {answer.status_code}"
