"""A master: what wraps the keys that the store of record keeps, and is not in it."""

from typing import Protocol

from policies.errors import AuditUnavailable


class MasterUnavailable(AuditUnavailable):
    """A master can't be asked, or won't answer. `why` and `remedy` are for the operator."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(
            "remit can't use the key that its keys are kept under, so it did nothing. Try again later; "
            "an operator finds the reason in the log.",
            detail=f"{why}. {remedy}",
        )
        self.why = why
        self.remedy = remedy


class Master(Protocol):
    @property
    def name(self) -> str:
        """Stays the same as long as it is the same key, and tells nothing of it."""
        ...

    async def wrap(self, key: bytes, *bound: str) -> str:
        """`bound` has to be said again to unwrap it. Raises `MasterUnavailable`."""
        ...

    async def unwrap(self, text: str, *bound: str) -> bytes:
        """Raises `DoesNotOpen` or `MasterUnavailable`."""
        ...

    def version(self, text: str) -> str:
        """Which of its own versions wrapped this; always the same for a master without versions."""
        ...
