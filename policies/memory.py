"""What was found of something before, so that it need not be found again.

Of the thing itself nothing is kept: a SHA-256 stands for it.
"""

import hashlib
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


def digest(*parts: str) -> bytes:
    """SHA-256 of texts, which keeps apart what differs in where one text ends and the next begins."""
    whole = "\x00".join((*(str(len(part)) for part in parts), *parts))
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).digest()


class Memory(Generic[T]):
    """The latest findings, `limit` to twice `limit` of them in weight. May be used from several threads.

    Two generations instead of an order: what is asked for again moves to the young one, and when that is
    full, the old one goes.
    """

    def __init__(self, limit: int, weight: Callable[[T], int] = lambda _: 1) -> None:
        self._limit = limit
        self._weight = weight
        self._weighed = 0
        self._young: dict[bytes, T] = {}
        self._old: dict[bytes, T] = {}

    def get(self, key: bytes) -> T | None:
        found = self._young.get(key)
        if found is None and (found := self._old.get(key)) is not None:
            self.put(key, found)
        return found

    def drop(self, key: bytes) -> None:
        self._young.pop(key, None)
        self._old.pop(key, None)

    def put(self, key: bytes, value: T) -> None:
        self._weighed += self._weight(value)
        if self._weighed > self._limit:
            self._old, self._young, self._weighed = self._young, {}, self._weight(value)
        self._young[key] = value
