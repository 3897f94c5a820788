"""Traces for a running service, and for as long as it runs."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio import to_thread

from policies.document import Document
from server.keys import resolve
from server.pipeline import Pipeline
from tools.outbound.tls import Tls, client_context

Around = Callable[[Pipeline], Pipeline]


@asynccontextmanager
async def open_tracing(document: Document) -> AsyncGenerator[Around]:
    """What makes a pipeline a traced one. Without `[telemetry]` it stays itself, and no library is loaded.

    Raises `ConfigurationError`.
    """
    settings = document.telemetry
    if settings is None:
        yield lambda pipeline: pipeline
        return
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON  # noqa: PLC0415

    from server.telemetry.exporting import Exporter  # noqa: PLC0415
    from server.telemetry.stages import traced  # noqa: PLC0415

    tls = client_context(Tls.of("telemetry", settings, document.root))
    headers = {"content-type": "application/x-protobuf"}
    if settings.token:
        headers["authorization"] = f"Bearer {resolve(settings.token, document.root).reveal()}"
    exporter = Exporter(settings.otlp, tls, headers)
    # Not the provider of the whole process: the SDK of MCP would then make spans of what clients say, and
    # give our trace context to them.
    provider = TracerProvider(
        ALWAYS_ON,
        Resource({"service.name": document.server.name, "service.version": version("remit")}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("remit", version("remit"))
    try:
        yield lambda pipeline: traced(pipeline, tracer)
    finally:
        await to_thread.run_sync(provider.shutdown)
