from collections.abc import Iterator

import pytest

from tests.tools.gitlab.site import Site, serving


@pytest.fixture(scope="session")
def _site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def site(_site: Site) -> Site:
    _site.renew()
    return _site
