"""What remit doctor says of a source of S3."""

import pytest

from tests.seaweedfs import Seaweed
from tests.tools.rest.faults import Fault
from tests.tools.s3.desk import Desk, credential_of
from tests.tools.s3.gate import Gate

pytestmark = pytest.mark.anyio


async def test_a_source_that_is_as_it_should_be_has_nothing_to_mend(desk: Desk) -> None:
    assert await desk.connector.inspect(None) == []
    assert await desk.connector.inspect(desk.credential) == []


async def test_a_key_that_may_see_more_is_told(desk: Desk) -> None:
    desk.behind.bucket()
    found = await desk.connector.inspect(credential_of(desk.behind.root))
    assert [each.what for each in found] == [
        "the access key may list other buckets",
        "the access key may list the whole bucket",
    ]


async def test_a_key_that_ended_and_what_is_no_s3_are_told(gate: Gate, seaweed: Seaweed) -> None:
    desk = Desk(gate, seaweed)
    seaweed.end(desk.key)
    (found,) = await desk.connector.inspect(desk.credential)
    assert "not taken" in found.what
    gate.faults = [Fault(200, b"hello")]
    (found,) = await desk.connector.inspect(None)
    assert "answers 200" in found.what
    desk.connector = desk.with_settings(url="http://127.0.0.1:1")
    (found,) = await desk.connector.inspect(None)
    assert "can't be reached" in found.what
