"""One call, from request to reply.

Each step takes the proof that the step before it gave, so a step left out or moved is a type error
(tests/test_pipeline_mutants.py leaves out and swaps every one). policies/call.py says what each proof says.
"""

from dataclasses import dataclass

import anyio.to_thread

from policies.call import Reply, Request
from policies.decision import Policy
from policies.redaction import Redactor
from server.approvals import Approvals
from server.audit import Audit
from server.executor import Executor
from server.identity import Identity
from server.limits import Limits
from server.vault import Vault
from tools.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Pipeline:
    audit: Audit
    identity: Identity
    catalogue: Catalogue
    policy: Policy
    limits: Limits
    vault: Vault
    approvals: Approvals
    executor: Executor
    redactor: Redactor

    async def run(self, request: Request) -> Reply:
        """Raises a `Refusal` (policies/errors.py), and then that is on record too."""
        async with self.audit.record(request) as record:
            user = record.identify(await self.identity.identify(request.caller))
            call = self.catalogue.parse(user, request)
            permit = self.policy.decide(call)
            admission = await self.limits.admit(permit, record)
            async with self.vault.open(admission) as session:
                plan = await session.plan(call)
                approval = await self.approvals.ask(admission, plan)
                grant = await record.intend(approval)
                raw = await self.executor.run(grant, session)
            # In a thread: redaction computes for milliseconds, and would hold up every other call.
            redacted = await anyio.to_thread.run_sync(self.redactor.redact, raw)
            return await record.finish(redacted)
