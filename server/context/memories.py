"""What contexts have read, kept as labels and prints, so that what leaves can be held against it (T23, T24).

Labels are columns of the context, prints rows of their own, both written in the transaction that answers: who
has an answer has it on record. A process remembers the prints that it has seen. What is kept besides of a
context is what was sent outside, to know again what goes in parts.
"""

import base64
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar, cast

import anyio

from policies.call import Call, Leaving, Redacted, Table, Transport, User
from policies.context import Context
from policies.errors import StaleConfirmation
from policies.flow import taint
from policies.outgoing.sent import shortened
from policies.sources import OWN, Source
from policies.taint import CLEAN, Sensitivity, Taint
from server.context import rows
from server.loading import Loading
from server.seal import Seal
from server.store import Reader
from server.transaction import Transaction
from server.turns import LONG, Turns, size_of

if TYPE_CHECKING:
    from policies.outgoing.screen import Memory
    from policies.outgoing.trail import Trail

T = TypeVar("T")

REMEMBERED: Final = 100  # contexts
MOST_SENT: Final = 20  # sendings that are remembered
MOST_CHARACTERS: Final = 8_000  # of each
_FEW: Final = 2_000  # characters or prints that take less than the way to a thread


@dataclass(slots=True)
class _Book:
    """`late` are additions of this process that `trail` is yet without; `lock` is held to change it."""

    trail: "Trail"
    late: list[tuple[int, str, bytes]] = field(default_factory=list[tuple[int, str, bytes]])
    lock: anyio.Lock = field(default_factory=anyio.Lock)


@dataclass(frozen=True, slots=True)
class Noted:
    """What an answer adds to what its context has read. `keep` is a part of the transaction that answers."""

    taint: Taint
    keep: Callable[[], Transaction[None]]
    kept: Callable[[], None]


class Memories:
    def __init__(
        self,
        store: Reader,
        keys: tuple[bytes, bytes],
        sources: Mapping[str, Source],
        *,
        loading: Loading,
        turns: Turns,
        may_act: Callable[[User, Transport], bool],
    ) -> None:
        """`keys` are those of prints and of what is sealed. Who `may_act` can send something somewhere."""
        self._store = store
        self._key, sealing = keys
        self._seal = Seal(sealing)
        self._sources = sources
        self._levels = {name: Sensitivity.of(source.classification) for name, source in sources.items()}
        self._loading = loading
        self._turns = turns
        self._may_act = may_act
        self._books: OrderedDict[str, _Book] = OrderedDict()

    async def note(self, redacted: Redacted) -> Noted | None:
        """What the answer adds; None where that is nothing."""
        approval = redacted.grant.approval
        context, call = approval.admission.context, approval.plan.call
        name = call.tool.source
        if name == OWN:
            return None
        table = redacted.kept.table if redacted.kept else redacted.table
        read = taint(name, self._sources[name], table, redacted.masked)
        suspicion = redacted.suspicion.level
        if read == CLEAN and not suspicion:
            return None
        tells = read.level > Sensitivity.PUBLIC and self._may_act(call.user, call.transport)
        book = await self._book(context.trail) if tells else None
        new, sealed = await self._new(book, context.trail, call, table) if book else (None, None)
        owner, begun = rows.owner_of(call), secrets.token_hex(16)

        # Whose context it is then, the store alone knows: the call may have taken its time.
        def keep() -> Transaction[None]:
            yield from rows.learn(owner, call.user.session, begun, suspicion, read)
            if tells:
                yield from rows.add_prints(owner, context.trail, name, sealed)

        def kept() -> None:
            if book and new is not None:
                book.late.append((0, name, new))

        return Noted(read, keep, kept)

    async def recall(self, context: Context, user: User, *, leaves: bool) -> "Memory":
        """What it has read, and for what `leaves` the house what it has sent there.

        Raises `StoreUnavailable`.
        """
        name = context.trail
        if context.taint == CLEAN and not leaves:
            return (await self._loading.ready()).trail.of(self._key, name).memory({})
        book = await self._book(name)
        async with book.lock:
            found, sent = await self._store.read(partial(self._newer, name, book.trail.number, leaves))

            def take_in() -> "tuple[Trail, Memory]":
                trail = book.trail.with_added([*late, *self._opened(name, found)])
                gone = [cast("str", self._seal.open(text, "sent", name)) for text in sent[-MOST_SENT:]]
                return trail, trail.memory(self._levels, gone, len(sent))

            late, book.late = book.late, []
            size = book.trail.size + sum(len(sealed) for *_, sealed in found) + sum(map(len, sent))
            book.trail, memory = await self._aside(take_in, user, size)
        return memory

    def leaving(self, context: Context, text: str, memory: "Memory") -> Leaving:
        """To be kept once it goes; `memory` is what it was held against."""
        sealed = self._seal.close(shortened(text, MOST_CHARACTERS), "sent", context.trail)
        return Leaving(context.trail, memory.sendings + 1, sealed)

    async def _new(
        self, book: _Book, name: str, call: Call, table: Table
    ) -> tuple[bytes, str] | tuple[None, None]:
        """What the table adds to what is known, and the same sealed: "" where there is no room for it."""
        source, size = call.tool.source, size_of(table)

        def make() -> "tuple[bytes, str] | tuple[None, None]":
            new = trail.lacks(source, table)
            return (None, None) if new is None else (new, self._sealed(name, source, new))

        async with book.lock:
            if book.late:
                late, book.late = book.late, []
                book.trail = await self._aside(
                    partial(book.trail.with_added, late), call.user, book.trail.size
                )
            trail = book.trail
        return await self._aside(make, call.user, size, long=size > LONG)

    async def _aside(self, work: Callable[[], T], user: User, size: int, *, long: bool = False) -> T:
        if size <= _FEW:
            return work()
        return await self._turns.run(work, user=(user.tenant, user.id), long=long)

    def _newer(
        self,
        trail: str,
        after: int,
        leaves: bool,  # noqa: FBT001 - for `partial`
    ) -> Transaction[tuple[list[tuple[int, str, str]], list[str]]]:
        found = yield from rows.read_prints(trail, after)
        return found, (yield from rows.read_sent(trail)) if leaves else []

    def _sealed(self, trail: str, source: str, data: bytes) -> str:
        return self._seal.close(base64.b64encode(data).decode(), "prints", trail, source) if data else ""

    def _opened(self, trail: str, found: Sequence[tuple[int, str, str]]) -> list[tuple[int, str, bytes]]:
        return [
            (number, source, self._open(trail, source, sealed) if sealed else b"")
            for number, source, sealed in found
        ]

    def _open(self, trail: str, source: str, sealed: str) -> bytes:
        return base64.b64decode(cast("str", self._seal.open(sealed, "prints", trail, source)))

    async def _book(self, trail: str) -> _Book:
        loaded = await self._loading.ready()
        book = self._books.setdefault(trail, _Book(loaded.trail.of(self._key, trail)))
        self._books.move_to_end(trail)
        while len(self._books) > REMEMBERED:
            self._books.popitem(last=False)
        return book


def keep_leaving(leaving: Leaving) -> Transaction[None]:
    """Part of the transaction that begins it. Raises `StaleConfirmation` where something else went first."""
    if not (yield from rows.add_sent(leaving.trail, leaving.number, leaving.sealed)):
        raise StaleConfirmation(
            "Something else was sent outside meanwhile. Call the tool again, and this is looked at anew."
        )
