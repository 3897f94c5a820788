"""What Slack's answers mean for a call: nothing of what it wrote is passed on."""

from typing import Final, NoReturn

import httpx2

from policies.errors import Denied, InvalidArgument, LimitReached, NeedsConnection, NotFound, UpstreamFailed
from tools.rest import members
from tools.rest.refusals import failed, too_little, too_many_calls

_SOME_SECONDS: Final = 60
# docs.slack.dev: errors of conversations, chat, users and search.
_ENDED: Final = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)
_MISSING: Final = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "message_not_found",
        "not_in_channel",
        "thread_not_found",
        "user_not_found",
    }
)
_NOT_ALLOWED: Final = frozenset(
    {
        "access_denied",
        "as_user_not_supported",
        "cant_delete_message",
        "cant_update_message",
        "compliance_exports_prevent_deletion",
        "edit_window_closed",
        "ekm_access_denied",
        "no_permission",
        "not_allowed_token_type",
        "posting_to_channel_denied",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "team_access_not_granted",
    }
)
_UNFIT: Final = frozenset({"invalid_arguments", "invalid_blocks", "msg_too_long", "no_text"})
_UNSURE: Final = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})


def not_found(source: str) -> NotFound:
    """The one answer for what does not exist, where the user is not, and what is not configured."""
    return NotFound(
        "There is no such channel or message open to you. "
        f"{source}_channels lists the channels that you are in."
    )


def is_unsure(told: members.Record) -> bool:
    """Whether an answer leaves open if anything was done."""
    return told.get("ok") is not True and told.get("error") in _UNSURE


def refuse(source: str, answer: httpx2.Response, now: float) -> NoReturn:
    """Raises what an answer other than 200 means. `now` is the wall clock, in seconds since 1970."""
    if answer.status_code == 429:
        raise too_many_calls(source, answer, now)
    raise failed(source, answer, now, f"Slack answered {answer.status_code}")


def refuse_said(source: str, told: members.Record) -> NoReturn:
    """Raises what an answer means that says of itself that it is none."""
    said = told.get("error")
    error = said if isinstance(said, str) else ""
    if error in _ENDED:
        raise NeedsConnection(source, refused=True)
    if error in _MISSING:
        raise not_found(source)
    if error == "missing_scope":
        raise too_little(source)
    if error in {"ratelimited", "rate_limited"}:
        raise LimitReached(
            f"{source} takes no more calls for now. Come back in {_SOME_SECONDS} s.",
            retry_after=_SOME_SECONDS,
        )
    if error in _NOT_ALLOWED:
        raise Denied(
            "Slack does not let you do this. Ask whoever runs the workspace for the right to.",
            rule="upstream",
            detail=error,
        )
    if error in _UNFIT:
        raise InvalidArgument("Slack does not take this text. Make it shorter, and call again.", detail=error)
    raise UpstreamFailed(
        f"{source} failed. Try again later, and tell an administrator if it stays.",
        detail="an error that is not known",
    )
