"""A bucket as a store of files: its keys as paths, and what a key has before a `/` as its folders."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Final

from policies.change import Change, Kind
from policies.errors import InvalidArgument, NotFound, StaleConfirmation
from policies.sources import S3Source
from tools.files import paths
from tools.files.refusals import not_found
from tools.files.store import Entry, Folder, Listing
from tools.rest.bookmarks import Bookmark
from tools.rest.lists import page_size
from tools.rest.records import Records
from tools.rest.refusals import odd
from tools.s3.api import Api
from tools.s3.moving import Moving
from tools.s3.objects import Objects
from tools.s3.versions import etag_of, former_of

_LISTED: Final = 10  # requests for one page of a search
_AT_ONCE: Final = "1000"  # keys


@dataclass(frozen=True, slots=True)
class Bucket:
    """One source under one user's access key. Every method raises `Refusal`."""

    name: str
    source: S3Source
    api: Api

    async def listed(self, folder: str | None, mark: Bookmark) -> Listing:
        if folder is None and paths.EVERYTHING not in self.source.folders:
            open_ = [Entry(each, paths.name_of(each), is_folder=True) for each in sorted(self.source.folders)]
            return Listing(open_, "")
        prefix = f"{self._open(folder)}/" if folder is not None else ""
        told = await self._keys(prefix, mark.place, str(page_size(self.source)), delimiter="/")
        folders = [_folder(each) for each in told.iterfind("{*}CommonPrefixes/{*}Prefix")]
        entries = [*folders, *map(_entry, told.iterfind("{*}Contents"))]
        return Listing([each for each in entries if each and self._is_open(each.id)], _following(told))

    async def found(self, search: str, folder: str | None, mark: Bookmark) -> Listing:
        """By their names: S3 has no index of what is in them."""
        wanted, place = search.casefold(), mark.place
        found: list[Entry] = []
        (top,) = [self._open(folder)] if folder is not None else [None]
        prefix = f"{top}/" if top else self._common
        for _ in range(_LISTED):
            told = await self._keys(prefix, place, _AT_ONCE)
            found += [
                each for each in _files(told) if wanted in each.name.casefold() and self._is_open(each.id)
            ]
            place = _following(told)
            if not place or len(found) > page_size(self.source):
                break
        return Listing(found, place)

    async def file(self, id: str) -> Entry:  # noqa: A002 - as the tools call it
        told = await self.api.told(self._open(id))
        size = told.get("content-length", "")
        return Entry(
            id,
            paths.name_of(id),
            size=int(size) if size.isdecimal() else None,
            modified_at=_moment(told.get("last-modified", "")),
            media_type=told.get("content-type", ""),
            version=etag_of(told),
            former=former_of(told),
        )

    async def content(self, file: Entry) -> bytes:
        try:
            return await self.api.fetched(self._open(file.id), file.version)
        except StaleConfirmation as stale:
            raise InvalidArgument("This file has changed since. Read it again from its beginning.") from stale

    async def folder(self, id: str) -> Folder:  # noqa: A002 - as above
        """Any that is open: in S3 a folder is there once something is in it."""
        return Folder(
            self._open(id), (self.source.bucket,), f"everybody who may read the bucket {self.source.bucket}"
        )

    async def folder_of(self, file: Entry) -> Folder:
        return await self.folder(paths.folder_of(file.id))

    async def named(self, folder: Folder, name: str) -> Entry | None:
        try:
            return await self.file(paths.joined(folder.id, name))
        except NotFound:
            return None

    def records(self, change: Change) -> Records:
        if change.kind is Kind.UPDATE and "folder" in (change.after or {}):
            return Moving(self.api, self.source, change, self._open)
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
    def _common(self) -> str:
        """What all open keys begin with."""
        folders = self.source.folders
        return f"{folders[0]}/" if len(folders) == 1 and folders[0] != paths.EVERYTHING else ""

    async def _keys(self, prefix: str, place: str, most: str, **more: str) -> Any:
        token = {"continuation-token": place} if place else {}
        return await self.api.keys(**{"max-keys": most, "prefix": prefix, **token, **more})


def _following(told: Any) -> str:
    """Where the next page starts, "" where there is none."""
    if told.findtext("{*}IsTruncated") != "true":
        return ""
    token = told.findtext("{*}NextContinuationToken")
    if not token:
        raise odd("a list goes on, and does not say where")
    return str(token)


def _folder(told: Any) -> Entry | None:
    path = str(told.text or "").removesuffix("/")
    return Entry(path, paths.name_of(path), is_folder=True) if path else None


def _files(told: Any) -> Iterator[Entry]:
    yield from filter(None, map(_entry, told.iterfind("{*}Contents")))


def _entry(told: Any) -> Entry | None:
    """None for what only stands for a folder."""
    key, size = str(told.findtext("{*}Key") or ""), str(told.findtext("{*}Size") or "")
    if key.endswith("/"):
        return None
    if not size.isdecimal():
        raise odd("an object has no size")
    return Entry(key, paths.name_of(key), size=int(size), modified_at=told.findtext("{*}LastModified"))


def _moment(told: str) -> str | None:
    try:
        return parsedate_to_datetime(told).astimezone(UTC).isoformat(timespec="seconds")
    except ValueError:
        return None
