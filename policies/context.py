"""A user's context: the window within which a pseudonym stands for one value.

It is of one user and one client. It ends with so many minutes without a call, or so many calls, whichever
comes first, and then the next call begins another, in which nothing of it is known.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from policies.injection.suspicion import Level
from policies.milliseconds import MINUTE
from policies.taint import CLEAN, Taint

if TYPE_CHECKING:
    from policies.document import Window


@dataclass(frozen=True, slots=True)
class Context:
    """As of its latest turn. Times are in milliseconds since 1970, `sources` those that its calls went to.

    `suspicion` is how plainly text that they returned addressed a model, `taint` what they read. What is kept
    of that is under `trail`.
    """

    id: str
    begun_at: int
    used_at: int
    turns: int
    sources: frozenset[str] = field(default=frozenset())
    suspicion: Level = Level.NONE
    taint: Taint = CLEAN
    trail: str = ""


def until(context: Context, window: "Window") -> int:
    """When it ends if nothing is called any more, in milliseconds since 1970."""
    return context.used_at + window.minutes * MINUTE


def is_over(context: Context, window: "Window", now: int) -> bool:
    """Whether a call at `now` begins another."""
    return context.turns >= window.turns or now >= until(context, window)


def turn(former: Context | None, window: "Window", *, new: str, source: str, now: int) -> Context:
    """The context of a call to `source` at `now`: the former, or one with the id `new`."""
    if former is None or is_over(former, window, now):
        return Context(new, now, now, 1, frozenset({source}), trail=new)
    return Context(
        former.id,
        former.begun_at,
        now,
        former.turns + 1,
        former.sources | {source},
        former.suspicion,
        former.taint,
        former.trail,
    )
