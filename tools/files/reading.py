"""The tools that read: which entries there are, and what a file says."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from policies.call import Table
from policies.canonical import Json
from policies.errors import InvalidArgument
from policies.sources import FileSource
from tools.documents.ends import pieces
from tools.documents.opened import Opened
from tools.documents.opening import Opener, not_read
from tools.files import columns, toolset
from tools.files.refusals import changed_since
from tools.files.store import Entry, Listing, Store
from tools.rest.bookmarks import Bookmark
from tools.rest.lists import Cells, Rows, page_size
from tools.sql.pages import Limits, Page

Request = Mapping[str, Json]

_BESIDE: Final = 500  # bytes of a row that are not its text
_TOO_LONG: Final = "of a line that is longer than a page only the beginning is read"


@dataclass(frozen=True, slots=True)
class Reader:
    """One source under one user's token. Every method raises `Refusal`."""

    source: FileSource
    store: Store
    opener: Opener

    async def read(self, request: Request) -> Table:
        """Carries out the request of a plan: of it and of nothing else."""
        reads: Mapping[str, Callable[[Request, Bookmark], Awaitable[Table]]] = {
            toolset.SEARCH: self._search,
            toolset.LIST: self._list,
            toolset.INFO: self._info,
            toolset.READ: self._read,
        }
        return await reads[str(request["verb"])](request, Bookmark.from_json(request["mark"]))

    async def _list(self, request: Request, mark: Bookmark) -> Table:
        return self._entries(await self.store.listed(_text(request["folder"]), mark), mark)

    async def _search(self, request: Request, mark: Bookmark) -> Table:
        folder = _text(request["folder"])
        return self._entries(await self.store.found(str(request["search"]), folder, mark), mark)

    async def _info(self, request: Request, mark: Bookmark) -> Table:
        del mark
        file = await self.store.file(str(request["file"]))
        rows = Rows(self.source, columns.INFO)
        rows.add((*_entry_row(file), file.media_type or None, file.stamp or None))
        return rows.table("", 0, more=False)

    async def _read(self, request: Request, mark: Bookmark) -> Table:
        """A cursor is good for one version: what comes of the parts of another, nobody could put together."""
        file = await self.store.file(str(request["file"]))
        if mark.place not in {"", file.stamp}:
            raise changed_since()
        opened = await self.opener.open(partial(self._content, file), "" if file.is_made else file.name)
        size = self.source.max_bytes - _BESIDE
        page = Page(Limits(page_size(self.source), self.source.max_bytes, size))
        page.extend(islice(_rows_of(file, opened, size), mark.skipped, None))
        return page.table(
            columns.PARTS,
            lambda taken: mark.going_on(file.stamp, mark.skipped + taken).encode(),
        )

    async def _content(self, file: Entry) -> bytes:
        if file.is_folder:
            raise InvalidArgument("That is a folder, and has no text. List it, and read a file of it.")
        if not file.is_made and file.size is None:
            raise not_read("it is of a kind without text")
        if not file.is_made and (file.size or 0) > self.source.max_file_bytes:
            raise not_read(f"it has more than {self.source.max_file_bytes} bytes")
        return await self.store.content(file)

    def _entries(self, listing: Listing, mark: Bookmark) -> Table:
        rows = Rows(self.source, columns.ENTRIES)
        left = listing.entries[mark.skipped :]
        rows.extend(map(_entry_row, left))
        if rows.taken < len(left):
            following = mark.going_on(mark.place, mark.skipped + rows.taken)
        else:
            following = mark.going_on(listing.following, 0)
        return rows.table(
            following.query, following.skipped, more=bool(listing.following), mark=following.place
        )


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _entry_row(entry: Entry) -> Cells:
    kind = "folder" if entry.is_folder else "file"
    return entry.id, entry.name, kind, entry.size, entry.modified_at


def _rows_of(file: Entry, opened: Opened, size: int) -> Iterator[Cells]:
    """As few as can be: a secret of many lines is known best where they are one text (threat T27)."""
    for part in opened.parts:
        for text, is_cut in pieces(part.text, size):
            left_out = "; ".join(filter(None, (opened.cut, _TOO_LONG if is_cut else "")))
            yield file.id, file.stamp or None, opened.form.value, part.name, text, left_out or None
