"""A document library as a store of files, under one user's token."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from policies.change import Change
from policies.errors import NotFound
from policies.sources import SharepointSource
from tools.files import paths
from tools.files.people import readers
from tools.files.refusals import changed_since, not_found
from tools.files.store import Entry, Folder, Listing
from tools.rest import members
from tools.rest.at_once import at_once
from tools.rest.bookmarks import Bookmark
from tools.rest.lists import page_size
from tools.rest.records import Records
from tools.sharepoint import names
from tools.sharepoint.api import Api
from tools.sharepoint.entries import entry_of, id_of, parent_of
from tools.sharepoint.objects import Objects
from tools.sharepoint.people import grantees
from tools.sharepoint.scopes import scopes
from tools.sharepoint.tree import Tree

_HITS: Final = 25  # of one page of a search: each is looked at


@dataclass(frozen=True, slots=True)
class Library:
    """One source. Every method raises `Refusal`."""

    name: str
    source: SharepointSource
    api: Api
    tree: Tree
    remakes: ClassVar[bool] = True

    async def listed(self, folder: str | None, mark: Bookmark) -> Listing:
        if folder is None and paths.EVERYTHING not in self.source.folders:
            return Listing(await self.tree.open_folders(entry_of), "")
        at = None if folder is None else id_of(await self.tree.folder(folder))
        page = await self.api.children(at, page_size(self.source), mark.place)
        return Listing([entry_of(each) for each in page.items if await self.tree.holds(each)], page.mark)

    async def found(self, search: str, folder: str | None, mark: Bookmark) -> Listing:
        """By their names and by what is in them. What the index has is looked at anew, one by one."""
        top = None if folder is None else id_of(await self.tree.folder(folder))
        size = min(_HITS, page_size(self.source))
        try:
            page = await self.api.found(search, top or self._only, size, mark.place)
        except NotFound:  # the one folder that is open, and not to this user
            return Listing([], "")
        ids = [members.text(each, "id") for each in page.items]
        there = await self._standing(ids, top)
        return Listing([entry_of(each) for each in there], page.mark)

    async def file(self, id: str) -> Entry:  # noqa: A002 - as the tools call it
        return entry_of(await self.tree.told(id))

    async def content(self, file: Entry) -> bytes:
        found = await self.api.content_of(file.id)
        if (await self.file(file.id)).version != file.version:
            raise changed_since()
        return found

    async def folder(self, id: str) -> Folder:  # noqa: A002 - as above
        await self.tree.folder(id)
        found = await self._grantees(id)
        return Folder(id, found, readers(found))

    async def folder_of(self, file: Entry) -> Folder:
        parent = parent_of(await self.tree.told(file.id))
        if parent is None:
            raise not_found(self.name)
        folder = await self.folder(parent)
        found = tuple(sorted({*folder.destinations, *await self._grantees(file.id)}))
        return Folder(folder.id, found, readers(found))

    async def named(self, folder: Folder, name: str) -> Entry | None:
        names.hold(name)
        try:
            return entry_of(await self.api.named(folder.id, name))
        except NotFound:
            return None

    def records(self, change: Change) -> Records:
        # Where a folder was when it was planned counts no more when it is carried out.
        return Objects(self.api, Tree(self.name, self.source, self.api), change.target)

    def hold_acting(self) -> None:
        scopes(self.source).hold_acting(self.name, self.api.scopes)

    @property
    def _only(self) -> str | None:
        """The one folder that is open, where there is one."""
        (first, *more) = self.source.folders
        return None if more or first == paths.EVERYTHING else first

    async def _standing(self, ids: Sequence[str], top: str | None) -> list[members.Record]:
        found: dict[str, members.Record] = {}

        async def look(id_: str) -> None:
            if (told := await self.tree.standing(id_, top)) is not None:
                found[id_] = told

        await at_once(ids, look)
        return [found[each] for each in ids if each in found]

    async def _grantees(self, id_: str) -> tuple[str, ...]:
        try:
            return grantees(await self.api.permissions(id_))
        except NotFound:  # who may read it, not everybody may see
            return grantees(None)
