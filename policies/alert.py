"""An alert: what somebody has to know, told by names and counts and never by values."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from policies.canonical import Json, canonical
from policies.visible import visible

LONGEST: Final = 500  # characters of a text
MOST: Final = 32  # members of a list or an object
DEEPEST: Final = 4  # levels of lists and objects
_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Severity(StrEnum):
    """How soon somebody has to look, the least first."""

    INFO = "info"
    """When there is time."""
    WARNING = "warning"
    """Today."""
    CRITICAL = "critical"
    """Now."""

    def reaches(self, least: "Severity") -> bool:
        order = tuple(Severity)
        return order.index(self) >= order.index(least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """`kind` is our own name for such alerts, as in `source_outside_inventory`.

    `tenant`, `user`, `source` and `tool` are "" where it is about none. `summary` is one sentence that is the
    same whenever the same happens: what differs from one time to the next is `evidence`, counts and names and
    never values. `did` says what remit did about it, "" for nothing. Any text may come from outside: it is
    made plain before it is kept (`plain`).

    Raises `ValueError` for a kind that is no such name.
    """

    kind: str
    severity: Severity
    summary: str
    tenant: str = ""
    user: str = ""
    source: str = ""
    tool: str = ""
    evidence: Mapping[str, Json] = field(default_factory=dict[str, Json])
    did: str = ""

    def __post_init__(self) -> None:
        if not _KIND.fullmatch(self.kind):
            raise ValueError("the kind of an alert is a name of small letters, digits and _")

    @property
    def identity(self) -> str:
        """The same for alerts that differ in their evidence alone: SHA-256 in hex."""
        told = [
            self.kind,
            self.severity,
            self.tenant,
            self.user,
            self.source,
            self.tool,
            self.summary,
            self.did,
        ]
        return hashlib.sha256(canonical(["remit alert 1", told]).encode("utf-8", "surrogatepass")).hexdigest()

    def plain(self) -> "Alert":
        """The same with every text on one line, bounded, and without what a reader would not see (T34)."""
        return Alert(
            kind=self.kind,
            severity=self.severity,
            summary=_line(self.summary),
            tenant=_line(self.tenant),
            user=_line(self.user),
            source=_line(self.source),
            tool=_line(self.tool),
            evidence={_line(name): _plain(value, 1) for name, value in _first(self.evidence)},
            did=_line(self.did),
        )


def _line(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _first(members: Mapping[str, Json]) -> list[tuple[str, Json]]:
    return [*members.items()][:MOST]


def _plain(value: Json, depth: int) -> Json:
    match value:
        case str():
            return _line(value)
        case float() if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN
            return str(value)
        case list():
            return [_plain(each, depth + 1) for each in value[:MOST]] if depth < DEEPEST else len(value)
        case dict():
            if depth >= DEEPEST:
                return len(value)
            return {_line(name): _plain(each, depth + 1) for name, each in _first(value)}
        case _:
            return value
