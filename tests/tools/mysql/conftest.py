import pytest

from tests.mariadb import MariaDB
from tests.tools.mysql.lab import Lab, make_lab

_LABS: dict[int, Lab] = {}


@pytest.fixture
async def lab(mariadb: MariaDB) -> Lab:
    """Made once; whoever changes it makes one of their own."""
    if mariadb.port not in _LABS:
        _LABS[mariadb.port] = await make_lab(mariadb, "lab")
    return _LABS[mariadb.port]
