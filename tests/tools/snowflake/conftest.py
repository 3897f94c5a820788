from collections.abc import Iterator

import pytest

from tests.loopback import listening
from tests.snowduck import Snowduck
from tests.tools.snowflake.lab import Account, Lab, make_shop
from tests.tools.snowflake.writer import OTHERS, SCHEMA, Desk


@pytest.fixture(scope="session")
def shop(snowduck: Snowduck) -> str:
    return make_shop(snowduck)


@pytest.fixture(scope="session")
def _account() -> Iterator[Account]:
    with listening(Account) as account:
        yield account


@pytest.fixture
def lab(snowduck: Snowduck, shop: str, _account: Account) -> Lab:
    """An account over a shop that nobody changes."""
    return _account.renew(snowduck, shop)


@pytest.fixture(scope="module")
def quiet(snowduck: Snowduck) -> Iterator[Desk]:
    """One at which nothing is changed."""
    with listening(Account) as account:
        yield Desk(account.renew(snowduck, make_shop(snowduck, (*SCHEMA, *OTHERS))))


@pytest.fixture
def desk(snowduck: Snowduck, _account: Account) -> Desk:
    return Desk(_account.renew(snowduck, make_shop(snowduck, SCHEMA)))
