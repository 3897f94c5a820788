"""The generic cell rate algorithm (GCRA, ITU-T I.371): how many calls, how fast, in one number a key.

That number is the theoretical arrival time of the next call, in microseconds of the store's clock.
"""

from dataclasses import dataclass

from policies.errors import LimitReached


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` calls at once, then `per_minute` of them."""

    per_minute: int
    burst: int

    @property
    def interval(self) -> int:
        """Microseconds between two calls at the steady rate, rounded up: never faster than allowed."""
        return -(-60_000_000 // self.per_minute)


def spend(rate: Rate, arrival: int | None, now: int) -> int:
    """The arrival time after one more call at `now`. Raises `LimitReached`, and then nothing is spent."""
    after = max(arrival or now, now) + rate.interval
    wait = after - rate.burst * rate.interval - now
    if wait > 0:
        seconds = -(-wait // 1_000_000)
        raise LimitReached(
            f"You have made too many calls: {rate.per_minute} a minute are allowed. "
            f"Try again in {seconds} s.",
            retry_after=seconds,
        )
    return after
