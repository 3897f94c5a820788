"""What a forge is to the tools of code: one user's way to its places, and what can be done there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from policies.call import Column, Table
from policies.canonical import Json
from policies.change import Change, Fields
from tools.code.words import Words
from tools.rest.records import Records


@dataclass(frozen=True, slots=True)
class Place:
    """A project or a repository. `number` is what the forge counts it by. `runs` says that something runs
    when a branch is pushed.
    """

    path: str
    number: str
    is_public: bool
    default_branch: str | None
    runs: bool

    @property
    def destination(self) -> str:
        """Who sees what is written there, as `[directory]` names it."""
        return f"{self.path} (public)" if self.is_public else self.path


class Issues(Records, Protocol):
    """Of one place: records with the key `issue`, and with title, description, labels and state.

    One that was made is closed and not removed: few may remove one.
    """

    @property
    def columns(self) -> Sequence[Column]: ...

    def new(self, given: Fields, *, confidential: bool) -> Fields:
        """All fields of an issue that is to be made."""
        ...

    async def has_label(self, name: str) -> bool:
        """A label that there is not would be made with the issue."""
        ...


class Comments(Records, Protocol):
    """On one issue: records with the key `comment` and the field `text`."""

    async def is_open(self) -> bool:
        """Whether the user sees that issue."""
        ...


class Branches(Protocol):
    """Of one place, and the requests to take them over.

    Every method raises `Refusal` where nothing was done, and those that act `Unheard` where nobody can say.
    Requests have title, description, source_branch, target_branch, state and commit among their fields.
    """

    async def head(self, branch: str) -> str | None:
        """The id of its latest commit; None where there is no such branch."""
        ...

    async def content(self, path: str, commit: str, most: int) -> str | None:
        """The text of a file; None where there is none. Raises `InvalidArgument` for what is no text."""
        ...

    async def commit(self, base: str, branch: str, message: str, files: Sequence[Change]) -> str:
        """Makes a branch of one commit upon `base`, and gives its id. None of this name may be there."""
        ...

    async def is_made(self, base: str, branch: str, message: str) -> str | None:
        """The id of that commit, where the branch has it and nothing more."""
        ...

    async def ask(self, wanted: Fields) -> tuple[Fields, Fields]:
        """Opens a request: its key and its fields."""
        ...

    async def requests(self, branch: str) -> Sequence[tuple[Fields, Fields]]:
        """Those that the user has opened for a branch, whatever became of them."""
        ...

    async def close(self, key: Fields) -> None: ...

    async def remove(self, branch: str) -> None: ...


class Forge(Protocol):
    """One source under one user's token. Every method raises `Refusal`."""

    @property
    def words(self) -> Words: ...

    async def read(self, request: Mapping[str, Json]) -> Table:
        """Carries out the request of a plan that reads."""
        ...

    def named(self, text: str) -> str:
        """A place as a caller names it. Raises `InvalidArgument`."""
        ...

    def missing(self) -> Exception:
        """The one answer for what there is not, what is not the user's to see and what is not configured."""
        ...

    async def place(self, path: str) -> Place:
        """Raises `missing` for one that there is not, and for one that is elsewhere now."""
        ...

    def issues(self, place: Place) -> Issues: ...

    def comments(self, place: Place, issue: int) -> Comments: ...

    def branches(self, place: Place) -> Branches: ...

    def normal(self, text: str) -> str:
        """A text as it is written. Raises `Denied` for one that the forge would obey."""
        ...

    def followed(self, *texts: str) -> Iterator[str]:
        """What else comes of them, for whoever confirms them."""
        ...

    def hold_acting(self) -> None:
        """Raises `Denied` for a token that may only read."""
        ...
