"""Users' calls, each a turn of its context, and the processes that hand out pseudonyms for them."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from policies.call import Admission, Fresh, Permit, Tier, User
from policies.document import Window
from policies.pseudonyms import Item
from server.audit import Audit, open_audit
from server.context.contexts import Contexts
from server.keys import Ring
from server.store import Store
from server.transaction import Rows, Statement, Transaction
from tests.server.calls import ADA, SETTINGS, keys, limited, permit, request
from tests.server.keys.test_root import masters_of


@dataclass
class House:
    """`window` is how long contexts last."""

    store: Store
    audit: Audit
    folder: Path
    window: Window

    def process(self) -> Contexts:
        """One more process of the store."""
        ring = Ring(self.store, masters_of(self.folder, "remit.key"))
        return Contexts(self.store, ring, keys(self.folder).derive("pseudonyms"), self.window)

    async def admit(self, user: User = ADA, **arguments: str) -> Admission:
        limits = limited(self.store, self.audit, window=self.window)
        asked = request()
        admission: Admission | None = None
        try:
            async with self.audit.record(asked) as record:
                record.identify(user)
                allowed: Permit = permit(asked, user, Tier.READ, **arguments)
                admission = await limits.admit(allowed, record)
        except RuntimeError:
            pass  # nobody carries it out
        assert admission is not None
        return admission

    async def begin(self, user: User = ADA, **arguments: str) -> Fresh:
        return Fresh(await self.admit(user, **arguments))

    async def do(self, *statements: Statement) -> Rows:
        """In the store, behind everybody's back."""

        def doing() -> Transaction[Rows]:
            rows: Rows = ()
            for statement in statements:
                rows = yield statement
            return rows

        return await self.store.run(doing)

    async def count(self) -> tuple[int, int]:
        """Contexts and pages."""
        ((contexts, pages),) = await self.do(
            ("SELECT (SELECT count(*) FROM contexts), (SELECT count(*) FROM context_pages)", ())
        )
        return contexts, pages


@asynccontextmanager
async def open_house(store: Store, folder: Path, window: Window) -> AsyncGenerator[House]:
    async with open_audit(store, keys(folder), SETTINGS, folder / "second") as audit:
        yield House(store, audit, folder, window)


async def hand_out(contexts: Contexts, admission: Admission, wanted: Iterable[Item]) -> Mapping[Item, str]:
    return await contexts.hand_out(admission.context, admission.permit.call, wanted)
