"""What contexts have read, kept as labels and prints, so that what leaves can be held against it (T23, T24).

Labels are columns of the context, prints rows of their own, both written in the transaction that answers: who
has an answer has it on record. A process remembers the prints that it has seen; what it keeps besides of a
context is what was sent outside, to know again what goes in parts.
"""

import base64
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from anyio import CapacityLimiter, to_thread

from policies.call import Call, Leaving, Redacted, Table, Transport, User
from policies.context import Context
from policies.errors import StaleConfirmation
from policies.flow import taint
from policies.injection.suspicion import Level as Suspicion
from policies.sources import OWN, Source
from policies.taint import CLEAN, Sensitivity, Taint
from server.context import rows
from server.seal import Seal
from server.store import Reader
from server.transaction import Transaction

# What makes prints is loaded with what redacts: a start that only greets waits for neither.
if TYPE_CHECKING:
    from policies.outgoing.prints import Hashes
    from policies.outgoing.screen import Memory

REMEMBERED: Final = 100  # contexts
MOST: Final = 100_000  # prints of one context
MOST_SENT: Final = 20  # sendings that are read together
MOST_CHARACTERS: Final = 8_000  # of each
_FEW: Final = 100  # cells of which prints are made at once
_AT_ONCE: Final = CapacityLimiter(4)


@dataclass(slots=True)
class _Book:
    """Prints of one trail by source, as far as this process knows of them: up to row `number`."""

    number: int = 0
    prints: dict[str, "Hashes"] = field(default_factory=dict[str, "Hashes"])
    full: bool = False

    def add(self, source: str, hashes: "Hashes") -> None:
        from policies.outgoing.prints import joined  # noqa: PLC0415 - as above

        known = self.prints.get(source)
        self.prints[source] = hashes if known is None else joined(known, hashes)

    @property
    def room(self) -> int:
        return MOST - sum(map(len, self.prints.values()))


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
        may_act: Callable[[User, Transport], bool],
    ) -> None:
        """`keys` are those of prints and of what is sealed. Who `may_act` can send something somewhere."""
        self._store = store
        self._key, sealing = keys
        self._seal = Seal(sealing)
        self._sources = sources
        self._may_act = may_act
        self._books: OrderedDict[str, _Book] = OrderedDict()

    async def note(self, redacted: Redacted) -> Noted | None:
        """What the answer adds; None where that is nothing."""
        approval = redacted.grant.approval
        context, call = approval.admission.context, approval.plan.call
        if call.tool.source == OWN:
            return None
        table = redacted.kept.table if redacted.kept else redacted.table
        read = taint(call.tool.source, self._sources[call.tool.source], table, redacted.masked)
        suspicion = redacted.suspicion.level
        tells = read.level > Sensitivity.PUBLIC and self._may_act(call.user, call.transport)
        if read == CLEAN and suspicion is Suspicion.NONE:
            return None
        new = await self._new(context, call, table) if tells else None
        owner, name, book = rows.owner_of(call), call.tool.source, self._book(context.trail)
        sealed: str | None = None
        if new is not None:
            sealed = "" if len(new) > book.room else self._close(context.trail, name, new)
        begun = secrets.token_hex(16)

        # Whose context it is then, the store alone knows: the call may have taken its time.
        def keep() -> Transaction[None]:
            yield from rows.learn(owner, call.user.session, begun, suspicion, read)
            if tells:
                yield from rows.add_prints(owner, context.trail, name, sealed)

        def kept() -> None:
            if new is not None and sealed:
                book.add(name, new)
            elif new is not None:
                book.full = True

        return Noted(read, keep, kept)

    async def recall(self, context: Context, *, leaves: bool) -> "Memory":
        """What it has read, and for what `leaves` the directory what it has sent there.

        Raises `StoreUnavailable`.
        """
        from policies.outgoing.prints import Known, Press  # noqa: PLC0415 - as above
        from policies.outgoing.screen import Memory  # noqa: PLC0415 - as above

        trail = context.trail
        press, book = Press(self._key, trail), self._book(trail)
        if context.taint == CLEAN and not leaves:
            return Memory(press)
        found, sent = await self._store.read(partial(self._newer, trail, book.number, leaves))
        for number, source, sealed in found:
            if number <= book.number:
                continue  # another call of the same context came first
            book.number = number
            if sealed and book.room > 0:
                book.add(source, self._open(trail, source, sealed))
            else:
                book.full = True
        return Memory(
            press,
            Known.of(book.prints),
            {name: self._level(name) for name in book.prints},
            book.full,
            [cast("str", self._seal.open(text, "sent", trail)) for text in sent[-MOST_SENT:]],
            len(sent),
        )

    def leaving(self, context: Context, text: str, memory: "Memory") -> Leaving:
        """To be kept once it goes; `memory` is what it was held against."""
        from policies.outgoing.sent import shortened  # noqa: PLC0415 - as above

        short = shortened(text, MOST_CHARACTERS)
        return Leaving(context.trail, memory.sendings + 1, self._seal.close(short, "sent", context.trail))

    async def _new(self, context: Context, call: Call, table: Table) -> "Hashes | None":
        """Prints of the table that are not known yet."""
        from policies.outgoing.prints import Press, lacking  # noqa: PLC0415 - as above

        book = self._book(context.trail)
        if book.full:
            return None
        press = Press(self._key, context.trail)
        if len(table.rows) * len(table.columns) <= _FEW:
            hashes = press.of_table(table)
        else:
            hashes = await to_thread.run_sync(press.of_table, table, limiter=_AT_ONCE)
        known = book.prints.get(call.tool.source)
        new = hashes if known is None else lacking(hashes, known)
        return new if len(new) else None

    def _newer(
        self,
        trail: str,
        after: int,
        leaves: bool,  # noqa: FBT001 - for `partial`
    ) -> Transaction[tuple[list[tuple[int, str, str]], list[str]]]:
        found = yield from rows.read_prints(trail, after)
        return found, (yield from rows.read_sent(trail)) if leaves else []

    def _level(self, source: str) -> Sensitivity:
        settings = self._sources.get(source)
        return Sensitivity.RESTRICTED if settings is None else Sensitivity.of(settings.classification)

    def _close(self, trail: str, source: str, hashes: "Hashes") -> str:
        from policies.outgoing.prints import pack  # noqa: PLC0415 - as above

        return self._seal.close(base64.b64encode(pack(hashes)).decode(), "prints", trail, source)

    def _open(self, trail: str, source: str, sealed: str) -> "Hashes":
        from policies.outgoing.prints import unpack  # noqa: PLC0415 - as above

        return unpack(base64.b64decode(cast("str", self._seal.open(sealed, "prints", trail, source))))

    def _book(self, trail: str) -> _Book:
        book = self._books.setdefault(trail, _Book())
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
