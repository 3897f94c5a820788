"""Whether something is in an open folder, wherever below: looked up folder by folder (threats T08, T32)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from policies.errors import NotFound
from tools.files import paths

_DEEPEST: Final = 30  # folders, one in the other


@dataclass(frozen=True, slots=True)
class Above:
    """Of one call: `parent` is asked once of each folder, and gives None for one that is in none. It may
    raise `NotFound`: where the user does not see a folder, nothing above it counts.
    """

    folders: Sequence[str]
    parent: Callable[[str], Awaitable[str | None]]
    _known: dict[str, str | None] = field(default_factory=dict[str, str | None])

    async def holds(self, at: str, above: str | None, top: str | None = None) -> bool:
        """Whether what is called `at`, in the folder `above`, is open: below `top` where that is said."""
        open_ = {top} if top else {*self.folders}
        if paths.EVERYTHING in open_:
            return True
        below = at
        for _ in range(_DEEPEST):
            if below in open_:
                return True
            if above is None:
                return False
            below, above = above, await self._parent(above)
        return False

    async def _parent(self, folder: str) -> str | None:
        if folder not in self._known:
            try:
                self._known[folder] = await self.parent(folder)
            except NotFound:
                self._known[folder] = None
        return self._known[folder]
