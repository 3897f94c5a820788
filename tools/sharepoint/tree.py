"""Which items are open: those in the folders of the configuration, wherever below (threats T08, T32)."""

from dataclasses import dataclass, field

from policies.errors import NotFound
from policies.sources import SharepointSource
from tools.files.above import Above
from tools.files.refusals import not_found
from tools.rest import members
from tools.sharepoint.api import Api
from tools.sharepoint.entries import PLACE, id_of, is_folder, is_id, is_open, parent_of


@dataclass(slots=True)
class Tree:
    """Of one call: where a folder is, it asks once."""

    name: str
    source: SharepointSource
    api: Api
    _above: Above = field(init=False)

    def __post_init__(self) -> None:
        self._above = Above(self.source.folders, self._parent)

    async def told(self, id: str) -> members.Record:  # noqa: A002 - as Graph calls it
        """What Graph says of an item that is open. Raises `NotFound`."""
        if not is_id(id):
            raise not_found(self.name)
        told = await self.api.item(id)
        if id_of(told) != id or not await self.holds(told):
            raise not_found(self.name)
        return told

    async def folder(self, id: str) -> members.Record:  # noqa: A002 - as above
        told = await self.told(id)
        if not is_folder(told):
            raise not_found(self.name)
        return told

    async def holds(self, told: members.Record, top: str | None = None) -> bool:
        """Whether it is open, and below `top` where that is said."""
        if not is_open(told, self.source.drive):
            return False
        return await self._above.holds(id_of(told), parent_of(told), top)

    async def standing(self, id: str, top: str | None) -> members.Record | None:  # noqa: A002 - as above
        """As it is now, where it is open and below `top`: an index says how it was."""
        try:
            told = await self.told(id)
        except NotFound:
            return None
        return told if top is None or await self.holds(told, top) else None

    async def _parent(self, folder: str) -> str | None:
        return parent_of(await self.api.item(folder, PLACE))
