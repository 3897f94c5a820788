"""Carries out grants, within their deadline, unless they are halted. The only caller of `carry_out`."""

from collections.abc import Mapping

import anyio

from policies.call import Grant, Raw, Tier
from policies.errors import InDoubt, UpstreamFailed
from server.halting.guard import Guard
from tools.connector import Ledger, Session


class Executor:
    def __init__(self, deadlines: Mapping[str, float], guard: Guard) -> None:
        """`deadlines` are in seconds, by source."""
        self._deadlines = deadlines
        self._guard = guard

    async def run(self, grant: Grant, session: Session, ledger: Ledger) -> Raw:
        """Raises `UpstreamFailed`, `Halted`, or for an action what says that nothing was done."""
        call = grant.plan.call
        source = call.tool.source
        if call.tool.tier is not Tier.READ:
            await self._guard.hold(call)  # since it was started, this process may have stood still
        try:
            with anyio.fail_after(self._deadlines[source]):
                return await session.carry_out(grant, ledger)
        except TimeoutError as error:
            late = f"{source} did not answer within {self._deadlines[source]:g} s."
            if grant.plan.effect is None:
                raise UpstreamFailed(f"{late} Ask for less, or try later.") from error
            raise InDoubt(
                f"{late} Whether it was done is being found out: look with remit_actions."
            ) from error
