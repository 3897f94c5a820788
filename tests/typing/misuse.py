"""What the types must refuse. Each line is wrong; mypy fails when one of them is no longer an error.

Never run: mypy strict reports an ignore that it does not need.
"""

from policies.call import (
    Admission,
    Approval,
    Call,
    Fresh,
    Grant,
    Permit,
    Plan,
    Raw,
    Redacted,
    Reply,
    Request,
    Restored,
    User,
)
from server.audit import Record
from server.pipeline import Pipeline
from tools.connector import Ledger, Session


async def a_rule_is_asked_about_nobody(house: Pipeline, request: Request) -> None:
    house.policy.decide(request)  # type: ignore[arg-type]
    house.catalogue.parse(request, request)  # type: ignore[arg-type]


async def a_call_is_counted_that_policy_has_not_seen(house: Pipeline, record: Record, call: Call) -> None:
    await house.limits.admit(call, record)  # type: ignore[arg-type]


async def a_call_is_counted_without_a_record(house: Pipeline, permit: Permit) -> None:
    await house.limits.admit(permit)  # type: ignore[call-arg]


async def a_credential_is_opened_for_a_call_that_is_not_admitted(house: Pipeline, permit: Permit) -> None:
    async with house.vault.open(permit):  # type: ignore[arg-type]
        pass


async def a_credential_is_opened_before_it_is_known_what_the_arguments_stand_for(
    house: Pipeline, fresh: Fresh
) -> None:
    async with house.vault.open(fresh):  # type: ignore[arg-type]
        pass


async def what_pseudonyms_stand_for_is_told_to_a_call_that_may_be_a_repetition(
    house: Pipeline, admission: Admission
) -> None:
    await house.contexts.restore(admission)  # type: ignore[arg-type]


async def a_plan_is_made_of_pseudonyms_as_they_stand(session: Session, call: Call) -> None:
    await session.plan(call)  # type: ignore[call-arg]


async def a_yes_is_asked_without_a_plan(house: Pipeline, fresh: Fresh, call: Call, request: Request) -> None:
    await house.approvals.ask(fresh, call, request)  # type: ignore[arg-type]


async def a_yes_is_asked_for_a_call_that_may_be_a_repetition(
    house: Pipeline, admission: Admission, plan: Plan, request: Request
) -> None:
    await house.approvals.ask(admission, plan, request)  # type: ignore[arg-type]


async def an_intent_is_recorded_without_a_yes(record: Record, plan: Plan) -> None:
    await record.intend(plan)  # type: ignore[arg-type]


async def something_is_done_that_is_not_on_record(
    house: Pipeline, session: Session, approval: Approval, plan: Plan, ledger: Ledger
) -> None:
    await house.executor.run(approval, session, ledger)  # type: ignore[arg-type]
    await session.carry_out(plan, ledger)  # type: ignore[arg-type]


async def something_leaves_that_is_not_redacted(record: Record, raw: Raw) -> None:
    await record.finish(raw)  # type: ignore[arg-type]


def something_leaves_that_is_not_on_record(redacted: Redacted) -> Reply:
    return redacted  # type: ignore[return-value]


async def a_result_is_redacted_twice(house: Pipeline, redacted: Redacted, restored: Restored) -> None:
    await house.redaction.redact(redacted, restored)  # type: ignore[arg-type]


async def a_result_is_redacted_without_what_its_call_was_given_back(
    house: Pipeline, raw: Raw, fresh: Fresh
) -> None:
    await house.redaction.redact(raw, fresh)  # type: ignore[arg-type]


def a_proof_is_changed_after_it_was_made(grant: Grant, approval: Approval, user: User) -> None:
    grant.approval = approval  # type: ignore[misc]
    user.roles = frozenset({"admin"})  # type: ignore[misc]
