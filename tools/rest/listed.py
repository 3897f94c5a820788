"""A page of a list, as a system behind HTTP hands it out."""

from dataclasses import dataclass, field

from policies.canonical import Json


@dataclass(frozen=True, slots=True)
class Listed:
    """`more` says that another follows."""

    items: list[Json] = field(repr=False)
    more: bool
