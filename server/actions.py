"""Actions in the store of record: what was asked, answered, carried out and taken back.

    open -> started -> done | failed | in_doubt
    open -> declined | stale
    in_doubt -> done | failed

Each transition is one conditional update in a transaction that also holds its audit entry, so that whatever
several processes do at once, one of them makes it and the others see it made (threats T19, T51). An open
action whose time is over stands for nothing. Plans and images are sealed (server/seal.py).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Self, cast

from policies.call import Approval, Call, Caller, Channel, Obligation, Tier, Transport, User
from policies.canonical import Json, canonical
from policies.change import Effect
from policies.errors import LimitReached, NotApproved, StaleConfirmation
from policies.milliseconds import DAY, HOUR
from policies.risk import Level
from server.halting.rows import EPOCH, KEPT
from server.seal import Seal
from server.transaction import Transaction, now_ms

OPEN_FOR: Final = 600_000
"""Milliseconds that a question stands."""
DECLINED_FOR: Final = 900_000
"""Milliseconds in which what was declined is not asked again (threat T20)."""
REPLAYED_FOR: Final = 600_000
"""Milliseconds in which the same call again is taken for a repetition of the same one (threat T48)."""
REPLAYED_FOR_A_KEY: Final = DAY
LEASE: Final = 60_000

_COLUMNS: Final = (
    "id, tenant, user_id, source, tool, wish, once, binding, channel, state, asked_at, asked, until, "
    "confirmed_by, approved_by, why, ended_at, undoes, items, content, outcome, tier"
)
_READ: Final = f"SELECT {_COLUMNS} FROM actions"  # noqa: S608 - names alone
_ADD: Final = f"INSERT INTO actions ({_COLUMNS}) VALUES ({', '.join(f'${n}' for n in range(1, 23))})"  # noqa: S608

_COUNT_ASKED: Final = """
    SELECT sum(asked), min(asked_at)
    FROM actions
    WHERE tenant = $1 AND user_id = $2 AND asked_at > $3
"""
_ASK_AGAIN: Final = "UPDATE actions SET asked = asked + 1 WHERE id = $1"
_MOVE: Final = "UPDATE actions SET state = $1, ended_at = $2 WHERE id = $3 AND state = $4 RETURNING id"
_CONFIRM: Final = """
    UPDATE actions
    SET confirmed_by = $1
    WHERE id = $2 AND state = 'open' AND confirmed_by = ''
    RETURNING id
"""
_APPROVE: Final = """
    UPDATE actions
    SET approved_by = $1, why = $2
    WHERE id = $3 AND state = 'open' AND approved_by = '' AND user_id <> $1
    RETURNING id
"""
_START: Final = """
    UPDATE actions
    SET state = 'started', until = $1, confirmed_by = $2
    WHERE id = $3 AND state = 'open' AND until > $4 AND binding = $5 AND wish = $6
    RETURNING id
"""
_TAKEN_BACK: Final = """
    SELECT items
    FROM actions
    WHERE undoes = $1 AND state IN ('started', 'done', 'in_doubt')
"""
_NOTE: Final = f"UPDATE actions SET content = $1 WHERE id = $2 RETURNING {KEPT}"  # noqa: S608 - names alone
_END: Final = f"""
    UPDATE actions
    SET state = $1, ended_at = $2, outcome = $3, epoch = COALESCE({EPOCH}, 0)
    WHERE id = $4
