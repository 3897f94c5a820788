"""One process of several that admit calls over one store: `python -m tests.server.admitting`, told on stdin.

Says "ready", waits for a line, asks for all its calls at once, and prints how many were admitted.
"""

import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import anyio

from policies.document import Document, Server
from policies.errors import LimitReached
from policies.secret import Secret
from server.audit import open_audit
from server.keys import open_keys, open_masters
from server.store import open_store
from tests.server.calls import ADA, SETTINGS, buckets, limited, permit, request


async def admit(root: Path, address: str, password: str, number: int, burst: int) -> None:
    document = Document(root=root, server=Server(store=address))
    admitted = 0
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(document, Secret(password) if password else None))
        keys = await open_keys(await open_masters(document, store), store)
        audit = await stack.enter_async_context(open_audit(store, keys, SETTINGS, root / "second"))
        limits = limited(store, audit, buckets(calls_per_minute=1, burst=burst))

        async def ask() -> None:
            nonlocal admitted
            asked = request()
            async with audit.record(asked) as record:
                record.identify(ADA)
                await limits.admit(permit(asked), record)
                admitted += 1
                raise LimitReached("That is all that is asked here.", retry_after=1)

        async def count() -> None:
            try:
                await ask()
            except LimitReached:
                return

        print("ready", flush=True)
        sys.stdin.readline()
        async with anyio.create_task_group() as tasks:
            for _ in range(number):
                tasks.start_soon(count)
    print(admitted, flush=True)


if __name__ == "__main__":
    told = json.loads(sys.stdin.readline())
    anyio.run(admit, Path(told["root"]), told["store"], told["password"], told["calls"], told["burst"])
