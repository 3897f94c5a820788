"""What a call stands on, read in the transactions that it has anyway (threat T43).

The policies are those that an administrator has put in force (server/enforcing.py), where one has. A user's
sign-in is looked for in the table of endings (server/endings.py): a row without a tenant is for the
user of every tenant, one without a user for a session, whoever's it is.
"""

from typing import Final

from policies.call import Permit, User
from policies.ending import hold
from policies.errors import Denied, StaleConfirmation
from policies.halt import hold as hold_halt
from server.halting.rows import KEPT
from server.transaction import Transaction


def not_before(first: int) -> str:
    """The SQL of what `policies.ending.hold` asks for. Its arguments, from `$first` on, are `whose`."""
    tenant, user, session = (f"('', ${number})" for number in range(first, first + 3))
    return (
        f"(SELECT max(not_before) FROM endings WHERE user_id IN {user} "  # noqa: S608 - numbers alone
        f"AND tenant IN {tenant} AND session IN {session})"
    )


IN_FORCE: Final = "(SELECT version FROM policy_in_force)"
_SIGNED_IN: Final = f"SELECT {not_before(1)}"
_STANDS: Final = (
    f"SELECT now_ms(), {IN_FORCE}, {KEPT}, {not_before(1)}, "  # noqa: S608 - numbers alone
    "$4 = '' OR EXISTS (SELECT 1 FROM connections WHERE id = $4 AND due_at > now_ms())"
)


def whose(user: User) -> tuple[str, str, str]:
    return user.tenant, user.id, user.session


def signed_in(user: User, since: float | None) -> Transaction[None]:
    """Raises `Denied` where a sign-in at `since`, in seconds, has ended."""
    rows = yield _SIGNED_IN, whose(user)
    hold(rows[0][0], since)


def hold_policy(version: str, in_force: str | None) -> None:
    """Raises `Denied` for a permit of other policies than those in force."""
    if in_force not in {None, version}:
        raise Denied(
            "This server goes by policies that are no longer in force. Call again when an administrator has "
            "restarted it.",
            rule="old_policy",
            detail=f"its policies are {version}, and {in_force} are in force",
        )


def stands(permit: Permit, connection: str) -> Transaction[tuple[int, int]]:
    """The time and the kill switch's epoch in this transaction.

    All that the permit stands on is so by then, and so is the connection: "" is one that is not the user's
    own. Raises `Halted`, `Denied` or `StaleConfirmation`.
    """
    user = permit.call.user
    rows = yield _STANDS, (*whose(user), connection)
    now, policy, kept, ended, standing = rows[0]
    hold_policy(permit.version, policy)
    hold(ended, user.since)
    epoch = hold_halt(kept, permit.call)
    if not standing:
        raise StaleConfirmation("The connection that this was to go over has ended. Connect it again.")
    return int(now), epoch
