"""The systems that a source can be on, each started once."""

from dataclasses import dataclass

import pytest

from tests.backends import Postgres
from tests.backlot import Backlot
from tests.emulate import Emulate
from tests.mariadb import MariaDB
from tests.snowduck import Snowduck


@dataclass(frozen=True, slots=True)
class Databases:
    postgres: Postgres
    mariadb: MariaDB
    snowduck: Snowduck
    emulate: Emulate
    backlot: Backlot


@pytest.fixture
def databases(
    postgres: Postgres, mariadb: MariaDB, snowduck: Snowduck, emulate: Emulate, backlot: Backlot
) -> Databases:
    return Databases(postgres, mariadb, snowduck, emulate, backlot)
