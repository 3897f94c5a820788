"""The store of record: what must outlive the process, and be one for all replicas.

Transactions are generators (server/transaction.py). Concurrent ones share a commit (server/commit.py): while
one commit is under way, what arrives waits for the next. Nobody is given a result before the commit that
holds it is durable. What must not wait for any of them goes beside them (`Store.at_once`).
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

from policies.document import Document
from policies.errors import ConfigurationError
from policies.secret import Secret
from server import schema
from server.commit import Done, Failed, Outcome, Script, alone, group
from server.transaction import StoreUnavailable, Transaction, now_ms
from tools.outbound.tls import ClientContext

__all__ = ["Reader", "Store", "StoreUnavailable", "Transaction", "look_into_store", "now_ms", "open_store"]

T = TypeVar("T")

DEADLINE = 5.0  # seconds that a caller waits for its commit, or for what it reads
MOST = 256  # transactions in one commit: those after them wait for the next, within their deadline


class Engine(Protocol):
    """Runs scripts on a database, one at a time for each of its three methods.

    Each raises `StoreUnavailable`. When `write` raises at a commit, the outcome is not known.
    """

    @property
    def begin(self) -> str:
        """What starts a transaction that no other writes beside, in this process or another."""
        ...

    @property
    def begin_reading(self) -> str: ...

    @property
    def begin_at_once(self) -> str:
        """What starts a transaction that waits for no other's commit, where the database lets it."""
        ...

    @property
    def prelude(self) -> Sequence[str]:
        """What a new store of this engine needs before its first migration."""
        ...

    @property
    def tls(self) -> ClientContext | None:
        """How the far side proves who it is, where there is one and it has to."""
        ...

    async def write(self, script: Script[T]) -> T: ...

    async def read(self, script: Script[T]) -> T: ...

    async def at_once(self, script: Script[T]) -> T: ...

    async def scrub(self) -> bool:
        """Nothing deleted stays in files of its own. False where another process is in the way."""
        ...

    async def close(self) -> None: ...


class Reader:
    """A store of record to look into."""

    def __init__(self, engine: Engine, deadline: float) -> None:
        self._engine = engine
        self._deadline = deadline
        self._turn = asyncio.Lock()

    @property
    def tls(self) -> ClientContext | None:
        return self._engine.tls

    async def read(self, transaction: Callable[[], Transaction[T]]) -> T:
        """What a transaction that changes nothing returns. Raises `StoreUnavailable`, or what it raises."""
        try:
            async with asyncio.timeout(self._deadline), self._turn:
                return await self._engine.read(alone(self._engine.begin_reading, transaction))
        except TimeoutError as error:
            raise StoreUnavailable(f"no answer to a reading within {self._deadline:g} s") from error


@dataclass(frozen=True, slots=True)
class _Job:
    transaction: Callable[[], Transaction[Any]]
    outcome: "asyncio.Future[Outcome]"


