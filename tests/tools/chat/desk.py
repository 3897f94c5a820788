"""Whoever asks and acts on a platform of chat, whichever it is."""

from typing import ClassVar, Protocol

from tests.tools.rest.calling import Actor, Failing
from tests.tools.rest.faults import Fault


class Gate(Failing, Protocol):
    """`refusing` is an answer in the place of what would be changed."""

    refusing: Fault | None


class Far(Protocol):
    """A pretend workspace, or team, in a test's hands."""

    @property
    def gate(self) -> Gate: ...

    def post(self, login: str, channel: str, text: str) -> str:
        """What the message is called."""
        ...

    def edit(self, login: str, channel: str, message: str, text: str) -> None: ...

    def texts(self, channel: str) -> list[str]: ...


class ChatDesk(Actor):
    """`unsure` is an answer that leaves open whether anything was done."""

    unsure: ClassVar[Fault]

    @property
    def far(self) -> Far:
        raise NotImplementedError

    @property
    def writes(self) -> list[str]:
        """What came and may change something."""
        raise NotImplementedError
