"""The audit log as a call meets it: one entry before it acts, one for how it ended.

Here, and only here, a `Receipt`, a `Grant` and a `Reply` are made: each says that an entry is durable. When
no entry can be kept, nothing is done and nothing leaves (threat T45). Of what was asked and answered an entry
holds shapes, counts and keyed hashes, never a value (threat T46); a refusal's `detail` goes to the process
log alone. server/chain.py and docs/audit.md have the form, server/verify.py the proof.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import TypeVar

import anyio

from policies.call import (
    Approval,
    Call,
    Grant,
    Permit,
    Receipt,
    Redacted,
    Reply,
    Request,
    Restored,
    Tier,
    User,
)
from policies.canonical import Json
from policies.change import Effect
from policies.document import Audit as Settings
from policies.errors import AuditUnavailable, ConfigurationError, Denied, Refusal
from policies.halt import hold
from server.actions import Action, Actions, State
from server.anomalies.activity import Activity
from server.anomalies.ended import NOTHING, Ended, Touched, whole, whose
from server.autonomous.mandates import Mandates
from server.checkpoints import Checkpointer
from server.context.memories import Memories, Noted, keep_leaving
from server.digests import TenantKey, describe, digest_of_text, printable
from server.halting.guard import Guard
from server.keys import Keys
from server.outcomes import Outcome, without_rows
from server.seal import Seal
from server.standing import stands
from server.store import Store
from server.transaction import Transaction
from server.writer import Writer

T = TypeVar("T")

log = logging.getLogger("remit.audit")

Facts = Callable[[TenantKey], Mapping[str, Json]]


class Audit:
    """This process's part of the log. Open one with `open_audit`."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        checkpointer: Checkpointer,
        actions: Actions,
        *,
        activity: Activity,
        memories: Memories | None = None,
        mandates: Mandates | None = None,
    ) -> None:
        """Without `memories` nothing is answered: no context would know of it."""
        self.memories = memories
        self._store = store
        self._writer = writer
        self._checkpointer = checkpointer
        self.actions = actions
        self.activity = activity
        self.guard = Guard(store)
        self.mandates = mandates

    @asynccontextmanager
    async def record(self, request: Request) -> AsyncGenerator["Record"]:
        """The record of one call. However the call ends, that is on record before the caller hears of it.

        An error that leaves the block is put on record and raised again. Raises `AuditUnavailable` in its
        stead when that can't be done; after a cancellation nobody listens, and the process log says so.
        """
        record = Record(self, request)
        try:
            with record.scope:
                yield record
        except Refusal as refusal:
            await record.refused(refusal)
            raise
        except Exception as error:
            await record.failed(error)
            raise
        except BaseException:
            await record.cancelled()
            raise
        await record.left()

    def append(self, tenant: str, facts: Facts) -> Transaction[Receipt]:
        """An entry, within a transaction that does more. Raises `AuditUnavailable`."""
        return Receipt(self._writer.id, (yield from self._writer.append(tenant, facts)))

    async def put(
        self,
        tenant: str,
        facts: Facts,
        beside: Callable[[], Transaction[object]] | None = None,
        ended: Ended | None = None,
    ) -> Receipt:
        """An entry, durable on return, in one commit with what happens `beside` it.

        `ended` is for the last entry of a call whose user is known: it is counted in the same commit. Raises
        `AuditUnavailable`, or what that raises.
        """
        begun = monotonic()
        receipt = await self._store.run(partial(self._both, tenant, facts, beside, ended))
        self.acknowledge(receipt)
        if ended is not None:
            self.activity.hear(ended, monotonic() - begun)
        return receipt

    async def keep(self, transaction: Callable[[], Transaction[T]]) -> T:
        """Something that a call does without an entry of its own. Raises what it raises."""
        return await self._store.run(transaction)

    def _both(
        self,
        tenant: str,
        facts: Facts,
        beside: Callable[[], Transaction[object]] | None,
        ended: Ended | None,
    ) -> Transaction[Receipt]:
        if beside is not None:
            yield from beside()
        receipt = yield from self.append(tenant, facts)
        if ended is not None:
            yield from self.activity.count(ended)
        return receipt

    def acknowledge(self, receipt: Receipt) -> None:
        """Whoever holds a receipt knows that it is durable; this tells the chain."""
        self._writer.acknowledge(receipt.sequence)
        self._checkpointer.notice()

    @property
    def waiting(self) -> int:
        """Entries that the second place has not taken a checkpoint for yet."""
        return self._checkpointer.waiting

    def refuse_if_behind(self) -> None:
        self._checkpointer.refuse_if_behind()


