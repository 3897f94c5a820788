"""How much can go wrong with an effect, and so by which way a person must be asked (threats T16, T20)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policies.change import Effect, Kind
from policies.flow import Verdict
from policies.injection import suspicion
from policies.sources import Source

FORM_CHANGES: Final = 20
"""More records than these are looked at on our own page, however harmless each one is."""


class Level(StrEnum):
    LOW = "low"
    HIGH = "high"
    """A form in the client, which may answer by itself, is no proof: it takes our own page."""


@dataclass(frozen=True, slots=True)
class Risk:
    level: Level
    reasons: tuple[str, ...]


def assess(
    effect: Effect,
    source: Source,
    read: suspicion.Level = suspicion.Level.NONE,
    flow: Verdict | None = None,
) -> Risk:
    """`read` is how plainly what the user's context has read addressed a model (threat T22).

    `flow` says which destinations are in the organisation's directory; without it none is (threat T23).
    `reasons` are sentences for the person who is asked, on what the effect does not say of itself.
    """
    reasons: list[str] = []
    if len(effect.changes) > FORM_CHANGES:
        reasons.append(f"It changes {len(effect.changes)} records.")
    deleted = sum(change.kind is Kind.DELETE for change in effect.changes)
    if deleted > 1:
        reasons.append(f"It deletes {deleted} records.")
    if source.classification == "restricted":
        reasons.append("The data is classified as restricted.")
    if read:
        reasons.append("Text that was read before this was proposed addresses an assistant.")
    if flow is not None:
        reasons += flow.reasons
    outside = effect.destinations if flow is None else flow.outside
    high = effect.final or effect.hidden or outside or reasons
    return Risk(Level.HIGH if high else Level.LOW, tuple(reasons))
