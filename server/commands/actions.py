"""`remit actions`: what was done on whose behalf, and what became of it."""

import argparse
import json
from functools import partial

import anyio

from policies.document import Document
from server.actions import Action, Actions
from server.commands.options import moment, takes_configuration
from server.configuration import load
from server.digests import printable
from server.keys import find_keys, store_password
from server.own.actions import COLUMNS, row_of
from server.seal import Seal
from server.store import look_into_store
from server.transaction import Transaction


def configure(parser: argparse.ArgumentParser) -> None:
    takes_configuration(parser)
    parser.add_argument("--user", metavar="U", help="only those on behalf of this user")
    parser.add_argument("--since", type=moment, metavar="T", help="a time, or so long ago: 90m, 7d")
    parser.add_argument("--state", metavar="S", help="only those in this state, as in in_doubt")
    parser.add_argument("--limit", type=int, default=100, metavar="N", help="the newest N; default: 100")
    parser.add_argument("--json", action="store_true", help="a JSON object a line")


def run(options: argparse.Namespace) -> int:
    found = anyio.run(find, load(options.config).document, options)
    if not found and not options.json:
        print("No such action.")
    for action, taken in found:
        cells = dict(zip([column.name for column in COLUMNS], row_of(action, taken), strict=True))
        who = {"tenant": action.tenant, "user": action.user}
        by = {"confirmed_by": action.confirmed_by, "approved_by": action.approved_by, "why": action.why}
        if options.json:
            print(json.dumps({**cells, **who, **by}))
            continue
        user = printable(f"{action.tenant}/{action.user}")
        print(
            f"{cells['at']}  {action.id}  {action.state:9}  {user:20}  {action.tool:20}  "
            f"{cells['changes']} of {printable(str(cells['targets']))}  undo: {cells['undo']}"
        )
    return 0


async def find(document: Document, options: argparse.Namespace) -> list[tuple[Action, frozenset[int]]]:
    async with look_into_store(document, store_password(document)) as reader:
        keys = await find_keys(document, reader)
        actions = Actions(Seal(keys.derive("actions")), {})
        return await reader.read(partial(select, actions, options))


def select(actions: Actions, options: argparse.Namespace) -> Transaction[list[tuple[Action, frozenset[int]]]]:
    found = yield from actions.read(
        "WHERE asked_at >= $1 AND ($2 = '' OR user_id = $2) AND ($3 = '' OR state = $3) "
        "ORDER BY asked_at DESC, id LIMIT $4",
        options.since or 0,
        options.user or "",
        options.state or "",
        options.limit,
    )
    taken: dict[str, frozenset[int]] = {}
    for action in found:
        taken[action.id] = yield from actions.taken_back(action.id)
    return [(action, taken[action.id]) for action in found]
