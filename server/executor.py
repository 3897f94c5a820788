"""Carries out grants, within their deadline. The only caller of `carry_out`."""

from collections.abc import Mapping

import anyio

from policies.call import Grant, Raw
from policies.errors import UpstreamFailed
from tools.connector import Session


class Executor:
    def __init__(self, deadlines: Mapping[str, float]) -> None:
        """`deadlines` are in seconds, by source."""
        self._deadlines = deadlines

    async def run(self, grant: Grant, session: Session) -> Raw:
        """Raises `UpstreamFailed`."""
        source = grant.plan.call.tool.source
        try:
            with anyio.fail_after(self._deadlines[source]):
                return await session.carry_out(grant)
        except TimeoutError as error:
            raise UpstreamFailed(
                f"{source} did not answer within {self._deadlines[source]:g} s. Ask for less, or try later."
            ) from error
