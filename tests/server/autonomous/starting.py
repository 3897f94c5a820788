"""One process of several over one store: `python -m tests.server.autonomous.starting`.

Told on stdin where the store is, it says "ready". For each line with a number it starts so many actions at
once, and prints how many of them the scope let through.
"""

import asyncio
import json
import secrets
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import anyio

from policies.call import Approval, Caller, Mandate, Plan, Request, Tier, Transport
from policies.change import Change, Effect
from policies.document import Document, Server
from policies.errors import Denied, LimitReached
from policies.scopes import Scope
from policies.secret import Secret
from policies.sources import SqliteSource
from server.audit import open_audit
from server.autonomous.delegations import Delegations
from server.autonomous.mandates import Mandates
from server.keys import open_keys, open_masters
from server.steady_clock import SteadyClock
from server.store import open_store
from tests.server.calls import ADA, SETTINGS, limited, permit

MOST: Final = 50
PATIENCE: Final = 60.0  # seconds for a commit: what is measured here is no machine's pace
SCOPES: Final = {
    "fill": Scope.model_validate(
        {
            "tool": "shop_write",
            "users": ["ada"],
            "targets": ["stock"],
            "kinds": ["create"],
            "fields": {"value": {"any": True}},
            "rows": 1,
            "per_hour": {"calls": MOST, "rows": 1000},
            "per_day": {"calls": 1000, "rows": 1000},
        }
    )
}


async def start(root: Path, address: str, password: str) -> None:
    document = Document(root=root, server=Server(store=address))
    async with AsyncExitStack() as stack:
        secret = Secret(password) if password else None
        store = await stack.enter_async_context(open_store(document, secret, deadline=PATIENCE))
        keys = await open_keys(await open_masters(document, store), store)
        clock = SteadyClock()
        its = Delegations(SCOPES)
        mandates = Mandates(its, {"shop": SqliteSource(kind="sqlite", dsn="sqlite:shop.db")}, clock)
        audit = await stack.enter_async_context(
            open_audit(store, keys, SETTINGS, root / "second", mandates=mandates)
        )
        limits = limited(store, audit, clock=clock)

        async def one() -> bool:
            id_ = secrets.token_hex(16)
            asked = Request(id_, Caller(Transport.STDIO, "t 1"), "shop_write_auto", {})
            try:
                async with audit.record(asked) as record:
                    record.identify(ADA)
                    permitted = permit(asked, tier=Tier.AUTO, value=id_)
                    admission = await limits.admit(permitted, record)
                    effect = Effect((Change("stock", {}, None, {"value": id_}),))
                    plan = Plan(permitted.call, {}, "1", effect)
                    mandate = Mandate("fill", its.digests["fill"], "root")
                    await record.intend(Approval(admission, plan, "", action=id_, mandate=mandate))
                    raise Denied("It was started, and that is all.", rule="started")  # noqa: TRY301
            except LimitReached:
                return False
            except Denied as denied:
                return denied.rule == "started"

        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            started = await asyncio.gather(*(one() for _ in range(int(line))))
            print(sum(started), flush=True)


if __name__ == "__main__":
    told = json.loads(sys.stdin.readline())
    anyio.run(start, Path(told["root"]), told["store"], told["password"])
