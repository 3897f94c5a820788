"""What is wrong on purpose, in the process that is killed: a harness that sees nothing of it sees nothing."""

import secrets
from typing import TYPE_CHECKING, Any

import pytest

from policies.call import Approval, Grant, Receipt, Redacted, Reply
from policies.canonical import Json
from policies.change import Effect
from server.audit import Record
from tests.crash import jobs

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTROLS = ("record after", "no key")


def break_on_purpose(control: str, patch: pytest.MonkeyPatch) -> None:
    """`record after` puts the intent on record when all is done; `no key` makes each try another wish."""
    if control == "no key":

        def another_key(number: int) -> str:
            return f"job {number} {secrets.token_hex(8)}"

        patch.setattr(jobs, "key_of", another_key)
        return
    intend, finish = Record.intend, Record.finish
    late: dict[int, Approval] = {}

    async def intend_later(self: Record, approval: Approval) -> Grant:
        late[id(self)] = approval
        return Grant(approval, Receipt("later", 0))

    async def note_nothing(self: Record, effect: Effect, mark: Json) -> None:
        del self, effect, mark

    async def finish_after_all(self: Record, redacted: Redacted) -> Reply:
        await intend(self, late.pop(id(self)))
        patch.setattr(self, "_grant", redacted.grant)
        return await finish(self, redacted)

    replaced: Mapping[str, Any] = {"intend": intend_later, "note": note_nothing, "finish": finish_after_all}
    for name, function in replaced.items():
        patch.setattr(Record, name, function)
