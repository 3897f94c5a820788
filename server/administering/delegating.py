"""Scopes in the hands of administrators: how each stands, and to switch it on and off."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from policies.errors import InvalidArgument, NotFound
from server.administering.rights import Rights, not_yours
from server.audit import Audit
from server.autonomous.delegations import Delegations
from server.autonomous.listing import Listed, listing
from server.autonomous.switching import switch_off, switch_on
from server.moments import end_of
from server.store import Store


class Delegating:
    def __init__(self, store: Store, audit: Audit, delegations: Delegations) -> None:
        self._store = store
        self._audit = audit
        self._delegations = delegations

    async def standing(self, rights: Rights) -> Sequence[Listed]:
        """Raises `StoreUnavailable`."""
        found = await self._store.read(partial(listing, self._delegations))
        return [each for each in found if rights.reach(each.tool)]

    async def switch_on(self, rights: Rights, scope: str, last: date, why: str) -> None:
        """Raises `NotFound`, `Denied`, `InvalidArgument` or `AuditUnavailable`."""
        its = self._delegations
        if scope not in its.scopes:
            raise NotFound("The configuration has no scope of this name any more.")
        if not rights.reach(its.scopes[scope].tool):
            raise not_yours(its.scopes[scope].tool)
        try:
            until_at = end_of(last)
        except OverflowError:
            raise InvalidArgument("There is no such last day.") from None
        await switch_on(self._store, self._audit, its, scope, until_at, by=rights.by, why=why)

    async def switch_off(self, rights: Rights, scope: str, why: str) -> bool:
        """False where it was not on. Raises `NotFound`, `Denied` or `AuditUnavailable`."""
        found = {each.name: each for each in await self._store.read(partial(listing, self._delegations))}
        if scope not in found:
            raise NotFound("There is no scope of this name any more.")
        tool = found[scope].tool
        # What is on may be of another tool than the configuration says now.
        delegated = found[scope].delegation
        tool = delegated.tool if delegated else tool
        if not rights.reach(tool):
            raise not_yours(tool)
        return bool(await switch_off(self._store, self._audit, tool, scope, by=rights.by, why=why))
