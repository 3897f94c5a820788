"""The thread that waits for disks."""

import asyncio
import threading
from functools import partial

import pytest

from server.worker import Worker

pytestmark = pytest.mark.anyio


async def test_jobs_run_in_their_order_and_each_caller_gets_its_own_result() -> None:
    worker = Worker("test")
    assert await asyncio.gather(*(worker.submit(partial(int, n)) for n in range(100))) == [*range(100)]
    worker.stop()


async def test_what_a_job_raises_is_raised_where_it_is_awaited_and_the_next_job_runs() -> None:
    worker = Worker("test")
    with pytest.raises(ZeroDivisionError):
        await worker.submit(lambda: 1 // 0)
    assert await worker.submit(lambda: "still here") == "still here"
    worker.stop()


async def test_a_cancelled_job_that_has_not_begun_never_begins() -> None:
    worker = Worker("test")
    held = threading.Event()
    ran: list[str] = []
    first = worker.submit(lambda: held.wait(60))
    second = worker.submit(lambda: ran.append("second"))
    second.cancel()
    held.set()
    assert await first
    await worker.submit(lambda: ran.append("third"))
    assert ran == ["third"]
    worker.stop()


async def test_a_result_that_nobody_waits_for_any_more_does_no_harm() -> None:
    worker = Worker("test")
    begun, held = threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        held.wait(60)

    given_up = worker.submit(job)
    await asyncio.to_thread(begun.wait, 60)
    given_up.cancel()
    held.set()
    assert await worker.submit(lambda: "next") == "next"
    worker.stop()


def test_a_job_that_ends_after_its_event_loop_leaves_the_thread_at_work() -> None:
    worker = Worker("test")
    held = threading.Event()

    async def leave() -> None:
        worker.submit(lambda: held.wait(60))

    asyncio.run(leave())
    held.set()

    async def ask() -> str:
        return await worker.submit(lambda: "next")

    assert asyncio.run(ask()) == "next"
    worker.stop()
