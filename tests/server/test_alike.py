"""What is somebody else's takes as long to refuse as what does not exist (threat T36)."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Final

import pytest

from policies.errors import Refusal
from tests.rounds import rounds
from tests.server.confirmed import Confirmed
from tests.server.shelf import Shelf, shelf_service, shelved

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]

SAMPLES: Final = rounds(60, 2_000)
TOLD_APART: Final = rounds(75, 55) / 100  # the few samples of `make test` scatter
LIMITS: Final = "[limits]\ncalls_per_minute = 6000000\nburst = 100000\n"

Attempt = Callable[[], Awaitable[object]]


def auc(some: Sequence[float], others: Sequence[float]) -> float:
    """How often one of `some` is above one of `others`: 0.5 where nobody can tell them apart.

    Of either direction, so it is never below. Ties count half (Mann and Whitney, 1947).
    """
    ranked = sorted([*((value, True) for value in some), *((value, False) for value in others)])
    ranks, place = 0.0, 0
    while place < len(ranked):
        end = place
        while end < len(ranked) and ranked[end][0] == ranked[place][0]:
            end += 1
        ranks += sum(ours for _, ours in ranked[place:end]) * (place + 1 + end) / 2
        place = end
    area = (ranks - len(some) * (len(some) + 1) / 2) / (len(some) * len(others))
    return max(area, 1 - area)


async def compared(one: Attempt, other: Attempt) -> float:
    """In turns, so that whatever else the machine does weighs on both."""
    taken: tuple[list[float], list[float]] = [], []
    for number in range(2 * SAMPLES):
        which = (number + number // 2) % 2  # neither is always the first of two
        begun = perf_counter()
        with suppress(Refusal):
            await (one, other)[which]()
        taken[which].append(perf_counter() - begun)
    return auc(*taken)


@pytest.fixture
async def user(tmp_path: Path) -> AsyncIterator[Confirmed]:
    async with shelf_service(shelved(tmp_path, more=LIMITS), Shelf(apple="red")) as service:
        yield Confirmed(service)


def test_what_is_apart_is_told_apart_and_what_is_not_is_not() -> None:
    assert auc([1, 2, 3], [4, 5, 6]) == auc([4, 5, 6], [1, 2, 3]) == 1
    assert auc([1, 2, 3], [1, 2, 3]) == auc([1, 1], [1, 1]) == 0.5
    assert auc([1, 4], [2, 3]) == 0.5


@pytest.mark.threat("T36")
async def test_an_action_of_somebody_else_is_refused_as_fast_as_one_that_there_is_not(
    user: Confirmed,
) -> None:
    done = await user.put(apple="green")
    stranger = user.as_somebody_else()
    foreign, unknown = done.action, secrets.token_urlsafe(64)[: len(done.action)]
    assert await compared(lambda: stranger.undo(foreign), lambda: stranger.undo(unknown)) <= TOLD_APART


@pytest.mark.threat("T36")
async def test_a_closed_tool_is_refused_as_fast_as_one_that_there_is_not(user: Confirmed) -> None:
    """`shelf_put` is there, and not for who only has another role."""
    stranger = user.as_somebody_without_roles()
    attempts = (lambda: stranger.call("shelf_put", values={}), lambda: stranger.call("shelf_pot", values={}))
    assert await compared(*attempts) <= TOLD_APART
