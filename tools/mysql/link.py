"""One connection: how it begins, one statement over it, and its end.

The driver speaks to one server and as one user, and the session is pinned before anything is asked of it: no
SQL mode that reads quotes or backslashes otherwise, UTC, utf8mb4, and the source's own limits on time.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, cast

import anyio
import asyncmy
from anyio.lowlevel import cancel_shielded_checkpoint
from asyncmy.constants.CLIENT import FOUND_ROWS
from asyncmy.errors import MySQLError

from policies.memory import digest
from policies.secret import Secret
from tools.mysql.failures import DRIVER
from tools.outbound.tls import ClientContext
from tools.sql.address import Address

# The driver tells its log what a server warns of, and that holds values (threat T35).
logging.getLogger("asyncmy").setLevel(logging.CRITICAL)

_CONNECT_SECONDS: Final = 10.0
_HANG_UP_SECONDS: Final = 2.0
_MODE: Final = "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
_LONGEST_COLLECTED: Final = 1_000_000  # bytes of one GROUP_CONCAT

_connect = cast("Any", asyncmy).connect  # whose types leave most open

READING: Final = "START TRANSACTION READ ONLY"
WRITING: Final = "START TRANSACTION READ WRITE"


@dataclass(frozen=True, slots=True)
class Login:
    """Where a connection goes, and as whom. `seconds` is what one statement may take there."""

    address: Address
    user: str
    password: Secret = field(repr=False)
    tls: ClientContext | None
    seconds: float

    @property
    def key(self) -> bytes:
        """What tells credentials apart."""
        return digest(self.user, self.password.reveal())


@dataclass(frozen=True, slots=True)
class Field:
    """A column of an answer: `code` is of its type, and `charset` is 63 for bytes (protocol of MySQL)."""

    name: str
    code: int
    charset: int


@dataclass(frozen=True, slots=True)
class Answer:
    """`changed` counts the rows that a statement has found to change; `numbered` is the number that it was
    given for a new one, or 0.
    """

    fields: Sequence[Field]
    rows: Sequence[tuple[Any, ...]] = field(repr=False)
    changed: int
    numbered: int


class Link:
    """Made by `connect`. Raises what is in `failures.DRIVER`."""

    def __init__(self, driver: Any, login: Login) -> None:
        self._driver = driver
        self._login = login
        self._transport = driver._transport  # noqa: SLF001 - the driver has no way to hang up at once
        self.made_at = self.used_at = anyio.current_time()

    @property
    def is_open(self) -> bool:
        return bool(self._driver.connected)

    @property
    def version(self) -> str:
        return str(self._driver.get_server_info())

    async def ask(self, sql: str, parameters: Sequence[object] = ()) -> Answer:
        """Runs one statement, whatever is in its text: the server prepares no two at once.

        What is given up, by time or by its caller, is ended on the server as well. After an error that is not
        the server's own answer nothing more goes over this connection.
        """
        try:
            statement = await self._driver.prepare(sql)
            try:
                result = await statement.execute(tuple(parameters))
            finally:
                if self.is_open:
                    await statement.close()
        except MySQLError:
            raise
        except DRIVER:
            self.hang_up()
            raise
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self.kill()
            raise
        self.used_at = anyio.current_time()
        fields = [Field(each.name, each.type_code, each.charsetnr) for each in result.fields or ()]
        return Answer(fields, result.rows or (), int(result.affected_rows), int(result.insert_id or 0))

    async def say(self, sql: str) -> None:
        """Runs a statement of ours that gives no rows and that is not prepared everywhere."""
        await self._driver.query(sql)

    async def kill(self) -> None:
        """Hangs up, and tells the server by another connection: else it would go on until it notices."""
        number = self._driver.thread_id()
        self.hang_up()
        with anyio.move_on_after(_HANG_UP_SECONDS), suppress(*DRIVER):
            other = await _driver(self._login)
            try:
                await other.query(f"KILL {int(number)}")
            finally:
                Link(other, self._login).hang_up()

    def hang_up(self) -> None:
        """At once: TLS would wait for the far side to say goodbye as well."""
        with suppress(*DRIVER):
            self._driver.close()
        self._transport.abort()

    async def close(self) -> None:
        with anyio.move_on_after(_HANG_UP_SECONDS), suppress(*DRIVER):
            await self._driver.ensure_closed()
        self._transport.abort()


async def connect(login: Login) -> Link:
    """Raises what is in `failures.DRIVER`."""
    driver = await _driver(login)
    link = Link(driver, login)
    try:
        await link.say(_settings(link.version, login.seconds))
    except BaseException:
        link.hang_up()
        raise
    return link


async def _driver(login: Login) -> Any:
    address = login.address
    is_socket = address.host.startswith("/")
    try:
        with anyio.fail_after(min(login.seconds, _CONNECT_SECONDS)):
            return await _connect(
                host=None if is_socket else address.host,
                unix_socket=address.host if is_socket else None,
                port=address.port,
                user=login.user,
                password=login.password.reveal(),
                database=address.database,
                charset="utf8mb4",
                program_name="remit",
                local_infile=False,
                client_flag=FOUND_ROWS,
                ssl=None if is_socket else login.tls,
            )
    except DRIVER:
        # A handshake that has failed leaves its transport to the loop, which ends it in its next round.
        await cancel_shielded_checkpoint()
        raise


def _settings(version: str, seconds: float) -> str:
    whole = max(1, round(seconds))
    limit = (
        f"max_statement_time = {seconds:g}"
        if "mariadb" in version.lower()
        else f"max_execution_time = {max(1, round(seconds * 1000))}"
    )
    return (
        f"SET SESSION sql_mode = '{_MODE}', time_zone = '+00:00', autocommit = 1, {limit}, "
        f"lock_wait_timeout = {whole}, innodb_lock_wait_timeout = {whole}, "
        f"group_concat_max_len = {_LONGEST_COLLECTED}"
    )


@asynccontextmanager
async def transaction(link: Link, begin: str) -> AsyncGenerator[None]:
    """`begin` is READING or WRITING. Whatever is not committed by its end is rolled back (threat T29)."""
    await link.say(begin)
    try:
        yield
    finally:
        # A cancelled call still gives its connection back clean; a server that does not answer loses it.
        with anyio.CancelScope(shield=True):
            if link.is_open:
                await _roll_back(link)


async def _roll_back(link: Link) -> None:
    try:
        async with asyncio.timeout(_HANG_UP_SECONDS):
            await link.say("ROLLBACK")
    except DRIVER:
        link.hang_up()