class Store(Reader):
    """A store of record to keep things in. Open one with `open_store`."""

    def __init__(self, engine: Engine, deadline: float) -> None:
        super().__init__(engine, deadline)
        self._waiting: deque[_Job] = deque()
        self._arrived = asyncio.Event()
        self._busy = self._hangs = False
        self._closed = False
        self._committing = asyncio.create_task(self._commit_forever())

    async def run(self, transaction: Callable[[], Transaction[T]]) -> T:
        """What the transaction returns, once that is durable.

        Raises what the transaction raises, and then it is undone. Raises `StoreUnavailable` when the store
        fails or takes longer than the deadline; then the transaction may have been kept or not. One that is
        given up before it began (a deadline, a cancelled caller) never begins.
        """
        if self._closed:
            raise StoreUnavailable("the store is closed")
        if self._hangs:
            raise StoreUnavailable("a commit hangs")
        job = _Job(transaction, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        self._arrived.set()
        try:
            async with asyncio.timeout(self._deadline):
                outcome = await job.outcome  # which is given up with the wait
        except TimeoutError as late:
            # Whoever comes next, this one's own refusal among them, need not wait as long.
            self._hangs = self._busy
            raise StoreUnavailable(f"no commit within {self._deadline:g} s") from late
        match outcome:
            case Done(value):
                result: T = value
                return result
            case Failed(error):
                raise error

    async def at_once(self, transaction: Callable[[], Transaction[T]]) -> T:
        """What the transaction returns, once that is durable, which is in no queue and waits for no replica.

        Others write beside it: it is for a row that each change names the former state of, and that is read
        anew in every transaction that goes by it. Raises `StoreUnavailable`, or what it raises.
        """
        try:
            async with asyncio.timeout(self._deadline):
                return await self._engine.at_once(alone(self._engine.begin_at_once, transaction))
        except TimeoutError as error:
            raise StoreUnavailable(f"no commit within {self._deadline:g} s") from error

    async def scrub(self) -> bool:
        """See `Engine.scrub`. Raises `StoreUnavailable`."""
        return await self._engine.scrub()

    async def close(self) -> None:
        """Takes nothing more, and waits for the commit under way up to the deadline."""
        self._closed = True
        self._arrived.set()
        await asyncio.wait({self._committing}, timeout=self._deadline)
        self._committing.cancel()
        await asyncio.wait({self._committing})
        await self._engine.close()

    async def _commit_forever(self) -> None:
        while not self._closed:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                await self._commit()

    def _taken(self) -> list[_Job]:
        """Those whose turn it is. The engine's thread asks for them."""
        batch: list[_Job] = []
        while self._waiting and len(batch) < MOST:
            job = self._waiting.popleft()
            if not job.outcome.cancelled():
                batch.append(job)
        return batch

    async def _commit(self) -> None:
        self._busy = True
        batch: list[_Job] = []

        def take() -> list[Callable[[], Transaction[Any]]]:
            batch.extend(self._taken())
            return [job.transaction for job in batch]

        outcomes: list[Outcome]
        try:
            outcomes = await self._engine.write(group(self._engine.begin, take))
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody in the batch may take it for a commit
            if not batch:  # it has not even begun, and would not for them
                batch.extend(self._taken())
            detail = error.detail if isinstance(error, StoreUnavailable) else type(error).__name__
            outcomes = [Failed(_caused(StoreUnavailable(detail), error)) for _ in batch]
        finally:
            self._busy = self._hangs = False
        for job, outcome in zip(batch, outcomes, strict=True):
            if not job.outcome.cancelled():
                job.outcome.set_result(outcome)


def _caused(error: Exception, by: Exception) -> Exception:
    error.__cause__ = by
    return error


@asynccontextmanager
async def open_store(
    document: Document, password: Secret | None, *, deadline: float = DEADLINE
) -> AsyncGenerator[Store]:
    """The store of `server.store`, made and brought up to date where needed. `deadline` is in seconds.

    Raises `ConfigurationError` for one that can't be opened, or that is newer than this program.
    """
    engine = await _engine(document, password, deadline, writing=True)
    store = Store(engine, deadline)
    try:
        with _starting(document):
            # Whoever is up to date waits for nobody: `remit halt` is for when others hang.
            if not await _is_current(store, document.server.store):
                await store.run(partial(schema.migrate, engine.prelude, document.server.store))
        yield store
    finally:
        await store.close()


async def _is_current(store: Reader, where: str) -> bool:
    try:
        return await store.read(partial(schema.is_current, where))
    except StoreUnavailable:
        return False  # a new one has nothing to read, and one that does not answer says so when it is written


@asynccontextmanager
async def look_into_store(
    document: Document, password: Secret | None, *, deadline: float = DEADLINE
) -> AsyncGenerator[Reader]:
    """The store of `server.store` as it is, for reading: nothing in it changes.

    Raises `ConfigurationError` for one that can't be opened, or that is of another version than this program.
    """
    engine = await _engine(document, password, deadline, writing=False)
    reader = Reader(engine, deadline)
    try:
        with _starting(document):
            await reader.read(partial(schema.check, document.server.store))
        yield reader
    finally:
        await engine.close()


async def _engine(document: Document, password: Secret | None, deadline: float, *, writing: bool) -> Engine:
    """Only the driver that is needed is imported."""
    scheme, _, path = document.server.store.partition(":")
    if scheme == "sqlite":
        from server.store_sqlite import open_sqlite  # noqa: PLC0415

        return await open_sqlite(document.within(path), deadline, writing=writing)
    from server.store_postgres import open_postgres  # noqa: PLC0415

    return await open_postgres(document, password, deadline, writing=writing)


@contextmanager
def _starting(document: Document) -> Generator[None]:
    try:
        yield
    except StoreUnavailable as error:
        raise ConfigurationError(
            f"the store can't be used ({error.detail})",
            where=document.server.store,
            remedy="Check that it is a store of remit's, that it has room and that its role owns it.",
        ) from error