"""  # noqa: S608 - names alone


class State(StrEnum):
    OPEN = "open"
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    DECLINED = "declined"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Content:
    """What an action is about. Never in the log, and in the store only sealed.

    `effect` is the plan's until it is noted as it was really done; then `mark` helps to trace it. `owed` are
    the yeses that policy asks for.
    """

    effect: Effect
    question: str
    level: Level
    reasons: tuple[str, ...]
    owed: frozenset[Obligation]
    client: str
    transport: Transport
    noted: bool = False
    mark: Json = None

    def to_json(self) -> dict[str, Json]:
        return {
            "effect": self.effect.to_json(),
            "question": self.question,
            "level": self.level.value,
            "reasons": list(self.reasons),
            "owed": [*sorted(self.owed)],
            "client": self.client,
            "transport": self.transport.value,
            "noted": self.noted,
            "mark": self.mark,
        }

    @classmethod
    def from_json(cls, value: Json) -> Self:
        """Of `to_json`, and nothing else."""
        parts = cast("dict[str, Any]", value)
        return cls(
            Effect.from_json(parts["effect"]),
            parts["question"],
            Level(parts["level"]),
            tuple(parts["reasons"]),
            frozenset(map(Obligation, parts["owed"])),
            parts["client"],
            Transport(parts["transport"]),
            parts["noted"],
            parts["mark"],
        )

    def as_done(self, effect: Effect, mark: Json) -> "Content":
        return Content(
            effect,
            self.question,
            self.level,
            self.reasons,
            self.owed,
            self.client,
            self.transport,
            noted=True,
            mark=mark,
        )


@dataclass(frozen=True, slots=True)
class Action:
    """One row. Times are in milliseconds of the store's clock, 0 for one that has not come.

    `wish` is what the caller wants (`Call.wish`), `once` the digest of a key of the caller's own that this
    wish alone may have, `binding` what a yes is bound to. `confirmed_by` is the channel that the user said
    yes through, `approved_by` the id of the other person who did. `items` are the places, in the action that
    it `undoes`, of the changes that it takes back.
    """

    id: str
    tenant: str
    user: str
    source: str
    tool: str
    wish: str
    once: str
    binding: str
    channel: Channel | None
    state: State
    asked_at: int
    asked: int
    until: int
    confirmed_by: str
    approved_by: str
    why: str
    ended_at: int
    undoes: str
    items: tuple[int, ...]
    content: Content = field(repr=False)
    outcome: str = field(repr=False)
    tier: Tier

    @classmethod
    def of(
        cls,
        call: Call,
        content: Content,
        *,
        id: str,  # noqa: A002 - it is what it is called everywhere
        binding: str,
        channel: Channel | None,
        state: State,
        now: int,
        until: int,
    ) -> Self:
        """A new one. `channel` is None where nobody is asked."""
        undoing = call.undoing
        return cls(
            id=id,
            tenant=call.user.tenant,
            user=call.user.id,
            source=call.tool.source,
            tool=call.tool.name,
            wish=call.wish,
            once=once(call),
            binding=binding,
            channel=channel,
            state=state,
            asked_at=now,
            asked=0 if channel is None else 1,
            until=until,
            confirmed_by="",
            approved_by="",
            why="",
            ended_at=0,
            undoes=undoing.action if undoing else "",
            items=undoing.items if undoing else (),
            content=content,
            outcome="",
            tier=call.tool.tier,
        )

    @property
    def has_begun(self) -> bool:
        return self.state in {State.STARTED, State.DONE, State.IN_DOUBT}

    def is_open(self, now: int) -> bool:
        return self.state is State.OPEN and now < self.until


class Actions:
    """Transactions over the table of actions, for others to put into theirs."""

    def __init__(self, seal: Seal, leases: Mapping[str, int]) -> None:
        """`leases` are in milliseconds, by source: after so long, whoever carries an action out has ended.

        LEASE where a source has none.
        """
        self._seal = seal
        self._leases = leases

    def read(self, where: str, *arguments: Any) -> Transaction[list[Action]]:
        """Those that `where` picks, which is ours: a statement from WHERE on. Raises `AuditUnavailable`."""
        rows = yield f"{_READ} {where}", arguments
        return [self._opened(row) for row in rows]

    def find(self, id: str) -> Transaction[Action | None]:  # noqa: A002 - it is what it is called everywhere
        found = yield from self.read("WHERE id = $1", id)
        return found[0] if found else None

    def find_of(self, user: User, id: str) -> Transaction[Action | None]:  # noqa: A002 - as above
        """Somebody else's is not even opened, which would take longer than what there is not (T36)."""
        found = yield from self.read(
            "WHERE id = $1 AND tenant = $2 AND user_id = $3", id, user.tenant, user.id
        )
        return found[0] if found else None

    def newest(self, wish: str) -> Transaction[Action | None]:
        found = yield from self.read("WHERE wish = $1 ORDER BY asked_at DESC, id LIMIT 1", wish)
        return found[0] if found else None

    def add(self, action: Action) -> Transaction[None]:
        yield _ADD, self._row(action)

    def refuse_too_many(self, tenant: str, user: str, most: int, now: int) -> Transaction[None]:
        """Raises `LimitReached` for a user who was asked `most` times within the last hour (threat T20)."""
        rows = yield (
            _COUNT_ASKED,
            (tenant, user, now - HOUR),
        )
        count, oldest = rows[0]
        if (count or 0) >= most:
            seconds = -(-(oldest + HOUR - now) // 1000)
            raise LimitReached(
                f"You were asked {count} times within an hour, and may be asked {most} times. "
                f"Try again in {seconds} s.",
                retry_after=seconds,
            )

    def ask_again(self, action: Action, most: int, now: int) -> Transaction[None]:
        """Counts that the user is asked once more. Raises `LimitReached`."""
        yield from self.refuse_too_many(action.tenant, action.user, most, now)
        yield _ASK_AGAIN, (action.id,)

    def move(self, action: Action, to: State) -> Transaction[None]:
        """One transition. Raises `StaleConfirmation` where the action has moved already."""
        now = yield from now_ms()
        rows = yield (
            _MOVE,
            (to.value, now, action.id, action.state.value),
        )
        if not rows:
            raise moved_on()

    def confirm(self, action: Action, channel: Channel) -> Transaction[None]:
        """The user's own yes, where it is not spent at once. Raises `StaleConfirmation`."""
        rows = yield (
            _CONFIRM,
            (channel.value, action.id),
        )
        if not rows:
            raise moved_on()

    def approve(self, action: Action, by: str, why: str) -> Transaction[None]:
        """Somebody else's yes. Raises `StaleConfirmation`."""
        rows = yield (
            _APPROVE,
            (by, why, action.id),
        )
        if not rows:
            raise moved_on()

    def start(self, approval: Approval, caller: Caller, now: int) -> Transaction[None]:
        """From here on, the store's `now`, it is under way, and the yes to it is spent (threat T19).

        Raises `StaleConfirmation` for a yes that is spent, too old, or was given to something else.
        """
        call = approval.admission.permit.call
        until = now + self._leases.get(call.tool.source, LEASE)
        yield from self._refuse_undone(call)
        if not approval.asked:
            effect = approval.plan.effect or Effect(())
            content = Content(effect, "", Level.LOW, (), frozenset(), caller.client, call.transport)
            begun = Action.of(
                call,
                content,
                id=approval.action,
                binding=approval.binding,
                channel=None,
                state=State.STARTED,
                now=now,
                until=until,
            )
            yield from self.add(begun)
            return
        rows = yield (
            _START,
            (until, approval.confirmed_by, approval.action, now, approval.binding, call.wish),
        )
        if not rows:
            found = yield from self.find(approval.action)
            if found and found.has_begun:
                raise Begun(found.id)
            raise moved_on()

    def former(self, call: Call, now: int) -> Transaction[Action | None]:
        """What the same wish did before, is doing or waits as: what stands in the way of doing it again.

        A done one stands for a while alone, and not once it was taken back (threat T48).
        """
        action = yield from self.newest(call.wish)
        if action is None or action.state is not State.DONE:
            return action
        old = now - action.ended_at > (REPLAYED_FOR_A_KEY if once(call) else REPLAYED_FOR)
        return None if old or (yield from self.taken_back(action.id)) else action

    def clear(self, call: Call, now: int) -> Transaction[Action | None]:
        """Before something is begun that nobody was asked about: the open question that it makes needless.

        That stands for nothing from here on. Raises `Begun` for a repetition, or `NotApproved` for what the
        user has just declined.
        """
        action = yield from self.former(call, now)
        if action is not None and action.has_begun:
            raise Begun(action.id)
        if action is not None and action.state is State.DECLINED and now - action.ended_at < DECLINED_FOR:
            raise declined()
        if action is None or not action.is_open(now):
            return None
        yield from self.move(action, State.STALE)
        return action

    def _refuse_undone(self, call: Call) -> Transaction[None]:
        """Raises `StaleConfirmation` where another action takes back, or has, what this call is to."""
        if call.undoing is None:
            return
        taken = yield from self.taken_back(call.undoing.action)
        if taken & set(call.undoing.items):
            raise StaleConfirmation("This was taken back already, or is being taken back just now.")

    def taken_back(self, action: str) -> Transaction[frozenset[int]]:
        """The places of those of its changes that were taken back, or are just now."""
        rows = yield (
            _TAKEN_BACK,
            (action,),
        )
        return frozenset(item for (items,) in rows for item in json.loads(items))

    def note(self, id: str, effect: Effect, mark: Json) -> Transaction[object]:  # noqa: A002
        """What is about to become final, while it is under way (threat T47). Raises `StaleConfirmation`.

        Returns what the kill switch holds now.
        """
        action = yield from self.find(id)
        if action is None or action.state is not State.STARTED:
            raise moved_on()
        rows = yield (
            _NOTE,
            (self._sealed(action, "content", action.content.as_done(effect, mark).to_json()), id),
        )
        kept: object = rows[0][0]
        return kept

    def complete(self, id: str, effect: Effect) -> Transaction[None]:  # noqa: A002
        """What was noted, with the keys that the system gave since. Whatever has become of it by then."""
        action = yield from self.find(id)
        if action is not None and action.content.noted:
            content = action.content.as_done(effect, action.content.mark)
            yield _NOTE, (self._sealed(action, "content", content.to_json()), id)

    def end(self, id: str, to: State, outcome: Json = None) -> Transaction[bool]:  # noqa: A002
        """How an action that was under way has ended, for whoever knows: False where it has ended already.

        `outcome` is what its call is answered.
        """
        now = yield from now_ms()
        action = yield from self.find(id)
        if action is None or action.state not in {State.STARTED, State.IN_DOUBT}:
            return False
        sealed = "" if outcome is None else self._sealed(action, "outcome", outcome)
        yield (
            _END,
            (to.value, now, sealed, id),
        )
        return True

    def outcome(self, action: Action) -> Mapping[str, Json] | None:
        """What the call that did it was answered; None where that was lost."""
        if not action.outcome:
            return None
        opened = self._seal.open(action.outcome, *_bound(action.tenant, action.user, action.id, "outcome"))
        return cast("dict[str, Json]", opened)

    def _row(self, action: Action) -> tuple[Any, ...]:
        return (
            action.id,
            action.tenant,
            action.user,
            action.source,
            action.tool,
            action.wish,
            action.once,
            action.binding,
            action.channel or "",
            action.state.value,
            action.asked_at,
            action.asked,
            action.until,
            action.confirmed_by,
            action.approved_by,
            action.why,
            action.ended_at,
            action.undoes,
            json.dumps(list(action.items)),
            self._sealed(action, "content", action.content.to_json()),
            action.outcome,
            action.tier.value,
        )

    def _opened(self, row: Sequence[Any]) -> Action:
        identity, tenant, user = row[0], row[1], row[2]
        content = self._seal.open(row[19], *_bound(tenant, user, identity, "content"))
        return Action(
            id=identity,
            tenant=tenant,
            user=user,
            source=row[3],
            tool=row[4],
            wish=row[5],
            once=row[6],
            binding=row[7],
            channel=Channel(row[8]) if row[8] else None,
            state=State(row[9]),
            asked_at=row[10],
            asked=row[11],
            until=row[12],
            confirmed_by=row[13],
            approved_by=row[14],
            why=row[15],
            ended_at=row[16],
            undoes=row[17],
            items=tuple(json.loads(row[18])),
            content=Content.from_json(content),
            outcome=row[20],
            tier=Tier(row[21]),
        )

    def _sealed(self, action: Action, part: str, value: Json) -> str:
        return self._seal.close(value, *_bound(action.tenant, action.user, action.id, part))


def once(call: Call) -> str:
    """The digest of the caller's own key for this call, which no other wish may have; "" without one."""
    key = call.arguments.get("idempotency_key")
    if key is None:
        return ""
    parts = ["remit once 1", [call.user.tenant, call.user.id], call.tool.plain, key]
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def _bound(tenant: str, user: str, action: str, part: str) -> tuple[str, ...]:
    return ("remit action 1", tenant, user, action, part)


class Begun(StaleConfirmation):
    """A call of the same wish has done it, or is doing it, as `action`."""

    def __init__(self, action: str) -> None:
        super().__init__(f"This is done, or being done, as action {action}.")
        self.action = action


def declined() -> NotApproved:
    return NotApproved(
        "The user declined exactly this. Do not ask for it again now: ask the user what they want instead."
    )


def moved_on() -> StaleConfirmation:
    return StaleConfirmation(
        "What was confirmed is no longer open: it was carried out, declined or changed meanwhile. Look at "
        "remit_actions, then call again if it is still wanted."
    )
