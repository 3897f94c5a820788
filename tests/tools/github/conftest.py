from collections.abc import Iterator

import pytest

from tests.emulate import Emulate
from tests.loopback import listening
from tests.tools.github.hub import Desk, Hub, Shop


@pytest.fixture(scope="session")
def _hub() -> Iterator[Hub]:
    with listening(Hub) as hub:
        yield hub


@pytest.fixture
def shop(_hub: Hub, emulate: Emulate) -> Shop:
    return Shop(_hub, emulate)


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)
