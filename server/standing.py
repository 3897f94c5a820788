"""What a call stands on, read in the transactions that it has anyway (threat T43).

A user's sign-in is looked for in the table of endings (server/endings.py): a row without a tenant is for the
user of every tenant, one without a user for a session, whoever's it is.
"""

from typing import Final

from policies.call import User
from policies.ending import hold
from policies.errors import StaleConfirmation
from server.transaction import Transaction


def not_before(first: int) -> str:
    """The SQL of what `policies.ending.hold` asks for. Its arguments, from `$first` on, are `whose`."""
    tenant, user, session = (f"('', ${number})" for number in range(first, first + 3))
    return (
        f"(SELECT max(not_before) FROM endings WHERE user_id IN {user} "  # noqa: S608 - numbers alone
        f"AND tenant IN {tenant} AND session IN {session})"
    )


_SIGNED_IN: Final = f"SELECT {not_before(1)}"
_STANDS: Final = (
    f"SELECT now_ms(), {not_before(1)}, "  # noqa: S608 - numbers alone
    "$4 = '' OR EXISTS (SELECT 1 FROM connections WHERE id = $4 AND due_at > now_ms())"
)


def whose(user: User) -> tuple[str, str, str]:
    return user.tenant, user.id, user.session


def signed_in(user: User, since: float | None) -> Transaction[None]:
    """Raises `Denied` where a sign-in at `since`, in seconds, has ended."""
    rows = yield _SIGNED_IN, whose(user)
    hold(rows[0][0], since)


def stands(user: User, connection: str) -> Transaction[int]:
    """The time of this transaction, by which the user is signed in and nobody has ended the connection.

    "" is a connection that is not the user's own. Raises `Denied` or `StaleConfirmation`.
    """
    rows = yield _STANDS, (*whose(user), connection)
    now, ended, standing = rows[0]
    hold(ended, user.since)
    if not standing:
        raise StaleConfirmation("The connection that this was to go over has ended. Connect it again.")
    return int(now)
