"""Every way a call can end without a result.

    Refusal
    ├── InvalidArgument     invalid_argument   the caller can mend the arguments
    ├── Denied              denied             policy, or the guard of a system, says no
    ├── Halted              halted             an administrator has stopped it, for now (policies/halt.py)
    ├── LimitReached        limit_reached      too much, too often; says when to come back
    ├── NeedsConnection     needs_connection   the user has not connected this source
    ├── NotFound            not_found          no such thing, or somebody else's: they look alike
    ├── AnswerNeeded        needs_answer       somebody has to be asked first (policies/question.py)
    ├── NotApproved         not_approved       somebody was asked and said no
    ├── StaleConfirmation   stale_confirmation what was confirmed is no longer what would happen
    ├── Conflict            conflict           what is to be taken back has been changed since
    ├── UpstreamFailed      upstream_failed    the system behind did not answer as it should
    │   └── InDoubt                            nobody can say yet whether it was done
    └── AuditUnavailable    audit_unavailable  no durable record, so no action

A refusal's message is for the caller: one sentence on what happened, one on what to do next, and nothing of
what an upstream system said. What the operator needs beyond it is `detail`, which goes to the log alone.

    ConfigurationError      the start stops: the file, the line and the remedy
"""

import re
from typing import ClassVar

from policies.change import Change, Fields


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


class Halted(Refusal):
    """What is halted, and why, is for the log alone: whoever is stopped learns no more than that."""

    code = "halted"

    def __init__(self, *, detail: str) -> None:
        super().__init__("This is halted: ask an administrator when it may go on.", detail=detail)


class LimitReached(Refusal):
    """`retry_after` is in seconds, rounded up."""

    code = "limit_reached"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NeedsConnection(Refusal):
    """The user has to connect `source` on our page first; whoever answers the caller says where that is.

    `was_due`: there was a connection, and it had to be renewed by now. `acting`: the call acts. `connected`:
    the source is connected, for less than the call is. `refused`: the system did not take what it was shown.
    """

    code = "needs_connection"

    def __init__(
        self,
        source: str,
        *,
        was_due: bool = False,
        acting: bool = False,
        connected: bool = False,
        refused: bool = False,
    ) -> None:
        if refused:
            what = f"{source} does not take your access, or takes it no more."
        elif connected:
            what = f"You have connected {source} for reading alone."
        elif was_due:
            what = f"Your connection to {source} was due to be renewed, and has ended."
        else:
            what = f"You have not connected {source}."
        super().__init__(f"{what} Only you can connect it, on a page of your own.")
        self.source = source
        self.acting = acting


class NotFound(Refusal):
    code = "not_found"


class NotApproved(Refusal):
    code = "not_approved"


class StaleConfirmation(Refusal):
    code = "stale_confirmation"


class Conflict(Refusal):
    """What is to be taken back no longer stands.

    `differences` are each such change and its record as it is now, None where there is none.
    """

    code = "conflict"

    def __init__(self, differences: tuple[tuple[Change, Fields | None], ...]) -> None:
        super().__init__(
            "What is to be taken back has been changed since, so nothing was done. Look at the rows as they "
            "are now, and change them by an action of its own."
        )
        self.differences = differences


class UpstreamFailed(Refusal):
    code = "upstream_failed"


class InDoubt(UpstreamFailed):
    """It may have been done. It is looked after, and never tried again blindly (threat T47)."""


class AuditUnavailable(Refusal):
    code = "audit_unavailable"


class ConfigurationError(Exception):
    """The start stops. `where` is a file, with its line where there is one; `remedy` is the next step."""

    def __init__(self, message: str, *, where: str, remedy: str) -> None:
        super().__init__(f"{where}: {message}. {remedy}")
        self.message = message
        self.where = where
        self.remedy = remedy
