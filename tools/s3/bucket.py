"""A bucket as a store of files: its keys as paths, and what a key has before a `/` as its folders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import ClassVar, Final

from policies.change import Change, Kind
from policies.errors import NotFound, StaleConfirmation
from policies.sources import S3Source
from tools.files import paths
from tools.files.refusals import changed_since, not_found
from tools.files.store import Entry, Folder, Listing
from tools.rest.bookmarks import Bookmark
from tools.rest.lists import page_size
from tools.rest.records import Records
from tools.s3.api import Api
from tools.s3.listing import Page
from tools.s3.moving import Moving
from tools.s3.objects import Objects
from tools.s3.versions import version_of
from tools.sql import cursors

_LISTED: Final = 10  # requests for one page of a search
_AT_ONCE: Final = "1000"  # keys


@dataclass(frozen=True, slots=True)
class Bucket:
    """One source under one user's access key. Every method raises `Refusal`."""

    name: str
    source: S3Source
    api: Api
    remakes: ClassVar[bool] = False

    async def listed(self, folder: str | None, mark: Bookmark) -> Listing:
        if folder is None and paths.EVERYTHING not in self.source.folders:
            open_ = [Entry(each, paths.name_of(each), is_folder=True) for each in sorted(self.source.folders)]
            return Listing(open_, "")
        below = self._open(folder) if folder is not None else ""
        page = await self._page(below, mark.place, str(page_size(self.source)), delimiter="/")
        return Listing(
            [each for each in (*page.folders, *page.files) if self._is_open(each.id)], page.following
        )

    async def found(self, search: str, folder: str | None, mark: Bookmark) -> Listing:
        """By their names, folder after folder: S3 has no index of what is in them."""
        tops = [self._open(folder)] if folder is not None else self._tops
        wanted, (number, place) = search.casefold(), _placed(mark.place, len(tops))
        found: list[Entry] = []
        for _ in range(_LISTED):
            page = await self._page(tops[number], place, _AT_ONCE)
            found += [
                each for each in page.files if wanted in each.name.casefold() and self._is_open(each.id)
            ]
            number, place = (number, page.following) if page.following else (number + 1, "")
            if number == len(tops):
                return Listing(found, "")
            if len(found) > page_size(self.source):
                break
        return Listing(found, f"{number} {place}")

    async def file(self, id: str) -> Entry:  # noqa: A002 - as the tools call it
        told = await self.api.told(self._open(id))
        version, size = version_of(told), told.get("content-length", "")
        changed = _moment(told.get("last-modified", ""))
        return Entry(
            id,
            paths.name_of(id),
            size=int(size) if size.isdecimal() else None,
            modified_at=changed,
            media_type=told.get("content-type", ""),
            version=version.etag,
            stamp=version.id or changed or "",
            former=version.id,
        )

    async def content(self, file: Entry) -> bytes:
        try:
            return await self.api.fetched(self._open(file.id), file.version)
        except StaleConfirmation as stale:
            raise changed_since() from stale

    async def folder(self, id: str) -> Folder:  # noqa: A002 - as above
        """Any that is open: in S3 a folder is there once something is in it. "" is the bucket itself."""
        if id or paths.EVERYTHING not in self.source.folders:
            self._open(id)
        return Folder(id, (self.source.bucket,), f"everybody who may read the bucket {self.source.bucket}")

    async def folder_of(self, file: Entry) -> Folder:
        return await self.folder(paths.folder_of(file.id))

    async def named(self, folder: Folder, name: str) -> Entry | None:
        try:
            return await self.file(paths.joined(folder.id, name))
        except NotFound:
            return None

    def records(self, change: Change) -> Records:
        if change.kind is Kind.UPDATE and "folder" in (change.after or {}):
            return Moving(self.api, change, self._open)
        return Objects(self.api, change.target, self._open)

    def hold_acting(self) -> None:
        """What a key may do, S3 says only where it is tried."""

    def _open(self, path: str) -> str:
        """Raises `NotFound` for what is not in the folders of the configuration, before anything is asked."""
        if not self._is_open(path):
            raise not_found(self.name)
        return path

    def _is_open(self, path: str) -> bool:
        return paths.is_within(path, self.source.folders)

    @property
    def _tops(self) -> Sequence[str]:
        """The open folders that are in no other one; "" for the bucket itself."""
        folders = sorted({*self.source.folders})
        if paths.EVERYTHING in folders:
            return [""]
        return [
            each
            for each in folders
            if not paths.is_within(each, [other for other in folders if other != each])
        ]

    async def _page(self, below: str, place: str, most: str, **more: str) -> Page:
        token = {"continuation-token": place} if place else {}
        prefix = f"{below}/" if below else ""
        return await self.api.keys(**{"max-keys": most, "prefix": prefix, **token, **more})


def _placed(mark: str, tops: int) -> tuple[int, str]:
    """Which folder a search goes on in, and where. Raises `InvalidArgument`."""
    number, _, place = mark.partition(" ")
    if not mark:
        return 0, ""
    if not number.isascii() or not number.isdecimal() or int(number) >= tops:
        raise cursors.not_its_own()
    return int(number), place


def _moment(told: str) -> str | None:
    try:
        return parsedate_to_datetime(told).astimezone(UTC).isoformat(timespec="seconds")
    except ValueError:
        return None
