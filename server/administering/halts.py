"""The kill switch in the hands of administrators: what stands, and the changes that they make.

They are those of `remit halt` and `remit resume`, by the names that people have at their identity provider. A
full halt takes two of them to lift. The second one is known by being signed in, so no code goes from one to
the other: it is made from the request and a key. So a request that was made here is confirmed here, and one
that was made at the command line there: somebody with an account of both is not two people.
"""

import hmac
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from policies.canonical import canonical
from policies.errors import AuditUnavailable, NotFound
from policies.halt import EVERYTHING, Halt, KillSwitch, Lifting, Scope, Unreadable, digest, listed
from server.administering.rights import Rights
from server.audit import Audit
from server.halting import rows
from server.halting.asked import hold_lifter, strangers
from server.halting.flights import Flight, in_flight
from server.halting.recording import record
from server.store import Store

log = logging.getLogger("remit.halt")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is halted. `theirs` are the halts that are theirs to lift, the widest first.

    `lifting` is a request to lift the full halt; `here` says that it was made here.
    """

    halts: Sequence[Halt]
    theirs: Sequence[Halt]
    lifting: Lifting | None
    here: bool

    @property
    def full(self) -> bool:
        return any(halt.scope.is_everything for halt in self.halts)


@dataclass(frozen=True, slots=True)
class Halted:
    """`flights` are None where nobody could say what is in flight: the halt stands all the same."""

    scope: Scope
    flights: Sequence[Flight] | None
    unheard: Sequence[str]


class Halts:
    def __init__(
        self, store: Store, audit: Audit, sources: Collection[str], lifted_by: Collection[str], key: bytes
    ) -> None:
        """`sources` are those of the configuration, `lifted_by` who may lift a full halt: any where empty."""
        self._store = store
        self._audit = audit
        self._sources = sources
        self._lifted_by = lifted_by
        self._key = key

    async def standing(self, rights: Rights) -> Standing | None:
        """None where nobody can say what is halted. Raises `StoreUnavailable`."""
        try:
            switch = await rows.look(self._store)
        except Unreadable:
            return None
        halts = listed(switch)
        theirs = [halt for halt in halts if rights.cover(halt.scope)]
        lifting = switch.lifting if rights.everything else None
        here = lifting is not None and digest(self._code(switch, lifting.by, lifting.why)) == lifting.code
        return Standing(halts, theirs, lifting, here)

    async def halt(self, rights: Rights, scope: Scope, why: str) -> Halted:
        """Raises `Denied`, or `StoreUnavailable` where nothing could be halted."""
        rights.hold(scope)
        switch = await self._store.at_once(partial(rows.halt, scope, rights.by, why))
        flights: Sequence[Flight] | None = None
        unheard: Sequence[str] = ()
        try:
            # In the ordinary queue: what started before is on record by then, and nothing starts after.
            flights = await self._store.run(partial(in_flight, scope, switch.epoch))
            unheard = await strangers(scope, self._sources, self._store)
        except AuditUnavailable as error:
            log.error("what is in flight can't be said", extra={"detail": error.detail})  # noqa: TRY400
        await self._record()
        return Halted(scope, flights, unheard)

    async def resume(self, rights: Rights, epoch: int, why: str) -> Scope:
        """Lets what the halt of this epoch stopped go on. Of a full halt it asks for that alone.

        Raises `NotFound`, `Denied`, `Unreadable` or `StoreUnavailable`.
        """
        switch = await rows.look(self._store)
        found = next((halt for halt in switch.halts if halt.epoch == epoch), None)
        if found is None or not rights.cover(found.scope):
            raise over()
        scope, by = found.scope, rights.by
        if scope.is_everything:
            hold_lifter(self._lifted_by, by)
            code = self._code(switch, by, why)
            await self._store.at_once(partial(rows.ask_to_lift, code, by, why))
        else:
            await self._store.at_once(partial(rows.resume, scope, by, why, epoch))
        await self._record()
        return scope

    async def lift(self, rights: Rights, request: str, why: str) -> None:
        """The second yes to the request whose `Lifting.code` the person was shown.

        Raises `NotFound`, `Denied`, `Unreadable` or `StoreUnavailable`.
        """
        rights.hold(EVERYTHING)
        hold_lifter(self._lifted_by, rights.by)
        switch = await rows.look(self._store)
        lifting = switch.lifting
        if lifting is None or lifting.code != request:
            raise over()
        code = self._code(switch, lifting.by, lifting.why)
        await self._store.at_once(partial(rows.lift, code, rights.by, why))
        await self._record()

    async def _record(self) -> None:
        """The change stands. What can't be put into the log now is by whichever process looks next."""
        try:
            await record(self._store, self._audit)
        except (AuditUnavailable, Unreadable) as error:
            log.error("a change of the kill switch waits for the log", extra={"kind": type(error).__name__})  # noqa: TRY400

    def _code(self, switch: KillSwitch, by: str, why: str) -> str:
        epoch = next((halt.epoch for halt in switch.halts if halt.scope.is_everything), 0)
        return hmac.digest(
            self._key, canonical([epoch, by, why]).encode("utf-8", "surrogatepass"), "sha256"
        ).hex()


def over() -> NotFound:
    return NotFound("It does not stand any more, or not as you saw it. Look at what is halted now.")
