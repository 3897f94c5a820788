"""One record that is made, changed or removed by one request (threats T17, T18, T47).

Few systems take a condition with such a request. So the record is read again right before: what was
confirmed must still stand. It is noted, and then sent once; where nobody hears of it, the system is asked
what there is. A record's key comes with the answer, and completes what was noted.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import anyio

from policies.canonical import Json
from policies.change import Change, Effect, Fields, Kind, stands
from policies.errors import InDoubt, NotFound, Refusal, StaleConfirmation
from tools.connector import Ledger, Trace
from tools.rest.marks import mark, settled, since_of
from tools.rest.unheard import Unheard


class Records(Protocol):
    """Those that an action holds, under one user's token.

    Every method raises `Refusal` where nothing was done, and those that act `Unheard` where nobody can say.
    """

    async def read(self, key: Fields) -> Fields | None:
        """The record as it stands; None where there is none. Raises `NotFound` where there may be one that
        the user does not see any more.
        """
        ...

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        """Keys and fields of the user's own records that hold all of `after`, made since then (ISO 8601).

        Raises `NotFound` where one may have been made that is not as it was, or that the user does not see.
        """
        ...

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        """Its key and its fields."""
        ...

    async def write(self, key: Fields, after: Fields) -> Fields:
        """Its fields then."""
        ...

    async def remove(self, key: Fields) -> None: ...


async def perform(
    name: str, records: Records, effect: Effect, ledger: Ledger, limit: float
) -> tuple[Fields, Fields]:
    """The only change of the effect, in the source `name`: the record's key and its fields then.

    Sending it, and looking where nobody hears of it, take `limit` seconds at the most.

    Raises as `Session.carry_out` does.
    """
    (change,) = effect.changes
    if change.before is not None and not stands(change.before, await seen(records, change.key)):
        raise StaleConfirmation(
            "What was confirmed no longer stands, so nothing was changed. Read it, and plan it anew."
        )
    noted = mark(time.time(), limit)
    await ledger.note(effect, noted)
    done: list[tuple[Fields, Fields]] = []
    # The point of no return: whoever hangs up now still gets it done, once, and on record.
    with anyio.CancelScope(shield=True):
        with anyio.move_on_after(limit):
            done.append(await _heard(name, records, change, since_of(noted)))
        if not done:
            raise in_doubt(name)
        if change.kind is Kind.CREATE:
            key, fields = done[0]
            stored = {field: fields[field] for field in change.after or {}}
            await ledger.complete(effect.holding((Change(change.target, key, None, stored),)))
    return done[0]


async def trace(records: Records, change: Change, mark: Json) -> Trace:
    """What became of a change that was noted. Raises `Refusal`."""
    try:
        found = await _found(records, change, since_of(mark))
    except NotFound:
        found = Trace.UNKNOWN
    return settled(found, mark, time.time())


async def _found(records: Records, change: Change, since: str | None) -> Trace:
    if change.kind is Kind.CREATE:
        found = await records.find(change.after or {}, since)
        return {0: Trace.NOT_DONE, 1: Trace.DONE}.get(len(found), Trace.UNKNOWN)
    row = await records.read(change.key)
    if stands(change.after, row):
        return Trace.DONE
    return Trace.NOT_DONE if stands(change.before, row) else Trace.UNKNOWN


async def made(records: Records, change: Change) -> tuple[Fields, Fields | None]:
    """The key and the fields now of a record that an action made, for taking it back: also where its key was
    never put on record. The fields are None where there is not exactly one.
    """
    if change.key:
        return change.key, await seen(records, change.key)
    found = await records.find(change.before or {}, None)
    return found[0] if len(found) == 1 else ({}, None)


async def seen(records: Records, key: Fields) -> Fields | None:
    """The record as the user sees it; None where they see none."""
    try:
        return await records.read(key)
    except NotFound:
        return None


async def _heard(name: str, records: Records, change: Change, since: str | None) -> tuple[Fields, Fields]:
    """Sends it, and looks where nobody hears of it."""
    try:
        return await _send(records, change)
    except Unheard:
        return await _look(name, records, change, since)


async def _send(records: Records, change: Change) -> tuple[Fields, Fields]:
    if change.before is None:
        return await records.make(change.after or {})
    if change.after is None:
        await records.remove(change.key)
        return change.key, change.before
    return change.key, await records.write(change.key, change.after)


async def _look(name: str, records: Records, change: Change, since: str | None) -> tuple[Fields, Fields]:
    """What there is now, where it is what was sent. Raises `InDoubt`."""
    try:
        if change.after is None:
            if await records.read(change.key) is None:
                return change.key, change.before or {}
        elif change.before is None:
            found = await records.find(change.after, since)
            if len(found) == 1:
                return found[0]
        else:
            row = await records.read(change.key)
            if row is not None and stands(change.after, row):
                return change.key, row
    except Refusal:
        pass
    raise in_doubt(name)


def in_doubt(name: str) -> InDoubt:
    return InDoubt(
        f"{name} was lost at the very end. Whether it was done is being found out: look with remit_actions, "
        "and do not ask for it again before."
    )


def ours(
    named: Sequence[tuple[Fields, Fields, str]], after: Fields, since: str | None
) -> Sequence[tuple[Fields, Fields]]:
    """Those of the records of one name, with their keys and when each was made, that hold all of `after`.

    Raises `NotFound` where none does and one was made since: what was made may have been changed.
    """
    found = [(key, fields) for key, fields, made_at in named if is_it(after, fields, made_at, since)]
    made_since = since is not None and any(_is_since(made_at, since) for _, _, made_at in named)
    if made_since and not found:
        raise NotFound("What is called so may have been changed since it was made.")
    return found


def is_it(after: Fields, fields: Fields, made_at: str, since: str | None) -> bool:
    """Whether a record with these fields, made then, may be the one that was sent."""
    return stands(after, fields) and (since is None or _is_since(made_at, since))


def _is_since(moment: str, since: str) -> bool:
    """Both in ISO 8601. What can't be read as a time counts."""
    try:
        return datetime.fromisoformat(moment) >= datetime.fromisoformat(since)
    except (ValueError, TypeError):
        return True
