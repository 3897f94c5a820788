"""What the pages show and ask, and who answers for it: the questions themselves are kept elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from policies.call import User
from policies.change import Effect


@dataclass(frozen=True, slots=True)
class Question:
    """One action that waits for this person: to `confirm` their own, or to `approve` somebody else's.

    `id` is opaque. `client` is what the program that asked for it calls itself. `title` says in a line what
    would be done, with names as they are. `reasons` are sentences on the risk, besides what the effect says.
    `digest`, in hex, is what a yes binds to. Times are in milliseconds since 1970.
    """

    id: str
    role: Literal["confirm", "approve"]
    requester: str
    tool: str
    client: str
    title: str
    effect: Effect = field(repr=False)
    risk: Literal["low", "high"]
    reasons: tuple[str, ...]
    digest: str
    asked_at: int
    expires_at: int


class Decider(Protocol):
    async def question(self, id: str, user: User) -> Question | None:  # noqa: A002 - it is what it is called everywhere
        """None where nothing waits for this person under the id, whatever the reason."""
        ...

    async def waiting(self, user: User) -> Sequence[Question]: ...

    async def decide(self, id: str, user: User, *, yes: bool, why: str, digest: str) -> bool:  # noqa: A002
        """False where nothing waits for this person under the id any more, or something else does."""
        ...
