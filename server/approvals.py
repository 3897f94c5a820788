"""Who says yes to a plan: nobody where it keeps to a scope, else the user, somebody else, or both.

A plan that needs a yes ends the call (`AnswerNeeded`). Whoever brings the answer makes the same call again,
from the top; it counts only if everything that it was given to is still the same. An argument is never an
answer (threats T16 to T20). What is refused for an answer that is forged, foreign, late or spent is told in
one and the same sentence.
"""

import secrets
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Final

import anyio

from policies.call import (
    Admission,
    Answer,
    Approval,
    Call,
    Caller,
    Channel,
    Fresh,
    Leaving,
    Mandate,
    Obligation,
    Plan,
    Request,
    Tier,
)
from policies.canonical import canonical
from policies.change import Effect
from policies.errors import Denied, InDoubt, InvalidArgument, LimitReached, NotApproved
from policies.question import FORM_CHARACTERS, AnswerNeeded, Question, title, wording
from policies.risk import Level, Risk, assess
from server.actions import (
    DECLINED_FOR,
    OPEN_FOR,
    Action,
    Actions,
    Begun,
    Content,
    State,
    declined,
    moved_on,
    once,
)
from server.autonomous.mandates import Mandates, Outside
from server.decisions import Decisions
from server.outgoing import Outgoing
from server.store import Store
from server.transaction import Transaction, now_ms

