"""What a store of files is to the tools: one user's way to what is open to them, and what they can do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from policies.change import Change
from tools.rest.bookmarks import Bookmark
from tools.rest.records import Records


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or a folder. `id` is what the tools call it, and stays while its `version` does.

    `size` is in bytes. `version` tells one content from another, and `stamp` is what of it a model is told:
    it is made of nothing that the file holds. `former` is what the store keeps this version by, once there
    is another: "" where it keeps none. What `is_made` when it is fetched has neither a size before nor a
    name that says its form.
    """

    id: str
    name: str
    is_folder: bool = False
    size: int | None = None
    modified_at: str | None = None
    media_type: str = ""
    version: str = ""
    stamp: str = ""
    former: str = ""
    is_made: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries of one page of the store's, and where its next one starts: "" where there is none."""

    entries: Sequence[Entry]
    following: str


@dataclass(frozen=True, slots=True)
class Folder:
    """One that is open to the user. `destinations` are what `[directory]` calls those who can read what is in
    it, and `readers` says who they are.
    """

    id: str
    destinations: tuple[str, ...]
    readers: str


class Store(Protocol):
    """One source under one user's token. Every method raises `Refusal`.

    One that `remakes` makes a text anew that was deleted and of which it keeps no former version.
    """

    remakes: ClassVar[bool]

    async def listed(self, folder: str | None, mark: Bookmark) -> Listing:
        """What is in a folder, or which folders are open."""
        ...

    async def found(self, search: str, folder: str | None, mark: Bookmark) -> Listing: ...

    async def file(self, id: str) -> Entry:  # noqa: A002 - as the tools call it
        """Raises `NotFound` alike for one that there is not, and one that is not open to the user."""
        ...

    async def content(self, file: Entry) -> bytes:
        """Of that very version. Raises `InvalidArgument` where there is another by now."""
        ...

    async def folder(self, id: str) -> Folder:  # noqa: A002 - as above
        """Raises `NotFound` as `file` does."""
        ...

    async def folder_of(self, file: Entry) -> Folder:
        """The folder that it is in. Who can read the file counts as well."""
        ...

    async def named(self, folder: Folder, name: str) -> Entry | None:
        """What is called so in a folder."""
        ...

    def records(self, change: Change) -> Records:
        """Files, as what is changed.

        The key is `file`. Its fields are `name`, `folder`, `version`, `former`, and `text` where it is one
        that may be replaced. One that is made with `former` holds what that version held.
        """
        ...

    def hold_acting(self) -> None:
        """Raises `Denied` for a token that may only read."""
        ...
