"""Which files are open: those in the folders of the configuration, wherever below (threats T08, T32)."""

from dataclasses import dataclass, field
from typing import Final

from policies.errors import NotFound
from policies.sources import DriveSource
from tools.drive.api import Api
from tools.drive.entries import FIELDS, FOLDER, id_of, is_id, parent_of
from tools.files import paths
from tools.files.refusals import not_found
from tools.rest import members

_DEEPEST: Final = 30  # folders, one in the other


@dataclass(frozen=True, slots=True)
class Tree:
    """Of one call: where a folder is, it asks once."""

    name: str
    source: DriveSource
    api: Api
    _above: dict[str, str | None] = field(default_factory=dict[str, str | None])

    async def told(self, id: str) -> members.Record:  # noqa: A002 - as Drive calls it
        """What Drive says of a file that is open. Raises `NotFound`."""
        if not is_id(id):
            raise not_found(self.name)
        told = await self.api.file(id, FIELDS)
        if not await self.holds(told):
            raise not_found(self.name)
        return told

    async def folder(self, id: str) -> members.Record:  # noqa: A002 - as above
        told = await self.told(id)
        if told.get("mimeType") != FOLDER:
            raise not_found(self.name)
        return told

    async def holds(self, told: members.Record, top: str | None = None) -> bool:
        """Whether it is open, and below `top` where that is said. What is in the trash is neither."""
        if told.get("trashed") is True:
            return False
        open_ = {top} if top else {*self.source.folders}
        if paths.EVERYTHING in open_:
            return True
        at: str | None = id_of(told)
        above = parent_of(told)
        for _ in range(_DEEPEST):
            if at in open_:
                return True
            if above is None:
                return False
            at, above = above, await self._parent(above)
        return False

    async def _parent(self, folder: str) -> str | None:
        if folder not in self._above:
            try:
                self._above[folder] = parent_of(await self.api.file(folder, "id,parents"))
            except NotFound:
                self._above[folder] = None
        return self._above[folder]
