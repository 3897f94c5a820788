"""What was found in a text that leaves: kinds, sources and hosts, and never a value (threat T24)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Found:
    """`secrets` and `personal` are labels; `copied` the levels of the sources that values are copied from.

    `disguised` are the ways of writing in which copies are hidden. `in_links`: a link to a host outside holds
    a copy. `images` and `links` are hosts outside that are shown from, and linked to. `unread`: not all could
    be looked through.
    """

    secrets: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    copied: Mapping[str, int] = field(default_factory=dict[str, int])
    disguised: tuple[str, ...] = ()
    in_links: bool = False
    images: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    unread: bool = False


NOTHING: Final = Found()
