"""What calls that ended leave behind in this process, until it is put into the store within a second."""

from collections.abc import Callable
from typing import Final

from policies.call import Redacted
from server.anomalies import rows
from server.anomalies.ended import Ended, Touched, Whose, touched
from server.transaction import Transaction

MOST: Final = 10_000
"""Users remembered between two looks. What more of them touch is not told apart; calls are counted always."""


class Activity:
    """One process's calls. `listeners` hear of each, and in how many seconds its last entry was durable."""

    def __init__(self, key: bytes) -> None:
        """`key` is what rows are hashed with: the same for every process of the store."""
        self._key = key
        self._touched: dict[Whose, Touched] = {}
        self.listeners = list[Callable[[Ended, float], None]]()

    def touched(self, redacted: Redacted) -> Touched:
        return touched(redacted, self._key)

    def count(self, ended: Ended) -> Transaction[None]:
        """Part of the transaction that puts on record how the call ended."""
        yield rows.count(ended)

    def hear(self, ended: Ended, seconds: float) -> None:
        """Once that is durable, which took so long."""
        for listener in self.listeners:
            listener(ended, seconds)
        self.remember(ended.whose, ended.touched)

    def remember(self, whose: Whose, new: Touched) -> None:
        former = self._touched.get(whose)
        if former is not None:
            self._touched[whose] = former.together(new)
        elif len(self._touched) < MOST:
            self._touched[whose] = new

    def take(self, most: int) -> dict[Whose, Touched]:
        """What at most so many users have touched since it was taken last: those who waited longest."""
        return {whose: self._touched.pop(whose) for whose in [*self._touched][:most]}
