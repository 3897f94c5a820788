"""Traces: what a collector is told of a call, and what it is never told."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from policies.call import Caller, Request, Transport
from policies.document import Telemetry
from policies.errors import Refusal
from server.assembly import assemble
from server.configuration import Configuration
from server.pipeline import Pipeline
from server.telemetry.stages import ATTRIBUTES, NAMES
from tests.certificates import Authority
from tests.server.alerts.receiver import Receiver, receiving
from tests.tools.outbound.far import proving, told

pytestmark = pytest.mark.anyio

CANARY = "canary-7f3a91"
SQL = f"SELECT id, '{CANARY}' AS said FROM orders LIMIT 1"


@pytest.fixture
async def collector(tmp_path: Path) -> AsyncIterator[tuple[Receiver, Authority]]:
    authority = Authority(tmp_path)
    async with receiving(Receiver(), proving(authority.server("localhost"))) as receiver:
        yield receiver, authority


def tracing_to(configuration: Configuration, receiver: Receiver, authority: Authority) -> Configuration:
    telemetry = Telemetry(otlp=f"{receiver.origin}/v1/traces", tls_ca=str(authority.certificate))
    document = configuration.document.model_copy(update={"telemetry": telemetry})
    return Configuration(configuration.file, document, configuration.policy)


async def called(pipeline: Pipeline, tool: str, **arguments: object) -> str:
    """The code that it ended by."""
    request = Request("c" * 32, Caller(Transport.STDIO, CANARY), tool, arguments)
    try:
        await pipeline.run(request)
    except Refusal as refusal:
        return refusal.code
    return "ok"


def spans(receiver: Receiver) -> list[Span]:
    return [
        span
        for _, body in receiver.got
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def attributes(span: Span) -> dict[str, str]:
    return {each.key: each.value.string_value for each in span.attributes}


@pytest.mark.threat("T35")
async def test_a_collector_is_told_the_stages_of_a_call_and_nothing_that_came_with_it(
    configuration: Configuration, collector: tuple[Receiver, Authority]
) -> None:
    receiver, authority = collector
    async with assemble(tracing_to(configuration, receiver, authority)) as service:
        codes = [
            await called(service.pipeline, "shop_query", sql=SQL),
            await called(service.pipeline, "shop_query", sql=f"DROP TABLE {CANARY}"),
            await called(service.pipeline, CANARY, sql=SQL),
        ]
    assert codes[0] == "ok"
    first, second, third = sorted(
        (span for span in spans(receiver) if span.name == "call"), key=lambda span: span.start_time_unix_nano
    )
    assert attributes(first) == {
        "remit.call": "c" * 32,
        "remit.tool": "shop_query",
        "remit.source": "shop",
        "remit.tier": "read",
        "remit.code": "ok",
    }
    assert attributes(second)["remit.code"] == codes[1]
    assert attributes(third) == {"remit.call": "c" * 32, "remit.code": codes[2]}
    of_first = [span for span in spans(receiver) if span.trace_id == first.trace_id and span != first]
    assert {span.name for span in of_first} == NAMES - {"call"}
    assert {span.parent_span_id for span in of_first} == {first.span_id}
    for span in spans(receiver):
        assert span.name in NAMES
        assert attributes(span).keys() <= ATTRIBUTES
        assert not span.events
        assert not span.status.message
    assert CANARY.encode() not in b"".join(body for _, body in receiver.got)


async def test_a_collector_that_takes_nothing_holds_up_no_call_and_is_told_of_in_the_log(
    configuration: Configuration, collector: tuple[Receiver, Authority], caplog: pytest.LogCaptureFixture
) -> None:
    receiver, authority = collector
    receiver.answers = [told(503, body=CANARY.encode())] * 9
    async with assemble(tracing_to(configuration, receiver, authority)) as service:
        assert await called(service.pipeline, "shop_query", sql=SQL) == "ok"
    assert "traces were not taken" in caplog.messages
    assert CANARY not in json.dumps([vars(record) for record in caplog.records], default=str)


async def test_without_a_collector_the_pipeline_is_itself(configuration: Configuration) -> None:
    async with assemble(configuration) as service:
        assert type(service.pipeline) is Pipeline
