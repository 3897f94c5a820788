"""One READ ONLY transaction per call, which always ends in ROLLBACK (threat T29)."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeAlias

import anyio

from policies.call import Json
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
}


def opening(seconds: float) -> str:
    """What begins a transaction whose statements may each take so long. All of it is ours."""
    milliseconds = max(1, round(seconds * 1000))
    settings = {
        **_SETTINGS,
        "statement_timeout": str(milliseconds),
        "lock_timeout": str(milliseconds),
        "idle_in_transaction_session_timeout": str(2 * milliseconds),
    }
    lines = [f"SET LOCAL {name} = '{value}'" for name, value in settings.items()]
    return "; ".join(["BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY", *lines])


@asynccontextmanager
async def read_only(link: Link, opened_with: str) -> AsyncGenerator[None]:
    """COMMIT would keep settings, and large objects that a function wrote."""
    try:
        await link.execute(opened_with)
        yield
    finally:
        # A cancelled call still gives its connection back clean; a server that does not answer loses it.
        with anyio.CancelScope(shield=True):
            await _roll_back(link)


async def _roll_back(link: Link) -> None:
    try:
        await link.execute("ROLLBACK", timeout=_ROLLBACK_SECONDS)
    except DRIVER:
        with suppress(*DRIVER):  # it may be gone already
            link.terminate()


async def hand_over(link: Link, signer: Signer, claims: Mapping[str, Json], seconds: float) -> None:
    """Signs the claims for this transaction and gives them to it."""
    row = await link.fetchrow(IDENTIFY)
    assert row is not None
    signed = signer.sign(claims, backend=row["backend"], began=row["began"], seconds=seconds)
    await link.fetchrow(HAND_OVER, signed.payload, signed.signature)
