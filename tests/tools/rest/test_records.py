from collections.abc import Sequence
from typing import Any

import anyio
import pytest

from policies.change import Change, Effect, Fields
from policies.errors import InDoubt
from tests.proofs import Notes
from tools.connector import Trace
from tools.rest import records

pytestmark = pytest.mark.anyio

EFFECT = Effect((Change("shop/issues", {}, None, {"title": "Once"}),))


class Silent:
    """Never answers what acts, and may have done it."""

    def __init__(self) -> None:
        self.found: Sequence[tuple[Fields, Fields]] = ()

    async def read(self, key: Fields) -> Fields | None:
        return None

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        return self.found

    async def make(self, after: Fields) -> Any:
        await anyio.sleep_forever()

    async def write(self, key: Fields, after: Fields) -> Any:
        await anyio.sleep_forever()

    async def remove(self, key: Fields) -> None:
        await anyio.sleep_forever()


@pytest.mark.threat("T47")
async def test_who_never_answers_is_not_waited_for_and_nobody_says_yet_that_it_was_not_done() -> None:
    silent, notes = Silent(), Notes()
    with anyio.fail_after(10), pytest.raises(InDoubt):
        await records.perform("shop", silent, EFFECT, notes, 0.01)
    ((_, mark),) = notes.taken
    change = EFFECT.changes[0]
    assert await records.trace(silent, change, mark) is Trace.UNDER_WAY
    silent.found = [({"issue": 1}, {"title": "Once"})]
    assert await records.trace(silent, change, mark) is Trace.DONE