FOUND_OUT_WITHIN: Final = 10_000
"""Milliseconds after its time in which an action that nobody ended is mostly found out about."""
PROMPTS: Final = frozenset({Channel.FORM, Channel.LINK, Channel.TERMINAL})
"""Channels by which each question comes up in front of the user."""
PAGE_CHARACTERS: Final = 400_000
_ANOTHERS: Final = "WHERE once = $1 AND wish <> $2 LIMIT 1"
_LOOK: Final = 0.1  # seconds between two looks at an action that another call carries out


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What yeses are `owed` for: those that policy asks for, and the user's where there is a reason.

    `outside` is why a tool that need not ask does.
    """

    admission: Admission
    plan: Plan
    owed: frozenset[Obligation]
    risk: Risk
    leaving: Leaving | None
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Standing:
    """The action that a plan waits under. `declined`: just now; `stale`: one before it had an answer."""

    action: Action
    declined: bool = False
    stale: bool = False


class Approvals:
    def __init__(
        self,
        store: Store,
        actions: Actions,
        decisions: Decisions,
        outgoing: Outgoing,
        mandates: Mandates,
        *,
        questions_per_hour: int,
    ) -> None:
        self._store = store
        self._actions = actions
        self._decisions = decisions
        self._outgoing = outgoing
        self._mandates = mandates
        self._most = questions_per_hour

    async def fresh(self, admission: Admission, request: Request) -> Fresh:
        """Raises `Begun` for what the same call has done before, or is doing (threat T48).

        Raises `InvalidArgument` for an idempotency key that another call has.
        """
        call = admission.permit.call
        if call.tool.tier is not Tier.READ:
            former = await self._store.read(partial(self._former, call, request.answer))
            if former is not None:
                raise Begun(former.id)
        return Fresh(admission)

    async def outcome(self, begun: Begun) -> Action:
        """The action, once it is done. Raises `InDoubt`, or `StaleConfirmation` where it failed."""
        while True:
            action, now = await self._store.read(partial(self._look, begun.action))
            if action is None or not action.has_begun:
                raise moved_on()
            if action.state is State.DONE:
                return action
            if action.state is State.IN_DOUBT or now > action.until + FOUND_OUT_WITHIN:
                raise InDoubt(
                    f"Nobody can say yet whether this was done before, as action {action.id}. Look with "
                    "remit_actions, and at the system itself, before you ask for it again."
                )
            await anyio.sleep(_LOOK)

    async def ask(self, fresh: Fresh, plan: Plan, request: Request) -> Approval:
        """Raises `AnswerNeeded`, `NotApproved`, `Begun`, `LimitReached` or `Denied`."""
        admission = fresh.admission
        permit = admission.permit
        call = permit.call
        if plan.call is not call:
            raise NotApproved("This plan was made for another call. Call the tool again.")
        by = ", ".join(permit.policies)
        if call.tool.tier is Tier.READ:
            return Approval(admission, plan, by)
        binding = sha256(canonical(["remit binding 1", plan.digest, permit.version]).encode()).hexdigest()
        risk, leaving = await self._risk(admission, plan)
        wanted = _Wanted(admission, plan, permit.obligations, risk, leaving)
        if call.tool.tier is Tier.AUTO:
            found = await self._store.read(partial(self._mandates.weigh, call, plan.effect or Effect(())))
            # Whoever brings an answer has asked somebody: that counts, and a scope does not stand above it.
            if isinstance(found, Mandate) and not risk.reasons and not request.answer:
                if not wanted.owed:
                    return _alone(wanted, found, binding)
            else:
                wanted = _asked_after_all(wanted, _outside(call, found))
        content = self._content(wanted, binding, request.caller)
        standing = await self._standing(call, binding, content, request)
        if standing.declined:
            raise declined()
        return await self._weighed(wanted, standing, request.answer)

    async def wait(self, action: str, seconds: float) -> None:
        """Until a person has decided about an action on our page, or the time is over."""
        with anyio.move_on_after(seconds):
            while True:
                found, now = await self._store.read(partial(self._look, action))
                if found is None or not found.is_open(now) or found.confirmed_by or found.approved_by:
                    return
                await anyio.sleep(_LOOK)

    def _look(self, action: str) -> Transaction[tuple[Action | None, int]]:
        now = yield from now_ms()
        return (yield from self._actions.find(action)), now

    async def _weighed(self, wanted: _Wanted, standing: _Standing, answer: Answer | None) -> Approval:
        action, owed = standing.action, wanted.owed
        said = answer.channel.value if answer and answer.yes and answer.action == action.id else ""
        confirmed = action.confirmed_by or said
        lacks_confirmation = Obligation.CONFIRM in owed and not confirmed
        lacks_approval = Obligation.APPROVE in owed and not action.approved_by
        if not lacks_confirmation and not lacks_approval:
            return Approval(
                wanted.admission,
                wanted.plan,
                " and ".join(filter(None, [confirmed and action.user, action.approved_by])),
                action=action.id,
                binding=action.binding,
                asked=True,
                confirmed_by=confirmed,
                leaving=wanted.leaving,
            )
        if said and not action.confirmed_by:
            await self._decisions.confirm(action, Channel(said))
        content = action.content
        channel = action.channel if lacks_confirmation and action.channel else Channel.PAGE
        raise AnswerNeeded(
            Question(
                action.id,
                action.source,
                channel,
                title(content.effect, action.source, undoing=bool(action.undoes)),
                content.question,
                content.effect,
                Risk(content.level, content.reasons),
                standing.stale,
                approver=not lacks_confirmation,
                outside=wanted.outside,
            )
        )

    async def _risk(self, admission: Admission, plan: Plan) -> tuple[Risk, Leaving | None]:
        alone = not admission.permit.obligations
        verdict, leaving = await self._outgoing.judge(admission, plan, alone=alone)
        source, suspicion = self._outgoing.sources[plan.call.tool.source], admission.context.suspicion
        return assess(plan.effect or Effect(()), source, suspicion, verdict), leaving

    def _content(self, wanted: _Wanted, binding: str, caller: Caller) -> Content:
        """Raises `Denied` for what nobody could be shown whole."""
        plan, risk = wanted.plan, wanted.risk
        effect = plan.effect or Effect(())
        text = wording(plan, effect, risk, binding)
        if len(text) > PAGE_CHARACTERS:
            raise Denied(
                "This is too much to be shown whole, so nobody can say yes to it. Change less at once.",
                rule="too_large_to_show",
            )
        return Content(
            effect, text, risk.level, risk.reasons, wanted.owed, caller.client, plan.call.transport
        )

    async def _standing(self, call: Call, binding: str, content: Content, request: Request) -> _Standing:
        return await self._decisions.run(
            partial(self._stand, call, binding, content, request.answer, request.caller)
        )

    def _stand(
        self, call: Call, binding: str, content: Content, answer: Answer | None, caller: Caller
    ) -> Transaction[_Standing]:
        now = yield from now_ms()
        action = yield from (self._actions.find(answer.action) if answer else self._actions.newest(call.wish))
        if action and not _is_of(action, call):
            action = None
        if action and action.state is State.DECLINED and now - action.ended_at < DECLINED_FOR:
            raise declined()
        if answer:
            _hold(answer, action, now)
        stale = False
        if action and action.is_open(now):
            if answer and answer.yes is False:
                yield from self._decisions.decline(action, action.user, answer.channel)
                return _Standing(action, declined=True)
            if answer and answer.yes is None and answer.channel is not Channel.LINK:
                raise dismissed()
            if action.binding == binding:
                if not answer and not action.confirmed_by and action.channel in PROMPTS:
                    yield from self._actions.ask_again(action, self._most, now)
                return _Standing(action)
            yield from self._decisions.drop(action)
            stale = bool(answer or action.confirmed_by or action.approved_by)
        yield from self._actions.refuse_too_many(call.user.tenant, call.user.id, self._most, now)
        asked = Action.of(
            call,
            content,
            id=new_id(),
            binding=binding,
            channel=_channel(content, caller),
            state=State.OPEN,
            now=now,
            until=now + OPEN_FOR,
        )
        yield from self._actions.add(asked)
        return _Standing(asked, stale=stale)

    def _former(self, call: Call, answer: Answer | None) -> Transaction[Action | None]:
        now = yield from now_ms()
        key = once(call)
        if key and (yield from self._actions.read(_ANOTHERS, key, call.wish)):
            raise InvalidArgument(
                "idempotency_key: another call has this key already. Make a new one for each action."
            )
        if answer:
            action = yield from self._actions.find(answer.action)
            return action if action and _is_of(action, call) and action.has_begun else None
        action = yield from self._actions.former(call, now)
        return action if action is not None and action.has_begun else None


def _outside(call: Call, found: Mandate | Outside) -> tuple[str, ...]:
    """The reasons to ask after all. Raises `Denied` or `LimitReached` where the scope refuses instead."""
    if isinstance(found, Mandate):
        return ()
    if not found.refuse:
        return found.reasons
    why = " ".join(found.reasons)
    if found.wait:
        raise LimitReached(
            f"This may go alone no more for now: {why} Call again in {found.wait} s, or call "
            f"{call.tool.plain}, which asks.",
            retry_after=found.wait,
        )
    raise Denied(
        f"This may not go alone, by the scope {found.scope}: {why} Keep to it, or call {call.tool.plain}, "
        "which asks.",
        rule="outside_scope",
    )


def _asked_after_all(wanted: _Wanted, outside: tuple[str, ...]) -> _Wanted:
    reasons = (*outside, *wanted.risk.reasons)
    return _Wanted(
        wanted.admission,
        wanted.plan,
        wanted.owed | {Obligation.CONFIRM},
        Risk(wanted.risk.level, reasons),
        wanted.leaving,
        reasons,
    )


def _alone(wanted: _Wanted, mandate: Mandate, binding: str) -> Approval:
    return Approval(
        wanted.admission,
        wanted.plan,
        f"scope {mandate.scope}, granted by {mandate.by}",
        action=new_id(),
        binding=binding,
        leaving=wanted.leaving,
        mandate=mandate,
    )


def new_id() -> str:
    """Opaque, 128 bits: it may stand in an address (threat T21), and on a command line as no option."""
    return secrets.token_hex(16)


def _is_of(action: Action, call: Call) -> bool:
    mine = (action.tenant, action.user) == (call.user.tenant, call.user.id)
    return mine and action.wish == call.wish


def _hold(answer: Answer, action: Action | None, now: int) -> None:
    """Raises `NotApproved` for an answer to anything but an open question that was asked in this way.

    Raises `Begun` for one that was answered and acted on a moment ago.
    """
    if action is not None and action.has_begun:
        raise Begun(action.id)
    if action is None or not action.is_open(now):
        raise unknown()
    if answer.yes and answer.channel is not action.channel:
        raise unknown()


def _channel(content: Content, caller: Caller) -> Channel:
    offered = caller.channels
    if Channel.TERMINAL in offered:
        return Channel.TERMINAL
    if Channel.FORM in offered and content.level is Level.LOW and len(content.question) <= FORM_CHARACTERS:
        return Channel.FORM
    return Channel.LINK if Channel.LINK in offered else Channel.PAGE


def unknown() -> NotApproved:
    return NotApproved("There is no such question open to you. Call the tool again without an answer.")


def dismissed() -> NotApproved:
    return NotApproved(
        "The user closed the question without an answer, so nothing was done. Ask them before you call again."
    )
