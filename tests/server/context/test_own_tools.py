"""What a conversation holds can be told without a value of it, and forgotten."""

from typing import Any

import pytest

from server.assembly import Service
from tests.server.confirmed import Confirmed

pytestmark = pytest.mark.anyio

NAMES = "SELECT id, name, email FROM customers ORDER BY id"
COLUMNS = ("since", "until", "calls_left", "sources", "pseudonyms")


@pytest.fixture
def user(service: Service) -> Confirmed:
    return Confirmed(service)


async def held(user: Confirmed) -> dict[str, Any]:
    told: Any = (await user.call("remit_context")).structured
    (row,) = told["rows"]
    return dict(zip(COLUMNS, row, strict=True))


async def test_a_new_conversation_holds_nothing(user: Confirmed) -> None:
    told = await held(user)
    assert told["since"] < told["until"]
    assert (told["calls_left"], told["sources"], told["pseudonyms"]) == (199, None, None)


async def test_it_tells_its_sources_with_their_classification(user: Confirmed) -> None:
    await user.call("shop_query", sql="SELECT id FROM customers")
    told = await held(user)
    assert (told["calls_left"], told["sources"]) == (198, "shop (confidential)")


async def test_what_was_forgotten_begins_anew(user: Confirmed) -> None:
    await user.call("shop_query", sql="SELECT id FROM customers")
    assert (await user.call("remit_forget")).structured["rows"] == []
    assert (await held(user))["calls_left"] == 199
