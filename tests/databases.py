"""The systems that a source can be on, each started once."""

from dataclasses import dataclass

import pytest

from tests.backends import Postgres
from tests.backlot import Backlot
from tests.emulate import Emulate
from tests.mariadb import MariaDB
from tests.seaweedfs import Seaweed
from tests.snowduck import Snowduck


@dataclass(frozen=True, slots=True)
class Databases:
    postgres: Postgres
    mariadb: MariaDB
    snowduck: Snowduck
    emulate: Emulate
    backlot: Backlot
    seaweed: Seaweed


@pytest.fixture
def databases(  # noqa: PLR0917 - each system is one
    postgres: Postgres,
    mariadb: MariaDB,
    snowduck: Snowduck,
    emulate: Emulate,
    backlot: Backlot,
    seaweed: Seaweed,
) -> Databases:
    return Databases(postgres, mariadb, snowduck, emulate, backlot, seaweed)
