"""Puts a version of the policies in force for every process of the store (threat T43).

Each process reads its policies when it starts. Where an administrator has put a version in force, one that
goes by another is refused at its start, and its calls are from that commit on (server/standing.py).
"""

from functools import partial
from typing import Final

from policies.call import Receipt
from policies.decision import Policy
from policies.errors import AuditUnavailable, ConfigurationError
from server.audit import Audit
from server.digests import printable
from server.standing import IN_FORCE
from server.store import Reader, Store
from server.transaction import Transaction, now_ms

_READ: Final = f"SELECT {IN_FORCE}"
_PUT: Final = """
    INSERT INTO policy_in_force (one, version, at) VALUES (1, $1, $2)
    ON CONFLICT (one) DO UPDATE SET version = excluded.version, at = excluded.at
"""


async def enforce(store: Store, audit: Audit, version: str, *, by: str, why: str) -> None:
    """Durable on return, and on record in the same transaction. Raises `AuditUnavailable`."""
    audit.acknowledge(await store.run(partial(_enforcing, audit, version, by, why)))


async def refuse_old(store: Reader, policy: Policy) -> None:
    """Raises `ConfigurationError` for policies that are not those in force."""
    try:
        in_force = await store.read(_in_force)
    except AuditUnavailable as error:
        raise ConfigurationError(
            f"nobody can say which policies are in force ({error.detail})",
            where="server.store",
            remedy="Check that the store answers.",
        ) from error
    if in_force not in {None, policy.version}:
        raise ConfigurationError(
            f"these policies are {policy.version}, and {in_force} are in force",
            where="policy.path",
            remedy="Bring policies and sources up to date here; or put these in force with `remit policy "
            "enforce --why TEXT`.",
        )


def _in_force() -> Transaction[str | None]:
    rows = yield _READ, ()
    version: str | None = rows[0][0]
    return version


def _enforcing(audit: Audit, version: str, by: str, why: str) -> Transaction[Receipt]:
    now = yield from now_ms()
    yield _PUT, (version, now)
    return (
        yield from audit.append(
            "",
            lambda _: {
                "event": "policy_enforced",
                "policy": version,
                "user": printable(by),
                "why": printable(why),
            },
        )
    )
