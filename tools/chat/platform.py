"""What a platform of chat is to the tools: one user's way to its channels, and what can be done there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from policies.call import Table
from policies.canonical import Json
from policies.change import Fields
from tools.rest.records import Records


@dataclass(frozen=True, slots=True)
class Channel:
    """One that the user is in and the configuration opens.

    `destination` is what `[directory]` calls it, and `readers` says in words who can read what is posted.
    """

    id: str
    destination: str
    readers: str


@dataclass(frozen=True, slots=True)
class Post:
    """A message of the user's own. `thread` is the message that it replies to. `stays` says why it can't be
    put back as it was once it is gone, and `loses` what an edit takes from it for good.
    """

    fields: Fields
    thread: str | None
    stays: str = ""
    loses: str = ""


class Platform(Protocol):
    """One source under one user's token. Every method raises `Refusal`.

    `puts_back` says whether a message that was deleted is there again where that is taken back: as itself,
    and not as another one with its text.
    """

    puts_back: ClassVar[bool]

    async def read(self, request: Mapping[str, Json]) -> Table:
        """Carries out the request of a plan that reads."""
        ...

    async def channel(self, id: str) -> Channel:  # noqa: A002 - as the tools call it
        """Raises `NotFound` alike for one that there is not, where the user is not, and that is not open."""
        ...

    async def has_thread(self, channel: Channel, message: str) -> bool:
        """Whether the user sees a message there that can be replied to."""
        ...

    async def own(self, channel: Channel, message: str) -> Post | None:
        """None for one that there is not, and for somebody else's."""
        ...

    def messages(self, channel: Channel, thread: str | None, gone: str | None) -> Records:
        """The user's own, as records with the key `message` and the field `text`.

        Where `gone` names a message that was deleted, to make one is to put that one back.
        """
        ...

    def written(self, text: str) -> str:
        """A text as it is sent. Raises `InvalidArgument`."""
        ...

    def followed(self, text: str) -> Iterator[str]:
        """What else comes of it, for whoever confirms it."""
        ...

    def hold_acting(self) -> None:
        """Raises `Denied` for a token that may only read."""
        ...
