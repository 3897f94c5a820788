"""One call, from request to reply.

Each step takes the proof that the step before it gave, so a step left out or moved is a type error
(tests/test_pipeline_mutants.py leaves out and swaps every one). policies/call.py says what each proof says.
"""

from dataclasses import dataclass

from policies.call import Reply, Request
from policies.decision import Policy
from server.actions import Begun
from server.approvals import Approvals
from server.audit import Audit, Record
from server.context.contexts import Contexts
from server.executor import Executor
from server.identity import Identity
from server.limits import Limits
from server.redaction import Redaction
from server.rollback import Rollback
from server.vault import Vault
from tools.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Pipeline:
    audit: Audit
    identity: Identity
    rollback: Rollback
    catalogue: Catalogue
    policy: Policy
    limits: Limits
    contexts: Contexts
    vault: Vault
    approvals: Approvals
    executor: Executor
    redaction: Redaction

    async def run(self, request: Request) -> Reply:
        """Raises a `Refusal` (policies/errors.py), and then that is on record too."""
        async with self.audit.record(request) as record:
            await self.redaction.loading.ready()
            try:
                return await self._run(request, record)
            except Begun as begun:
                return await record.replay(await self.approvals.outcome(begun))

    async def _run(self, request: Request, record: Record) -> Reply:
        """Raises `Begun` too, for what the same call has done before or is doing."""
        user = record.identify(await self.identity.identify(request.caller))
        call = self.catalogue.parse(user, await self.rollback.translate(user, request))
        permit = self.policy.decide(call)
        admission = await self.limits.admit(permit, record)
        fresh = await self.approvals.fresh(admission, request)
        restored = record.restore(await self.contexts.restore(fresh))
        async with self.vault.open(restored) as session:
            plan = await session.plan(call, restored.values)
            approval = await self.approvals.ask(fresh, plan, request)
            grant = await record.intend(approval)
            raw = await self.executor.run(grant, session, record)
        redacted = await self.redaction.redact(raw, restored)
        return await record.finish(redacted)
