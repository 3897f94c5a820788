"""Taking an action back: the inverse of what it did, as a new write through the same pipeline (threat T50).

`remit_undo` itself does nothing. A call of it becomes a call of the tool that did the action, with the
inverse in the place of arguments, and meets the same policy, limits, question and record as any other write.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, cast

from policies.arguments import ArgumentSchema
from policies.call import TWIN, Request, Tier, Tool, Undoing, User
from policies.canonical import Json
from policies.errors import Denied, NotFound
from policies.sources import OWN
from server.actions import Action, Actions, State
from server.store import Reader
from server.transaction import Transaction
from tools.tables import WRITE_OUTPUT

_ID: Final[dict[str, Json]] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 64,
    "description": "The action's id, as the answer to it says, or remit_actions.",
}
_ITEMS: Final[dict[str, Json]] = {
    "type": "array",
    "items": {"type": "integer", "minimum": 1, "maximum": 1000},
    "minItems": 1,
    "maxItems": 1000,
    "uniqueItems": True,
    "description": "Which of its changes, counted from 1 in the order they were shown in. Default: all.",
}

UNDO: Final = Tool(
    OWN,
    "undo",
    Tier.ACT,
    "Take an action back",
    (
        "Takes back one action of the same user, or a part of it, where what it left still stands; the user "
        "is asked first. Where something was changed since, nothing is written and the difference is told."
    ),
    {
        "type": "object",
        "properties": {"id": _ID, "items": _ITEMS},
        "required": ["id"],
        "additionalProperties": False,
    },
    WRITE_OUTPUT,
)


class Rollback:
    def __init__(self, store: Reader, actions: Actions) -> None:
        self._store = store
        self._actions = actions
        self._schema = ArgumentSchema(UNDO.input_schema)

    async def translate(self, user: User, request: Request) -> Request:
        """The request itself, or for `remit_undo` the one that takes the action back.

        Raises `InvalidArgument`, `NotFound` alike for what there is not and for somebody else's, or `Denied`
        for what can't be taken back or has been.
        """
        if request.tool != UNDO.name:
            return request
        arguments = self._schema.check(request.arguments)
        action, taken = await self._store.read(partial(self._find, user, str(arguments["id"])))
        if action is None:
            raise not_found()
        items = _items(action, cast("list[int] | None", arguments.get("items")), taken)
        changes = action.content.effect.changes
        told: Mapping[str, Json] = {"undo": action.id, "items": [item + 1 for item in items]}
        return Request(
            id=request.id,
            caller=request.caller,
            tool=action.tool.removesuffix(TWIN),  # who takes something back is asked
            arguments=told,
            answer=request.answer,
            # Backwards: the last of several changes of one record is taken back first.
            undoing=Undoing(action.id, items, tuple(changes[item].inverse() for item in reversed(items))),
        )

    def _find(self, user: User, id: str) -> Transaction[tuple[Action | None, frozenset[int]]]:  # noqa: A002
        return (yield from self._actions.find_of(user, id)), (yield from self._actions.taken_back(id))


def _items(action: Action, asked: Sequence[int] | None, taken: frozenset[int]) -> tuple[int, ...]:
    """Places of changes, from 0, sorted."""
    count = len(action.content.effect.changes)
    if action.state is not State.DONE:
        raise Denied(
            f"Action {action.id} is {action.state}, so there is nothing to take back.", rule="not_done"
        )
    if action.content.effect.final:
        raise Denied(
            f"Action {action.id} can't be taken back: {action.content.effect.final}.", rule="irreversible"
        )
    items = sorted(item - 1 for item in asked) if asked else [i for i in range(count) if i not in taken]
    if not items or set(items) & taken:
        raise Denied(
            f"Action {action.id} was taken back already, or is just now. remit_actions lists by which.",
            rule="taken_back",
        )
    if items[-1] >= count:
        raise Denied(f"Action {action.id} has {count} changes. Leave items out for all.", rule="no_such_item")
    return tuple(items)


def not_found() -> NotFound:
    return NotFound("There is no such action of yours. remit_actions lists yours.")
