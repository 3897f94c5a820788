"""Spans around a call and its stages, beside the pipeline: one that is not traced is not touched.

A span says which stage it is, how long it took and by what code it ended. Nothing that came with a call is in
one: no argument, no value, no name of a tool that there is not, no trace context of a client (T11, T35).
"""

import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any, Final, cast

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, get_current_span

from policies.call import Call, Reply, Request
from policies.errors import Refusal
from server.pipeline import Pipeline

CALL: Final = "call"
ATTRIBUTES: Final = frozenset({"remit.call", "remit.tool", "remit.source", "remit.tier", "remit.code"})
STAGES: Final[Mapping[str, Mapping[str, str]]] = {
    "identity": {"identify": "identity"},
    "policy": {"decide": "policy"},
    "limits": {"admit": "limits"},
    "approvals": {"ask": "yes"},
    "executor": {"run": "execution"},
    "redaction": {"redact": "redaction"},
}
"""By the room of the pipeline and its method. Those of the credential, the plan and the record are below."""
RECORD: Final = {"intend": "record", "finish": "record"}
NAMES: Final = frozenset(
    {CALL, "credential", "plan", "record", *(n for each in STAGES.values() for n in each.values())}
)

Wrap = Callable[[Any], Any]


def traced(pipeline: Pipeline, tracer: Tracer) -> Pipeline:
    return cast("Pipeline", _Traced(pipeline, tracer))


class _Traced:
    def __init__(self, pipeline: Pipeline, tracer: Tracer) -> None:
        self._pipeline = pipeline
        self._tracer = tracer
        rooms: dict[str, Any] = {
            room: _Around(
                getattr(pipeline, room), {method: self._staged(stage) for method, stage in its.items()}
            )
            for room, its in STAGES.items()
        }
        rooms["audit"] = _Around(pipeline.audit, {"record": self._recording})
        rooms["vault"] = _Around(pipeline.vault, {"open": self._opening})
        rooms["catalogue"] = _Around(pipeline.catalogue, {"parse": _named})
        self._staged_pipeline = Pipeline(
            **{room: rooms.get(room, getattr(pipeline, room)) for room in Pipeline.__dataclass_fields__}
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipeline, name)

    async def run(self, request: Request) -> Reply:
        with self._span(CALL, kind=SpanKind.SERVER, context=Context()) as span:
            span.set_attribute("remit.call", request.id)
            reply = await self._staged_pipeline.run(request)
            span.set_attribute("remit.code", "replayed" if reply.replayed else "ok")
            return reply

    @contextmanager
    def _span(self, name: str, **more: Any) -> Generator[Span]:
        with self._tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False, **more
        ) as span:
            try:
                yield span
            except BaseException as error:
                code = error.code if isinstance(error, Refusal) else "ended"
                span.set_attribute("remit.code", code)
                span.set_status(Status(StatusCode.ERROR))
                raise

    def _staged(self, stage: str) -> Wrap:
        def wrap(method: Any) -> Any:
            async def waits(*arguments: Any, **named: Any) -> Any:
                with self._span(stage):
                    return await method(*arguments, **named)

            def decides(*arguments: Any, **named: Any) -> Any:
                with self._span(stage):
                    return method(*arguments, **named)

            return waits if inspect.iscoroutinefunction(method) else decides

        return wrap

    def _recording(self, method: Any) -> Any:
        @asynccontextmanager
        async def record(request: Request) -> AsyncGenerator[Any]:
            async with method(request) as its:
                yield _Around(its, {name: self._staged(stage) for name, stage in RECORD.items()})

        return record

    def _opening(self, method: Any) -> Any:
        @asynccontextmanager
        async def opened(*arguments: Any) -> AsyncGenerator[Any]:
            async with AsyncExitStack() as stack:
                with self._span("credential"):
                    session = await stack.enter_async_context(method(*arguments))
                yield _Around(session, {"plan": self._staged("plan")})

        return opened


class _Around:
    """Everything of `inner`, some of its methods within a span."""

    def __init__(self, inner: Any, wraps: Mapping[str, Wrap]) -> None:
        self._inner = inner
        self._wrapped = {name: wrap(getattr(inner, name)) for name, wrap in wraps.items()}

    def __getattr__(self, name: str) -> Any:
        wrapped = self._wrapped.get(name)
        return getattr(self._inner, name) if wrapped is None else wrapped


def _named(parse: Any) -> Any:
    """The tool, once it is one that there is."""

    def parsed(*arguments: Any) -> Call:
        call: Call = parse(*arguments)
        span = get_current_span()
        span.set_attributes(
            {
                "remit.tool": call.tool.name,
                "remit.source": call.tool.source,
                "remit.tier": call.tool.tier.value,
            }
        )
        return call

    return parsed
