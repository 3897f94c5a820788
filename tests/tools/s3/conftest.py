from collections.abc import Iterator

import pytest

from tests.loopback import listening
from tests.seaweedfs import Seaweed
from tests.tools.s3.desk import Desk
from tests.tools.s3.gate import Gate


@pytest.fixture(scope="session")
def gate() -> Iterator[Gate]:
    with listening(Gate) as gate:
        yield gate


@pytest.fixture
def desk(gate: Gate, seaweed: Seaweed) -> Desk:
    return Desk(gate, seaweed)
