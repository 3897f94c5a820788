"""Items of a library that are open."""

from policies.errors import NotFound
from policies.sources import SharepointSource
from tools.files import tree
from tools.rest import members
from tools.sharepoint.api import Api
from tools.sharepoint.entries import PLACE, id_of, is_folder, is_id, is_open, parent_of


class Tree(tree.Tree):
    def __init__(self, name: str, source: SharepointSource, api: Api) -> None:
        super().__init__(name, source.folders)
        self._drive = source.drive
        self._api = api

    def is_id(self, text: str) -> bool:
        return is_id(text)

    async def item(self, id: str) -> members.Record:  # noqa: A002 - as Graph calls it
        return await self._api.item(id)

    async def parent(self, folder: str) -> str | None:
        return parent_of(await self._api.item(folder, PLACE))

    def is_there(self, told: members.Record) -> bool:
        return is_open(told, self._drive)

    def is_folder(self, told: members.Record) -> bool:
        return is_folder(told)

    def place(self, told: members.Record) -> tuple[str, str | None]:
        return id_of(told), parent_of(told)

    async def is_gone(self, id: str) -> bool:  # noqa: A002 - as above
        return await self._api.is_none(id)

    async def standing(self, id: str, top: str | None) -> members.Record | None:  # noqa: A002 - as above
        """As it is now, where it is open and below `top`: an index says how it was."""
        try:
            told = await self.told(id)
        except NotFound:
            return None
        return told if top is None or await self.holds(told, top) else None
