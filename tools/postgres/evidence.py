"""What the server said of a statement a short while ago (docs/decisions/0012)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from policies.canonical import canonical
from policies.memory import Memory, digest
from tools.postgres.message import Message
from tools.postgres.values import Output

KEEPS: Final = 60.0  # seconds
_REMEMBERED: Final = 4_000_000  # characters of statements


@dataclass(frozen=True, slots=True)
class Evidence:
    """The plan of a statement held against the guard, its `cost`, and how its columns come.

    `rendered` is the statement with its columns in those forms, `since` when it was seen.
    """

    outputs: tuple[Output, ...]
    rendered: str
    cost: float
    since: float


class Evidences:
    """By all that a plan depends on beside the tables: the very text, its parameters and the claims."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: Memory[Evidence] = Memory(_REMEMBERED, lambda evidence: len(evidence.rendered) + 500)

    def of(self, message: Message) -> Evidence | None:
        """`message` is plain: it says nothing of outputs yet."""
        evidence = self._known.get(_key(message))
        fresh = evidence is not None and self._clock() - evidence.since < KEEPS
        return evidence if fresh else None

    def keep(self, plain: Message, rendered: Message, cost: float) -> None:
        self._known.put(_key(plain), Evidence(rendered.outputs, rendered.sql, cost, self._clock()))

    def forget(self, plain: Message) -> None:
        """What the statement met is not what was seen."""
        self._known.drop(_key(plain))


def _key(message: Message) -> bytes:
    return digest(message.sql, canonical([message.parameters, dict(message.claims)]))
