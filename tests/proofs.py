"""Proofs made by hand, for tests of what stands behind them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from policies.call import (
    Admission,
    Approval,
    Call,
    Grant,
    Permit,
    Plan,
    Receipt,
    Table,
    Tool,
    Transport,
    User,
)
from policies.canonical import Json
from policies.change import Effect
from policies.context import Context
from policies.errors import Refusal
from policies.secret import Credential
from tools.connector import Connector, Session

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

ADA = User("ada", "acme", frozenset({"analyst"}), {"territory": "EMEA"})
_RECEIPT = Receipt("tests", 1)
CONTEXT = Context("tests", 0, 0, 1)


class Notes:
    """A ledger: `taken` are its notes. With `refusal`, it takes none."""

    def __init__(self, refusal: Refusal | None = None) -> None:
        self.taken: list[tuple[Effect, Json]] = []
        self._refusal = refusal

    async def note(self, effect: Effect, mark: Json) -> None:
        if self._refusal is not None:
            raise self._refusal
        self.taken.append((effect, mark))

    async def complete(self, effect: Effect) -> None:
        self.taken[-1] = (effect, self.taken[-1][1])


def call_of(tool: Tool, arguments: Mapping[str, Json] | None = None, user: User = ADA) -> Call:
    return Call("call-1", user, tool, "d1", dict(arguments or {}), Transport.STDIO)


def grant_of(plan: Plan) -> Grant:
    """A grant for the plan, as if everybody had been asked."""
    permit = Permit(plan.call, ("tests",), "tests", frozenset())
    return Grant(Approval(Admission(permit, _RECEIPT, CONTEXT), plan, "tests"), _RECEIPT)


def tool_of(connector: Connector, verb: str) -> Tool:
    return next(tool for tool in connector.tools if tool.verb == verb)


async def run(
    connector: Connector,
    verb: str,
    arguments: Mapping[str, Json] | None = None,
    *,
    user: User = ADA,
    credential: Credential | None = None,
) -> Table:
    """One call from plan to rows."""
    opened: AbstractAsyncContextManager[Session] = connector.open(user, credential)
    async with opened as session:
        plan = await session.plan(call_of(tool_of(connector, verb), arguments, user), {})
        return (await session.carry_out(grant_of(plan), Notes())).table
