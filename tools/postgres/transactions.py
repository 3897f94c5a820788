"""One transaction per call: READ ONLY, unless it carries out a write (threat T29).

Whatever is not committed by its end is rolled back, and only a write commits.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeAlias

import anyio

from policies.canonical import Json
from tools.postgres.failures import DRIVER
from tools.postgres.row_security import HAND_OVER, IDENTIFY, Signer

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

Link: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

_ROLLBACK_SECONDS: Final = 2.0

# Set for each transaction, so that nothing rests on what a role, a pooler or an earlier call has left.
_SETTINGS: Final[Mapping[str, str]] = {
    "search_path": "pg_catalog",
    "row_security": "on",
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    # What runs is planned for its own parameters, as what was explained.
    "plan_cache_mode": "force_custom_plan",
}


# What a write adds: a commit that is told has reached the disk, whatever the role's default is.
_WRITING: Final[Mapping[str, str]] = {"synchronous_commit": "on"}

# With what the driver would send when the connection goes back to its pool, to save that way.
_CLOSING: Final = "ROLLBACK; SELECT pg_catalog.pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL"


def opening(seconds: float, *, writes: bool = False) -> str:
    """What begins a transaction whose statements may each take so long. All of it is ours."""
    milliseconds = max(1, round(seconds * 1000))
    settings = {
        **_SETTINGS,
        **(_WRITING if writes else {}),
        "statement_timeout": str(milliseconds),
        "lock_timeout": str(milliseconds),
        "idle_in_transaction_session_timeout": str(2 * milliseconds),
    }
    lines = [f"SET LOCAL {name} = '{value}'" for name, value in settings.items()]
    access = "READ WRITE" if writes else "READ ONLY"
    return "; ".join([f"BEGIN ISOLATION LEVEL READ COMMITTED {access}", *lines])


@asynccontextmanager
async def transaction(link: Link, opened_with: str) -> AsyncGenerator[None]:
    """`opened_with` is of `opening`."""
    try:
        await link.execute(opened_with)
        yield
    finally:
        # A cancelled call still gives its connection back clean; a server that does not answer loses it.
        with anyio.CancelScope(shield=True):
            await _roll_back(link)


async def _roll_back(link: Link) -> None:
    try:
        await link.execute(_CLOSING, timeout=_ROLLBACK_SECONDS)
    except DRIVER:
        with suppress(*DRIVER):  # it may be gone already
            link.terminate()


async def hand_over(link: Link, signer: Signer, claims: Mapping[str, Json], seconds: float) -> None:
    """Signs the claims for this transaction and gives them to it."""
    row = await link.fetchrow(IDENTIFY)
    assert row is not None
    signed = signer.sign(claims, backend=row["backend"], began=row["began"], seconds=seconds)
    await link.fetchrow(HAND_OVER, signed.payload, signed.signature)
