"""Files of Drive that are open."""

from policies.errors import NotFound
from policies.sources import DriveSource
from tools.drive.api import Api
from tools.drive.entries import FIELDS, FOLDER, id_of, is_id, parent_of
from tools.files import tree
from tools.rest import members


class Tree(tree.Tree):
    """What is in the trash is not there."""

    def __init__(self, name: str, source: DriveSource, api: Api) -> None:
        super().__init__(name, source.folders)
        self._api = api

    def is_id(self, text: str) -> bool:
        return is_id(text)

    async def item(self, id: str) -> members.Record:  # noqa: A002 - as Drive calls it
        return await self._api.file(id, FIELDS)

    async def parent(self, folder: str) -> str | None:
        return parent_of(await self._api.file(folder, "id,parents"))

    async def is_gone(self, id: str) -> bool:  # noqa: A002 - as above
        """To Drive what is not the user's to see is not there, either."""
        try:
            return not self.is_there(await self.item(id))
        except NotFound:
            return True

    def is_there(self, told: members.Record) -> bool:
        return told.get("trashed") is not True

    def is_folder(self, told: members.Record) -> bool:
        return told.get("mimeType") == FOLDER

    def place(self, told: members.Record) -> tuple[str, str | None]:
        return id_of(told), parent_of(told)
