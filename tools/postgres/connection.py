"""The driver's connection, and what it can do but does not offer: the one place that knows its inside."""

# ruff: noqa: SLF001

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import asyncpg

if TYPE_CHECKING:
    from tools.postgres.transactions import Link

_ONCE: Final = ""  # the unnamed statement: the next one takes its place, and nobody has to close it
_PORTAL: Final = ""  # the unnamed portal: it ends with its transaction, or where it is bound anew


class Connection(asyncpg.Connection[asyncpg.Record] if TYPE_CHECKING else asyncpg.Connection):  # type: ignore[misc]
    """Names what it keeps on the server so that no two processes behind one pooler give the same name twice.

    The driver counts from 1 in each, and the one would run what the other has prepared.
    """

    def _get_unique_id(self, prefix: str) -> str:
        return f"remit_{prefix}_{secrets.token_hex(16)}"

    async def statement(self, sql: str, parameters: Sequence[object], *, kept: bool) -> "Statement":
        driver: Any = self  # whose types leave this out
        state = await (
            driver._get_statement(sql, None)
            if kept
            else driver._get_statement(sql, None, named=_ONCE, use_cache=False)
        )
        return Statement(driver._protocol, state, parameters)

    def forget(self) -> None:
        driver: Any = self
        driver._drop_local_statement_cache()


async def statement(link: "Link", sql: str, parameters: Sequence[object], *, kept: bool) -> "Statement":
    """Prepares a statement, which the connection keeps where it is to come again."""
    held = _held(link)
    if held is None:
        raise asyncpg.InterfaceError("the connection is lost")
    return await held.statement(sql, parameters, kept=kept)


def forget_statements(link: "Link") -> None:
    """What the connection keeps is prepared anew: the tables may be others now."""
    if (held := _held(link)) is not None:
        held.forget()


def _held(link: "Link") -> Connection | None:
    """What the pool's stand-in stands for: none where it is lost, and all that it kept with it."""
    held: Connection | None = cast("Any", link)._con
    return held


class Statement:
    """A statement of the transaction that is open, and its rows a batch at a time.

    The first batch comes with the binding, which costs the driver's own cursor a way to the server. Nothing
    else may be asked of the connection until the last.
    """

    def __init__(self, protocol: Any, state: Any, parameters: Sequence[object]) -> None:
        self._protocol = protocol
        self._state = state
        self._parameters = parameters
        self._bound = False
        self._ended = False

    def attributes(self) -> tuple[asyncpg.Attribute, ...]:
        """Of the answer's columns."""
        found: tuple[asyncpg.Attribute, ...] = self._state._get_attributes()
        return found

    async def fetch(self, count: int) -> Sequence[asyncpg.Record]:
        """The next `count` rows, fewer only when there are no more."""
        if self._ended:
            return ()
        if self._bound:
            rows, _, self._ended = await self._protocol.execute(self._state, _PORTAL, count, True, None)
        else:
            self._bound = True
            rows, _, self._ended = await self._protocol.bind_execute(
                self._state, self._parameters, _PORTAL, count, True, None
            )
        return list[asyncpg.Record](rows)
