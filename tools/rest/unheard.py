"""A request that may have been carried out, and of which nobody heard."""

from collections.abc import Generator
from contextlib import contextmanager

from policies.errors import Refusal


class Unheard(Exception):  # noqa: N818 - nobody failed
    """Nobody can say whether it was carried out. The system itself has to be asked what there is now."""


@contextmanager
def heard() -> Generator[None]:
    """Reading what a system answers once it has acted. Raises `Unheard` where it can't be read."""
    try:
        yield
    except Refusal as odd:
        raise Unheard from odd
