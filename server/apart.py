"""Large answers are redacted in a process of their own (threat T40, decision 0036).

Python runs one thread at a time, and a single question of RE2 to a megabyte holds it for a tenth of a second:
in a thread beside the event loop it holds up everybody. The process is begun by the first large answer, which
waits for it to load what it needs, and ends with this one.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from anyio import BrokenWorkerProcess, to_process

from policies.call import Table
from policies.errors import Denied
from policies.pseudonyms import Item
from policies.recognizers import Recognizer
from policies.results import Room
from policies.treatments import Treatments
from server import loading
from server.turns import Turns

if TYPE_CHECKING:
    from policies.redaction.marked import Marked
    from policies.redaction.redactor import Answer, Redactor

T = TypeVar("T")

_BEHIND: Final = 10  # of 19: where the machine is busy, whoever waits for something short goes first


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be made of a table for one reader: see `Redactor.redact`. `source` and `call` frame it."""

    table: Table
    source: str
    call: str
    treatments: Treatments | None
    restored: Mapping[str, str]
    refusing: bool

    def marked(self, redactor: "Redactor") -> "tuple[Marked, Sequence[Item]]":
        """What was found, and what of it wants pseudonyms. Raises `Denied`."""
        marked = redactor.mark(self.table)
        return marked, self.wanted(marked)

    def wanted(self, marked: "Marked") -> Sequence[Item]:
        return marked.wanted(self.treatments, refusing=self.refusing)

    def answer(
        self,
        redactor: "Redactor",
        given: Mapping[Item, str],
        marked: "Marked | None",
        room: Room | None = None,
    ) -> "Answer":
        """`given` are the pseudonyms. Raises `Denied`."""
        masks = redactor.masks(
            self.treatments, lambda label, text: given.get((label, text)), refusing=self.refusing
        )
        return redactor.answer(
            self.table,
            self.source,
            self.call,
            marked=marked,
            masks=masks,
            restored=self.restored,
            room=room,
        )


@dataclass(frozen=True, slots=True)
class _Refused:
    """`Denied`, in a form that crosses."""

    message: str
    rule: str
    detail: str


_Made: TypeAlias = tuple[bool, tuple[str, ...]]
"""What a redactor is made with: whether it watches, and the operator's own recognizers as JSON."""


class Apart:
    """Does with large tables what a `Task` does, by users' turns."""

    def __init__(self, turns: Turns, *, watching: bool, recognizers: Sequence[Recognizer] = ()) -> None:
        """The rest as `server.loading.load`."""
        self._turns = turns
        self._made: _Made = (watching, tuple(each.model_dump_json() for each in recognizers))

    async def wanted(self, task: Task, user: tuple[str, str]) -> Sequence[Item]:
        """`user` is tenant and id. Raises `Denied`."""
        return await self._there(user, _wanted, task)

    async def answer(
        self, task: Task, given: Mapping[Item, str], room: Room | None, user: tuple[str, str]
    ) -> "Answer":
        """`user` is tenant and id. Raises `Denied`."""
        return await self._there(user, _answer, task, given, room)

    async def _there(self, user: tuple[str, str], work: Callable[..., T], *of: object) -> T:
        async with self._turns.long(user):
            try:
                outcome = await to_process.run_sync(_done, self._made, work, *of)
            except BrokenWorkerProcess as broken:
                raise Denied(
                    "This answer was too much to be looked through, so nothing of it is sent. Ask for less.",
                    rule="redaction",
                    detail="the process that redacts large answers has ended",
                ) from broken
        if isinstance(outcome, _Refused):
            raise Denied(outcome.message, rule=outcome.rule, detail=outcome.detail)
        return outcome


def _done(made: _Made, work: Callable[..., T], *of: object) -> T | _Refused:
    try:
        return work(_redactor(*made), *of)
    except Denied as denied:
        return _Refused(denied.message, denied.rule, denied.detail)


def _wanted(redactor: "Redactor", task: Task) -> Sequence[Item]:
    return task.marked(redactor)[1]


def _answer(redactor: "Redactor", task: Task, given: Mapping[Item, str], room: Room | None) -> "Answer":
    return task.answer(redactor, given, None, room)


@cache
def _redactor(watching: bool, recognizers: tuple[str, ...]) -> "Redactor":  # noqa: FBT001 - a part of `_Made`
    os.nice(_BEHIND)
    return loading.load(
        watching=watching, recognizers=[Recognizer.model_validate_json(each) for each in recognizers]
    ).redactor
