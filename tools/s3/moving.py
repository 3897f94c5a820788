"""Moving an object: it is copied where nothing is yet, and then the one that was copied is deleted (T18)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from policies.change import Change, Fields
from policies.errors import Denied, Refusal
from tools.files import paths
from tools.rest.unheard import Unheard
from tools.s3.api import Api
from tools.s3.versions import version_of


@dataclass(frozen=True, slots=True)
class Moving:
    """The one object of a change, wherever of its two places it is."""

    api: Api
    change: Change
    held: Callable[[str], str]
    """Raises `NotFound` for a path that is not open."""

    async def read(self, key: Fields) -> Fields | None:
        """Where it is. None where it is at neither place, or something is at both."""
        del key
        found = [
            each for each in (await self._at(self.change.before), await self._at(self.change.after)) if each
        ]
        return found[0] if len(found) == 1 else None

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        raise NotImplementedError("a move makes nothing")

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        raise NotImplementedError("a move makes nothing")

    async def remove(self, key: Fields) -> None:
        raise NotImplementedError("a move removes nothing")

    async def write(self, key: Fields, after: Fields) -> Fields:
        """Raises `Unheard` where it may be at both places."""
        del key
        before = self.change.before or {}
        here, there, etag = self._path(before), self._path(after), str(before["version"])
        copy = await self.api.copied(here, there, etag=etag)
        moved = {**after, "file": there, "version": copy.etag}
        try:
            await self.api.deleted(here, etag)
        except Denied:
            await self._forget(there, copy.etag)
            raise
        except Refusal:
            if await self._stands(here):  # and has changed meanwhile: then there is no copy either
                await self._forget(there, copy.etag)
                raise
        return moved

    async def _stands(self, path: str) -> bool:
        try:
            return await self.api.looked_at(path) is not None
        except Refusal as refusal:
            raise Unheard from refusal

    async def _forget(self, there: str, etag: str) -> None:
        try:
            await self.api.deleted(there, etag)
        except Refusal as refusal:
            raise Unheard from refusal

    async def _at(self, place: Fields | None) -> Fields | None:
        assert place is not None
        path = self._path(place)
        told = await self.api.looked_at(path)
        return (
            None
            if told is None
            else {
                "folder": paths.folder_of(path),
                "name": paths.name_of(path),
                "file": path,
                "version": version_of(told).etag,
            }
        )

    def _path(self, place: Fields) -> str:
        return self.held(paths.joined(str(place["folder"]), str(place["name"])))
