"""`remit_actions`: what was done on the caller's behalf."""

from typing import Final

from policies.call import Call, Column, Kind, Table, Tier, Tool, User
from policies.canonical import Json
from policies.sources import OWN
from server.actions import Action, Actions, State
from server.moments import moment
from server.transaction import Transaction
from tools.tables import TABLE_OUTPUT

MOST: Final = 100
COLUMNS: Final = (
    Column("id", Kind.NAME),
    Column("at", Kind.TIME),
    Column("tool", Kind.NAME),
    Column("state", Kind.NAME),
    Column("changes", Kind.NUMBER),
    Column("targets", Kind.NAME),
    Column("undo", Kind.NAME),
    Column("undoes", Kind.NAME),
)

ACTIONS: Final = Tool(
    OWN,
    "actions",
    Tier.READ,
    "Actions on your behalf",
    (
        "Lists what was done, asked or refused on the same user's behalf, the newest first: when, by which "
        "tool, what became of it, how many records it changed where, and whether remit_undo can take it back."
    ),
    {
        "type": "object",
        "properties": {
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": MOST,
                "description": f"How many, at most {MOST}. Default: 20.",
            }
        },
        "additionalProperties": False,
    },
    TABLE_OUTPUT,
)


def request(call: Call) -> dict[str, Json]:
    return {"limit": call.arguments.get("limit", 20)}


def table(actions: Actions, user: User, limit: Json) -> Transaction[Table]:
    found = yield from actions.read(
        "WHERE tenant = $1 AND user_id = $2 ORDER BY asked_at DESC, id LIMIT $3",
        user.tenant,
        user.id,
        limit,
    )
    rows: list[tuple[Json, ...]] = []
    for action in found:
        taken = yield from actions.taken_back(action.id)
        rows.append(row_of(action, taken))
    return Table(COLUMNS, tuple(rows))


def row_of(action: Action, taken: frozenset[int]) -> tuple[Json, ...]:
    """In the order of COLUMNS."""
    effect = action.content.effect
    return (
        action.id,
        moment(action.asked_at).isoformat(timespec="seconds"),
        action.tool,
        action.state.value,
        len(effect.changes),
        ", ".join(dict.fromkeys(change.target for change in effect.changes)),
        _undo(action, taken),
        action.undoes or None,
    )


def _undo(action: Action, taken: frozenset[int]) -> str:
    effect = action.content.effect
    if action.state is not State.DONE or not effect.changes:
        return "no"
    if effect.final:
        return f"no: {effect.final}"
    if not taken:
        return "yes"
    left = len(effect.changes) - len(taken)
    return f"yes, {left} of {len(effect.changes)}" if left else "taken back"
