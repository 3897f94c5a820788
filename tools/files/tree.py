"""Which items are open: those in the folders of the configuration, wherever below (threats T08, T32).

Where an item is, is looked up folder by folder, of a store whose items have ids and tell which folder they
are in.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from policies.errors import NotFound
from tools.files import paths
from tools.files.refusals import not_found
from tools.files.store import Entry
from tools.rest import members

_DEEPEST: Final = 30  # folders, one in the other


class Tree(ABC):
    """Of one call to the source `name`: where a folder is, it asks once."""

    def __init__(self, name: str, folders: Sequence[str]) -> None:
        self._name = name
        self._folders = folders
        self._above: dict[str, str | None] = {}

    @abstractmethod
    def is_id(self, text: str) -> bool:
        """Whether it has the form of one."""

    @abstractmethod
    async def item(self, id: str) -> members.Record:  # noqa: A002 - as stores call it
        """What the store says of one. Raises `NotFound`."""

    @abstractmethod
    async def parent(self, folder: str) -> str | None:
        """The folder that a folder is in; None for one that is in none. Raises `NotFound`."""

    @abstractmethod
    def is_there(self, told: members.Record) -> bool:
        """Whether it is one that a tool could show, wherever it is."""

    @abstractmethod
    def is_folder(self, told: members.Record) -> bool: ...

    @abstractmethod
    def place(self, told: members.Record) -> tuple[str, str | None]:
        """Its id, and that of the folder that it is in, as `parent` says it."""

    @abstractmethod
    async def is_gone(self, id: str) -> bool:  # noqa: A002 - as above
        """Whether the store says that there is none, and not only that nobody may see it."""

    async def told(self, id: str) -> members.Record:  # noqa: A002 - as above
        """What the store says of an item that is open. Raises `NotFound`."""
        if not self.is_id(id):
            raise not_found(self._name)
        told = await self.item(id)
        if self.place(told)[0] != id or not await self.holds(told):
            raise not_found(self._name)
        return told

    async def told_or_gone(self, id: str, folder: str) -> members.Record | None:  # noqa: A002 - as above
        """The same of what was in a folder; None where there is none any more.

        Raises `NotFound` where there may be one, or where the user does not see the folder either.
        """
        try:
            return await self.told(id)
        except NotFound:
            await self.folder(folder)
            if await self.is_gone(id):
                return None
            raise

    async def folder(self, id: str) -> members.Record:  # noqa: A002 - as above
        told = await self.told(id)
        if not self.is_folder(told):
            raise not_found(self._name)
        return told

    async def open_folders(self, entry_of: Callable[[members.Record], Entry]) -> list[Entry]:
        """Those of the configuration that the user sees."""
        found: list[Entry] = []
        for each in self._folders:
            with suppress(NotFound):
                found.append(entry_of(await self.folder(each)))
        return found

    async def holds(self, told: members.Record, top: str | None = None) -> bool:
        """Whether it is open, and below `top` where that is said."""
        if not self.is_there(told):
            return False
        open_ = {top} if top else {*self._folders}
        if paths.EVERYTHING in open_:
            return True
        at, above = self.place(told)
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
                self._above[folder] = await self.parent(folder)
            except NotFound:  # where the user does not see a folder, nothing above it counts
                self._above[folder] = None
        return self._above[folder]
