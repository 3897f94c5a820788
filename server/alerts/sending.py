"""What every kind of destination does."""

from typing import Protocol

from server.alerts.message import Message

PATIENCE = 15.0  # seconds for one message, less than its lease (server/alerts/progress.py)


class NotDelivered(Exception):  # noqa: N818 - what is so, not whose fault it is
    """`why` is for the operator, and nothing of what the far side wrote.

    `refused`: it takes messages, and did not take this one.
    """

    def __init__(self, why: str, *, refused: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.refused = refused


class Sender(Protocol):
    async def send(self, message: Message) -> None:
        """Returns once the far side has taken it. Raises `NotDelivered` or `OutboundError`.

        How long it may take is for the caller to bound.
        """
        ...
