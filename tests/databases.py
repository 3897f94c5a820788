"""The servers that a source of SQL can be on."""

from dataclasses import dataclass

import pytest

from tests.backends import Postgres
from tests.mariadb import MariaDB
from tests.snowduck import Snowduck


@dataclass(frozen=True, slots=True)
class Databases:
    postgres: Postgres
    mariadb: MariaDB
    snowduck: Snowduck


@pytest.fixture
def databases(postgres: Postgres, mariadb: MariaDB, snowduck: Snowduck) -> Databases:
    return Databases(postgres, mariadb, snowduck)
