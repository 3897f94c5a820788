"""A request that may have been carried out, and of which nobody heard."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from policies.errors import Refusal

_TOO_LATE: Final = 408  # what a proxy says, too, of what may have come through


class Unheard(Exception):  # noqa: N818 - nobody failed
    """Nobody can say whether it was carried out. The system itself has to be asked what there is now."""


def is_refusal(status: int) -> bool:
    """Whether a system that answers so has surely not done what it was asked for (RFC 9110, section 15.5)."""
    return 400 <= status < 500 and status != _TOO_LATE


@contextmanager
def heard() -> Generator[None]:
    """Reading what a system answers once it has acted. Raises `Unheard` where it can't be read."""
    try:
        yield
    except Refusal as odd:
        raise Unheard from odd
