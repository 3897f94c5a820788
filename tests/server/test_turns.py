"""What is long to redact leaves room for what is short, and for others."""

from collections.abc import Callable
from threading import Event

import anyio
import pytest

from server.turns import Turns

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T40")]

EVE, ADA = ("acme", "eve"), ("acme", "ada")
ENOUGH = 10  # seconds


def held(begun: Event, let_go: Event) -> Callable[[], None]:
    def work() -> None:
        begun.set()
        assert let_go.wait(ENOUGH)

    return work


async def test_short_work_waits_for_no_long_work() -> None:
    turns, begun, let_go = Turns(), Event(), Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: turns.run(held(begun, let_go), user=EVE, long=True))
        assert await anyio.to_thread.run_sync(begun.wait, ENOUGH)
        with anyio.fail_after(ENOUGH):
            assert await turns.run(lambda: "done", user=ADA, long=False) == "done"
        let_go.set()


async def test_nobody_waits_for_more_than_one_long_work_of_another_user() -> None:
    turns, begun, let_go, order = Turns(), Event(), Event(), list[str]()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: turns.run(held(begun, let_go), user=EVE, long=True))
        assert await anyio.to_thread.run_sync(begun.wait, ENOUGH)
        for _ in range(3):
            tasks.start_soon(lambda: turns.run(lambda: order.append("eve"), user=EVE, long=True))
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(lambda: turns.run(lambda: order.append("ada"), user=ADA, long=True))
        await anyio.wait_all_tasks_blocked()
        let_go.set()
    assert order == ["ada", "eve", "eve", "eve"]
