"""What was found out about a token, once in each process: that it is still good, each request finds out."""

from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

import anyio

from policies.memory import digest
from policies.secret import Credential
from tools.rest.refusals import late

T = TypeVar("T")
_MOST: Final = 10_000  # remembered


class Known(Generic[T]):
    """Of the source `name`, which has `seconds` to say it."""

    def __init__(self, name: str, seconds: float) -> None:
        self._name = name
        self._seconds = seconds
        self._found: dict[bytes, T] = {}

    async def of(self, credential: Credential, look: Callable[[], Awaitable[T]]) -> T:
        """What `look` finds, or found before. Raises what it raises, and `UpstreamFailed` when time is up."""
        key = digest(credential.login, credential.secret.reveal())
        if key in self._found:
            return self._found[key]
        try:
            with anyio.fail_after(self._seconds):
                found = await look()
        except TimeoutError as error:
            raise late(self._name, self._seconds) from error
        if len(self._found) >= _MOST:
            self._found.pop(next(iter(self._found)))
        self._found[key] = found
        return found
