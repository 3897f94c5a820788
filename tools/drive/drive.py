"""Drive as a store of files, under one user's token."""

from dataclasses import dataclass
from typing import ClassVar, Final

from policies.change import Change
from policies.sources import DriveSource
from tools.drive import people
from tools.drive.api import Api
from tools.drive.entries import EXPORTS, FIELDS, entry_of, parent_of
from tools.drive.objects import Objects
from tools.drive.queries import called, quoted
from tools.drive.tree import Tree
from tools.files import paths
from tools.files.people import readers
from tools.files.refusals import changed_since, not_found
from tools.files.store import Entry, Folder, Listing
from tools.rest import members
from tools.rest.bookmarks import Bookmark
from tools.rest.lists import page_size
from tools.rest.records import Records

_ORDER: Final = "folder,name"


@dataclass(frozen=True, slots=True)
class Drive:
    """One source. Every method raises `Refusal`."""

    name: str
    source: DriveSource
    api: Api
    tree: Tree
    remakes: ClassVar[bool] = False

    async def listed(self, folder: str | None, mark: Bookmark) -> Listing:
        if folder is None and paths.EVERYTHING not in self.source.folders:
            return Listing(await self.tree.open_folders(entry_of), "")
        at = "root" if folder is None else members.text(await self.tree.folder(folder), "id")
        return await self._page(f"'{at}' in parents and trashed = false", mark, _ORDER)

    async def found(self, search: str, folder: str | None, mark: Bookmark) -> Listing:
        """By their names and by what is in them. What is not in an open folder is passed over."""
        top = None if folder is None else members.text(await self.tree.folder(folder), "id")
        words = quoted(search)
        asked = f"(name contains {words} or fullText contains {words}) and trashed = false"
        return await self._page(asked, mark, "", top)

    async def file(self, id: str) -> Entry:  # noqa: A002 - as the tools call it
        return entry_of(await self.tree.told(id))

    async def content(self, file: Entry) -> bytes:
        media = EXPORTS.get(file.media_type)
        found = await (self.api.exported(file.id, media) if media else self.api.downloaded(file.id))
        if (await self.file(file.id)).version != file.version:
            raise changed_since()
        return found

    async def folder(self, id: str) -> Folder:  # noqa: A002 - as above
        await self.tree.folder(id)
        found = people.grantees(await self.api.file(id, people.FIELDS))
        return Folder(id, found, readers(found))

    async def folder_of(self, file: Entry) -> Folder:
        parent = parent_of(await self.tree.told(file.id))
        if parent is None:
            raise not_found(self.name)
        folder = await self.folder(parent)
        own = people.grantees(await self.api.file(file.id, people.FIELDS))
        found = tuple(sorted({*folder.destinations, *own}))
        return Folder(folder.id, found, readers(found))

    async def named(self, folder: Folder, name: str) -> Entry | None:
        told = await self.api.list(called(name, folder.id), FIELDS, 1, "")
        entries = members.records(told, "files")
        return entry_of(entries[0]) if entries else None

    def records(self, change: Change) -> Records:
        # Where a folder was when it was planned counts no more when it is carried out.
        return Objects(self.api, Tree(self.name, self.source, self.api), change.target)

    def hold_acting(self) -> None:
        """What a token may do, Drive says only where it is tried."""

    async def _page(self, asked: str, mark: Bookmark, order: str, top: str | None = None) -> Listing:
        told = await self.api.list(asked, FIELDS, page_size(self.source), mark.place, order)
        found = [
            entry_of(each) for each in members.records(told, "files") if await self.tree.holds(each, top)
        ]
        return Listing(found, members.optional_text(told, "nextPageToken") or "")
