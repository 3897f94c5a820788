"""Every way a call can end without a result.

    Refusal
    ├── InvalidArgument     invalid_argument   the caller can mend the arguments
    ├── Denied              denied             policy, or the guard of a system, says no
    ├── LimitReached        limit_reached      too much, too often; says when to come back
    ├── NeedsConnection     needs_connection   the user has not connected this source
    ├── NotApproved         not_approved       somebody was asked and said no
    ├── UpstreamFailed      upstream_failed    the system behind did not answer as it should
    └── AuditUnavailable    audit_unavailable  no durable record, so no action

A refusal's message is for the caller: one sentence on what happened, one on what to do next, and nothing of
what an upstream system said. What the operator needs beyond it is `detail`, which goes to the log alone.

    ConfigurationError      the start stops: the file, the line and the remedy
"""

import re
from typing import ClassVar


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """A call that ends without a result, with a stable `code` that clients script against."""

    code: ClassVar[str]

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class InvalidArgument(Refusal):
    code = "invalid_argument"


class Denied(Refusal):
    """`rule` names the rule that refused, to the caller too; `policies` those that decided, to the log."""

    code = "denied"

    def __init__(self, message: str, *, rule: str, detail: str = "", policies: tuple[str, ...] = ()) -> None:
        super().__init__(message, detail=detail)
        self.rule = rule
        self.policies = policies


def not_open(tool: str, *, why: str, policies: tuple[str, ...] = ()) -> Denied:
    """The one answer for a tool that does not exist and for one that is not for this caller (threat T36)."""
    named = tool if re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", tool) else "of that name"
    return Denied(
        f"No tool {named} is open to you. tools/list names those that are; an administrator can open others.",
        rule="not_open",
        detail=why,
        policies=policies,
    )


class LimitReached(Refusal):
    """`retry_after` is in seconds, rounded up."""

    code = "limit_reached"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NeedsConnection(Refusal):
    code = "needs_connection"


class NotApproved(Refusal):
    code = "not_approved"


class UpstreamFailed(Refusal):
    code = "upstream_failed"


class AuditUnavailable(Refusal):
    code = "audit_unavailable"


class ConfigurationError(Exception):
    """The start stops. `where` is a file, with its line where there is one; `remedy` is the next step."""

    def __init__(self, message: str, *, where: str, remedy: str) -> None:
        super().__init__(f"{where}: {message}. {remedy}")
        self.message = message
        self.where = where
        self.remedy = remedy
