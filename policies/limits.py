"""The generic cell rate algorithm (GCRA, ITU-T I.371): how many calls, how fast, in one number a bucket.

That number is the theoretical arrival time of the next call, in microseconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from policies.call import Call
from policies.canonical import canonical
from policies.document import Limits
from policies.errors import LimitReached
from policies.sources import Source
from policies.values import Pace


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` calls at once, then `per_minute` of them."""

    per_minute: int
    burst: int

    @property
    def interval(self) -> int:
        """Microseconds between two calls at the steady rate, rounded up: never faster than allowed."""
        return -(-60_000_000 // self.per_minute)

    @classmethod
    def at_most(cls, calls: int) -> Self:
        """Never more than so many in any minute, some of them at once."""
        at_once = calls // 4
        return cls(per_minute=calls - at_once, burst=1 + at_once)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Calls that are counted together, under `key`. `of` says to a caller whose calls they are.

    `most` is the number of calls a minute that a caller is told, where that is not the rate's.
    """

    key: str
    rate: Rate
    of: str
    most: int = 0


class Buckets:
    """Which buckets a call is counted in: its user's, its tenant's, its source's and its tool's (T38).

    None is kept for a token, a session or a process: more of those give nobody more calls.
    """

    def __init__(self, limits: Limits, sources: Mapping[str, Source]) -> None:
        self._user = Rate(limits.calls_per_minute, limits.burst)
        self._tenant = _rate(limits.tenant)
        self._source = _rate(limits.source)
        self._sources = {name: _rate(source.limits or limits.source) for name, source in sources.items()}
        self._users = {
            name: _rate(source.user_limits) for name, source in sources.items() if source.user_limits
        }
        self._own = frozenset(name for name, source in sources.items() if source.takes_accounts)
        self._tools = {
            f"{name}_{verb}": _rate(pace)
            for name, source in sources.items()
            for verb, pace in source.tool_limits.items()
        }

    def of(self, call: Call) -> Sequence[Bucket]:
        user, tool = call.user, call.tool
        buckets = [
            Bucket(canonical(["user", user.tenant, user.id]), self._user, "you"),
            Bucket(canonical(["tenant", user.tenant]), self._tenant, "your organisation"),
            Bucket(
                canonical(["source", tool.source]),
                self._sources.get(tool.source, self._source),
                f"users of {tool.source}",
            ),
        ]
        if rate := self._users.get(tool.source):
            key = canonical(["user of source", user.tenant, user.id, tool.source])
            buckets.append(Bucket(key, rate, f"you on {tool.source}"))
        if rate := self._tools.get(tool.plain):
            buckets.append(Bucket(canonical(["tool", tool.plain]), rate, f"users of {tool.plain}"))
        return buckets

    def own(self, call: Call) -> str | None:
        """The key of the bucket of the user's own connection, None where there is none for the source.

        It is the same for each connection that they make: none is quicker for being new.
        """
        if call.tool.source not in self._own:
            return None
        return canonical(["connection", call.user.tenant, call.user.id, call.tool.source])

    def held(self, call: Call, key: str, per_minute: int) -> Bucket:
        """That bucket, where the user holds it to so many calls a minute."""
        of = f"your connection to {call.tool.source}"
        return Bucket(key, Rate.at_most(per_minute), of, most=per_minute)


def spend(buckets: Sequence[Bucket], arrivals: Sequence[int | None], now: int) -> list[int]:
    """The arrival times after one more call at `now`, in the order of the buckets.

    Raises `LimitReached` for the bucket that takes longest to have room, and then nothing is spent in any.
    """
    after: list[int] = []
    longest, full = 0, buckets[0]
    for bucket, arrival in zip(buckets, arrivals, strict=True):
        rate = bucket.rate
        after.append(max(now if arrival is None else arrival, now) + rate.interval)
        wait = after[-1] - rate.burst * rate.interval - now
        if wait > longest:
            longest, full = wait, bucket
    if longest:
        seconds = -(-longest // 1_000_000)
        most = full.most or full.rate.per_minute
        raise LimitReached(
            f"Too many calls: {full.of} may make {most} a minute. Try again in {seconds} s.",
            retry_after=seconds,
        )
    return after


def _rate(pace: Pace) -> Rate:
    return Rate(pace.calls_per_minute, pace.burst)
