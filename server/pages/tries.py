"""How often pages may be asked for, counted in this process: guessing is slow, and a flood ends here."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import Final

from policies.errors import LimitReached
from policies.limits import Bucket, Rate, spend

BROWSER: Final = Rate(per_minute=120, burst=60)
SECRET: Final = Rate(per_minute=6, burst=5)  # accounts that a browser tries
ADDRESS: Final = Rate(per_minute=60, burst=30)
ALL: Final = Rate(per_minute=600, burst=300)  # who has no session yet, from wherever
MOST: Final = 10_000  # browsers and addresses remembered


class Tries:
    """`clock` counts seconds and never steps."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._arrivals: OrderedDict[str, int] = OrderedDict()

    def of_browser(self, session: str) -> None:
        """Counts a request of a session. Raises `LimitReached`."""
        self._count(Bucket(f"browser {session}", BROWSER, "a browser"))

    def of_secret(self, session: str) -> None:
        """Counts an account that is tried. Raises `LimitReached`."""
        self._count(Bucket(f"secret {session}", SECRET, "an account"))

    def of_address(self, address: str) -> None:
        """Counts a request without a session. Raises `LimitReached`.

        Behind a proxy all come from one address; what one writes into a header is believed by nobody here.
        """
        self._count(
            Bucket(f"address {address}", ADDRESS, "an address"), Bucket("all", ALL, "all without a session")
        )

    def _count(self, *buckets: Bucket) -> None:
        now = int(self._clock() * 1_000_000)
        arrivals = [self._arrivals.get(bucket.key) for bucket in buckets]
        try:
            after = spend(buckets, arrivals, now)
        except LimitReached as reached:
            raise LimitReached(
                f"That was too often. Try again in {reached.retry_after} s.", retry_after=reached.retry_after
            ) from None
        for bucket, arrival in zip(buckets, after, strict=True):
            self._arrivals[bucket.key] = arrival
            self._arrivals.move_to_end(bucket.key)
        while len(self._arrivals) > MOST:
            self._arrivals.popitem(last=False)
