"""A system behind that breaks where a test says so, and with what."""

import json
import ssl
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

import apsw
import asyncpg
import httpx2
import sqlglot.errors
from pydantic import TypeAdapter, ValidationError

from policies.call import Call, Grant, Plan, Raw, Tool, User
from policies.canonical import Json
from policies.change import Effect
from policies.errors import UpstreamFailed
from policies.secret import Credential
from tools.authorization import Authorization
from tools.connector import Connector, Finding, Ledger, Session, Trace

Step = Literal["open", "plan", "carry_out"]
STEPS: Final[Sequence[Step]] = ("open", "plan", "carry_out")


@dataclass
class Breakage:
    """The next call breaks at `step`, with `error`."""

    step: Step | None = None
    error: BaseException | None = None

    def come(self, step: Step) -> None:
        if self.step == step and self.error is not None:
            raise self.error


class Breaking:
    def __init__(self, behind: Connector, breakage: Breakage) -> None:
        self._behind = behind
        self._breakage = breakage

    @property
    def authorization(self) -> Authorization | None:
        return self._behind.authorization

    @property
    def tools(self) -> Sequence[Tool]:
        return self._behind.tools

    @asynccontextmanager
    async def open(self, user: User | None, credential: Credential | None) -> AsyncGenerator[Session]:
        self._breakage.come("open")
        async with self._behind.open(user, credential) as session:
            yield BreakingSession(session, self._breakage)

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        return await self._behind.inspect(credential)

    async def close(self) -> None:
        await self._behind.close()


class BreakingSession:
    def __init__(self, behind: Session, breakage: Breakage) -> None:
        self._behind = behind
        self._breakage = breakage

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        self._breakage.come("plan")
        return await self._behind.plan(call, values)

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        self._breakage.come("carry_out")
        return await self._behind.carry_out(grant, ledger)

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        return await self._behind.trace(effect, mark)


class Chatty(Exception):  # noqa: N818 - what is so
    """Says what it knows in every way that an exception can."""

    def __init__(self, text: str) -> None:
        super().__init__(text, {text: text})
        self.text = text
        self.add_note(text)

    def __repr__(self) -> str:
        return self.text


def _invalid(text: str) -> ValidationError:
    try:
        TypeAdapter(dict[str, int]).validate_python({text: text})
    except ValidationError as error:
        return error
    raise AssertionError


def _said_by_postgres(text: str) -> asyncpg.PostgresError:
    said: Any = asyncpg.exceptions.CheckViolationError(text)
    for field in ("detail", "hint", "query", "internal_query", "context", "constraint_name", "column_name"):
        setattr(said, field, text)
    return said  # type: ignore[no-any-return]


def _caused(text: str) -> BaseException:
    error = RuntimeError(text)
    error.__cause__ = KeyError(text)
    error.__cause__.__context__ = OSError(5, text, text)
    return error


FAULTS: Final[Mapping[str, Callable[[str], BaseException]]] = {
    "runtime": RuntimeError,
    "value": ValueError,
    "key": KeyError,
    "assertion": AssertionError,
    "memory": MemoryError,
    "recursion": RecursionError,
    "unicode": lambda text: UnicodeDecodeError("utf-8", text.encode(), 0, 1, text),
    "json": lambda text: json.JSONDecodeError(text, text, 0),
    "os": lambda text: OSError(13, text, text),
    "reset": ConnectionResetError,
    "timeout": TimeoutError,
    "tls": lambda text: ssl.SSLError(1, text),
    "postgres": _said_by_postgres,
    "driver": asyncpg.InterfaceError,
    "sqlite": apsw.ConstraintError,
    "http": httpx2.ConnectError,
    "parser": lambda text: sqlglot.errors.ParseError(text, [{"description": text, "highlight": text}]),
    "pydantic": _invalid,
    "group": lambda text: ExceptionGroup(text, [ValueError(text), Chatty(text)]),
    "chatty": Chatty,
    "caused": _caused,
    "lines": lambda text: RuntimeError(f'{text}\n{{"level": "info", "message": "{text}"}}\n\x1b[2J{text}'),
    "own": lambda text: _because(UpstreamFailed("The shop failed. Try again."), ValueError(text)),
}
"""What a driver could raise, with a text in it."""


def _because(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error
