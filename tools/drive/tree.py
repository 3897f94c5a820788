"""Which files are open: those in the folders of the configuration, wherever below (threats T08, T32)."""

from dataclasses import dataclass, field

from policies.sources import DriveSource
from tools.drive.api import Api
from tools.drive.entries import FIELDS, FOLDER, id_of, is_id, parent_of
from tools.files.above import Above
from tools.files.refusals import not_found
from tools.rest import members


@dataclass(slots=True)
class Tree:
    """Of one call: where a folder is, it asks once."""

    name: str
    source: DriveSource
    api: Api
    _above: Above = field(init=False)

    def __post_init__(self) -> None:
        self._above = Above(self.source.folders, self._parent)

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
        return await self._above.holds(id_of(told), parent_of(told), top)

    async def _parent(self, folder: str) -> str | None:
        return parent_of(await self.api.file(folder, "id,parents"))
