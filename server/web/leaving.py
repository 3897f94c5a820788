"""Those who hang up, and those who are hung up on."""

import asyncio
from typing import Final

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WATCH_AFTER: Final = 0.05  # seconds; most calls are over by then, and cost no watch


async def unless_they_leave(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Ends the call when its client hangs up, as the end of a stream would. The app reads a body at most."""
    watching: list[asyncio.Task[None]] = []

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        call.cancel()

    def begin() -> None:
        watching.append(asyncio.ensure_future(watch()))

    timer = asyncio.get_running_loop().call_later(WATCH_AFTER, begin)
    try:
        with anyio.CancelScope() as call:
            await app(scope, receive, send)
    finally:
        timer.cancel()
        for task in watching:
            task.cancel()


def until(ending: anyio.Event, receive: Receive) -> Receive:
    """As if the client hung up once the server ends, for what ends on nothing else."""

    async def received() -> Message:
        heard: Message = {"type": "http.disconnect"}

        async def hear() -> None:
            nonlocal heard
            heard = await receive()
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(hear)
            await ending.wait()
            tasks.cancel_scope.cancel()
        return heard

    return received
