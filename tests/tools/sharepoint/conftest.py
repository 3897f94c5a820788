from collections.abc import Iterator

import pytest

from tests.graph_spec import GraphSpec
from tests.loopback import listening
from tests.tools.sharepoint.desk import Desk
from tests.tools.sharepoint.site import Site


@pytest.fixture(scope="session")
def _site() -> Iterator[Site]:
    with listening(Site) as site:
        yield site


@pytest.fixture
def site(_site: Site) -> Site:
    _site.renew()
    return _site


@pytest.fixture
def desk(site: Site, graph_spec: GraphSpec) -> Iterator[Desk]:
    """Whatever is asked of Graph is held against Microsoft's own description."""
    yield Desk(site)
    asked = [each for each in site.at.asked if not each.is_of_the_store]
    assert [fault for each in asked for fault in graph_spec.faults(each.method, each.target, each.body)] == []