class Record:
    """One call's entries, in their order: asked, intended (unless it only reads), and how the call ended.

    Each method takes the proof of the step before it and refuses that of another call, so that no proof is
    good for two. Open one with `Audit.record`.
    """

    def __init__(self, audit: Audit, request: Request) -> None:
        self._audit = audit
        self._request = request
        self.scope = anyio.CancelScope()
        self._begun = self._passed = monotonic()
        self._stages: dict[str, float] = {}
        self._user: User | None = None
        self._call: Call | None = None
        self._grant: Grant | None = None
        self._action = ""
        self._epoch = 0
        self._restored = 0
        self._noted = self._answered = False

    def identify(self, user: User) -> User:
        """From here on every entry names the user."""
        self._user = user
        return user

    def restore(self, restored: Restored) -> Restored:
        """From here on every entry says how many pseudonyms were given back their values."""
        _insist(restored.fresh.admission.permit.call is self._call, "what another call restored")
        self._restored = len(restored.values)
        self._pass("admission")
        return restored

    def opening(self, permit: Permit) -> Transaction[Receipt]:
        """The entry "asked", to be kept in the transaction that counts the call.

        Raises `AuditUnavailable`, also when the second place of the log is too far behind.
        """
        call = permit.call
        _insist(call.id == self._request.id and call.user == self._user, "a permit for another call")
        self._audit.refuse_if_behind()
        self._call = call
        asked = describe(call.arguments, vouched=True)
        return (
            yield from self._audit.append(
                self._tenant,
                lambda key: {
                    **self._facts("asked"),
                    **asked.facts(key),
                    "tier": call.tool.tier,
                    "definition": call.definition,
                    "policies": list(permit.policies),
                    "policy": permit.version,
                    "obligations": [*sorted(permit.obligations)],
                },
            )
        )

    async def intend(self, approval: Approval) -> Grant:
        """The proof that the intent is on record. For what only reads, the entry "asked" is the intent.

        Raises `AuditUnavailable`.
        """
        call, plan = approval.admission.permit.call, approval.plan
        _insist(call is self._call and plan.call is call, "an approval for another call")
        _insist(self._grant is None, "a second grant for one call")
        self._pass("planning")
        self._audit.acknowledge(approval.admission.receipt)
        self._audit.refuse_if_behind()
        receipt = approval.admission.receipt
        if call.tool.tier is not Tier.READ:
            _insist(bool(approval.action), "an action that nobody keeps")
            receipt = await self._begin(approval)
        self._grant = Grant(approval, receipt)
        self._pass("recording")
        return self._grant

    async def _begin(self, approval: Approval) -> Receipt:
        mandate = approval.mandate
        # The point of no return: whoever goes away from here on, it is carried out, and is on record as done.
        self.scope.shield = True
        try:
            receipt = await self._put(
                lambda _: {
                    **self._facts("intended"),
                    "plan": approval.plan.digest,
                    "connection": printable(approval.plan.connection),
                    "by": printable(approval.by),
                    "action": approval.action,
                    "epoch": self._epoch,
                    **({"scope": mandate.scope, "scope_digest": mandate.digest} if mandate else {}),
                },
                partial(self._start, approval),
            )
        except Exception:
            self.scope.shield = False
            raise
        self._action = approval.action
        return receipt

    def _start(self, approval: Approval) -> Transaction[None]:
        now, self._epoch = yield from stands(approval.admission.permit, approval.plan.own)
        if approval.leaving is not None:
            yield from keep_leaving(approval.leaving)
        yield from self._go_alone(approval, now)
        yield from self._audit.actions.start(approval, self._request.caller, now)

    def _go_alone(self, approval: Approval, now: int) -> Transaction[None]:
        """Counts what nobody was asked about, which ends an open question about the same."""
        if approval.asked:
            return
        mandate, mandates = approval.mandate, self._audit.mandates
        if mandate is None or mandates is None:
            raise RuntimeError("nobody was asked, and no scope says that nobody need be")
        needless = yield from self._audit.actions.clear(approval.plan.call, now)
        yield from mandates.spend(approval, mandate)
        if needless is not None:
            facts: dict[str, Json] = {
                **self._facts("stale"),
                "action": needless.id,
                "plan": needless.binding,
            }
            yield from self._audit.append(self._tenant, lambda _: facts)

    async def note(self, effect: Effect, mark: Json) -> None:
        """See `tools.connector.Ledger`. From here on only the system itself knows whether it was done.

        Raises `StaleConfirmation` where the action is no longer under way: somebody took it for lost. Raises
        `Halted`, also where that came to be since it was noted.
        """
        call = self._call
        assert call is not None
        _insist(bool(self._action) and not self._noted, "a note without an action, or a second one")
        looked = await self._audit.keep(partial(self._noting, call, effect, mark))
        await self._audit.guard.hold(call, looked)
        self._noted = True

    async def complete(self, effect: Effect) -> None:
        """See `tools.connector.Ledger`. Raises `AuditUnavailable`."""
        _insist(self._noted, "keys of an action that was not noted")
        await self._audit.keep(partial(self._audit.actions.complete, self._action, effect))

    def _noting(self, call: Call, effect: Effect, mark: Json) -> Transaction[float]:
        """When the switch was read."""
        looked = self._audit.guard.clock()
        hold((yield from self._audit.actions.note(self._action, effect, mark)), call)
        return looked

    async def finish(self, redacted: Redacted) -> Reply:
        """The proof that the outcome is on record: then, and only then, it may leave.

        Raises `AuditUnavailable`.
        """
        _insist(redacted.grant is self._grant, "a result of another call")
        _insist(not self._answered, "a second reply to one call")
        self._pass("carrying_out")
        plan, table = redacted.grant.plan, redacted.table
        outcome = Outcome.of(redacted)
        digest, size = digest_of_text(outcome.text), len(outcome.text.encode("utf-8", "surrogatepass"))
        ended = self._ended(
            size=size,
            whole=whole(redacted, size),
            touched=self._audit.activity.touched(redacted),
        )
        memories = self._audit.memories
        if memories is None:
            raise RuntimeError("an answer of which no context would know")
        noted = await memories.note(redacted)
        receipt = await self._put(
            lambda key: {
                **self._facts("answered"),
                "plan": plan.digest,
                "connection": printable(plan.connection),
                "rows": len(table.rows),
                "bytes": size,
                "reply_hmac": key.of(digest),
                "truncated": table.truncated,
                "cut_cells": table.cut_cells,
                "masked": dict(redacted.masked),
                "hidden": redacted.hidden,
                "pseudonyms": redacted.pseudonyms,
                **({"left_out": list(redacted.left_out)} if redacted.left_out else {}),
                **({"suspicion": redacted.suspicion.to_json()} if redacted.suspicion.cells else {}),
                **({"action": self._action} if self._action else {}),
            },
            self._heeding(noted, self._ending(State.DONE, outcome.to_json())),
            ended,
        )
        if noted is not None:
            noted.kept()
        self._answered = True
        return Reply(self._request.id, outcome.text, outcome.structured, receipt, self._action)

    async def replay(self, former: Action) -> Reply:
        """What the same call has done already, once more in words alone. Raises `AuditUnavailable`."""
        call = self._call
        _insist(call is not None and former.wish == call.wish, "an action of another call")
        _insist(self._grant is None and not self._answered, "a replay of a call that acts itself")
        kept = self._audit.actions.outcome(former)
        outcome = (Outcome.from_json(kept) if kept else _lost(former)).again(former.id)
        size = len(outcome.text.encode("utf-8", "surrogatepass"))
        receipt = await self._put(
            lambda _: {**self._facts("replayed"), "action": former.id},
            ended=self._ended(size=size, whole=size),
        )
        self._answered = True
        return Reply(self._request.id, outcome.text, outcome.structured, receipt, former.id, replayed=True)

    async def refused(self, refusal: Refusal) -> None:
        rule = refusal.rule if isinstance(refusal, Denied) else ""
        log.warning(
            "call refused",
            extra={
                "call": self._request.id,
                "code": refusal.code,
                "rule": rule,
                "detail": refusal.detail,
                "cause": _cause(refusal),
            },
        )
        policies: list[Json] = [*(refusal.policies if isinstance(refusal, Denied) else ())]
        await self._end(
            refusal,
            "refused",
            {
                "code": refusal.code,
                "rule": printable(rule),
                "policies": policies,
                "cause": _cause(refusal),
            },
        )

    async def failed(self, error: Exception) -> None:
        await self._end(error, "failed", {"code": "failed", "cause": type(error).__name__})

    async def cancelled(self) -> None:
        try:
            await self._end(None, "cancelled", {"code": "cancelled"})
        except AuditUnavailable as error:
            log.critical(
                "a cancelled call could not be put on record",
                extra={"call": self._request.id, "detail": error.detail},
            )

    async def left(self) -> None:
        """The block ended without an error: that is well only after a reply. Raises `RuntimeError`."""
        if not self._answered:
            error = RuntimeError("a call ended without a reply")
            await self.failed(error)
            raise error

    async def _end(self, error: Exception | None, event: str, outcome: Mapping[str, Json]) -> None:
        """Says again what was asked: there may be no other entry, and an auditor reads this one alone."""
        call = self._call
        asked = (
            describe(self._request.arguments, vouched=False)
            if call is None
            else describe(call.arguments, vouched=True)
        )
        try:
            # Shielded: whoever goes away now would take the entry along. The store bounds the wait.
            with anyio.CancelScope(shield=True):
                # After its note, the system behind alone knows how an action has ended (server/recovery.py).
                ending = None if self._noted else self._ending(State.FAILED)
                await self._put(
                    lambda key: {
                        **self._facts(event),
                        **asked.facts(key),
                        **outcome,
                        **({"action": self._action} if self._action else {}),
                    },
                    ending,
                    self._ended(str(outcome["code"])),
                )
        except AuditUnavailable as unavailable:
            raise unavailable from error

    def _ending(self, state: State, outcome: Json = None) -> Callable[[], Transaction[bool]] | None:
        return partial(self._audit.actions.end, self._action, state, outcome) if self._action else None

    def _heeding(
        self, noted: Noted | None, ending: Callable[[], Transaction[object]] | None
    ) -> Callable[[], Transaction[object]] | None:
        """What was read is of its user's context before they have the answer (threats T22, T23)."""
        if noted is None:
            return ending

        def both() -> Transaction[object]:
            yield from noted.keep()
            return (yield from ending()) if ending else None

        return both

    async def _put(
        self,
        facts: Facts,
        beside: Callable[[], Transaction[object]] | None = None,
        ended: Ended | None = None,
    ) -> Receipt:
        return await self._audit.put(self._tenant, facts, beside, ended)

    def _ended(
        self,
        code: str = "",
        *,
        size: int = 0,
        whole: int = 0,
        touched: Touched = NOTHING,
    ) -> Ended | None:
        """None where nobody knows who called."""
        if self._user is None:
            return None
        tool = self._call.tool if self._call else None
        return Ended(
            *whose(self._user.tenant, self._user.id),
            tool.name if tool else "",
            tool.source if tool else "",
            tool.tier if tool else "",
            code,
            size,
            whole,
            touched,
            monotonic() - self._begun,
            self._stages,
        )

    def _pass(self, stage: str) -> None:
        """What went on since the last stage ended was this one."""
        now = monotonic()
        self._stages[stage], self._passed = now - self._passed, now

    @property
    def _tenant(self) -> str:
        return printable(self._user.tenant) if self._user else ""

    def _facts(self, event: str) -> dict[str, Json]:
        request, call = self._request, self._call
        return {
            "event": event,
            "call": request.id,
            "transport": request.caller.transport,
            "client": printable(request.caller.client),
            "tenant": self._tenant,
            "user": printable(self._user.id) if self._user else "",
            "source": call.tool.source if call else "",
            "tool": call.tool.name if call else printable(request.tool),
            "ms": round((monotonic() - self._begun) * 1000),
            **({"restored": self._restored} if self._restored else {}),
        }


