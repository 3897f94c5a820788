"""Hands pseudonyms out, and gives back what they stand for: within one user's context, and nowhere else.

The store holds each context's pages, sealed under its tenant's key; a process remembers those that it has
read. A page is appended only behind the very pages that whoever wrote it had read, so two processes never
give one value two pseudonyms, nor two values one.
"""

import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, cast
from weakref import WeakValueDictionary

from anyio import Lock

from policies import pseudonyms
from policies.call import Call, Fresh, Restored
from policies.context import Context
from policies.document import Window
from policies.errors import InvalidArgument
from policies.pseudonyms import Item, Mint
from server.context import rows
from server.context.book import Book
from server.keys import MasterUnavailable, Ring
from server.seal import DoesNotOpen
from server.store import Store
from server.transaction import Transaction

if TYPE_CHECKING:
    from policies.canonical import Json

log = logging.getLogger("remit.context")

REMEMBERED: Final = 200  # contexts


@dataclass(eq=False, slots=True, weakref_slot=True)
class _Waiting:
    """Calls of one context that want pseudonyms at once."""

    lock: Lock = field(default_factory=Lock)
    items: list[Item] = field(default_factory=list[Item])


class Contexts:
    def __init__(self, store: Store, ring: Ring, key: bytes, window: Window) -> None:
        """`key` is what pseudonyms are checked with: the same for every process of the store."""
        self.window = window
        self._store = store
        self._ring = ring
        self._key = key
        self._books: OrderedDict[str, Book] = OrderedDict()
        self._waiting: WeakValueDictionary[str, _Waiting] = WeakValueDictionary()
        self._unscrubbed = False

    async def restore(self, fresh: Fresh) -> Restored:
        """What the pseudonyms in the call's arguments stand for.

        Raises `InvalidArgument` alike for one that is made up, another's, over or unknown.
        """
        context, call = fresh.admission.context, fresh.admission.permit.call
        asked = dict.fromkeys(pseudonyms.within(cast("Json", call.arguments)))
        if not asked:
            return Restored(fresh, {})
        mint = Mint(self._key, context.id)
        known = {text: pseudonym for text in asked if (pseudonym := mint.know(text))}
        if len(known) < len(asked):
            raise _unknown()
        book = self._book(context.id)
        values = book.values(known)
        if len(values) < len(asked):
            try:
                await self._read(book, context, call)
            except DoesNotOpen as destroyed:
                raise _unknown() from destroyed
            values = book.values(known)
        if len(values) < len(asked):
            raise _unknown()
        return Restored(fresh, values)

    async def hand_out(self, context: Context, call: Call, wanted: Iterable[Item]) -> Mapping[Item, str]:
        """The pseudonyms of these values; those that there is no room for have none.

        Neither has any where the context ended meanwhile, or where the tenant's key can't be had: then a
        plain mask has to do. Raises `StoreUnavailable`.
        """
        items = list(dict.fromkeys(wanted))
        if not items:
            return {}
        book = self._book(context.id)
        if not book.new(items):
            return book.pseudonyms(items)
        waiting = self._waiting.setdefault(context.id, _Waiting())
        waiting.items += items
        try:
            async with waiting.lock:
                while book.new(items):
                    # What the others wait for goes on the same page: they would all want to be the next.
                    page = book.new([*items, *waiting.items])
                    waiting.items.clear()
                    if not await self._append(book, context, call, page):
                        self._books.pop(context.id, None)
                        return {}
        except (DoesNotOpen, MasterUnavailable) as error:
            log.error("no pseudonyms can be given", extra={"call": call.id, "detail": error.detail})  # noqa: TRY400
            return {}
        return book.pseudonyms(items)

    async def counts(self, context: Context, call: Call) -> Mapping[str, int]:
        """How many pseudonyms were handed out, by label."""
        book = self._book(context.id)
        await self._read(book, context, call)
        return dict(sorted(book.counts.items()))

    async def forget(self, context: Context) -> None:
        """Durable on return: nothing that it held is left, and the next call begins another.

        Where text that it read addressed a model, the other is as suspicious: what has a model act has it
        forget as well (threat T22). That ends with its time, or with the sign-in.
        """
        await self._end([context.id], partial(rows.begin_anew, context.id, secrets.token_hex(16)))

    async def sweep(self) -> None:
        """Ends what is over, and forgets what has ended elsewhere. Raises `StoreUnavailable`."""
        ended = await self._store.read(partial(rows.over, self.window))
        if ended or self._unscrubbed:
            await self._end(ended)
        if known := tuple(self._books):
            living = await self._store.read(partial(rows.living, known))
            for gone in frozenset(known) - living:
                self._books.pop(gone, None)

    async def _end(self, ids: Sequence[str], ending: Callable[[], Transaction[None]] | None = None) -> None:
        await self._store.run(ending or partial(rows.forget, *ids))
        for each in ids:
            self._books.pop(each, None)
        self._unscrubbed = not await self._store.scrub()

    def _book(self, id: str) -> Book:  # noqa: A002
        book = self._books.get(id)
        if book is None:
            book = self._books[id] = Book(Mint(self._key, id))
        self._books.move_to_end(id)
        while len(self._books) > REMEMBERED:
            self._books.popitem(last=False)
        return book

    async def _read(self, book: Book, context: Context, call: Call) -> None:
        """Reads the pages that are new since. Raises `DoesNotOpen` for one that can't be opened."""
        tenant = call.user.tenant
        for page in await self._store.read(partial(rows.read_pages, context.id, tenant, book.pages)):
            items = await self._ring.open_under(page.key, page.sealed, *_bound(context, page.number))
            # Another call of the same context may have come first while this one waited.
            if page.number == book.pages + 1:
                book.add([(label, value) for label, value in cast("list[tuple[str, str]]", items)])

    async def _append(self, book: Book, context: Context, call: Call, page: Sequence[Item]) -> bool:
        """False where the context has ended. Where another page came first, that is read instead.

        Nor is one added under a key that is the tenant's newest no more: then the next is under another.
        """
        number = book.pages + 1
        items: Json = [[label, value] for label, value in page]
        sealed = await self._ring.seal_to_append(call.user.tenant, items, *_bound(context, number))
        if not await self._store.run(partial(rows.append, context.id, number, sealed)):
            self._ring.forget(call.user.tenant)
            await self._read(book, context, call)
            return await self._store.read(partial(rows.stands, context.id))
        # Unless another call of this process has read it already.
        if number == book.pages + 1:
            book.add(page)
        return True


def _bound(context: Context, page: int) -> tuple[str, ...]:
    return "context", context.id, str(page)


def _unknown() -> InvalidArgument:
    return InvalidArgument(
        "A placeholder in the arguments stands for nothing in this conversation now. Read the record again, "
        "and use a placeholder exactly as that answer has it."
    )