def _lost(former: Action) -> Outcome:
    return without_rows(
        former.source,
        former.id,
        "done",
        "It was done, and its answer was lost when remit stopped. Read it back where it was done.",
        undo=not former.content.effect.final,
    )


def _cause(error: Exception) -> str:
    """The kind of fault behind an error. Its text stays out: an upstream's words hold values (threat T35)."""
    return type(error.__cause__).__name__ if error.__cause__ else ""


def _insist(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as the sentence that it is
    if not holds:
        raise RuntimeError(otherwise)


@asynccontextmanager
async def open_audit(
    store: Store,
    keys: Keys,
    settings: Settings,
    folder: Path,
    *,
    leases: Mapping[str, int] | None = None,
    memories: Memories | None = None,
    mandates: Mandates | None = None,
) -> AsyncGenerator[Audit]:
    """Starts this process's chain, signs its first entry, and ends it with a last signed one.

    `folder` is the second place, `leases` are those of `server.actions.Actions`; without `mandates` nothing
    is done that nobody was asked about. Raises `ConfigurationError` when it or the store can't be used.
    """
    writer = Writer(keys.derive("audit values"))
    checkpointer = Checkpointer(store, writer, keys, settings, folder)
    try:
        with _starting():
            await checkpointer.start()
            writer.acknowledge(await store.run(partial(writer.open, f"remit {version('remit')}")))
            await checkpointer.first()
        checkpointing = asyncio.create_task(checkpointer.run())
        checkpointing.add_done_callback(_report)
        try:
            yield Audit(
                store,
                writer,
                checkpointer,
                Actions(Seal(keys.derive("actions")), leases or {}),
                activity=Activity(keys.derive("activity")),
                memories=memories,
                mandates=mandates,
            )
        finally:
            checkpointing.cancel()
            await asyncio.wait({checkpointing})
            with anyio.CancelScope(shield=True):
                await _end(store, writer, checkpointer)
    finally:
        checkpointer.stop()


async def _end(store: Store, writer: Writer, checkpointer: Checkpointer) -> None:
    try:
        writer.acknowledge(await store.run(writer.end))
    except AuditUnavailable as error:
        log.critical("the audit log could not be closed", extra={"detail": error.detail})
    await checkpointer.last()


def _report(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("checkpoints have stopped, so calls will be refused", exc_info=error)


@contextmanager
def _starting() -> Generator[None]:
    try:
        yield
    except AuditUnavailable as error:
        raise ConfigurationError(
            f"the audit log can't be opened ({error.detail})",
            where="server.store",
            remedy="Check that the store answers and has room.",
        ) from error
